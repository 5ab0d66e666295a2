"""What the store holds of a place over some days → what its indicators are found from."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from energy.derived.daily import of_zone, zone_meters
from energy.derived.facts import DEGREES, FACTS, HOURLY, ROLE, meter_of
from energy.derived.found import Inputs
from energy.derived.reach import REACH
from energy.derived.together import area, together
from energy.meters.cleaned import Times
from energy.meters.steps import NOTHING, Steps, total
from energy.usage import SITE, Where
from estate.calendar import DAY_MS, Every, floor
from estate.calendar import steps as calendar_steps
from estate.model import Estate
from store.base import Store, Usage

Kind = Literal["site", "building", "zone", "tenant"]

OF_LOADS = [name for name in FACTS if name not in (*HOURLY, *DEGREES)]


class Scope(NamedTuple):
    """A place by kind and id, over whole local days."""

    kind: Kind
    id: str
    start_ms: int
    end_ms: int


async def read(store: Store, estate: Estate, scope: Scope) -> Inputs:
    """The inputs of a place's indicators; the questions are asked together."""
    reader = _Reader(store, estate, scope)
    found = await asyncio.gather(reader.metered(), reader.facts(), reader.leased())
    amounts = {name: steps for part in found for name, steps in part.items()}
    if scope.kind in ("zone", "tenant"):  # of which no more is kept
        amounts |= together(amounts)
        amounts["area"] = reader.areas(amounts["energy"].starts) if "energy" in amounts else NOTHING
    counted, watched = reached(amounts) if scope.kind in ("site", "building") else await reader.covered()
    peak_ms = await reader.peak_at(amounts.get("peak"))
    return Inputs(reader.days, reader.area(), amounts, counted, watched, peak_ms, estate.site.zone)


