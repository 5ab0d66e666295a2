"""What settlement asks the store: what meters read, and the rows of consumption that are there."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import starmap

from energy.flows.rows import EACH_ROW, REMOVED, Whose
from energy.meters.account import ATTEMPTS, Account, Cleared, Readings, account, cleared, look_from
from energy.meters.fill import Usual
from energy.meters.steps import NOTHING, Steps
from energy.part import Held, bounds
from energy.plan import Changed
from energy.usage import of_meters
from estate.calendar import DAY_MS, LENGTHS, Every
from estate.model import Estate, Meter
from store.base import Series, Store, Tag, Usage, UsageRow, UsageTag

OF_METERS = ("site", "submeter", REMOVED)
"""The roles of rows that meters have; what is derived from them has others."""


class Gatherer:
    """Asks for the meters of one estate."""

    def __init__(self, store: Store, estate: Estate) -> None:
        self._store, self._estate = store, estate
        self._counters = {(meter.device, meter.channel): meter for meter in estate.meters.values()}

    def meter(self, device: str, channel: str) -> Meter | None:
        """The meter whose readings these are."""
        return self._counters.get((device, channel))

    async def begun(self, meters: Collection[str], now_ms: int) -> Changed:
        """The week of each meter's first reading; those without any are absent."""
        begun: Changed = {}
        for quantity, found in self._by_quantity(meters).items():
            devices = [meter.device for meter in found]
            query = Series(
                quantity, 0, now_ms + DAY_MS, 7 * DAY_MS, "count", {"device": devices}, by=("device", "channel")
            )
            for tags, times, _ in await self._store.series(query):
                if counter := self.meter(tags["device"], tags["channel"]):
                    begun[counter.id] = int(times[0])
        return begun

    async def accounts(self, changed: Changed, now_ms: int) -> list[Account]:
        """Each meter's steps from its change on, looking back as far as it takes."""
        found: list[Cleared] = []
        waiting = changed
        for attempt in range(ATTEMPTS):
            readings = await self._readings(waiting, attempt, now_ms)
            found += await asyncio.to_thread(_cleared, readings, changed, LENGTHS[self._estate.step])
            done = {each.meter.id for each in found}
            waiting = {each.meter.id: changed[each.meter.id] for each in readings if each.meter.id not in done}
        before = await self._before(found)
        return await asyncio.to_thread(_accounts, found, before, self._estate)

    async def _before(self, found: Sequence[Cleared]) -> dict[str, Steps]:
        """By meter, its own steps of the weeks before its first gap: what fills that rests on them."""
        gaps = {each.meter.id: each.wanted_ms for each in found if each.wanted_ms is not None and each.since_ms}
        if not gaps:
            return {}
        where: Mapping[UsageTag, Sequence[str]] = {"meter": sorted(gaps)}
        end_ms = max(each.since_ms for each in found)
        query = Usage(self._estate.step, max(0, min(gaps.values())), end_ms, "meter", where, ("meter",))
        return {row.tags["meter"]: Steps(*row[1:4]) for row in await self._store.usage(query)}

    async def held(self, meters: Collection[str], start_ms: int, now_ms: int) -> Held:
        """The rows needed to settle these meters from then on; the shortest step also of the meters behind them."""
        behind = [meter.id for meter in self._estate.meters.values() if meter.submeter_of in meters]

        async def both(every: Every, from_ms: int) -> list[UsageRow]:
            own = {*meters, *behind} if every == self._estate.step else meters
            return [
                *await self.rows(every, "meter", own, from_ms, now_ms),
                *await self.rows(every, "tenant", meters, from_ms, now_ms),
            ]

        begins = bounds(self._estate, start_ms)
        return dict(zip(begins, await asyncio.gather(*starmap(both, begins.items())), strict=True))

    async def rows(self, every: Every, of: Whose, meters: Iterable[str], from_ms: int, now_ms: int) -> list[UsageRow]:
        """The rows of these meters, or of their tenants' shares, each for itself."""
        wanted = {*meters}
        where = of_meters(self._estate, wanted, OF_METERS)
        found = await self._store.usage(Usage(every, from_ms, now_ms + DAY_MS, of, where, EACH_ROW))
        return [row for row in found if row.tags["meter"] in wanted]

    async def _readings(self, waiting: Changed, attempt: int, now_ms: int) -> list[Readings]:
        """What the meters' registers read, from some time before each change on; one query per quantity."""
        found = []
        for quantity, meters in self._by_quantity(waiting).items():
            start_ms = min(look_from(meter, waiting[meter.id], attempt) for meter in meters)
            most = 2 * len(meters) > len(self._estate.devices)
            where: Mapping[Tag, Sequence[str]] = {} if most else {"device": [meter.device for meter in meters]}
            query = Series(quantity, start_ms, now_ms + DAY_MS, None, where=where, by=("device", "channel"))
            wanted = set(meters)
            for tags, times, values in await self._store.series(query):
                counter = self.meter(tags["device"], tags["channel"])
                if counter in wanted:
                    found.append(Readings(counter, times, values, start_ms == 0))
        return found

    def _by_quantity(self, meters: Iterable[str]) -> Mapping[str, list[Meter]]:
        found: dict[str, list[Meter]] = defaultdict(list)
        for meter in map(self._estate.meters.__getitem__, meters):
            found[meter.quantity].append(meter)
        return found


def _cleared(readings: Sequence[Readings], changed: Changed, step_ms: int) -> list[Cleared]:
    found = (cleared(each, changed[each.meter.id], step_ms) for each in readings)
    return [each for each in found if each]


def _accounts(found: Sequence[Cleared], before: Mapping[str, Steps], estate: Estate) -> list[Account]:
    step_ms, zone = LENGTHS[estate.step], estate.site.zone
    return [account(each, step_ms, Usual(zone, before.get(each.meter.id, NOTHING))) for each in found]
