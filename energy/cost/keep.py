"""Keeps costs and emissions in step with consumption, prices and factors: what differs is written, the rest goes.

What is due is done month by month: the delivery points concerned are priced anew, and places are summed again. Done
again after a pass that broke off, it comes to the same; so does a rebuild.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from energy.cost.carbon import factors
from energy.cost.due import Due, Dues, price_bases
from energy.cost.facts import CARBON, COSTS, MONEY
from energy.cost.kept import PARTS, Rows, compared, held, longer, of_carbon, of_charges, of_places, point_of
from energy.cost.kept_lines import PART, WHOLE, month_rows, over
from energy.cost.query import Charge, Costing
from energy.cost.tariff import contracts_of
from energy.derived.facts import ROLE
from energy.flows.allocation import delivery_point
from energy.flows.rows import EACH_ROW
from energy.usage import SITE, Where
from estate.calendar import DAY_MS, STEP_MS, Every, floor, following, steps
from estate.model import Estate
from estate.vocabulary import CARRIERS
from store.base import Span, Store, Usage, UsageRow
from store.state import State

Remove = Callable[[Sequence[Span]], Awaitable[None]]

_LINES = (WHOLE, PART)


class Keeper:
    """Keeps what the consumption of one estate costs and emits."""

    def __init__(self, store: Store, estate: Estate, state: State, remove: Remove) -> None:
        self._store, self._estate, self._remove, self._zone = store, estate, remove, estate.site.zone
        self._due = Due(state, price_bases(estate))
        self._factors = {carrier: factors(estate, carrier) for carrier in CARRIERS}
        self._quarter = -1  # of the last time

    async def changed(self, touched: Iterable[tuple[str, int]]) -> None:
        """Consumption of these meters is about to change in the months that hold these times."""
        months = {(meter, floor(at_ms, "1mo", self._zone)) for meter, at_ms in touched}
        await self._due.add((month, delivery_point(self._estate, meter)) for meter, month in months)

    async def forget(self, meters: Collection[str]) -> None:
        """Price the delivery points of these anew."""
        await self._due.forget({delivery_point(self._estate, meter) for meter in meters})

    async def settle(self, now_ms: int, *, live: bool = False) -> int:
        """Do what is due; how many rows that took. When `live`, the month under way waits for the next quarter hour."""
        await self._enlist(now_ms)
        due = await self._due.all()
        quarter = now_ms // STEP_MS
        if not due or (live and quarter == self._quarter and min(due) >= floor(now_ms, "1mo", self._zone)):
            return 0
        years: dict[int, Dues] = {}
        for month_ms, points in sorted(due.items()):
            years.setdefault(floor(month_ms, "1y", self._zone), {})[month_ms] = points
        written = 0
        for year_ms, months in years.items():
            for month_ms, points in months.items():
                written += await self._month(month_ms, points, now_ms)
            written += await self._year(year_ms, now_ms)
            await self._due.done(months)
        self._quarter = quarter
        return written

    async def _enlist(self, now_ms: int) -> None:
        """What the estate says anew, and what a day more costs whether anything is used or not."""
        today = floor(now_ms, "1d", self._zone)
        if stale := await self._due.stale():
            await self._due.enlist(stale, await self._months(now_ms))
        if (day := await self._due.day()) != today:
            since_ms = day or today
            priced = [meter for meter in self._estate.meters if contracts_of(self._estate, meter)]
            months = list(steps(since_ms, today + 1, "1mo", self._zone)) if since_ms <= today else []
            await self._due.add((month, point) for point in priced for month in months)
            await self._due.reach(today)

    async def _months(self, now_ms: int) -> list[int]:
        """Every month of which there is consumption, or something kept."""
        kept: Where = {"role": [ROLE], "carrier": [*COSTS.values(), *CARBON.values()]}
        found: set[int] = set()
        for where in (SITE, kept):
            for row in await self._store.usage(Usage("1mo", 0, now_ms + DAY_MS, where=where, by=EACH_ROW)):
                found |= {*row.starts.tolist()}
        return sorted(found)

    async def _month(self, month_ms: int, points: Collection[str], now_ms: int) -> int:
        end_ms = following(month_ms, "1mo", self._zone)
        priced = [point for point in points if point in self._estate.meters]
        costing = Costing(self._store, self._estate, month_ms, end_ms, now_ms)
        whole, parts = await costing.whole_and_parts(priced)
        before = await self._held("1d", month_ms, end_ms, [*MONEY, *PARTS.values()])
        own, shares = await self._consumed(month_ms, end_ms)
        emitted = await asyncio.to_thread(of_carbon, self._estate, own, shares, self._factors)
        worked_out = await asyncio.to_thread(self._days, before, points, whole, parts)
        places = await asyncio.to_thread(of_places, self._estate, worked_out)
        days = worked_out | places | emitted
        written = await self._put(before, days, "1d", now_ms)
        months = longer(places | emitted, month_ms)
        carriers = [*MONEY]
        if over(month_ms, now_ms, self._zone):
            carriers += _LINES
            months |= await asyncio.to_thread(month_rows, self._estate, [*whole, *parts], month_ms)
        before = await self._held("1mo", month_ms, month_ms + 1, carriers)
        mine = {name: each for name, each in before.items() if name.carrier not in _LINES or _of(name.meter) in points}
        return written + await self._put(mine, months, "1mo", now_ms)

    def _days(self, before: Rows, points: Collection[str], whole: Sequence[Charge], parts: Sequence[Charge]) -> Rows:
        """The rows of delivery points: those concerned as they are now, the others as they are held."""
        stay = {name: each for name, each in before.items() if (of := point_of(name.meter)) and of not in points}
        return stay | of_charges(self._estate, whole, parts)

    async def _consumed(self, start_ms: int, end_ms: int) -> tuple[list[UsageRow], list[UsageRow]]:
        """What site meters count by building, and what tenants use; by day and carrier."""
        own = await self._store.usage(Usage("1d", start_ms, end_ms, where=SITE, by=("building", "carrier")))
        shares = await self._store.usage(Usage("1d", start_ms, end_ms, "tenant", by=("tenant", "carrier")))
        return own, shares

    async def _year(self, year_ms: int, now_ms: int) -> int:
        end_ms = following(year_ms, "1y", self._zone)
        months = await self._held("1mo", year_ms, end_ms, [*MONEY])
        before = await self._held("1y", year_ms, year_ms + 1, [*MONEY])
        return await self._put(before, longer(months, year_ms), "1y", now_ms)

    async def _held(self, every: Every, start_ms: int, end_ms: int, carriers: Sequence[str]) -> Rows:
        where: Where = {"role": [ROLE], "carrier": carriers}
        return held(await self._store.usage(Usage(every, start_ms, end_ms, "meter", where, EACH_ROW)))

    async def _put(self, before: Rows, now: Rows, every: Every, now_ms: int) -> int:
        """Remove what is no more, then write: what stands under another building may share its name with what comes."""
        written, gone = await asyncio.to_thread(compared, before, now, every, now_ms)
        await self._remove(gone)
        await self._store.write_consumption(written)
        return len(written)


def _of(meter: str) -> str:
    """The delivery point of a row of lines."""
    return meter.split("#", 2)[1]
