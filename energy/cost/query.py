"""The store's day rows → what delivery points, their tenants or sub-meters cost, day by day.

What tariffs ask of each day stands in rows of role `derived`; a day without them is computed from its steps.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from energy.cost.lines import Cost, Days, Use, costs, use
from energy.cost.money import Amounts
from energy.cost.tariff import Fact, contracts_of, days, facts_of
from energy.cost.tariff_rows import OF_PARTS, PART, POINT
from energy.derived.facts import ROLE
from energy.flows.allocation import delivery_point
from energy.flows.rows import EACH_ROW
from energy.meters.steps import NOTHING, Steps
from energy.usage import summed
from estate.calendar import LENGTHS, Every, floor, following
from estate.calendar import steps as calendar_steps
from estate.model import COMMON, Estate
from store.base import Store, Usage, UsageRow, UsageTag

MOST_NAMES = 200
"""More names than this are read as all there are: a query that names each is slower."""

Whose = tuple[str, str]
"""A meter, and a tenant; "" for the meter's own."""


class Charge(NamedTuple):
    """What somebody's use behind one delivery point costs."""

    meter: str  # the delivery point, or the sub-meter that was asked for
    tenant: str  # "" for the meter as a whole
    days: Days  # whole months
    use: Use
    costs: Sequence[Cost]


class Costing:
    """One question: the costs over whole months that hold [start_ms, end_ms), as far as they have begun."""

    def __init__(
        self, store: Store, estate: Estate, start_ms: int, end_ms: int, now_ms: int, *, kept: bool = True
    ) -> None:
        """Without `kept`, every fact is computed from the steps."""
        zone = estate.site.zone
        self._store, self._estate, self._keeps = store, estate, kept
        self._start_ms = floor(start_ms, "1mo", zone)
        last_ms = following(floor(max(start_ms, end_ms - 1), "1mo", zone), "1mo", zone)
        self._end_ms = max(self._start_ms, min(last_ms, now_ms))
        self.days = Days.of(list(calendar_steps(self._start_ms, self._end_ms, "1d", zone)), zone)

    async def meters(self, meters: Iterable[str]) -> list[Charge]:
        """Delivery points as a whole; of sub-meters what their amounts cost. Meters without a contract are absent."""
        priced = [meter for meter in meters if contracts_of(self._estate, delivery_point(self._estate, meter))]
        uses = await self._uses({(meter, ""): NOTHING for meter in priced} | await self._days(priced, "meter"), POINT)
        found = []
        for meter in priced:
            own, point = uses[meter, ""], delivery_point(self._estate, meter)
            whole = own if point == meter else None
            rows = costs(self._estate, contracts_of(self._estate, point), self.days, whole, [own])[0]
            found.append(Charge(meter, "", self.days, own, rows))
        return found

    async def tenants(self, points: Iterable[str], serving: Sequence[str] = ()) -> list[Charge]:
        """Every tenant's part of these delivery points, COMMON's too; they sum to the delivery point.

        Of delivery points that are `serving` these tenants alone, where any are named.
        """
        if serving:
            served = await self.served(serving)
            points = [point for point in points if point in served]
        return (await self.whole_and_parts(points))[1]

    async def whole_and_parts(self, points: Iterable[str]) -> tuple[list[Charge], list[Charge]]:
        """Delivery points, and every tenant's part of them."""
        charges = await self.meters(points)
        whole = {charge.meter: charge.use for charge in charges}
        behind: dict[str, list[str]] = {point: [] for point in whole}
        for meter in self._estate.meters:
            if (point := delivery_point(self._estate, meter)) in behind:
                behind[point].append(meter)
        found = await self._days([meter for meters in behind.values() for meter in meters], "tenant")
        uses = await self._uses(found, PART)
        parts = [charge for point in whole for charge in self._shared(point, whole[point], behind[point], uses)]
        return charges, parts

    async def served(self, tenants: Sequence[str]) -> set[str]:
        """The delivery points some of whose energy is these tenants', or may be: COMMON has a part of each."""
        if COMMON in tenants:
            return {*self._estate.meters}
        query = Usage("1mo", self._start_ms, self._end_ms, "tenant", {"tenant": tenants}, EACH_ROW)
        meters = [row.tags["meter"] for row in await self._store.usage(query)]
        return {delivery_point(self._estate, meter) for meter in meters if meter in self._estate.meters}

    def _shared(self, point: str, whole: Use, meters: Sequence[str], uses: Mapping[Whose, Use]) -> Iterator[Charge]:
        parts: dict[str, list[Use]] = defaultdict(list)
        for (meter, tenant), part in uses.items():
            if meter in meters:
                parts[tenant].append(part)
        tenants = [*sorted(set(parts) - {COMMON}), COMMON]
        together = [added(self.days, parts[tenant]) for tenant in tenants]
        rows = costs(self._estate, contracts_of(self._estate, point), self.days, whole, together)
        for tenant, part, own in zip(tenants, together, rows, strict=True):
            yield Charge(point, tenant, self.days, part, own)

    async def _uses(self, whole: Mapping[Whose, Steps], carrier: str) -> dict[Whose, Use]:
        """What each used, with the facts its contracts ask for."""
        names = {fact.row(*whose): (whose, fact) for whose in whole for fact in self._facts(whose)}
        kept: dict[Whose, dict[Fact, Steps]] = {whose: {} for whose in whole}
        for name, steps in (await self._kept(names, carrier)).items():
            whose, fact = names[name]
            kept[whose][fact] = steps
        await self._complete(whole, kept)
        return {whose: use(self.days, steps, kept[whose]) for whose, steps in whole.items()}

    def _facts(self, whose: Whose) -> list[Fact]:
        meter, tenant = whose
        return [fact for fact in facts_of(self._estate, meter) if not tenant or fact.kind in OF_PARTS]

    async def _days(self, meters: Sequence[str], of: Literal["meter", "tenant"]) -> dict[Whose, Steps]:
        return await self._steps("1d", self._start_ms, self._end_ms, meters, of)

    async def _steps(
        self, every: Every, start_ms: int, end_ms: int, meters: Sequence[str], of: Literal["meter", "tenant"]
    ) -> dict[Whose, Steps]:
        if not meters:
            return {}
        found = await self._store.usage(Usage(every, start_ms, end_ms, of, {"meter": meters}, EACH_ROW))
        return merged(found)

    async def _kept(self, names: Collection[str], carrier: str) -> dict[str, Steps]:
        """Kept facts by their name."""
        if not names or not self._keeps:
            return {}
        where: dict[UsageTag, Sequence[str]] = {"role": [ROLE], "carrier": [carrier]}
        if len(names) < MOST_NAMES:
            where["meter"] = list(names)
        found = await self._store.usage(Usage("1d", self._start_ms, self._end_ms, "meter", where, EACH_ROW))
        return {name: steps for (name, _), steps in merged(found).items() if name in names}

    async def _complete(self, whole: Mapping[Whose, Steps], kept: Mapping[Whose, dict[Fact, Steps]]) -> None:
        """Compute the facts of days that have none from their steps."""
        lacking = {whose: self._lacking(whose, days, kept[whose]) for whose, days in whole.items()}
        spans = [span for span in lacking.values() if span]
        if not spans:
            return
        zone, step = self._estate.site.zone, self._estate.step
        start_ms, end_ms = min(spans)[0], following(max(last for _, last in spans), "1d", zone)
        both: tuple[tuple[Literal["meter", "tenant"], bool], ...] = (("meter", False), ("tenant", True))
        for of, mine in both:
            meters = sorted({meter for (meter, tenant), span in lacking.items() if span and bool(tenant) is mine})
            for whose, steps in (await self._steps(step, start_ms, end_ms, meters, of)).items():
                for fact in self._facts(whose) if lacking.get(whose) else ():
                    found = days(steps, fact, LENGTHS[step], zone)
                    kept[whose][fact] = joined(kept[whose].get(fact), found)

    def _lacking(self, whose: Whose, whole: Steps, kept: Mapping[Fact, Steps]) -> tuple[int, int] | None:
        """The first and last of the days with an amount that lack a fact."""
        missing: set[int] = set()
        for fact in self._facts(whose):
            missing |= {*whole.starts.tolist()} - ({*kept[fact].starts.tolist()} if fact in kept else set())
        return (min(missing), max(missing)) if missing else None


