"""The command `microville`: each command a few lines that call the parts."""

import asyncio
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import Progress
from structlog.typing import Processor

from alerts.deliver import MailUnusable
from alerts.deliver import check as check_mail
from alerts.settings import MailSettings
from alerts.sink import MailSink
from dashboards.commands import devices, energy, grafana, quarantine
from dashboards.commands import history as histories
from dashboards.commands.account import account
from dashboards.commands.export import export
from dashboards.commands.output import AsJson, Config, print_json, print_table
from dashboards.commands.publishing import publish
from dashboards.commands.simulate import simulate
from dashboards.configuration import ConfigurationWrong, Settings, read
from dashboards.remote import Refused
from dashboards.server import PortTaken, free_port
from dashboards.service import Role, Service, clock
from dashboards.settings import WebSettings
from estate.calendar import DAY_MS, rfc3339
from estate.load import EstateWrong, examine, load
from estate.problems import Problem
from estate.settings import EstateSettings, sample_path
from ingest.mqtt.connect import ConnectionUnusable, tls
from ingest.mqtt.embedded import BrokerNotStarted
from ingest.publishing import replay as replaying
from ingest.settings import BrokerSettings, StateSettings
from sensors import history
from sensors.decode import decode
from sensors.memory import Memory
from sensors.model import Context, Message, Rejected
from sensors.routes import Entry
from sensors.times import utc_ms
from store.base import Latest, Store, StoreRefused, StoreUnavailable
from store.settings import StoreSettings
from store.state import StateUnusable

DEMO_FOLDER = Path("microville-data/demo")
FILL_DAYS = 35

WELCOME = """\
Microville runs on real data, recorded elsewhere and replayed over MQTT. It is here: http://{web}/
Its mails: http://{web}/mail · its API: http://{web}/docs · its data: {folder}
Publish a reading of your own:
  mosquitto_pub -V 5 -p {port} -q 1 -t microville/b01/b01-electricity/readings -m '{{"electricity.voltage": 230.5}}'
and see it at http://{web}/api/latest?device=b01-electricity. Ctrl-C stops everything; --clean starts over.
"""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(devices.app, name="devices")
app.add_typer(quarantine.app, name="quarantine")
app.command()(account)
app.command("import")(histories.import_)
app.command()(export)
app.add_typer(histories.reading, name="reading")
app.command()(publish)
app.command()(simulate)
app.add_typer(energy.app, name="energy")
app.add_typer(grafana.app, name="dashboards")
log = structlog.get_logger()

MENDABLE = (
    *(BrokerNotStarted, ConfigurationWrong, ConnectionUnusable, EstateWrong, MailUnusable, PortTaken, Refused),
    *(StateUnusable, StoreRefused, StoreUnavailable),
)


class Log(structlog.PrintLogger):
    """Standard error. A line that cannot be written, its disk being full, ends nothing."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warning = error = critical = msg


def main() -> None:
    """Run the command line; what the reader can mend is said in clear lines, without a traceback."""
    stamps: list[Processor] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso")]
    line = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    structlog.configure([*stamps, line], logger_factory=lambda *_: Log())
    try:
        app()
    except* MENDABLE as group:
        for error in _leaves(group):
            print(f"microville: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


@app.command()
def up(
    config: Config = None,
    only: Annotated[list[Role] | None, typer.Option(help="Only this role; may be repeated.")] = None,
) -> None:
    """Run what the configuration says: broker to store, consumption, alerts and the web interface."""
    settings = read(config)
    with ExitStack() as stack:
        service = Service(settings, only or list(Role), stack)
        if settings.estate.path is None:
            log.info("sample_estate", folder=str(settings.estate_folder), next_step="set [estate] path to your own")
        log.info("serving", url=f"http://{settings.web.listen}/", broker=str(settings.broker.address))
        asyncio.run(service.run())


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the data are kept.")] = DEMO_FOLDER,
    clean: Annotated[bool, typer.Option("--clean", help="Start over.")] = False,
) -> None:
    """Run everything on this machine, on real data recorded elsewhere and replayed over MQTT."""
    if clean:
        shutil.rmtree(folder, ignore_errors=True)
    asyncio.run(_demo(folder))


async def _demo(folder: Path) -> None:
    sink = MailSink(folder / "mail")
    await sink.start()
    settings = Settings.model_construct(  # as it stands here: what the environment says is for the site's own service
        broker=BrokerSettings(url=f"embedded://127.0.0.1:{free_port(1883)}", client_id="microville-demo"),
        store=StoreSettings(url=f"duckdb:///{folder}/microville.duckdb"),
        state=StateSettings(path=folder),
        web=WebSettings(listen=f"127.0.0.1:{free_port(8112)}"),
        mail=MailSettings(url=sink.url),
        estate=EstateSettings(),
    )
    with ExitStack() as stack:
        service = Service(settings, list(Role), stack, sink.folder)
        print(WELCOME.format(web=settings.web.listen, folder=folder, port=settings.broker.address.port), flush=True)
        await service.run(lambda store: _go_on(settings.broker, store))
    await sink.stop()


async def _go_on(broker: BrokerSettings, store: Store) -> None:
    """Replay from where the store's readings end, for ever."""
    last = await store.latest(Latest({"device": list(history.devices())}))
    await _replay(broker, replaying.resume(last, _days_ago(FILL_DAYS)), live=True)


