"""Readings in the store → consumption in the store: what new readings touch is settled again, and nothing else.

A pass asks which meters were touched, goes back to the last reading before that surely counts, computes from there to
the end, and compares that with the rows there are: steps, tenants' shares, and every hour, day, month and year they
are part of. What differs is written. Settling the same readings again changes nothing, so a pass that failed half-way
is simply repeated; a rebuild is a pass over all readings. A meter of which the estate now says something else than
when it was settled is compared from its first row on.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

import structlog

from energy.ahead import ahead
from energy.basis import bases
from energy.changes import explained, note
from energy.cost.keep import Keeper
from energy.cost.tariff_settle import settle_days
from energy.derived.derive import Derivation
from energy.findings import Teller, keep
from energy.gather import Gatherer
from energy.memory import Memory
from energy.meters.cleaned import Finding
from energy.meters.virtual import members
from energy.part import Held, Outcome, Work, work_out
from energy.plan import Changed, parts
from energy.retired import retire
from energy.virtual_settle import Found, day_of, settle_virtuals
from estate.calendar import DAY_MS, floor, rfc3339
from estate.model import Estate
from store.base import ARRIVALS_MS, Span, Store, StoreRefused, StoreUnavailable
from store.state import State

OVERLAP_MS = 5_000
"""How long a write may take to become visible after the time of arrival it carries."""

RAW_DAYS = 400

log = structlog.get_logger()


class Settled(NamedTuple):
    """What one pass did."""

    meters: int
    rows: int  # written, of every step
    findings: Mapping[str, Sequence[Finding]]  # by meter: what was cleaned in the readings this pass looked at
    kept_before: Mapping[str, int] = {}  # by meter: rows from before then stand, their readings being kept no longer

    def plus(self, other: "Settled") -> "Settled":
        """Both, of different meters."""
        findings, kept_before = {**self.findings, **other.findings}, {**self.kept_before, **other.kept_before}
        return Settled(self.meters + other.meters, self.rows + other.rows, findings, kept_before)


class Progress(NamedTuple):
    """How far a rebuild is, or what the last one did."""

    done: int  # meters
    total: int
    rows: int  # written: those that were not as the readings say
    kept_before: Mapping[str, int]
    trouble: str  # why it is not going on, "" when it is

    @property
    def finished(self) -> bool:
        return self.done == self.total


class Settlement:
    """Keeps the consumption of an estate's meters in step with their readings. One per store."""

    def __init__(self, store: Store, estate: Estate, state: State, raw_days: int = RAW_DAYS) -> None:
        self._store, self._state, self._raw_ms = store, state, raw_days * DAY_MS
        self._removes = True
        self._swept_ms = 0  # when readings were last forgotten
        self._asked: set[str] = set()  # meters to be rebuilt
        self._wake = asyncio.Event()
        self.rebuilding = Progress(0, 0, 0, {}, "")
        self._next = estate
        self._begin()

    def adopt(self, estate: Estate) -> None:
        """Settle by this estate from the next pass on: what it says anew is settled again."""
        self._next = estate

    def _begin(self) -> None:
        self._estate, self._zone = self._next, self._next.site.zone
        self._gather = Gatherer(self._store, self._estate)
        self._memory = Memory(self._state, bases(self._estate))
        self._findings = Teller(self._estate)
        self._facts = Derivation(self._store, self._estate, self._state, self._remove)
        self._costs = Keeper(self._store, self._estate, self._state, self._remove)

    async def run(self, clock: Callable[[], int], every_s: float) -> None:
        """Settle for ever, every so often or when asked, by a clock in ms; wait while the store is away."""
        trouble = ""
        while True:
            before, trouble = trouble, ""
            try:
                await self._pass(clock(), live=True)
                await self.forget(clock())
            except (StoreUnavailable, sqlite3.OperationalError) as error:
                trouble = "away"
                self.rebuilding = self.rebuilding._replace(trouble=str(error))
                if before != trouble:
                    log.warning("settlement_waits_for_store", cause=str(error))
            except StoreRefused as error:
                trouble = str(error)
                self.rebuilding = self.rebuilding._replace(trouble=trouble)
                if before != trouble:
                    log.error("settlement_refused", cause=trouble, next_step="trying again at every pass")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), every_s)
            self._wake.clear()

    async def settle(self, now_ms: int) -> Settled:
        """Settle what arrived since the last pass, in this process or an earlier one, and what the estate says anew.

        After an error nothing is missed: call again. A StoreRefused names the meters, and comes after all others are
        settled.
        """
        return await self._pass(now_ms)

    async def rebuild(self, now_ms: int, progress: Callable[[int, int], None], meters: Collection[str] = ()) -> Settled:
        """Compute these meters (all: none named) again from their readings; `progress` hears: meters done, of how many.

        Rows whose readings are kept no longer stay as they are.
        """
        self.ask(meters)
        return await self._pass(now_ms, progress)

    def ask(self, meters: Collection[str] = ()) -> None:
        """Have these meters (all: none named) rebuilt by the next pass, which begins at once; see `rebuilding`."""
        self._asked |= set(meters or self._next.meters)
        self.rebuilding = Progress(0, len(self._asked), 0, {}, "")
        self._wake.set()

    async def forget(self, now_ms: int) -> None:
        """Once a day, forget readings that have been kept for long enough.

        What arrived within the last week is kept whatever its age: an import of old readings, and what still follows.
        """
        if now_ms - self._swept_ms < DAY_MS:
            return
        arrived = await self._store.touched(now_ms - ARRIVALS_MS)
        kept_ms = min([now_ms - self._raw_ms, *(row.from_ms for row in arrived)])
        before_ms = floor(kept_ms, "1d", self._zone)  # whole days, so that a day counts all of its readings or none
        try:
            await self._store.forget_readings(before_ms)
            log.info("readings_forgotten", before=rfc3339(before_ms, self._zone))
        except StoreRefused as error:
            log.warning("readings_not_forgotten", cause=str(error), next_step="set a retention in InfluxDB itself")
        self._swept_ms = now_ms

    async def _pass(
        self, now_ms: int, progress: Callable[[int, int], None] = lambda done, total: None, *, live: bool = False
    ) -> Settled:
        """One pass; a `live` one leaves what the month under way costs until the next quarter of an hour."""
        if self._next is not self._estate:
            self._begin()
        try:
            return await self._whole_pass(now_ms, progress, live=live)
        except BaseException:
            self._facts.again()
            raise

    async def _whole_pass(self, now_ms: int, progress: Callable[[int, int], None], *, live: bool) -> Settled:
        since_ms, stale, gone = await self._memory.recall(now_ms)
        await self._retire(gone, now_ms)
        asked = set(self._asked)
        anew = {*stale, *(asked & self._estate.meters.keys())}
        touched = await self._store.touched(since_ms)
        changed: Changed = {}
        for row in touched:
            if meter := self._gather.meter(row.device, row.channel):
                changed[meter.id] = row.from_ms
        if anew and anew >= self._estate.meters.keys():
            await self._facts.forget()
        refused: list[str] = []
        with _heard(refused, "facts of sensors"):
            for name, from_ms in (await self._facts.readings(touched, now_ms)).items():
                changed[name] = min(from_ms, changed.get(name, from_ms))
        changed |= dict.fromkeys(anew, 0)
        await self._costs.forget(asked & self._estate.meters.keys())
        total = Settled(0, 0, {})
        unsettled: set[str] = set()
        planned = await self._parts(changed, anew, now_ms)
        async with ahead(planned, lambda part: self._read(part, anew, now_ms)) as found:
            for part, reading in found:
                before = len(refused)
                with _heard(refused, ", ".join(part)):
                    total = total.plus(await self._part(part, await reading, anew))
                unsettled |= part.keys() if len(refused) > before else set()
                progress(total.meters, len(changed))
                if asked:
                    self.rebuilding = Progress(total.meters, len(changed), total.rows, total.kept_before, "")
        with _heard(refused, "facts of days"):
            await self._facts.days(now_ms)
        with _heard(refused, "costs"):
            await self._costs.settle(now_ms, live=live, unsettled=unsettled)
        if refused:
            raise StoreRefused("; ".join(refused))
        self._asked -= asked
        # The clock that stamps arrivals may be another machine's, and behind this one.
        arrived_ms = max((row.arrived_ms + 1 for row in touched), default=since_ms)
        await self._memory.reach(min(now_ms - OVERLAP_MS, arrived_ms), now_ms)
        return total

    async def _parts(self, changed: Changed, anew: Collection[str], now_ms: int) -> list[Changed]:
        """The parts of a pass, planned by when the meters to be compared whole about began to read."""
        begun = await self._gather.begun(anew, now_ms) if anew else {}
        planned = changed | {meter: begun.get(meter, now_ms) for meter in anew}
        return [{meter: changed[meter] for meter in part} for part in parts(self._estate, planned, now_ms)]

    async def _read(self, part: Changed, anew: Collection[str], now_ms: int) -> tuple[Work, Held]:
        """What settling these meters takes; those they are behind get new shares, which depend on them."""
        whole = part.keys() & anew
        accounts = await self._gather.accounts(part, now_ms)
        if not accounts and not whole:
            return Work((), (), now_ms, now_ms), {}
        meters = {meter for name in part for meter in (name, self._estate.meters[name].submeter_of) if meter}
        start_ms = 0 if whole else min(each.since_ms for each in accounts)
        return Work(accounts, meters, start_ms, now_ms), await self._gather.held(meters, start_ms, now_ms)

    async def _part(self, part: Changed, read: tuple[Work, Held], anew: Collection[str]) -> Settled:
        """Settle some meters."""
        work, held = read
        accounts, meters, start_ms, now_ms = work
        whole = part.keys() & anew
        findings = {each.meter.id: each.findings for each in accounts if each.findings}
        settled = Settled(len(part), 0, findings)
        if meters:
            people = await self._facts.people(meters, start_ms, now_ms)
            outcome = await asyncio.to_thread(work_out, self._estate, work, held, people)
            await self._facts.due(outcome.since_ms)
            await self._costs.changed(outcome.hours)
            await self._put(outcome, part, whole)
            self._findings.tell(outcome.findings)
            days = await settle_days(self._store, self._remove, self._estate, meters, outcome.ended, start_ms, now_ms)
            virtual, below = await settle_virtuals(
                self._store, lambda found: self._put(found, part, whole), self._estate, meters, start_ms, now_ms
            )
            self._findings.tell(below)
            await self._state.run(lambda db: _keep_findings(db, self._estate, work, outcome.findings, below))
            settled = settled._replace(rows=len(outcome.rows) + days + virtual, kept_before=outcome.kept_before)
        self._findings.tell(findings)
        if whole:
            await self._memory.keep(whole)
        return settled

    async def _put(self, outcome: Outcome, part: Changed, whole: Collection[str]) -> None:
        """Write what differs. A closed month's change is noted before: a pass that breaks off would find it no more."""
        if outcome.changes:
            changes = [explained(each, members(self._estate, each.meter), part, whole) for each in outcome.changes]
            await self._state.run(lambda db: note(db, changes))
        await self._store.write_consumption(outcome.rows)
        await self._remove(outcome.gone)

    async def _remove(self, gone: Sequence[Span]) -> None:
        """Remove rows that no longer hold; a store that cannot is said once."""
        try:
            if gone:
                await self._store.remove_consumption(gone)
        except StoreRefused as error:
            if self._removes:
                effect = "rows that no longer hold stay beside the others, such as shares of former tenants"
                log.warning("consumption_not_removed", cause=str(error), effect=effect)
            self._removes = False

    async def _retire(self, gone: Collection[str], now_ms: int) -> None:
        if gone:
            try:
                await self._facts.due(await retire(self._store, gone, now_ms))
            except StoreRefused as error:
                log.warning("consumption_not_removed", cause=str(error), effect=f"{', '.join(gone)} still count")
            await self._memory.forget(gone)


@contextmanager
def _heard(refused: list[str], what: str) -> Iterator[None]:
    """What the store refuses of this is told at the end, and tried again by the next pass; the rest goes on."""
    try:
        yield
    except StoreRefused as error:
        refused.append(f"{what}: {error}")


def _keep_findings(db: sqlite3.Connection, estate: Estate, work: Work, of_shares: Found, of_virtuals: Found) -> None:
    """Of each kind all there are from where the pass looked: shares by whole hours, virtual meters by whole days."""
    for each in work.accounts:
        keep(db, each.meter.id, each.since_ms, each.findings, of_shares=False)
    for meter in work.meters:
        keep(db, meter, floor(work.start_ms, "1h", estate.site.zone), of_shares.get(meter, ()), of_shares=True)
    for meter, found in of_virtuals.items():
        keep(db, meter, day_of(estate, work.start_ms), found, of_shares=False)
