"""Readings and consumption in the store → facts in the store, beside settlement: what is touched is derived anew."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.daily import Daily
from energy.derived.facts import DEGREES, HOURLY, ROLE, meter_of
from energy.derived.firsts import first_reading, first_stored
from energy.derived.memory import DerivedMemory
from energy.derived.places import (
    DAYS,
    OUTDOOR,
    SENSED,
    SUMS,
    Place,
    outdoor,
    place_bases,
    placed,
    places,
    rows,
    whole,
)
from energy.derived.sensing import ATTEMPTS, Series, days, facts, look_from
from energy.derived.strays import Remove, strays
from energy.derived.summing import Summing
from energy.flows.allocation import NOBODY, People, by_people, served
from energy.flows.rollup import floored, rollup
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from energy.usage import Where
from estate.calendar import DAY_MS, Every, floor
from estate.model import FOREVER_MS, Consumption, Estate
from store.base import Latest, Store, Tag, Touched, Usage
from store.base import Series as Query
from store.state import State

REMEMBERED = 200_000
"""How many figures are known as written; then they are written again."""

Changed = dict[Place, int]
"""Place → the time of its earliest new reading, ms."""


class Derivation:
    """Keeps the facts of an estate in step with its readings and its consumption."""

    def __init__(self, store: Store, estate: Estate, state: State, remove: Remove) -> None:
        self._store, self._estate, self._zone = store, estate, estate.site.zone
        self._places = places(estate)
        self._memory = DerivedMemory(state, place_bases(estate))
        self._remove = remove
        self._daily = Daily(store, estate, remove)
        self._summing = Summing(store, estate, remove)
        self._site = whole(estate, estate.site.id)
        self._until_ms = 0  # the days before are derived
        self._unsummed_ms = FOREVER_MS  # from where on buildings and the site are still to be summed
        self._last: dict[tuple[str, str, int], tuple[int, float]] = {}  # last written

    async def forget(self) -> None:
        """Derive everything anew in the next pass."""
        self._last.clear()
        await self._memory.forget()

    def again(self) -> None:
        """After a pass that broke off: tell anew what readings touch, although its facts may be written."""
        self._last.clear()

    async def due(self, since_ms: int) -> None:
        """The facts of the days from then on are to be derived, also if this process ends before."""
        await self._memory.due(since_ms)

    async def readings(self, touched: Sequence[Touched], now_ms: int) -> dict[str, int]:
        """Derive what these readings touch; the meters whose shares rest on it, and from when."""
        stale, gone = await self._memory.stale(), await self._memory.gone()
        if not (touched or stale or gone):
            return {}
        told = await self._told()
        changed = self._changed(touched, told)
        anew = [place for place in (*self._places, self._site) if place.name in stale]
        found: Changed = {}
        for place in anew:
            stands: dict[str, Times] = {}
            found |= await self._zones({place: 0}, told, now_ms, stands)
            await self._outdoor({place: 0}, now_ms, stands)
            if at_ms := await self._sweep(place.name, stands, now_ms):
                found[place] = min(at_ms, found.get(place, at_ms))
        swept = [await self._sweep(name, {}, now_ms) for name in gone]
        live = {place: at_ms for place, at_ms in changed.items() if place not in anew}
        found |= await self._zones(live, told, now_ms)
        await self._outdoor(live, now_ms)
        corrected = {SUMS, DAYS} & stale
        stood_ms = await first_stored(self._store, self._estate, "1d", now_ms) if corrected else FOREVER_MS
        self._unsummed_ms = min(self._unsummed_ms, stood_ms if SUMS in corrected else FOREVER_MS)
        await self._sum(now_ms)
        arrived = (row.from_ms for row in touched)  # each counts as received, whatever comes of it
        await self.due(min([stood_ms, *found.values(), *arrived, *filter(None, swept)]))
        await self._memory.keep([*corrected, *(place.name for place in anew)])
        await self._memory.drop(gone)
        again: dict[str, int] = {}
        for place, at_ms in found.items():
            for meter in by_people(self._estate, place.id) if place.kind == "zone" else ():
                again[meter.id] = min(at_ms, again.get(meter.id, at_ms))
        return again

    async def days(self, now_ms: int) -> int:
        """Derive the facts of the whole days that are due; how many rows.

        A day that ends is due although nothing has come: readings were expected.
        """
        today = floor(now_ms, "1d", self._zone)
        until_ms = self._until_ms or floor(today - DAY_MS // 2, "1d", self._zone)
        since_ms = await self._memory.since()
        written = await self._daily.derive(min(since_ms, until_ms), now_ms)
        if min(since_ms, until_ms) < today:
            async for found in self._summing.longer(min(since_ms, until_ms), today, now_ms):
                await self._store.write_consumption(found)
        if since_ms < FOREVER_MS:
            await self._memory.reached()
        self._until_ms = today
        return written

    async def people(self, meters: Collection[str], start_ms: int, now_ms: int) -> People:
        """The people by zone and local day that these meters' shares rest on."""
        split = {key.meter for key in self._estate.keys if key.kind == "occupancy"} & set(meters)
        if not split:
            return NOBODY
        of = (self._estate.meters[meter] for meter in split)
        spans = (place for meter in of for place in self._estate.placements[meter.device])
        zones = {meter_of("zone", zone, "people"): zone for place in spans for zone in served(self._estate, place)[0]}
        where: Where = {"meter": list(zones)}
        query = Usage("1d", floor(start_ms, "1d", self._zone), now_ms + DAY_MS, where=where, by=("meter",))
        found = await self._store.usage(query)
        return {
            zones[row.tags["meter"]]: dict(zip(row.starts.tolist(), row.amounts.tolist(), strict=True)) for row in found
        }

    async def _told(self) -> dict[str, set[str]]:
        """The quantities of facts that each device has ever told."""
        found: dict[str, set[str]] = defaultdict(set)
        for point in await self._store.latest(Latest({"quantity": [*SENSED]})):
            found[point.device].add(point.quantity)
        return found

    def _changed(self, touched: Iterable[Touched], told: Mapping[str, set[str]]) -> Changed:
        found: Changed = {}
        for row in touched:
            spans = self._estate.placements.get(row.device, ()) if row.device in told else ()
            around = [placed(self._estate, span.building, span.zone) for span in spans if span.end_ms > row.from_ms]
            for place in [*around, *([self._site] if row.device == outdoor(self._estate) else [])]:
                found[place] = min(row.from_ms, found.get(place, row.from_ms))
        return found

    async def _sweep(self, place: str, stands: Mapping[str, Times], now_ms: int) -> int:
        """Remove what stands of a place's sensors no longer, a device having been elsewhere after all; from when.

        What is older than the first reading that is kept stays: nothing tells what it rests on.
        """
        first_ms = floor(await first_reading(self._store, (*SENSED, OUTDOOR), now_ms), "1d", self._zone)
        told = DEGREES if place == self._site.name else HOURLY  # those of the site by hour are sums
        where: Where = {"meter": [f"{place}#{fact}" for fact in told], "role": [ROLE]}
        spans = []
        for every in ("1h", "1d"):
            kept = {meter: np.unique(floored(starts, every, self._zone)) for meter, starts in stands.items()}
            held = await self._store.usage(Usage(every, first_ms, now_ms + DAY_MS, where=where, by=("meter",)))
            spans += strays(held, kept, every)
        await self._remove(spans)
        removed = {span.meter for span in spans}
        self._last = {key: figure for key, figure in self._last.items() if key[0] not in removed}
        since_ms = min((span.start_ms for span in spans), default=0)
        self._unsummed_ms = min(self._unsummed_ms, since_ms or FOREVER_MS)
        return since_ms

    async def _zones(
        self, changed: Changed, told: Mapping[str, set[str]], now_ms: int, stands: dict[str, Times] | None = None
    ) -> Changed:
        """Derive the facts of these places; those that have any, from when. `stands` takes when each has a figure."""
        waiting, done = changed, Changed()
        for attempt in range(ATTEMPTS):
            series = await self._series(waiting, told, attempt, now_ms)
            found: dict[Place, dict[str, Steps]] = {}
            for place, own in series.items():
                at_ms = changed[place]
                derived = await asyncio.to_thread(facts, own, at_ms, look_from(at_ms, attempt), self._zone)
                if derived is not None:
                    found[place] = derived
            done |= await self._write(found, "1h", now_ms)
            _note(stands, found)
            waiting = {place: changed[place] for place in series if place not in found}
        return done

    async def _series(
        self, changed: Changed, told: Mapping[str, set[str]], attempt: int, now_ms: int
    ) -> dict[Place, list[Series]]:
        """The readings of each place, one query per quantity."""
        found: dict[Place, list[Series]] = defaultdict(list)
        for quantity in SENSED:
            own = {place: at_ms for place, at_ms in changed.items() if self._tells(place, quantity, told)}
            if not own:
                continue
            start_ms = min(look_from(at_ms, attempt) for at_ms in own.values())
            devices = sorted({device for place in own for device in self._places[place] if quantity in told[device]})
            by: tuple[Tag, ...] = ("building", "zone", "device", "channel")
            query = Query(quantity, start_ms, now_ms + DAY_MS, None, where={"device": devices}, by=by)
            for tags, times, values in await self._store.series(query):
                place = placed(self._estate, tags["building"], tags["zone"])
                if place in own:
                    first = int(times.searchsorted(look_from(own[place], attempt)))
                    interval_s = self._estate.devices[tags["device"]].interval_s
                    found[place].append(Series(quantity, interval_s, times[first:], values[first:]))
        return found

    def _tells(self, place: Place, quantity: str, told: Mapping[str, set[str]]) -> bool:
        return any(quantity in told.get(device, ()) for device in self._places.get(place, ()))

    async def _outdoor(self, changed: Changed, now_ms: int, stands: dict[str, Times] | None = None) -> None:
        """Derive the degree days, where the outdoor sensor is among what changed. No share rests on them."""
        device = outdoor(self._estate)
        if self._site not in changed or not device:
            return
        at_ms = changed[self._site]
        for attempt in range(ATTEMPTS):
            from_ms = look_from(at_ms, attempt)
            query = Query(OUTDOOR, from_ms, now_ms + DAY_MS, None, where={"device": [device]}, by=("device", "channel"))
            series = await self._store.series(query)
            if not series:
                continue
            found = days(Series(OUTDOOR, 0, *series[0][1:]), at_ms, from_ms, self._zone)
            if found is not None:
                await self._write({self._site: found}, "1d", now_ms)
                _note(stands, {self._site: found})
                break

    async def _write(self, found: Mapping[Place, dict[str, Steps]], every: Every, now_ms: int) -> Changed:
        """Write facts from the start of a day on, and of hours the days they are part of.

        The places where something differs from what was written last, and from when.
        """
        written = [row for place, each in found.items() for row in rows(place, each, every, now_ms)]
        if every == "1h":
            by_day = {place: _rolled(each, "1d", self._zone) for place, each in found.items()}
            written += [row for place, each in by_day.items() for row in rows(place, each, "1d", now_ms)]
        different = self._different(written)
        if every == "1h":
            self._unsummed_ms = min([self._unsummed_ms, *(row.start_ms for row in different if row.every == "1h")])
        await self._put(different)
        since: dict[str, int] = {}
        for row in different:
            name = row.meter.rpartition("#")[0]
            since[name] = min(row.start_ms, since.get(name, row.start_ms))
        return {place: since[place.name] for place in found if place.name in since}

    async def _sum(self, now_ms: int) -> None:
        """Bring the sums of buildings and the site up to date; where that breaks off, the next pass does it."""
        if self._unsummed_ms < FOREVER_MS:
            async for found in self._summing.wider(self._unsummed_ms, now_ms):
                await self._store.write_consumption(found)
            self._unsummed_ms = FOREVER_MS

    def _different(self, written: Sequence[Consumption]) -> list[Consumption]:
        """Those that differ from what this process wrote last."""
        return [row for row in written if self._last.get(_key(row)) != (row.amount, row.estimated)]

    async def _put(self, written: Sequence[Consumption]) -> None:
        """Write the rows that differ from what this process wrote last."""
        different = self._different(written)
        await self._store.write_consumption(different)
        if len(self._last) > REMEMBERED:
            self._last.clear()
        self._last |= {_key(row): (row.amount, row.estimated) for row in different}


def _note(stands: dict[str, Times] | None, found: Mapping[Place, Mapping[str, Steps]]) -> None:
    if stands is not None:
        for place, each in found.items():
            stands |= {meter_of(place.kind, place.id, fact): steps.starts for fact, steps in each.items()}


def _key(row: Consumption) -> tuple[str, str, int]:
    return row.meter, row.every, row.start_ms


def _rolled(found: Mapping[str, Steps], every: Every, zone: ZoneInfo) -> dict[str, Steps]:
    return {name: rollup(steps, every, zone) for name, steps in found.items()}
