"""`microville quarantine`: look at what was refused, let it go again, or throw it away."""

import asyncio
from typing import Annotated, Any

import typer

from dashboards.api.models import SelectionAsked
from dashboards.commands.output import AsJson, Config, bar, moment, print_json, print_table
from dashboards.configuration import Settings, read
from dashboards.quarantine import place_of_error
from dashboards.remote import ask, local
from dashboards.service import clock
from estate.calendar import rfc3339
from estate.load import load
from ingest.account.books import Books
from ingest.account.ledger import Ledger
from ingest.quarantine import Quarantined, Selection, quarantined, size
from ingest.release import purge_all, release
from sensors.model import Reason
from store.state import State

app = typer.Typer(no_args_is_help=True, help="The messages that were refused.")

OfReason = Annotated[Reason | None, typer.Option("--reason", help="Only this reason.")]
OfDevice = Annotated[str, typer.Option("--device", help="Only this device.")]
Ids = Annotated[list[int] | None, typer.Argument(help="Only these, by the id that `list` shows.")]
Number = Annotated[int, typer.Argument(help="The id that `list` shows.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


@app.command("list")
def list_(
    config: Config = None,
    reason: OfReason = None,
    device: OfDevice = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the refused messages, the newest first."""
    settings = read(config)
    zone = load(settings.estate_folder).site.zone
    with State(settings.state.file) as state:
        entries = state.run_now(lambda db: quarantined(db, limit, Selection((), reason, device)))
        filled, purged = state.run_now(size)
    rows = [_refused(entry, rfc3339(entry.message.received_ms, zone)) for entry in entries]
    if as_json:
        print_json(rows)
        return
    shown = [row | {"time": moment(row["time"])} for row in rows]
    print_table(["id", "time", "device", "topic", "reason", "detail"], shown)
    print(f"{filled / 2**20:.1f} of {settings.ingest.quarantine_mb} MB; {purged} messages purged so far")


@app.command()
def show(number: Number, config: Config = None, as_json: AsJson = False) -> None:
    """Show one refused message, whole, with the place of the error where there is one."""
    settings = read(config)
    with State(settings.state.file) as state:
        entries = state.run_now(lambda db: quarantined(db, 1, Selection((number,))))
    if not entries:
        raise typer.BadParameter(f"there is no message {number} in the quarantine; see `microville quarantine list`")
    message = entries[0].message
    shown = _refused(entries[0], rfc3339(message.received_ms, load(settings.estate_folder).site.zone))
    shown |= {"qos": message.qos, "retained": message.retained, "hex": message.payload.hex(" ")}
    shown["place"] = place_of_error(message.payload, entries[0].detail)
    if as_json:
        print_json(shown)
    else:
        print("\n".join(f"{key:>8}: {value}" for key, value in shown.items()))


@app.command("release")
def release_(
    ids: Ids = None,
    reason: OfReason = None,
    device: OfDevice = "",
    all_: All = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Run messages again through today's decoders and estate; what is refused again stays."""
    done = asyncio.run(_release(read(config), _selected(ids, reason, device, all_)))
    if as_json:
        print_json(done)
    else:
        print(f"{done['released']} released ({done['stored']} of them stored whole), {done['refused']} refused again")


@app.command("purge")
def purge_(
    ids: Ids = None,
    reason: OfReason = None,
    device: OfDevice = "",
    all_: All = False,
    config: Config = None,
) -> None:
    """Throw messages away for good; they are counted."""
    asked = _selected(ids, reason, device, all_)
    with State(read(config).state.file) as state:
        gone = asyncio.run(purge_all(Books(Ledger(), state, clock), state, asked.selection()))
    print(f"{gone} purged")


def _selected(ids: list[int] | None, reason: Reason | None, device: str, everything: bool) -> SelectionAsked:
    if not (ids or reason or device or everything):
        raise typer.BadParameter("say which: ids, --reason, --device, or --all")
    return SelectionAsked(ids=ids or [], reason=reason, device=device, all=everything)


async def _release(settings: Settings, asked: SelectionAsked) -> dict[str, int]:
    body = asked.model_dump(mode="json")
    if (answer := await ask(settings, "POST", "/api/quarantine/release", body)) is not None:
        return dict(answer)
    async with local(settings, clock()) as here:
        with bar("releasing") as progress:
            done = await release(here.intake, asked.selection(), progress)
    return done._asdict()


def _refused(entry: Quarantined, received: str) -> dict[str, Any]:
    message = entry.message
    return {
        "id": entry.id,
        "time": received,
        "device": entry.device,
        "topic": message.topic,
        "reason": entry.reason,
        "detail": entry.detail,
        "payload": message.payload.decode(errors="backslashreplace"),
    }
