"""What whole months cost: those that are over as they are kept, the others worked out from their days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from energy.cost.kept_lines import PART, PER_YEAR, WHOLE, Point, keepable, month_charge, months_kept
from energy.cost.query import MOST_NAMES, Charge, Costing
from energy.derived.facts import ROLE
from energy.flows.rows import EACH_ROW
from energy.meters.steps import Steps
from energy.usage import Where
from estate.calendar import floor, steps
from estate.model import Estate
from store.base import Store, Usage

Kept = Mapping[str, Mapping[str, Steps]]
"""Delivery point → tenant → rows."""


class MonthlyCosting:
    """One question: the costs over whole months that begin in [start_ms, end_ms), as far as they have begun."""

    def __init__(self, store: Store, estate: Estate, start_ms: int, end_ms: int, now_ms: int) -> None:
        self._store, self._estate, self._now_ms = store, estate, now_ms
        self._months = list(steps(start_ms, min(end_ms, now_ms), "1mo", estate.site.zone))
        self._span = start_ms, end_ms

    async def meters(self, meters: Iterable[str]) -> list[Charge]:
        """Delivery points as a whole, and what the amounts of sub-meters cost."""
        asked = [*meters]
        points = {name: Point(self._estate, name) for name in asked if keepable(self._estate, name)}
        kept = await self._kept(points, [""], WHOLE)
        lacking = self._lacking(points, kept)
        found = self._charges(points, kept, lacking)
        for (first, last), names in self._runs([*asked], lacking).items():
            found += await Costing(self._store, self._estate, first, last + 1, self._now_ms).meters(names)
        return found

    async def tenants(self, meters: Iterable[str], tenants: Sequence[str] = ()) -> list[Charge]:
        """The parts of these tenants, or of all, of these delivery points."""
        asked = [*meters]
        if tenants:
            served = await Costing(self._store, self._estate, *self._span, self._now_ms).served(tenants)
            asked = [point for point in asked if point in served]
        points = {name: Point(self._estate, name) for name in asked if keepable(self._estate, name)}
        marks = await self._kept(points, [""], WHOLE)
        lacking = self._lacking(points, marks)
        kept = await self._kept(points, tenants, PART)
        found = self._charges(points, kept, lacking)
        for (first, last), names in self._runs(asked, lacking).items():
            found += await Costing(self._store, self._estate, first, last + 1, self._now_ms).tenants(names)
        return [charge for charge in found if not tenants or charge.tenant in tenants]

    async def _kept(self, points: Mapping[str, Point], tenants: Sequence[str], carrier: str) -> Kept:
        """The rows of these tenants' parts of these delivery points, of all where none is named."""
        if not points or not self._months:
            return {}
        where: Where = {"role": [ROLE], "carrier": [carrier]}
        if 0 < len(points) * len(tenants) < MOST_NAMES:
            where = {**where, "meter": [point.name(who) for point in points.values() for who in tenants]}
        zone = self._estate.site.zone
        start_ms, end_ms = (floor(month, "1y", zone) for month in (self._months[0], self._months[-1]))
        found: dict[str, dict[str, Steps]] = defaultdict(dict)
        for row in await self._store.usage(Usage("1y", start_ms, end_ms + PER_YEAR, "meter", where, EACH_ROW)):
            _, name, tenant, basis = row.tags["meter"].split("#")
            if name in points and points[name].basis == basis and (not tenants or tenant in tenants):
                found[name][tenant] = Steps(*row[1:4])
        return found

    def _lacking(self, points: Iterable[str], kept: Kept) -> dict[str, tuple[int, int]]:
        """The first and the last month of each delivery point that is not kept; what lies between is worked out."""
        found = {}
        for name in points:
            used = kept.get(name, {}).get("")
            there = months_kept(used, self._months, self._estate.site.zone) if used else set()
            if missing := [month for month in self._months if month not in there]:
                found[name] = missing[0], missing[-1]
        return found

    def _runs(self, asked: Iterable[str], lacking: Mapping[str, tuple[int, int]]) -> dict[tuple[int, int], list[str]]:
        """The meters by the months to work out."""
        found: dict[tuple[int, int], list[str]] = defaultdict(list)
        for name in asked if self._months else ():
            if not keepable(self._estate, name):
                found[self._months[0], self._months[-1]].append(name)
            elif name in lacking:
                found[lacking[name]].append(name)
        return found

    def _charges(self, points: Mapping[str, Point], kept: Kept, lacking: Mapping[str, tuple[int, int]]) -> list[Charge]:
        found = []
        for name, parts in kept.items():
            first, last = lacking.get(name, (1, 0))
            if months := [month for month in self._months if not first <= month <= last]:
                zone = self._estate.site.zone
                found += [month_charge(points[name], who, rows, months, zone) for who, rows in parts.items()]
        return found
