"""What a month costs line by line, as rows the store keeps of months that are over: a year of costs is few rows. Pure.

A row's name holds the price basis of its delivery point, so that what is read is never of other prices than today's: a
month without rows under today's basis is worked out. Of each line two rows, its quantity and its amount.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.cost.due import price_basis
from energy.cost.kept import Name, Rows
from energy.cost.lines import Cost, Days, Use
from energy.cost.money import Amounts
from energy.cost.query import Charge
from energy.cost.sums import LineKey, line_key
from energy.cost.tariff import contracts_of
from energy.meters.steps import NOTHING, Steps
from estate.calendar import floor
from estate.model import Estate
from estate.tariff import Contract, Line

WHOLE, PART = "lines", "lines.part"
"""The carriers of these rows: of delivery points, and of their tenants' parts."""

USED = "used"
"""In place of a line: what was used. Of a delivery point it is there in every month that is kept."""

SORTS = ("quantity", "amount")


class Priced(NamedTuple):
    """A line of a delivery point's contracts."""

    line: Line
    contract: Contract


class Point:
    """How the lines of one delivery point are called."""

    def __init__(self, estate: Estate, point: str) -> None:
        self.id, self.basis = point, price_basis(estate, point)
        self.lines: dict[LineKey, Priced] = {}
        for contract in contracts_of(estate, point):
            for line in estate.tariffs[contract.tariff].lines:
                self.lines.setdefault(line_key(line, contract), Priced(line, contract))

    def name(self, tenant: str, what: str) -> str:
        """Of a row: its delivery point, tenant, basis, and line or USED."""
        return f"lines#{self.id}#{tenant}#{self.basis}#{what}"

    @property
    def whats(self) -> Iterator[str]:
        """What there may be rows of."""
        yield USED
        for index in range(len(self.lines)):
            yield from (f"{index} {sort}" for sort in SORTS)


def keepable(estate: Estate, meter: str) -> bool:
    """Whether lines are kept of this meter: of delivery points with a contract, that never moved."""
    found = estate.meters[meter]
    return not found.submeter_of and len(estate.placements[found.device]) == 1 and bool(contracts_of(estate, meter))


def month_rows(estate: Estate, charges: Iterable[Charge], month_ms: int) -> Rows:
    """The rows of one month's charges."""
    found: Rows = {}
    points: dict[str, Point] = {}
    for charge in charges:
        if keepable(estate, charge.meter):
            point = points.get(charge.meter) or points.setdefault(charge.meter, Point(estate, charge.meter))
            carrier = PART if charge.tenant else WHOLE
            building = estate.placements[estate.meters[charge.meter].device][0].building
            for what, (amount, guessed) in _sums(point, charge).items():
                if amount or (what == USED and not charge.tenant):
                    columns = [np.array([value], np.int64) for value in (month_ms, amount, guessed)]
                    name = Name(point.name(charge.tenant, what), carrier, building)
                    found[name] = Steps.of(columns[0], columns[1], columns[2])
    return found


def _sums(point: Point, charge: Charge) -> dict[str, tuple[int, int]]:
    """Of a month's charge, what its rows hold, and what of that was not measured."""
    found = {USED: (int(charge.use.amount.sum()), int(charge.use.guessed.sum()))}
    place = {key: index for index, key in enumerate(point.lines)}
    for cost in charge.costs:
        index = place[line_key(cost.line, cost.contract)]
        columns = ((cost.quantity, cost.guessed), (cost.amount, None))
        for sort, (amount, guessed) in zip(SORTS, columns, strict=True):
            before = found.get(f"{index} {sort}", (0, 0))
            rest = int(guessed.sum()) if guessed is not None else 0
            found[f"{index} {sort}"] = before[0] + int(amount.sum()), before[1] + rest
    return found


def month_charge(point: Point, tenant: str, rows: Mapping[str, Steps], months: Sequence[int], zone: ZoneInfo) -> Charge:
    """What is kept of these months, as a charge whose days are months."""
    days = Days.of(months, zone)

    def column(what: str) -> tuple[Amounts, Amounts]:
        amounts, guessed = (np.zeros(len(months), np.int64) for _ in range(2))
        steps = rows.get(point.name(tenant, what), NOTHING)
        at = np.searchsorted(days.starts, steps.starts)
        inside = np.isin(steps.starts, days.starts)
        amounts[at[inside]], guessed[at[inside]] = steps.amounts[inside], steps.guessed[inside]
        return amounts, guessed

    costs = []
    for index, (line, contract) in enumerate(point.lines.values()):
        quantity, guessed = column(f"{index} quantity")
        costs.append(Cost(line, contract, quantity, guessed, column(f"{index} amount")[0]))
    return Charge(point.id, tenant, days, Use(*column(USED), {}), costs)


def over(month_ms: int, now_ms: int, zone: ZoneInfo) -> bool:
    """Whether a month is over."""
    return month_ms < floor(now_ms, "1mo", zone)
