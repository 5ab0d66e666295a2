"""What the page of energy shows of cost and carbon: exact sums of what `/api/cost` and `/api/carbon` answer."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from dashboards.api.costs import CostParams, read_cost
from dashboards.pages.figures import Key, Scope, by_part
from dashboards.pages.period import Period, Span
from energy.cost.carbon_query import emissions
from energy.cost.money import CENT, cents
from estate.calendar import DAY_MS, floor, midnight
from estate.model import Estate
from store.base import Store, Usage


class Sums(NamedTuple):
    """Amounts in 1e-9 EUR or kg CO₂e, by part and carrier."""

    parts: Counter[Key]
    unknown: Sequence[str] = ()  # delivery points without a contract

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def bill(self) -> int:
        """The sum of what each carrier costs as it is shown, in whole cents; 1e-9 EUR."""
        carriers = {carrier for _, carrier in self.parts}
        return CENT * sum(cents([self.of_carrier(carrier) or 0])[0] for carrier in carriers)

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


async def carbon_change(estate: Estate, store: Store, scope: Scope, period: Period) -> float | None:
    """How whole days' emissions changed from the same dates of last year; None where any of them is not known."""
    until_ms = floor(period.so_far.end_ms, "1d", period.zone)
    span = Span(period.span.start_ms, until_ms)
    if period.former is None or span.start_ms >= until_ms:
        return None
    last = Span(*(_year_before(at_ms, period) for at_ms in span))
    ours, before = await asyncio.gather(*(_by_day(estate, store, scope, each) for each in (span, last)))
    if not ours or any(day not in before for day in ours):
        return None
    emitted = sum(before[day] for day in ours)
    return sum(ours.values()) / emitted - 1 if emitted else None


async def _by_day(estate: Estate, store: Store, scope: Scope, span: Span) -> Counter[int]:
    """What was emitted on each day, by its number in the span."""
    found: Counter[int] = Counter()
    for each in await emissions(store, estate, Usage("1d", *span, scope.of, scope.where, ("carrier",))):
        for start, nano in zip(each.row.starts.tolist(), each.nano_kg.tolist(), strict=True):
            found[round((start - span.start_ms) / DAY_MS)] += nano
    return found


def _year_before(at_ms: int, period: Period) -> int:
    day = datetime.fromtimestamp(at_ms / 1000, period.zone).date()
    leap = day.month == 2 and day.day == 29  # its 28th, last year
    return midnight(day.replace(year=day.year - 1, day=28 if leap else day.day), period.zone)
