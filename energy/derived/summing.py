"""Facts of zones → the same of their building and the site; facts of days → of their months and years.

A question about a whole place or year then reads a few rows. Days, months and years of a building are found from those
of its zones, hour by hour, so that a sum of sums is the sum.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.facts import AREAS, FACTS, HOURLY, ROLE
from energy.derived.firsts import first_stored
from energy.derived.places import Place, place_of, rows, whole
from energy.derived.reach import reach
from energy.derived.strays import Remove, starts_of, strays
from energy.flows.columns import columns
from energy.flows.rollup import floored, rolled
from energy.meters.steps import Steps
from energy.usage import Where, summed
from estate.calendar import DAY_MS, Every, floor
from estate.calendar import steps as calendar_steps
from estate.model import Estate
from store.base import Store, Usage, UsageRow
from store.runs import Runs

HOURS_MS = 7 * DAY_MS
"""How many hours of all zones are worked on at a time."""

WIDER: tuple[Every, ...] = ("1h", "1d")
LONGER: tuple[tuple[Every, Every], ...] = (("1d", "1mo"), ("1mo", "1y"))


class Summing:
    """Reads facts there are, and says what those of wider places and longer steps come to."""

    def __init__(self, store: Store, estate: Estate, remove: Remove) -> None:
        self._store, self._estate, self._zone, self._remove = store, estate, estate.site.zone, remove

    async def wider(self, since_ms: int, now_ms: int) -> AsyncIterator[Runs]:
        """The hours and days of buildings and of the site, from the hour of `since_ms` on."""
        where: Where = {"carrier": [*HOURLY, *AREAS], "role": [ROLE]}
        for every in WIDER:
            for start_ms in range(floor(since_ms, every, self._zone), now_ms + DAY_MS, HOURS_MS):
                query = Usage(every, start_ms, start_ms + HOURS_MS, where=where, by=("meter", "carrier"))
                found = await self._store.usage(query)
                summed_up = await asyncio.to_thread(self._wider, found, every, now_ms)
                yield summed_up
                held = [row for row in found if row.tags["meter"].partition("#")[0] in ("building", "site")]
                await self._remove(strays(held, starts_of(summed_up), every))

    async def longer(self, since_ms: int, today_ms: int, now_ms: int) -> AsyncIterator[Runs]:
        """The months and years of all facts, from the year of `since_ms` on; of days that are over."""
        first_ms = max(floor(since_ms, "1y", self._zone), await self._first(today_ms))
        month_ms = max(floor(since_ms, "1mo", self._zone), first_ms)
        for (finer, every), start_ms in zip(LONGER, (month_ms, first_ms), strict=True):
            edges = [*calendar_steps(start_ms, today_ms, every, self._zone), today_ms]
            for begin_ms, end_ms in pairwise(edges):
                query = Usage(finer, begin_ms, end_ms, where=_FACTS, by=("meter", "carrier"))
                longer = await asyncio.to_thread(self._longer, await self._store.usage(query), every, now_ms)
                yield longer
                held = await self._store.usage(Usage(every, begin_ms, end_ms, where=_FACTS, by=("meter",)))
                await self._remove(strays(held, starts_of(longer), every))

    async def _first(self, today_ms: int) -> int:
        """The month of the first day with a fact; before it may stand the sums of days that are no more."""
        known = [await first_stored(self._store, self._estate, every, today_ms) for every in ("1d", "1mo", "1y")]
        return floor(min(*known, today_ms), "1mo", self._zone)

    def _wider(self, found: Iterable[UsageRow], every: Every, now_ms: int) -> Runs:
        inside: dict[Place, dict[str, list[UsageRow]]] = defaultdict(lambda: defaultdict(list))
        for row in found:
            place = place_of(self._estate, row.tags["meter"])
            if place and place.kind in ("zone", "own"):
                for around in {whole(self._estate, place.building), whole(self._estate, self._estate.site.id)}:
                    inside[around][row.tags["carrier"]].append(row)
        written = Runs()
        for place, of in inside.items():
            facts = {fact: summed(parts) for fact, parts in of.items()}
            if every == "1d":
                facts |= reach(self._estate, place, of)
            written.runs.extend(rows(place, facts, every, now_ms).runs)
        return written

    def _longer(self, found: Sequence[UsageRow], every: Every, now_ms: int) -> Runs:
        named = [(place_of(self._estate, row.tags["meter"]), row.tags["carrier"], Steps(*row[1:4])) for row in found]
        sums = rolled(columns((number, steps) for number, (*_, steps) in enumerate(named)), every, self._zone)
        written = Runs()
        for number, (place, fact, steps) in enumerate(named):
            if place:
                most = FACTS[fact].longer == "max"
                longer = greatest(steps, every, self._zone) if most else sums.of(number)
                written.runs.extend(rows(place, {fact: longer}, every, now_ms).runs)
        return written


_FACTS: Where = {"carrier": list(FACTS), "role": [ROLE]}


def greatest(finer: Steps, every: Every, zone: ZoneInfo) -> Steps:
    """By period the greatest amount, which is as sure as it was."""
    periods = floored(finer.starts, every, zone)
    order = np.lexsort((finer.amounts, periods))
    last = order[np.flatnonzero(np.append(np.diff(periods[order]) > 0, True))] if len(order) else order
    return Steps(periods[last], finer.amounts[last], finer.estimated[last])
