"""Costs by day → by day, month or year, and by group. Sums only: what is summed is exact already."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from energy.allocation import placement_at
from energy.cost import Cost, Days
from energy.cost_query import Charge
from energy.money import Amounts
from energy.register import Times
from estate.model import Estate
from store.base import UsageTag

LineKey = tuple[str, str, str, str, int]
"""Tariff, name, period, unit and price: what a line of a group is one line by."""


class LineSum(NamedTuple):
    """One line of a group, by step."""

    cost: Cost  # the first of those summed: for its line and contract
    quantity: Amounts
    guessed: Amounts
    amount: Amounts


class Group(NamedTuple):
    """What one group costs, by step."""

    tags: Mapping[UsageTag, str]
    amount: Amounts  # 1e-9 EUR
    quantity: Amounts  # of the carrier
    guessed: Amounts  # what of the quantity was not measured
    lines: Sequence[LineSum]


def grouped(estate: Estate, charges: Iterable[Charge], by: Sequence[UsageTag], edges: Times) -> list[Group]:
    """The charges by tags and by the steps between these edges, in order of their tags."""
    found: dict[tuple[str, ...], list[tuple[Charge, Amounts]]] = {}
    for charge in charges:
        for building, days in _buildings(estate, charge):
            known = {"building": building, "meter": charge.meter, "tenant": charge.tenant}
            known["carrier"] = estate.meters[charge.meter].carrier
            found.setdefault(tuple(known[tag] for tag in by), []).append((charge, days))
    return [_group(dict(zip(by, tags, strict=True)), found[tags], edges) for tags in sorted(found)]


def _group(tags: Mapping[UsageTag, str], members: Sequence[tuple[Charge, Amounts]], edges: Times) -> Group:
    none = np.zeros(len(edges) - 1, np.int64)
    amount, quantity, guessed = none.copy(), none.copy(), none.copy()
    lines: dict[LineKey, LineSum] = {}
    for charge, here in members:
        quantity += _sums(charge.use.amount * here, charge.days, edges)
        guessed += _sums(charge.use.guessed * here, charge.days, edges)
        for cost in charge.costs:
            own = [_sums(each * here, charge.days, edges) for each in (cost.quantity, cost.guessed, cost.amount)]
            amount += own[2]
            key = (cost.contract.tariff, cost.line.name, cost.line.period, cost.line.unit, cost.line.price)
            before = lines.setdefault(key, LineSum(cost, none, none, none))
            lines[key] = LineSum(before.cost, *(old + new for old, new in zip(before[1:], own, strict=True)))
    shown = [line for line in lines.values() if line.quantity.any() or line.amount.any()]
    return Group(tags, amount, quantity, guessed, shown)


def _sums(each: Amounts, days: Days, edges: Times) -> Amounts:
    """By step: of the days from the first edge on, before the last."""
    first = np.searchsorted(days.starts, edges)
    total = np.concatenate(([0], np.cumsum(each)))
    sums: Amounts = np.diff(total[first])
    return sums


def _buildings(estate: Estate, charge: Charge) -> list[tuple[str, Amounts]]:
    """Where the meter was on each day."""
    meter, starts = estate.meters[charge.meter], charge.days.starts
    if len(estate.placements[meter.device]) == 1:
        return [(estate.placements[meter.device][0].building, np.ones(len(starts), np.int64))]
    where = np.array([placement_at(estate, meter, start).building for start in starts.tolist()])
    return [(str(building), (where == building).astype(np.int64)) for building in np.unique(where)]
