"""`microville energy rebuild` and `microville energy changes`: consumption computed again, and what that changed."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from dashboards.api.models import RebuildState
from dashboards.api.settling import rebuild_state
from dashboards.asking import interface
from dashboards.commands.output import AsJson, Config, bar, moment, print_json, print_table
from dashboards.configuration import Settings, read
from dashboards.remote import Refused, ask, local
from dashboards.service import clock
from energy.settle import Progress, Settlement
from store.base import StoreUnavailable

LOOK_S = 0.5


def rebuild(
    meter: Annotated[list[str] | None, typer.Option(help="This meter alone; may be repeated.")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Compute consumption again from the readings; what is right already is left as it is."""
    found = asyncio.run(_rebuild(read(config), meter or []))
    if as_json:
        print_json(found.model_dump())
        return
    print(f"{found.total} meters computed again: {found.rows} rows were not as they should be, and were written")
    for name, since in found.kept_before.items():
        print(f"{name}: rebuilt from {since}; rows before stand as they are, as their readings are kept no longer")


def changes(
    since: Annotated[datetime | None, typer.Option(help="Settled from then on, UTC (default: all).")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List closed months whose figure has changed: completed, corrected or recomputed."""
    found = asyncio.run(_changes(read(config), since))
    if as_json:
        print_json(found)
        return
    for row in found:
        row["difference"] = f"{row['after'] - row['before']:+} {row['unit']}"
        row["settled"], row["readings from"] = moment(row["settled"]), moment(row["readings_from"] or "")
    columns = ["month", "meter", "tenant", "before", "after", "difference", "why", "readings from", "settled"]
    print_table(columns, found) if found else print("no closed month has changed")


async def _changes(settings: Settings, since: datetime | None) -> list[dict[str, Any]]:
    async with interface(settings) as (get, _):
        asked = [("since", since.isoformat() + ("" if since.tzinfo else "Z"))] if since else []
        return list(await get("/api/changes", asked))


async def _rebuild(settings: Settings, meters: list[str]) -> RebuildState:
    if (answer := await ask(settings, "POST", "/api/rebuild", {"meters": meters})) is not None:
        return await _watched(settings, RebuildState.model_validate(answer))
    async with local(settings, clock()) as here:
        if unknown := set(meters) - here.estate.meters.keys():
            raise Refused(f"meter {', '.join(sorted(unknown))} is not in meters.csv; see `microville check`")
        settlement = Settlement(here.store, here.estate, here.state)
        with bar("rebuilding") as progress:
            done = await settlement.rebuild(clock(), progress, meters)
        state = Progress(done.meters, done.meters, done.rows, done.kept_before, "")
        return rebuild_state(state, here.estate.site.zone)


async def _watched(settings: Settings, state: RebuildState) -> RebuildState:
    """Until the service has done it."""
    with bar("rebuilding") as progress:
        while state.done < state.total:
            progress(state.done, state.total)
            if state.trouble:
                raise StoreUnavailable(f"the service could not go on: {state.trouble}; it tries again at every pass")
            await asyncio.sleep(LOOK_S)
            answer = await ask(settings, "GET", "/api/rebuild")
            if answer is None:
                raise StoreUnavailable("the service has stopped; start it, and run this again")
            state = RebuildState.model_validate(answer)
        progress(state.done, state.total)
    return state
