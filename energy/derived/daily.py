"""The facts of whole days of every place, from the consumption and the occupancy in the store."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from energy.ahead import ahead
from energy.derived.days import Hours, day_facts
from energy.derived.facts import COUNTS, LOADS, ROLE, meter_of
from energy.derived.firsts import first_reading, first_stored
from energy.derived.places import Place, rows, whole
from energy.derived.ratios import HEATING
from energy.derived.strays import Remove, starts_of, strays
from energy.derived.together import of_places
from energy.meters.steps import Steps, less
from energy.usage import Where, summed
from estate.calendar import DAY_MS, HOUR_MS, LENGTHS, floor, following
from estate.calendar import steps as calendar_steps
from estate.model import COMMON, Estate
from estate.vocabulary import CARRIERS
from store.base import Series, Store, Usage, UsageRow
from store.runs import Run, Runs

ELECTRIC = ("electricity", "pv", "export")

CHUNK_DAYS = 31
"""Days worked on at a time: some hundred thousand steps of forty buildings."""

Loads = dict[Place, dict[str, Steps]]
"""By place and carrier."""

Observed = dict[str, tuple[Steps, Steps]]
"""By place, the hours it was observed, and occupied."""

NDays = np.ndarray[tuple[int], np.dtype[np.int64]]
"""One number per day."""


class _Read(NamedTuple):
    """What the store knows of some days."""

    counted: Sequence[int]  # those of them whose readings are kept, and were counted; with the end of the last
    loads: Loads
    known: Loads  # of buildings and the site, by day
    hours: Observed
    counts: dict[str, NDays]
    held: list[UsageRow]


class Daily:
    """Derives facts of days that are over: what of a day is under way is computed when it is asked for."""

    def __init__(self, store: Store, estate: Estate, remove: Remove) -> None:
        self._store, self._estate, self._zone, self._remove = store, estate, estate.site.zone, remove

    async def derive(self, since_ms: int, now_ms: int) -> int:
        """Write the facts of the whole days from `since_ms` on (0: of all); how many rows."""
        today = floor(now_ms, "1d", self._zone)
        if since_ms >= today:
            return 0
        first = await self._first_days(now_ms)
        stood_ms = await first_stored(self._store, self._estate, "1d", today)
        begin = max(floor(since_ms, "1d", self._zone), min([stood_ms, *first.values()]))
        if begin >= today:
            return 0
        edges = [*calendar_steps(begin, today, "1d", self._zone), today]
        counted_ms = await self._counted_from(begin, stood_ms, now_ms)
        written = 0
        chunks = [edges[index : index + CHUNK_DAYS + 1] for index in range(0, len(edges) - 1, CHUNK_DAYS)]
        async with ahead(chunks, lambda days: self._read(days, [at for at in days if at >= counted_ms])) as readings:
            for _, reading in readings:
                read = await reading
                runs = await asyncio.to_thread(self._rows, read, now_ms)
                found = Runs([*runs, *self._received(read.counted, first, read.counts, now_ms)])
                await self._store.write_consumption(found)
                await self._remove(strays(read.held, starts_of(found), "1d"))
                written += len(found)
        return written

    async def _read(self, days: Sequence[int], counted: Sequence[int]) -> _Read:
        """What the store knows of these days, all asked for at once."""
        return _Read(
            counted,
            *await asyncio.gather(
                self._loads(days[0], days[-1]),
                self._known(days[0], days[-1]),
                self._hours(days[0], days[-1]),
                self._counted(counted),
                self._held(days, counted),
            ),
        )

    async def _counted_from(self, begin_ms: int, stood_ms: int, now_ms: int) -> int:
        """From which day on readings are counted: before, they are kept no longer, and what was counted stands.

        Where something stood before the first reading there is, its day may have lost readings too.
        """
        registers = {carrier.register for carrier in CARRIERS.values()}  # a meter that left may have been the only one
        quantities = sorted(registers | {meter.quantity for meter in self._estate.meters.values()})
        week = [Series(each, begin_ms - 7 * DAY_MS, begin_ms, 7 * DAY_MS, "count", by=()) for each in quantities]
        for query in week:  # as a rule there are some, and all that follow need not be looked through
            if await self._store.series(query):
                return begin_ms
        first_ms = floor(await first_reading(self._store, quantities, now_ms), "1d", self._zone)
        return following(first_ms, "1d", self._zone) if stood_ms < first_ms else first_ms

    async def _held(self, days: Sequence[int], counted: Sequence[int]) -> list[UsageRow]:
        """The facts that stand of these days, and of the counted ones the counts."""
        found: list[UsageRow] = []
        for carriers, chosen in ((LOADS, days), (COUNTS, counted)):
            if len(chosen) > 1:
                where: Where = {"carrier": carriers, "role": [ROLE]}
                found += await self._store.usage(Usage("1d", chosen[0], chosen[-1], where=where, by=("meter",)))
        return found

    def _rows(self, read: _Read, now_ms: int) -> list[Run]:
        """The facts of the places' loads."""
        step_ms = LENGTHS[self._estate.step]
        found: list[Run] = []
        hours = read.hours
        facts: Loads = {}
        for place, flows in read.loads.items():
            empty = _hours([hours[name] for name in self._inside(place) if name in hours])
            facts[place] = day_facts(flows, step_ms, empty, self._zone)
        for place, wide in of_places(self._estate, read.known, facts).items():
            facts[place] = facts.get(place, {}) | wide
        for place, of in facts.items():
            found += rows(place, of, "1d", now_ms).runs
        return found

    def _inside(self, place: Place) -> list[str]:
        """The places whose occupancy tells that of this one. A tenant's zones are those it leases at some time."""
        if place.kind == "zone":
            return [place.name]
        if place.kind == "tenant":
            return [f"zone#{lease.zone}" for lease in self._estate.leases if lease.tenant == place.id]
        zones = [zone for zone in self._estate.zones.values() if place.kind == "site" or zone.building == place.id]
        own = [*self._estate.buildings, place.id] if place.kind == "site" else [place.id]
        return [*(f"zone#{zone.id}" for zone in zones), *(f"own#{name}" for name in own)]

    async def _loads(self, start_ms: int, end_ms: int) -> Loads:
        step, site = self._estate.step, self._estate.site.id
        carriers: Where = {"carrier": [*ELECTRIC]}
        found: Loads = defaultdict(dict)
        own = await self._store.usage(
            Usage(step, start_ms, end_ms, where={**carriers, "role": ["site"]}, by=("building", "carrier"))
        )
        for row in own:
            name = row.tags["building"]
            found[whole(self._estate, name)][row.tags["carrier"]] = Steps(*row[1:4])
        found[Place("site", site, site)] = _by_carrier(own)
        shares = await self._store.usage(
            Usage(step, start_ms, end_ms, "tenant", where=carriers, by=("tenant", "carrier"))
        )
        for row in (each for each in shares if each.tags["tenant"] != COMMON):
            found[Place("tenant", row.tags["tenant"], site)][row.tags["carrier"]] = Steps(*row[1:4])
        told = zone_meters(self._estate)
        if told:
            where: Where = {**carriers, "meter": sorted({meter for signs in told.values() for meter in signs})}
            rows = await self._store.usage(Usage(step, start_ms, end_ms, where=where, by=("meter", "carrier")))
            for name, signs in told.items():
                if flows := of_zone(rows, signs):
                    zone = self._estate.zones[name]
                    found[Place("zone", zone.id, zone.building, zone.id)] = flows
        return found

    async def _known(self, start_ms: int, end_ms: int) -> Loads:
        """What buildings and the site used by day of all but electricity, and the people there."""
        found: dict[Place, dict[str, list[UsageRow]]] = defaultdict(lambda: defaultdict(list))
        site = whole(self._estate, self._estate.site.id)
        metered: Where = {"carrier": [*HEATING, "cooling", "water"], "role": ["site"]}
        for row in await self._store.usage(Usage("1d", start_ms, end_ms, where=metered, by=("building", "carrier"))):
            for place in {whole(self._estate, row.tags["building"]), site}:
                found[place][row.tags["carrier"]].append(row)
        places = [site, *(whole(self._estate, name) for name in self._estate.buildings)]
        wide = {meter_of(place.kind, place.id, "people"): place for place in places}
        people: Where = {"carrier": ["people"], "role": [ROLE], "meter": list(wide)}
        for row in await self._store.usage(Usage("1d", start_ms, end_ms, where=people, by=("meter",))):
            found[wide[row.tags["meter"]]]["people"].append(row)
        return {place: {name: summed(rows) for name, rows in of.items()} for place, of in found.items()}

    async def _hours(self, start_ms: int, end_ms: int) -> Observed:
        where: Where = {"carrier": ["observed", "occupied"], "role": [ROLE]}
        found: dict[str, dict[str, Steps]] = defaultdict(dict)
        for row in await self._store.usage(Usage("1h", start_ms, end_ms, where=where, by=("meter", "carrier"))):
            found[row.tags["meter"].rpartition("#")[0]][row.tags["carrier"]] = Steps(*row[1:4])
        return {name: (each["observed"], each["occupied"]) for name, each in found.items() if len(each) == 2}

    async def _first_days(self, now_ms: int) -> dict[str, int]:
        """The local day of each real meter's first consumption."""
        real: Where = {"role": ["site", "submeter"]}
        months = await self._store.usage(Usage("1mo", 0, now_ms + DAY_MS, where=real, by=("meter",)))
        first = {row.tags["meter"]: int(row.starts[0]) for row in months if row.tags["meter"] in self._estate.meters}
        by_month: dict[int, list[str]] = defaultdict(list)
        for meter, month in first.items():
            by_month[month].append(meter)
        for month, meters in by_month.items():
            query = Usage("1d", month, month + 32 * DAY_MS, where={"meter": meters}, by=("meter",))
            first |= {row.tags["meter"]: int(row.starts[0]) for row in await self._store.usage(query)}
        return first

    def _received(
        self, days: Sequence[int], first: Mapping[str, int], counted: Mapping[str, NDays], now_ms: int
    ) -> list[Run]:
        """The readings received and expected of the meters, by place and day; more than expected count as expected."""
        if len(days) < 2:
            return []
        expected: dict[Place, NDays] = {}
        received: dict[Place, NDays] = {}
        lengths = np.diff(days)
        for name, begun in first.items():
            meter = self._estate.meters[name]
            interval_s = meter.interval_s or self._estate.devices[meter.device].interval_s
            due = np.where(np.array(days[:-1]) >= begun, lengths // (1000 * interval_s), 0)
            got = np.minimum(counted.get(name, lengths * 0), due)
            for place in self._served(name):
                expected[place] = expected.get(place, lengths * 0) + due
                received[place] = received.get(place, lengths * 0) + got
        found: list[Run] = []
        for fact, by_place in (("expected", expected), ("received", received)):
            for place, amounts in by_place.items():
                there = expected[place] > 0
                starts = np.array(days[:-1], np.int64)[there]
                found += rows(place, {fact: Steps.of(starts, amounts[there], starts * 0)}, "1d", now_ms).runs
        return found

    def _served(self, meter: str) -> Iterable[Place]:
        span = self._estate.placements[self._estate.meters[meter].device][-1]
        site = self._estate.site.id
        yield Place("site", site, site)
        if span.building != site:
            yield Place("building", span.building, span.building)
        if span.zone:
            yield Place("zone", span.zone, span.building, span.zone)

    async def _counted(self, days: Sequence[int]) -> dict[str, NDays]:
        """The readings of each meter by day."""
        if len(days) < 2:
            return {}
        meters = {(each.device, each.channel, each.quantity): each.id for each in self._estate.meters.values()}
        found: dict[str, NDays] = {}
        for quantity in sorted({quantity for *_, quantity in meters}):
            devices = sorted({device for device, _, of in meters if of == quantity})
            query = Series(quantity, days[0], days[-1], HOUR_MS, "count", {"device": devices}, ("device", "channel"))
            for tags, times, values in await self._store.series(query):
                if meter := meters.get((tags["device"], tags["channel"], quantity)):
                    day = np.searchsorted(days, times, side="right") - 1
                    found[meter] = np.bincount(day, values, len(days) - 1).astype(np.int64)
        return found


def zone_meters(estate: Estate) -> dict[str, dict[str, int]]:
    """What tells the use of a zone: 1 for the meters there that are behind none there, −1 for those it feeds elsewhere.

    A meter elsewhere that is behind one of the zone's counts what is not used in the zone.
    """
    zones = {name: estate.placements[meter.device][-1].zone for name, meter in estate.meters.items()}
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, zone in zones.items():
        above = zones.get(estate.meters[name].submeter_of, "")
        if above != zone:
            found[zone][name], found[above][name] = 1, -1
    found.pop("", None)
    return {zone: signs for zone, signs in found.items() if 1 in signs.values()}


def of_zone(rows: Iterable[UsageRow], signs: Mapping[str, int]) -> dict[str, Steps]:
    """What a zone used by carrier, of the rows of single meters."""
    kept = [row for row in rows if row.tags["meter"] in signs]
    own, gone = (_by_carrier(row for row in kept if signs[row.tags["meter"]] == sign) for sign in (1, -1))
    return {carrier: less(steps, gone[carrier]) if carrier in gone else steps for carrier, steps in own.items()}


def _by_carrier(found: Iterable[UsageRow]) -> dict[str, Steps]:
    groups: dict[str, list[UsageRow]] = defaultdict(list)
    for row in found:
        groups[row.tags["carrier"]].append(row)
    return {carrier: summed(rows) for carrier, rows in groups.items()}


def _hours(inside: Sequence[tuple[Steps, Steps]]) -> Hours:
    """The hours of which something is known, and whether all that is known was empty."""
    if not inside:
        return Hours(np.empty(0, np.int64), np.empty(0, np.bool_))
    starts = np.unique(np.concatenate([observed.starts for observed, _ in inside]))
    somebody = np.zeros(len(starts), np.bool_)
    for _, occupied in inside:
        somebody[np.searchsorted(starts, occupied.starts[occupied.amounts > 0])] = True
    return Hours(starts, ~somebody)
