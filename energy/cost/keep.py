"""Keeps costs and emissions in step with consumption, prices and factors: what differs is written, the rest goes.

What is due is done month by month: the delivery points concerned are priced anew, and places are summed again. Done
again after a pass that broke off, it comes to the same; so does a rebuild.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from energy.cost.carbon import factors
from energy.cost.due import Due, Dues, price_bases
from energy.cost.facts import CARBON, COSTS, MONEY
from energy.cost.kept import PARTS, Rows, compared, held, longer, of_carbon, of_charges, of_places, point_of
from energy.cost.kept_lines import PART, PER_YEAR, WHOLE, month_rows, within
from energy.cost.query import Charge, Costing, joined
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

REMEMBERED = 4
"""How many spans are known as they stand."""

Remove = Callable[[Sequence[Span]], Awaitable[None]]


class Keeper:
    """Keeps what the consumption of one estate costs and emits."""

    def __init__(self, store: Store, estate: Estate, state: State, remove: Remove) -> None:
        self._store, self._estate, self._remove, self._zone = store, estate, remove, estate.site.zone
        self._due = Due(state, price_bases(estate))
        self._factors = {carrier: factors(estate, carrier) for carrier in CARRIERS}
        self._quarter = -1  # of the last time
        self._known: dict[tuple[Every, int, int], Rows] = {}  # what stands in spans that were looked at last

    async def changed(self, touched: Iterable[tuple[str, int]]) -> None:
        """Consumption of these meters is about to change in the months that hold these times."""
        months = {(meter, floor(at_ms, "1mo", self._zone)) for meter, at_ms in touched}
        await self._due.add((month, delivery_point(self._estate, meter)) for meter, month in months)

    async def forget(self, meters: Collection[str]) -> None:
        """Price the delivery points of these anew, and look at what there is."""
        if meters:
            self._known.clear()
            await self._due.forget({delivery_point(self._estate, meter) for meter in meters})

    async def settle(self, now_ms: int, *, live: bool = False, unsettled: Collection[str] = ()) -> int:
        """Do what is due; how many rows that took. When `live`, the month under way waits for the next quarter hour.

        What is due of the delivery points of `unsettled` meters, whose consumption is not all written, stays due.
        """
        await self._enlist(now_ms)
        waiting = {delivery_point(self._estate, meter) for meter in unsettled}
        due = {month: rest for month, points in (await self._due.all()).items() if (rest := points - waiting)}
        quarter = now_ms // STEP_MS
        if not due or (live and quarter == self._quarter and min(due) >= floor(now_ms, "1mo", self._zone)):
            return 0
        written = 0
        for year_ms, months in self._years(due).items():
            for (start_ms, end_ms), points in _runs(months, self._zone):
                written += await self._months(start_ms, end_ms, points, now_ms)
            written += await self._year(year_ms, now_ms)
            await self._due.done(months)
        self._quarter = quarter
        return written

    def _years(self, due: Dues) -> dict[int, Dues]:
        found: dict[int, Dues] = {}
        for month_ms, points in sorted(due.items()):
            found.setdefault(floor(month_ms, "1y", self._zone), {})[month_ms] = points
        return found

    async def _enlist(self, now_ms: int) -> None:
        """What the estate says anew, and what a day more costs whether anything is used or not."""
        today = floor(now_ms, "1d", self._zone)
        if stale := await self._due.stale():
            await self._due.enlist(stale, await self._every_month(now_ms))
        if (day := await self._due.day()) != today:
            since_ms = day or today
            priced = [meter for meter in self._estate.meters if contracts_of(self._estate, meter)]
            months = list(steps(since_ms, today + 1, "1mo", self._zone)) if since_ms <= today else []
            await self._due.add((month, point) for point in priced for month in months)
            await self._due.reach(today)

    async def _every_month(self, now_ms: int) -> list[int]:
        """The months of last year and this, and every earlier one of which there is consumption, or something kept."""
        kept: Where = {"role": [ROLE], "carrier": [*COSTS.values(), *CARBON.values()]}
        last_year = floor(floor(now_ms, "1y", self._zone) - 1, "1y", self._zone)
        found = {*steps(last_year, now_ms, "1mo", self._zone)} if self._estate.contracts else set()
        for where in (SITE, kept):
            for row in await self._store.usage(Usage("1mo", 0, now_ms + DAY_MS, where=where, by=EACH_ROW)):
                found |= {*row.starts.tolist()}
        return sorted(found)

    async def _months(self, start_ms: int, end_ms: int, points: Collection[str], now_ms: int) -> int:
        """Whole months of one year."""
        priced = [point for point in points if point in self._estate.meters]
        costing = Costing(self._store, self._estate, start_ms, end_ms, now_ms)
        whole, parts = await costing.whole_and_parts(priced)
        before = await self._held("1d", start_ms, end_ms, [*MONEY, *PARTS.values()])
        own, shares = await self._consumed(start_ms, end_ms)
        emitted = await asyncio.to_thread(of_carbon, self._estate, own, shares, self._factors)
        worked_out = await asyncio.to_thread(self._days, before, points, whole, parts)
        places = emitted | await asyncio.to_thread(of_places, self._estate, worked_out)
        written = await self._put("1d", start_ms, end_ms, before, worked_out | places, now_ms)
        months = await asyncio.to_thread(longer, places, "1mo", self._zone)
        before = await self._held("1mo", start_ms, end_ms, [*MONEY])
        written += await self._put("1mo", start_ms, end_ms, before, months, now_ms)
        over_ms = floor(now_ms, "1mo", self._zone)
        if start_ms < over_ms:
            written += await self._lines([*whole, *parts], start_ms, min(end_ms, over_ms), points, now_ms)
        return written

    async def _lines(
        self, charges: Sequence[Charge], start_ms: int, end_ms: int, points: Collection[str], now_ms: int
    ) -> int:
        """What months that are over cost line by line."""
        year_ms = floor(start_ms, "1y", self._zone)
        now = await asyncio.to_thread(month_rows, self._estate, charges, year_ms, end_ms)
        found = await self._held("1y", year_ms, year_ms + PER_YEAR, [WHOLE, PART])
        before = {
            name: within(rows, year_ms, start_ms, end_ms)
            for name, rows in found.items()
            if name.meter.split("#", 2)[1] in points
        }
        return await self._put("1y", start_ms, end_ms, before, now, now_ms)

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
        end_ms, over_ms = following(year_ms, "1y", self._zone), floor(now_ms, "1mo", self._zone)
        edges = sorted({year_ms, min(over_ms, end_ms), end_ms})
        months: Rows = {}
        for start_ms, until_ms in pairwise(edges):
            for name, rows in (await self._held("1mo", start_ms, until_ms, [*MONEY])).items():
                months[name] = joined(months[name], rows) if name in months else rows
        before = await self._held("1y", year_ms, year_ms + 1, [*MONEY])
        return await self._put("1y", year_ms, end_ms, before, longer(months, "1y", self._zone), now_ms)

    async def _held(self, every: Every, start_ms: int, end_ms: int, carriers: Sequence[str]) -> Rows:
        """What the store holds; what was written or read last is known."""
        if (known := self._known.get((every, start_ms, end_ms))) is not None:
            return known
        where: Where = {"role": [ROLE], "carrier": carriers}
        found = held(await self._store.usage(Usage(every, start_ms, end_ms, "meter", where, EACH_ROW)))
        self._remember(every, start_ms, end_ms, found)
        return found

    async def _put(self, every: Every, start_ms: int, end_ms: int, before: Rows, now: Rows, now_ms: int) -> int:
        """Remove what is no more, then write: what stands under another building may share its name with what comes."""
        for key in [key for key in self._known if key[0] == every and key[1] < end_ms and start_ms < key[2]]:
            del self._known[key]
        written, gone = await asyncio.to_thread(compared, before, now, every, now_ms)
        await self._remove(gone)
        await self._store.write_consumption(written)
        self._remember(every, start_ms, end_ms, now)
        return len(written)

    def _remember(self, every: Every, start_ms: int, end_ms: int, rows: Rows) -> None:
        """The days of a month, and the months of a year: enough for the month under way, quarter by quarter."""
        if every == "1mo" or (every == "1d" and end_ms - start_ms < 32 * DAY_MS):
            self._known[every, start_ms, end_ms] = rows
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]


def _runs(due: Dues, zone: ZoneInfo) -> list[tuple[tuple[int, int], set[str]]]:
    """Months in a row of which the same is due, as [start, end), with the delivery points."""
    found: list[tuple[tuple[int, int], set[str]]] = []
    for month_ms, points in due.items():
        end_ms = following(month_ms, "1mo", zone)
        if found and found[-1][0][1] == month_ms and found[-1][1] == points:
            found[-1] = (found[-1][0][0], end_ms), points
        else:
            found.append(((month_ms, end_ms), points))
    return found
