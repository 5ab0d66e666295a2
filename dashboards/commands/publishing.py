"""`microville publish`: what a gateway's programs write, to the broker."""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from dashboards.commands.output import Config
from dashboards.configuration import read
from dashboards.service import clock
from ingest.publishing.publisher import Publisher
from ingest.publishing.spool import PublishSpool
from ingest.settings import BrokerSettings

SPOOL = Path("microville-data/publish.sqlite")


def publish(
    url: Annotated[
        str, typer.Option(help="mqtt://host:port or mqtts://host:port (default: that of the configuration).")
    ] = "",
    client_id: Annotated[str, typer.Option(help="The gateway's name at the broker (default: gateway-<host>).")] = "",
    building: Annotated[str, typer.Option(help="Where the gateway is, for its status.")] = "site",
    username: Annotated[str, typer.Option(help="At the broker; the password is MICROVILLE_BROKER__PASSWORD.")] = "",
    spool: Annotated[Path, typer.Option(help="The file that keeps what is not acknowledged yet.")] = SPOOL,
    as_csv: Annotated[bool, typer.Option("--csv", help="Lines are CSV under a header, not JSON.")] = False,
    config: Config = None,
) -> None:
    """Publish lines of standard input, each kept on disk until the broker has it. Exits with 1 after bad lines."""
    settings = read(config).broker
    name = client_id or f"gateway-{socket.gethostname()}"
    given = {"url": url or settings.url, "client_id": name, "username": username or settings.username}
    try:
        broker = BrokerSettings.model_validate({**settings.model_dump(), **given})
    except ValidationError as error:
        raise typer.BadParameter(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from error
    if set(f"{building}{name}") & set("+#/"):
        raise typer.BadParameter("--client-id and --building stand in a topic: none of + # /")
    with PublishSpool(spool) as kept:
        bad = asyncio.run(_run(broker, f"microville/{building}/{name}/status", kept, as_csv))
    raise typer.Exit(1 if bad else 0)


async def _run(broker: BrokerSettings, status_topic: str, spool: PublishSpool, as_csv: bool) -> int:
    publisher = Publisher(broker, status_topic, spool, clock, as_csv)
    await publisher.run(sys.stdin.fileno())
    print(f"{publisher.read} lines, {publisher.published} published, {publisher.bad} bad", file=sys.stderr)
    return publisher.bad