def _days_ago(days: int) -> int:
    return clock() - days * DAY_MS


async def _replay(broker: BrokerSettings, since: Mapping[str, int], live: bool) -> None:
    now_ms = clock()
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("replaying the history", total=1.0)
        await replaying.fill(broker, since, now_ms, lambda done: progress.update(bar, completed=done))
    if live:
        await replaying.live(broker, list(since), now_ms)


@app.command()
def replay(
    config: Config = None,
    days: Annotated[int, typer.Option(min=0, help="How far back to begin.")] = FILL_DAYS,
    live: Annotated[bool, typer.Option("--live", help="Then go on at real speed.")] = False,
) -> None:
    """Publish the sample estate's recorded history to the configured broker."""
    asyncio.run(_replay(read(config).broker, replaying.resume((), _days_ago(days)), live))


@app.command()
def check(config: Config = None, as_json: AsJson = False) -> None:
    """Check configuration and estate: every problem at once, with file and line."""
    problems = []
    folder = sample_path()
    try:
        settings = read(config)
        folder = settings.estate_folder
        check_mail(settings.mail.url)
        tls(settings.broker)
    except (ConfigurationWrong, ConnectionUnusable, MailUnusable) as error:
        problems += [Problem("configuration", 0, line) for line in str(error).splitlines()]
    problems += examine(folder)
    if as_json:
        print_json([problem._asdict() for problem in problems])
    else:
        print("\n".join(map(str, problems)) or f"{folder}: no problem found")
    raise typer.Exit(1 if problems else 0)


@app.command("decode")
def decode_(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The payload, as the device sent it; hex in FILE.hex.")
    ],
    topic: Annotated[str, typer.Option(help="The MQTT topic it came on.")],
    codec: Annotated[str | None, typer.Option(help="Instead of the topic's: codec, or codec/model.")] = None,
    device: Annotated[str, typer.Option(help="Whose it is, where the message does not say.")] = "",
    fport: Annotated[int | None, typer.Option(help="LoRaWAN port, for bytes without their envelope.")] = None,
    received: Annotated[datetime | None, typer.Option(help="When it came, UTC (default: now).")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Show what one message says, of whatever age; nothing is stored. Exits with 1 when something of it is refused."""
    settings = read(config)
    estate = load(settings.estate_folder)
    name = (codec or "").partition("/")[0]
    known = estate.codecs
    if name and name not in known:
        raise typer.BadParameter(f"there is no codec {name!r}; known: {', '.join(known)}")
    inside = bool(name) and known[name].lorawan  # bytes that come without their envelope do not say whose they are
    own = [Entry(topic, codec or "", device or (topic.rpartition("/")[2] if inside else ""))] if codec or device else []
    received_ms = utc_ms(received) if received else clock()
    context = Context(estate.site.zone, received_ms, fport=fport, memory=Memory())
    routes = estate.routes(context, own)
    text = file.read_bytes()
    payload = bytes.fromhex(text.decode()) if file.suffix == ".hex" else text
    decoded = decode(Message(topic, payload, received_ms, 1, False), routes, received_ms)
    problem = decoded.problem
    detail = problem.detail if isinstance(problem, Rejected) else ""
    readings = [{**r._asdict(), "time": rfc3339(r.at_ms, estate.site.zone)} for r in decoded.readings]
    unmapped = [measurement for _, measurement in decoded.unmapped]
    if as_json:
        shown = problem and {"reason": problem.reason, "detail": detail}
        print_json({"readings": readings, "problem": shown, "unmapped": unmapped})
    else:
        print_table(["device", "channel", "quantity", "value", "time"], readings)
        print(f"{problem.reason}: {detail}" if problem else "all of it was understood")
        print("".join(f"not mapped: {measurement}\n" for measurement in unmapped), end="")
    raise typer.Exit(1 if isinstance(problem, Rejected) else 0)


if __name__ == "__main__":
    main()
