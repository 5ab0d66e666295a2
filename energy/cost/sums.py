"""Costs by day → by day, month or year, and by group. Sums only: what is summed is exact already."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from energy.cost.lines import Cost, Days
from energy.cost.money import Amounts
from energy.cost.query import Charge
from energy.flows.allocation import placement_at
from energy.meters.cleaned import Times
from estate.model import Estate
from estate.tariff import Contract, Line
from store.base import UsageTag

LineKey = tuple[str, str, str, str, int]
"""Tariff, name, period, unit and price: what a line of a group is one line by."""


def line_key(line: Line, contract: Contract) -> LineKey:
    """What tells this line from others."""
    return contract.tariff, line.name, line.period, line.unit, line.price


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
        for building, days in by_building(estate, charge):
            known = {"building": building, "meter": charge.meter, "tenant": charge.tenant}
            known["carrier"] = estate.meters[charge.meter].carrier
            found.setdefault(tuple(known[tag] for tag in by), []).append((charge, days))
    return [_group(dict(zip(by, tags, strict=True)), found[tags], edges) for tags in sorted(found)]


def _group(tags: Mapping[UsageTag, str], members: Sequence[tuple[Charge, Amounts]], edges: Times) -> Group:
    none = np.zeros(len(edges) - 1, np.int64)
    amount = quantity = guessed = none
    lines: dict[LineKey, LineSum] = {}
    for charge, here in members:
        columns = [charge.use.amount, charge.use.guessed]
        for cost in charge.costs:
            columns += [cost.quantity, cost.guessed, cost.amount]
        sums = _sums(np.stack(columns) * here, charge.days, edges)
        quantity, guessed = quantity + sums[0], guessed + sums[1]
        for cost, *own in zip(charge.costs, sums[2::3], sums[3::3], sums[4::3], strict=True):
            amount = amount + own[2]
            key = line_key(cost.line, cost.contract)
            before = lines.setdefault(key, LineSum(cost, none, none, none))
            lines[key] = LineSum(before.cost, *(old + new for old, new in zip(before[1:], own, strict=True)))
    shown = [line for line in lines.values() if line.quantity.any() or line.amount.any()]
    return Group(tags, amount, quantity, guessed, shown)


def _sums(each: Amounts, days: Days, edges: Times) -> Amounts:
    """Of each row of days, by step: of the days from the first edge on, before the last."""
    total = np.zeros((len(each), len(days.starts) + 1), np.int64)
    np.cumsum(each, axis=1, out=total[:, 1:])
    found = total[:, np.searchsorted(days.starts, edges)]
    return found[:, 1:] - found[:, :-1]


def by_building(estate: Estate, charge: Charge) -> list[tuple[str, Amounts]]:
    """Where the meter was on each day."""
    meter, starts = estate.meters[charge.meter], charge.days.starts
    if len(estate.placements[meter.device]) == 1:
        return [(estate.placements[meter.device][0].building, np.ones(len(starts), np.int64))]
    where = np.array([placement_at(estate, meter, start).building for start in starts.tolist()])
    return [(str(building), (where == building).astype(np.int64)) for building in np.unique(where)]
