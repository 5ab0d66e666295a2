"""What the page of energy shows of cost and carbon: exact sums of what `/api/cost` and `/api/carbon` answer."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from dashboards.api.costs import CostParams, read_cost
from dashboards.pages.figures import Key, Scope, by_part
from dashboards.pages.period import Period
from energy.cost.carbon_query import emissions
from estate.model import Estate
from store.base import Store


class Sums(NamedTuple):
    """Amounts in 1e-9 EUR or kg CO₂e, by part and carrier."""

    parts: Counter[Key]
    unknown: Sequence[str] = ()  # delivery points without a contract

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    def of_carrier(self, carrier: str) -> int | None:
        """None where nothing of it is known."""
        found = [amount for (_, of), amount in self.parts.items() if of == carrier]
        return sum(found) if found else None

    def of_part(self, id_: str) -> int | None:
        found = [amount for (part, _), amount in self.parts.items() if part == id_]
        return sum(found) if found else None


async def costs(estate: Estate, store: Store, scope: Scope, period: Period) -> Sums:
    """What the period cost so far by the estate's own prices."""
    tag: Literal["building", "tenant"] = "tenant" if scope.kind == "building" else "building"
    asked = CostParams(
        every="1d" if period.length in ("day", "week") else "1mo",
        start=period.so_far.start_ms,
        end=period.so_far.end_ms,
        by=[tag],
        **({scope.kind: [scope.id]} if scope.kind != "site" else {}),
    )
    answer = await read_cost(estate, store, asked, period.now_ms)
    found: Counter[Key] = Counter()
    for group in answer.groups:
        found[group.tags[tag], group.tags["carrier"]] += sum(group.amount)
    return Sums(found, answer.unpriced)


async def carbon(estate: Estate, store: Store, scope: Scope, period: Period) -> Sums:
    """What the period emitted so far."""
    query = by_part(scope, period)
    tag = query.by[0]
    found: Counter[Key] = Counter()
    for each in await emissions(store, estate, query):
        found[each.row.tags[tag], each.row.tags["carrier"]] += int(each.nano_kg.sum())
    return Sums(found)
