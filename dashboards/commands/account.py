"""`microville account`: where every message has gone, since ever, by day and by hour (law 1)."""

import asyncio
from typing import Annotated

import typer

from dashboards.account import read_account
from dashboards.api.models import AccountAnswer, AccountRow
from dashboards.commands.output import AsJson, Config, moment, print_json, print_table
from dashboards.configuration import Settings, read
from dashboards.remote import ask
from dashboards.service import clock
from estate.load import load
from ingest.account.books import Books
from ingest.account.ledger import Ledger
from store.state import State

COLUMNS = ("received", "stored", "quarantined", "ignored", "in_flight", "spooled", "interrupted", "difference")
BESIDE = ("released", "purged", "readings")


def account(
    days: Annotated[int, typer.Option(min=0, max=400, help="The last days, one by one.")] = 0,
    hours: Annotated[int, typer.Option(min=0, max=9600, help="The last hours, one by one.")] = 0,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Account for every message: received, and what became of it. Exits with 1 when they are not the same."""
    found = asyncio.run(_account(read(config), days, hours))
    if as_json:
        print_json(found.model_dump())
    else:
        print_table(["", "messages"], _whole(found.total))
        for title, rows in (("day", found.days), ("hour", found.hours)):
            if rows:
                print_table([title, *COLUMNS, *BESIDE], [_line(row, title) for row in rows])
    rows = [found.total, *found.days, *found.hours]
    raise typer.Exit(1 if any(row.difference for row in rows) else 0)


async def _account(settings: Settings, days: int, hours: int) -> AccountAnswer:
    if (answer := await ask(settings, "GET", f"/api/account?days={days}&hours={hours}")) is not None:
        return AccountAnswer.model_validate(answer)
    zone = load(settings.estate_folder).site.zone
    with State(settings.state.file) as state:
        return await read_account(Books(Ledger(), state, clock), zone, clock(), days, hours)


def _whole(row: AccountRow) -> list[dict[str, object]]:
    """One line for each account."""
    said: dict[str, object] = {
        "received": row.received,
        "= stored": row.stored,
        **{f"+ quarantined: {reason}": count for reason, count in row.quarantined.items()},
        **{f"+ ignored: {unused}": count for unused, count in row.ignored.items()},
        "+ in flight": row.in_flight,
        "+ spooled": row.spooled,
        "+ interrupted": row.interrupted,
        "+ difference": row.difference,
        "readings stored": row.readings,
        "released from the quarantine": row.released,
        "purged from the quarantine": row.purged,
    }
    return [{"": name, "messages": count} for name, count in said.items()]


def _line(row: AccountRow, title: str) -> dict[str, object]:
    start = moment(row.start)
    sums = {"quarantined": sum(row.quarantined.values()), "ignored": sum(row.ignored.values())}
    return row.model_dump() | sums | {title: start[:10] if title == "day" else start[:16]}
