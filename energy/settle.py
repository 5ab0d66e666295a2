"""Readings in the store → consumption in the store: what new readings touch is settled again, and nothing else.

A pass asks which counters were touched, goes back to the last reading before that surely counts, and recomputes from
there to the end: quarter hours, tenants' shares, and every hour, day, month and year they are part of. Settling the
same readings again changes nothing, so a pass that failed half-way is simply repeated. A meter of which the estate now
says something else than when it was settled is erased and settled from its first reading.
"""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import structlog

from energy.account import ATTEMPTS, Account, Readings, account, look_from
from energy.basis import bases
from energy.findings import Teller
from energy.memory import Memory
from energy.plan import Changed, parts
from energy.register import Finding
from energy.rows import Flow, flows, rolled, rows, shared
from estate.calendar import DAY_MS, Every, floor, kept
from estate.model import Estate, Meter
from store.base import Series, Store, StoreRefused, StoreUnavailable, Usage, UsageRow, UsageTag
from store.state import State

OVERLAP_MS = 5_000
"""How long a write may take to become visible after the time of arrival it carries."""

Whose = Literal["meter", "tenant"]
WHOSE: tuple[Whose, ...] = ("meter", "tenant")

Where = Mapping[UsageTag, Sequence[str]]

log = structlog.get_logger()


class Settled(NamedTuple):
    """What one pass did."""

    meters: int
    rows: int  # written, of every step
    findings: Mapping[str, Sequence[Finding]]  # by meter: what was cleaned in the readings this pass looked at