def merged(found: Iterable[UsageRow]) -> dict[Whose, Steps]:
    """Rows one by one, which InfluxDB gives six times faster than their sums, by meter and tenant."""
    rows: dict[Whose, list[UsageRow]] = defaultdict(list)
    for row in found:
        rows[row.tags["meter"], row.tags["tenant"]].append(row)
    return {whose: Steps(*own[0][1:4]) if len(own) == 1 else summed(own) for whose, own in rows.items()}


def joined(kept: Steps | None, found: Steps) -> Steps:
    """What is kept, and what was found for other days."""
    if kept is None:
        return found
    new = ~np.isin(found.starts, kept.starts)
    columns = (np.concatenate((one, other[new])) for one, other in zip(kept, found, strict=True))
    return Steps(*columns)


def added(days: Days, parts: Sequence[Use]) -> Use:
    """Several parts of one use together; nothing without any."""
    none = np.zeros(len(days.starts), np.int64)
    facts: dict[Fact, tuple[Amounts, Amounts]] = {}
    for part in parts:
        for fact, (amount, guessed) in part.facts.items():
            before = facts.get(fact, (none, none))
            facts[fact] = before[0] + amount, before[1] + guessed
    amount, guessed = sum((part.amount for part in parts), none), sum((part.guessed for part in parts), none)
    return Use(amount, guessed, facts)
