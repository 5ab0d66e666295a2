"""The JSON interface: the same figures as the page, for whoever builds on them. Described at `/docs`."""

from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Path, Query

from alerts.outbox import Sending, sendings
from dashboards.account import read_account
from dashboards.api.models import (
    AccountAnswer,
    DatedNote,
    DeviceState,
    LatestValue,
    Mail,
    MessageId,
    Quarantine,
    RefusedWhole,
    SeriesGroup,
)
from dashboards.api.params import LatestParams, NotesParams, SeriesParams, check_ids, check_size
from dashboards.api.problems import ProblemDetails
from dashboards.devices import clocks, device_states
from dashboards.parts import Parts
from dashboards.quarantine import read_quarantine, read_refused
from estate.calendar import rfc3339
from estate.model import FOREVER_MS, Note, Point
from ingest.account.books import Books
from ingest.account.ledger import Ledger
from ingest.quarantine import Selection
from sensors.model import Reason
from sensors.quantities import QUANTITIES
from store.base import Latest, Row, Series, Store
from store.own import OWN


def api_router(parts: Parts) -> APIRouter:
    """The routes below `/api`; they are never cached: what is stored is answered at once."""
    router = APIRouter(
        prefix="/api",
        tags=["api"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )
    estate, store, zone = parts.estate, parts.store, parts.estate.site.zone

    @router.get("/latest")
    async def latest(asked: Annotated[LatestParams, Query()]) -> list[LatestValue]:
        """The last reading of each device, channel and quantity."""
        check_ids(estate, {"building": asked.building, "device": asked.device})
        return [_latest(point, zone) for point in await store.latest(Latest(asked.where()))]

    @router.get("/series")
    async def series(asked: Annotated[SeriesParams, Query()]) -> list[SeriesGroup]:
        """One quantity over time, by window and group; a window without readings is absent, never zero."""
        named = [] if asked.quantity in OWN else asked.device  # ingesters and tenants are no devices
        check_ids(estate, {"building": asked.building, "zone": asked.zone, "device": named})
        start_ms, end_ms = asked.span(parts.clock())
        by = asked.groups
        query = Series(asked.quantity, start_ms, end_ms, asked.every_ms, asked.usual_how, asked.where(), by)
        check_size("every", await _most_values(store, query, asked.members()))
        return [_series(row, zone) for row in await store.series(query)]

    @router.get("/notes")
    async def notes(asked: Annotated[NotesParams, Query()]) -> list[DatedNote]:
        """Works, moves, experiments and the like, as the estate dates them, by their start."""
        check_ids(estate, {"building": asked.building})
        end_ms = FOREVER_MS if asked.end is None else asked.end
        return [_note(note, zone) for note in estate.noted(asked.start or 0, end_ms, asked.building)]

    @router.get("/devices")
    async def devices() -> list[DeviceState]:
        """Every device with its health, then those that publish without being in the estate."""
        states = await device_states(estate, store, parts.state, parts.clock())
        behind = await clocks(store, parts.clock())
        return [row.model_copy(update={"clock_s": behind.get(row.device)}) for row in states]

    @router.get("/quarantine")
    async def quarantine(
        reason: Annotated[Reason | None, Query(description="Of this reason alone. Default: all.")] = None,
        device: Annotated[str, Query(description="Of this device alone. Default: all.")] = "",
        before: Annotated[MessageId | None, Query(description="With smaller ids than this, for the next page.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="How many of the most recent.")] = 100,
    ) -> Quarantine:
        """Messages that were refused: how many by reason, how full it is, and the most recent ones."""
        selection = Selection(reason=reason, device=device, below=before)
        return await read_quarantine(parts.state, zone, limit, selection, parts.intake)

    @router.get("/quarantine/{number}", responses={404: {"model": ProblemDetails}})
    async def refused(number: Annotated[MessageId, Path(description="Its id.")]) -> RefusedWhole:
        """One refused message, as text and as hex, with the place of the error."""
        found = await read_refused(parts.state, zone, number)
        if found is None:
            raise HTTPException(404, f"there is no message {number} in the quarantine, or not any longer")
        return found[1]

    @router.get("/account")
    async def account(
        days: Annotated[int, Query(ge=0, le=400, description="The last days, one by one.")] = 0,
        hours: Annotated[int, Query(ge=0, le=9600, description="The last hours, one by one.")] = 0,
    ) -> AccountAnswer:
        """Where every message has gone since ever (law 1), across restarts; what is received is accounted for."""
        books = parts.intake.books if parts.intake else Books(Ledger(), parts.state, parts.clock)
        return await read_account(books, zone, parts.clock(), days, hours)

    @router.get("/mails")
    async def mails() -> list[Mail]:
        """The last hundred budget mails, newest first, and what became of them."""
        return [_mail(sending, zone) for sending in await parts.state.read(sendings)]

    return router


async def _most_values(store: Store, query: Series, members: Latest) -> int:
    """How many values the answer can have, at most: readings are counted, windows need not be."""
    if query.every_ms is None or query.quantity in OWN:  # of these no last values tell how many groups there are
        counts = await store.series(replace(query, every_ms=query.end_ms - query.start_ms, how="count"))
        return int(sum(row.values.sum() for row in counts))
    groups = {tuple(str(getattr(point, tag)) for tag in query.by) for point in await store.latest(members)}
    return ((query.end_ms - query.start_ms) // query.every_ms + 2) * len(groups)


def _note(note: Note, zone: ZoneInfo) -> DatedNote:
    return DatedNote(
        building=note.building,
        kind=note.kind,
        text=note.text,
        start=rfc3339(note.start_ms, zone),
        end=rfc3339(note.end_ms, zone) if note.end_ms < FOREVER_MS else None,
    )


def _mail(sending: Sending, zone: ZoneInfo) -> Mail:
    return Mail(
        tenant=sending.tenant,
        recipient=sending.recipient,
        subject=sending.subject,
        queued=rfc3339(sending.queued_ms, zone),
        status=sending.status,
        attempts=sending.attempts,
        error=sending.error,
    )


def _latest(point: Point, zone: ZoneInfo) -> LatestValue:
    return LatestValue(
        building=point.building,
        zone=point.zone,
        device=point.device,
        channel=point.channel,
        quantity=point.quantity,
        value=point.value,
        unit=QUANTITIES[point.quantity].unit,
        time=rfc3339(point.at_ms, zone),
    )


def _series(row: Row, zone: ZoneInfo) -> SeriesGroup:
    times = [rfc3339(at_ms, zone) for at_ms in row.times.tolist()]
    return SeriesGroup(tags=dict(row.tags), time=times, value=row.values.tolist())