class Settlement:
    """Keeps the consumption of an estate's meters in step with their readings. One per store."""

    def __init__(self, store: Store, estate: Estate, state: State) -> None:
        self._store, self._state = store, state
        self._erases = True
        self._now_ms = 0  # of the pass under way
        self._next = estate
        self._begin()

    def adopt(self, estate: Estate) -> None:
        """Settle by this estate from the next pass on: what it says anew is settled again."""
        self._next = estate

    def _begin(self) -> None:
        self._estate, self._zone = self._next, self._next.site.zone
        self._counters = {(meter.device, meter.channel): meter for meter in self._estate.meters.values()}
        self._memory = Memory(self._state, bases(self._estate))
        self._findings = Teller(self._estate)

    async def run(self, clock: Callable[[], int], every_s: float) -> None:
        """Settle for ever, every so often, by a clock in ms; wait while the store is away."""
        trouble = ""
        while True:
            before, trouble = trouble, ""
            try:
                await self.settle(clock())
            except (StoreUnavailable, sqlite3.OperationalError) as error:
                trouble = "away"
                if before != trouble:
                    log.warning("settlement_waits_for_store", cause=str(error))
            except StoreRefused as error:
                trouble = str(error)
                if before != trouble:
                    log.error("settlement_refused", cause=trouble, next_step="trying again at every pass")
            await asyncio.sleep(every_s)

    async def settle(self, now_ms: int) -> Settled:
        """Settle what arrived since the last pass, in this process or an earlier one, and what the estate says anew.

        After an error nothing is missed: call again. A StoreRefused names the meters, and comes after all others are
        settled.
        """
        return await self._pass(now_ms, lambda done, total: None)

    async def rebuild(self, now_ms: int, progress: Callable[[int, int], None]) -> Settled:
        """Forget all consumption and compute it again from the readings; `progress` hears: meters done, of how many."""
        await self._memory.forget(self._estate.meters)
        return await self._pass(now_ms, progress)

    async def _pass(self, now_ms: int, progress: Callable[[int, int], None]) -> Settled:
        self._now_ms = now_ms
        if self._next is not self._estate:
            self._begin()
        since_ms, stale = await self._memory.recall(now_ms)
        touched = await self._store.touched(since_ms)
        changed: Changed = {}
        for row in touched:
            if meter := self._counters.get((row.device, row.channel)):
                changed[meter.id] = row.from_ms
        changed |= dict.fromkeys(stale, 0)
        settled: list[Settled] = []
        refused: list[str] = []
        for part in await self._parts(changed, stale, now_ms):
            try:
                settled.append(await self._part(part, [meter for meter in part if meter in stale], now_ms))
            except StoreRefused as error:
                refused.append(f"{', '.join(part)}: {error}")
            progress(sum(each.meters for each in settled), len(changed))
        if refused:
            raise StoreRefused("; ".join(refused))
        # The clock that stamps arrivals may be another machine's, and behind this one.
        arrived_ms = max((row.arrived_ms + 1 for row in touched), default=since_ms)
        await self._memory.reach(min(now_ms - OVERLAP_MS, arrived_ms), now_ms)
        return _together(settled)

    async def _parts(self, changed: Changed, stale: Collection[str], now_ms: int) -> list[Changed]:
        """The parts of a pass, planned by when the stale meters about began to read."""
        begun = await self._begun(stale, now_ms)
        planned = changed | {meter: begun.get(meter, now_ms) for meter in stale}
        return [{meter: changed[meter] for meter in part} for part in parts(self._estate, planned, now_ms)]

    async def _begun(self, meters: Collection[str], now_ms: int) -> Changed:
        """The week of each meter's first reading; those without any are absent."""
        begun: Changed = {}
        for quantity, found in self._by_quantity(meters).items():
            devices = [meter.device for meter in found]
            query = Series(
                quantity, 0, now_ms + DAY_MS, 7 * DAY_MS, "count", {"device": devices}, by=("device", "channel")
            )
            for tags, times, _ in await self._store.series(query):
                if counter := self._counters.get((tags["device"], tags["channel"])):
                    begun[counter.id] = int(times[0])
        return begun

    async def _part(self, part: Changed, stale: Sequence[str], now_ms: int) -> Settled:
        """Settle some meters, the stale ones among them anew."""
        if stale:
            await self._memory.forget(stale)
            await self._erase(stale)
        settled = await self._settle(part, now_ms)
        self._findings.tell(settled.findings)
        if stale:
            await self._memory.keep(stale)
        return settled

    async def _erase(self, meters: Sequence[str]) -> None:
        try:
            await self._store.erase_consumption(meters)
        except StoreRefused as error:
            if self._erases:
                effect = "meters are settled over their earlier rows: shares of former tenants and old roles may stay"
                log.warning("consumption_not_erased", cause=str(error), effect=effect)
            self._erases = False

    async def _settle(self, changed: Changed, now_ms: int) -> Settled:
        """Settle some meters; those they are behind get new shares, which depend on them."""
        accounts = await self._accounts(changed, now_ms)
        findings = {each.meter.id: each.findings for each in accounts if each.findings}
        own = [Flow(each.meter, "", each.steps) for each in accounts if len(each.steps.starts)]
        if not own:
            return Settled(len(changed), 0, findings)
        written = await self._write(own, "15m")
        meters = {flow.meter.id for flow in own} | {flow.meter.submeter_of for flow in own} - {""}
        start_ms = min(int(flow.steps.starts[0]) for flow in own)
        written += await self._share(meters, start_ms, now_ms)
        for finer, coarser in pairwise(kept(self._estate.step)[1:]):
            found = await self._stored(finer, meters, floor(start_ms, coarser, self._zone), now_ms, WHOSE)
            written += await self._roll_up(found, coarser)
        return Settled(len(changed), written, findings)

    async def _share(self, meters: Collection[str], start_ms: int, now_ms: int) -> int:
        """Write the tenants' shares of these meters, and the hours of both.

        A share takes the steps of the meters behind as well, an hour those before `start_ms`: so they are read again.
        """
        behind = [meter.id for meter in self._estate.meters.values() if meter.submeter_of in meters]
        own = await self._stored("15m", [*meters, *behind], floor(start_ms, "1h", self._zone), now_ms, ("meter",))
        found, findings = await asyncio.to_thread(shared, self._estate, meters, own)
        self._findings.tell(findings)
        written = await self._write([flow for flow in found if flow.tenant], "15m")
        return written + await self._roll_up(found, "1h")

    async def _stored(
        self, every: Every, meters: Collection[str], start_ms: int, now_ms: int, whose: Sequence[Whose]
    ) -> list[Flow]:
        where: Where = {"meter": list(meters)}
        found: list[UsageRow] = []
        for of in whose:
            found += await self._store.usage(Usage(every, start_ms, now_ms + DAY_MS, of, where, ("meter", "tenant")))
        return flows(self._estate, found)

    async def _roll_up(self, finer: Sequence[Flow], every: Every) -> int:
        return await self._write(await asyncio.to_thread(rolled, self._estate, finer, every), every)

    async def _write(self, found: Sequence[Flow], every: Every) -> int:
        written = await asyncio.to_thread(rows, self._estate, found, every, self._now_ms)
        await self._store.write_consumption(written)
        return len(written)

    async def _accounts(self, changed: Changed, now_ms: int) -> list[Account]:
        """Each meter's steps from its change on, looking back as far as it takes."""
        accounts: list[Account] = []
        waiting = changed
        for attempt in range(ATTEMPTS):
            readings = await self._readings(waiting, attempt, now_ms)
            found = await asyncio.to_thread(_accounts, readings, changed)
            accounts += found
            done = {each.meter.id for each in found}
            waiting = {each.meter.id: changed[each.meter.id] for each in readings if each.meter.id not in done}
        return accounts

    async def _readings(self, waiting: Changed, attempt: int, now_ms: int) -> list[Readings]:
        """What the meters' registers read, from some time before each change on; one query per quantity."""
        found = []
        for quantity, meters in self._by_quantity(waiting).items():
            start_ms = min(look_from(meter, waiting[meter.id], attempt) for meter in meters)
            devices = [meter.device for meter in meters]
            query = Series(
                quantity, start_ms, now_ms + DAY_MS, None, where={"device": devices}, by=("device", "channel")
            )
            for tags, times, values in await self._store.series(query):
                counter = self._counters.get((tags["device"], tags["channel"]))
                if counter in meters:
                    found.append(Readings(counter, times, values, start_ms == 0))
        return found

    def _by_quantity(self, meters: Iterable[str]) -> Mapping[str, list[Meter]]:
        found: dict[str, list[Meter]] = defaultdict(list)
        for meter in map(self._estate.meters.__getitem__, meters):
            found[meter.quantity].append(meter)
        return found


def _accounts(readings: Sequence[Readings], changed: Changed) -> list[Account]:
    found = (account(each, changed[each.meter.id]) for each in readings)
    return [each for each in found if each]


def _together(settled: Sequence[Settled]) -> Settled:
    findings = {meter: found for each in settled for meter, found in each.findings.items()}
    return Settled(sum(each.meters for each in settled), sum(each.rows for each in settled), findings)