class _Reader:
    def __init__(self, store: Store, estate: Estate, scope: Scope) -> None:
        self._store, self._estate, self._scope = store, estate, scope
        self._of: Literal["meter", "tenant"] = "tenant" if scope.kind == "tenant" else "meter"
        self.days = len(list(calendar_steps(scope.start_ms, scope.end_ms, "1d", estate.site.zone)))

    async def metered(self) -> dict[str, Steps]:
        """What it drew and made, by carrier and day."""
        return await self._flows("1d", self._scope.start_ms, self._scope.end_ms, {})

    async def facts(self) -> dict[str, Steps]:
        """Its own facts, and the degree days of the site."""
        kind, name = self._scope.kind, self._scope.id
        own = OF_LOADS if kind == "tenant" else [*OF_LOADS, *HOURLY]
        meters = [meter_of(kind, name, fact) for fact in own]
        meters += [meter_of("site", self._estate.site.id, fact) for fact in DEGREES]
        if kind == "tenant":  # its readings are those of the buildings it is in
            buildings = {self._estate.zones[zone].building for zone, *_ in self._spans()}
            meters += [meter_of("building", each, fact) for each in buildings for fact in ("received", "expected")]
        return await self._facts(meters, self._scope.start_ms, self._scope.end_ms)

    async def leased(self) -> dict[str, Steps]:
        """What sensors say of a tenant's zones, while it leases them."""
        if self._scope.kind != "tenant":
            return {}
        together: dict[tuple[int, int], list[str]] = defaultdict(list)
        for zone, start_ms, end_ms in self._spans():
            together[start_ms, end_ms].append(zone)
        found: dict[str, list[Steps]] = defaultdict(list)
        for (start_ms, end_ms), zones in together.items():
            meters = [meter_of("zone", zone, fact) for zone in zones for fact in HOURLY]
            for name, steps in (await self._facts(meters, start_ms, end_ms)).items():
                found[name].append(steps)
        return {name: total(parts) for name, parts in found.items()}

    async def covered(self) -> tuple[float, float]:
        """The shares of its zones' area whose people are counted, and whose occupancy is known."""
        zones = {zone.id: zone for zone in map(self._estate.zones.__getitem__, self._inside())}
        buildings = sorted({zone.building for zone in zones.values()})
        where: Where = {"carrier": list(REACH), "role": [ROLE], "building": buildings}
        first = floor(self._scope.start_ms, "1mo", self._estate.site.zone)
        rows = await self._store.usage(Usage("1mo", first, self._scope.end_ms, where=where, by=("meter", "carrier")))
        known = {(row.tags["meter"].rpartition("#")[0], row.tags["carrier"]) for row in rows}

        def share(fact: str) -> float:
            area = sum(
                zone.area_m2
                for zone in zones.values()
                if known & {(f"zone#{zone.id}", fact), (f"own#{zone.building}", fact)}
            )
            return area / sum(zone.area_m2 for zone in zones.values()) if area else 0.0

        return share("people"), share("observed")

    def area(self) -> float:
        """m²; a tenant's as it leased over the days, on average."""
        scope, estate = self._scope, self._estate
        if scope.kind == "zone":
            return estate.zones[scope.id].area_m2
        if scope.kind == "building":
            return estate.buildings[scope.id].area_m2
        if scope.kind == "site":
            return _metered_m2(estate)
        leased = sum(estate.zones[zone].area_m2 * (end - start) for zone, start, end in self._spans())
        return leased / (scope.end_ms - scope.start_ms)

    def areas(self, days: Times) -> Steps:
        """The area of a zone, or of a tenant as it leased then, on these days."""
        if self._scope.kind == "zone":
            return area(days, self.area())
        zones, spans = self._estate.zones, self._spans()
        leased = {
            day: sum(zones[zone].area_m2 for zone, start, end in spans if start <= day < end) for day in days.tolist()
        }
        return area(days, leased)

    async def peak_at(self, peaks: Steps | None) -> int | None:
        """The start of the step of the greatest power, found in its day."""
        if peaks is None or not len(peaks.starts):
            return None
        day = int(peaks.starts[np.argmax(peaks.amounts)])
        electric: Where = {"carrier": ["electricity"]}
        found = await self._flows(self._estate.step, day, day + DAY_MS + DAY_MS // 24, electric)
        drawn = found.get("electricity")
        return int(drawn.starts[np.argmax(drawn.amounts)]) if drawn else None

    async def _flows(self, every: Every, start_ms: int, end_ms: int, only: Where) -> dict[str, Steps]:
        """What it drew and made, by carrier and step."""
        if self._scope.kind == "zone":
            signs = zone_meters(self._estate).get(self._scope.id, {})
            where: Where = {"meter": sorted(signs), **only}
            query = Usage(every, start_ms, end_ms, where=where, by=("meter", "carrier"))
            return of_zone(await self._store.usage(query), signs) if signs else {}
        query = Usage(every, start_ms, end_ms, self._of, {**self._where(), **only}, ("carrier",))
        return {row.tags["carrier"]: Steps(*row[1:4]) for row in await self._store.usage(query)}

    def _where(self) -> Where:
        """The rows of consumption that are its own; those of a zone are of its meters."""
        kind, name = self._scope.kind, self._scope.id
        if kind == "tenant":
            return {"tenant": [name]}
        return {**SITE, "building": [name]} if kind == "building" else SITE

    def _inside(self) -> list[str]:
        """The zone itself, or the zones that the tenant leases."""
        return [self._scope.id] if self._scope.kind == "zone" else sorted({zone for zone, *_ in self._spans()})

    def _spans(self) -> list[tuple[str, int, int]]:
        """The tenant's zones, each as long as it leases it within the days."""
        start_ms, end_ms = self._scope.start_ms, self._scope.end_ms
        leases = (lease for lease in self._estate.leases if lease.tenant == self._scope.id)
        spans = ((each.zone, max(each.start_ms, start_ms), min(each.end_ms, end_ms)) for each in leases)
        return [(zone, start, end) for zone, start, end in spans if start < end]

    async def _facts(self, meters: Sequence[str], start_ms: int, end_ms: int) -> dict[str, Steps]:
        query = Usage("1d", start_ms, end_ms, where={"meter": meters, "role": [ROLE]}, by=("carrier",))
        return {row.tags["carrier"]: Steps(*row[1:4]) for row in await self._store.usage(query)}


def reached(amounts: Mapping[str, Steps]) -> tuple[float, float]:
    """The shares of a building's or the site's zones, by area, whose people are counted, and whose occupancy is known.

    They are of the days on which any of its sensors spoke.
    """
    counted, watched, zones = (
        int(amounts[fact].amounts.sum()) if fact in amounts else 0 for fact in (*REACH.values(), "zones_area")
    )
    return (counted / zones, watched / zones) if zones else (0.0, 0.0)


def _metered_m2(estate: Estate) -> float:
    """The area of the buildings with a site meter; of all, where one serves the whole site."""
    meters = (meter for meter in estate.meters.values() if meter.role == "site")
    there = {span.building for meter in meters for span in estate.placements[meter.device]}
    whole = estate.site.id in there
    return sum(building.area_m2 for building in estate.buildings.values() if whole or building.id in there)
