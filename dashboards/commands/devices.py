"""`microville devices`: who is known, who is silent, who knocks; and adding one to the inventory."""

import asyncio
import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from dashboards.api.commissioning import add_here
from dashboards.api.models import DeviceAdded, DeviceAsked, DeviceState
from dashboards.commands.output import AsJson, Config, moment, print_json, print_table
from dashboards.configuration import Settings, read
from dashboards.devices import device_states
from dashboards.remote import Refused, ask, local
from dashboards.service import clock
from estate.inventory import NotAdded

app = typer.Typer(help="The devices: known, silent, unknown; and adding one.")

_STATES = TypeAdapter(list[DeviceState])
SAMPLE = "the estate is the shipped sample, which is not changed; copy it, and set [estate] path to the copy"


@app.callback(invoke_without_command=True)
def devices(
    context: typer.Context,
    unknown: Annotated[bool, typer.Option("--unknown", help="Only those that are not in the estate.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the devices: reporting, silent, never seen, and unknown ones that publish."""
    context.obj = config
    if context.invoked_subcommand:
        return
    rows = asyncio.run(_states(read(config)))
    strangers = [row for row in rows if row.status == "unknown"]
    if as_json:
        print_json([row.model_dump() for row in (strangers if unknown else rows)])
    elif unknown:
        print("\n".join(line for row in strangers for line in _stranger(row)) or "no unknown device has been heard")
    else:
        columns = ["device", "building", "zone", "status", "last_seen", "battery", "rssi", "refused"]
        shown = [row.model_dump() | {"last_seen": row.last_seen and moment(row.last_seen)} for row in rows]
        print_table(columns, [{key: _cell(value) for key, value in row.items()} for row in shown])
        print("".join(f"{line}\n" for row in rows for line in _remarks(row)), end="")


@app.command()
def add(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Its id, as its messages name it.")],
    building: Annotated[str, typer.Option(help="Where it is; the site's id when it serves the whole site.")],
    zone: Annotated[str, typer.Option(help="The zone it is in (default: the building as a whole).")] = "",
    name: Annotated[str, typer.Option(help="As people call it.")] = "",
    interval: Annotated[int | None, typer.Option(min=1, help="s between its reports.")] = None,
    codec: Annotated[str, typer.Option(help="codec or codec/model, where the topic does not tell.")] = "",
    topic: Annotated[str, typer.Option(help="Topic filter, where no format's own topic names it.")] = "",
    source: Annotated[str, typer.Option(help="Where its data come from when it is not on the site.")] = "",
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Its first day there (default: since ever).")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add a device to devices.csv; what it sent before is then stored."""
    try:
        asked = DeviceAsked(
            device=device,
            building=building,
            zone=zone,
            name=name,
            interval=interval,
            codec=codec,
            topic=topic,
            source=source,
            first=first.date() if first else None,
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        raise typer.BadParameter(f"{wrong['loc'][0]}: {wrong['msg']}") from error
    done = asyncio.run(_add(read(config or context.obj), asked))
    if as_json:
        print_json(done.model_dump())
        return
    print(f"{done.device!r} stands at line {done.line} of devices.csv")
    print(f"{done.waited} messages waited for it: {done.released} are released, {done.readings} readings stored")
    if done.kept:
        print(f"{done.kept} are refused for another reason: microville quarantine list --device {shlex.quote(device)}")


async def _states(settings: Settings) -> list[DeviceState]:
    if (answer := await ask(settings, "GET", "/api/devices")) is not None:
        return _STATES.validate_python(answer)
    async with local(settings, clock()) as here:
        return await device_states(here.estate, here.store, here.state, clock())


async def _add(settings: Settings, asked: DeviceAsked) -> DeviceAdded:
    body = asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if (answer := await ask(settings, "POST", "/api/devices", body)) is not None:
        return DeviceAdded.model_validate(answer)
    if settings.estate.path is None:
        raise Refused(SAMPLE)
    try:
        return await add_here(settings, settings.estate.path, asked, clock())
    except NotAdded as error:
        raise Refused(str(error)) from error


def _cell(value: object) -> object:
    return "" if value is None else value


def _remarks(row: DeviceState) -> Iterator[str]:
    """What staff should know of a device beyond its row."""
    for finding in row.findings:
        yield f"{row.device}: {finding.kind}: {finding.detail}"
    if row.unmapped:
        names = ", ".join(f"{entry.name} ({entry.messages})" for entry in row.unmapped)
        yield f"{row.device}: not mapped: {names}"


def _stranger(row: DeviceState) -> Iterator[str]:
    """All that is known of a device that is not."""
    signal = [f"rssi {row.rssi:g} dBm"] if row.rssi is not None else []
    signal += [f"snr {row.snr:g} dB"] if row.snr is not None else []
    often = [f"every {row.every_s:.3g} s"] if row.every_s is not None else []
    claimed = [f"claims building {row.building_claimed}"] if row.building_claimed else []
    facts = [row.format or "no format reads it", f"messages kept: {row.refused}", *often, *signal, *claimed]
    yield f"{row.device}: {', '.join(facts)}"
    yield f"    from {moment(row.first_seen or '')} to {moment(row.last_seen or '')}"
    yield f"    {row.topic}"
    yield f"    {row.last_message}"
    yield from (f"    {remark.removeprefix(row.device + ': ')}" for remark in _remarks(row))
