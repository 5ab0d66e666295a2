"""What a month costs line by line, as rows the store keeps of months that are over: a year of costs is few rows. Pure.

A row's name holds the price basis of its delivery point, so that what is read is never of other prices than today's: a
month without rows under today's basis is worked out. All figures of a year stand side by side under the year's step,
so many ms after its start: InfluxDB takes as long to open a series of one week as to read its thousand rows.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.cost.due import price_basis
from energy.cost.kept import Name, Rows
from energy.cost.lines import Cost, Days, Use
from energy.cost.query import Charge
from energy.cost.sums import LineKey, line_key
from energy.cost.tariff import contracts_of
from energy.meters.cleaned import Times
from energy.meters.steps import NOTHING, Steps
from estate.calendar import DAY_MS, floor
from estate.model import Estate
from estate.tariff import PRICE_UNITS, Contract, Line

WHOLE, PART = "lines", "lines.part"
"""The carriers of these rows: of delivery points, and of their tenants' parts."""

HALF_DAY_MS = DAY_MS // 2  # local noon is in the same month in every zone

PER_MONTH = 1000
"""Of a year's rows, so many are a month's at most: what was used, then each line's quantity and amount."""

PER_YEAR = 12 * PER_MONTH


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

    def name(self, tenant: str) -> str:
        """Of the rows of the whole (""), or of a tenant's part."""
        return f"lines#{self.id}#{tenant}#{self.basis}"


def keepable(estate: Estate, meter: str) -> bool:
    """Whether lines are kept of this meter: of delivery points with a contract, that never moved."""
    found = estate.meters[meter]
    return not found.submeter_of and len(estate.placements[found.device]) == 1 and bool(contracts_of(estate, meter))


def month_rows(estate: Estate, charges: Iterable[Charge], year_ms: int, end_ms: int) -> Rows:
    """The rows of the months of charges, all of one year, that are over by then.

    That of what was used is there for each month of a delivery point, others where they are not 0.
    """
    found: Rows = {}
    points: dict[str, Point] = {}
    for charge in charges:
        if keepable(estate, charge.meter):
            point = points.get(charge.meter) or points.setdefault(charge.meter, Point(estate, charge.meter))
            building = estate.placements[estate.meters[charge.meter].device][0].building
            steps = _months(point, charge, year_ms, end_ms)
            if len(steps.starts):
                found[Name(point.name(charge.tenant), PART if charge.tenant else WHOLE, building)] = steps
    return found


def _months(point: Point, charge: Charge, year_ms: int, end_ms: int) -> Steps:
    """The figures of a charge, month by month."""
    days, within = charge.days, int((charge.days.starts < end_ms).sum())
    starts, first = np.unique(days.months[:within], return_index=True)
    if not within:
        return NOTHING
    none = np.zeros(len(days.starts), np.int64)
    columns = [(charge.use.amount, charge.use.guessed)]
    for key in point.lines:
        own = [cost for cost in charge.costs if line_key(cost.line, cost.contract) == key]
        columns.append((sum((cost.quantity for cost in own), none), sum((cost.guessed for cost in own), none)))
        columns.append((sum((cost.amount for cost in own), none), none))
    sums = np.add.reduceat(np.array(columns)[:, :, :within], first, axis=2)
    for index, (line, _) in enumerate(point.lines.values()):
        if charge.tenant and PRICE_UNITS[line.unit].basis != "amount":  # the quantity is the delivery point's
            sums[1 + 2 * index] *= sums[2 + 2 * index, 0] != 0
    slots = _slots(np.full(len(starts), year_ms), starts, len(columns))
    amounts, guessed = (sums[:, column].T.ravel() for column in (0, 1))
    found = Steps.of(slots.ravel(), amounts, guessed)
    used = (found.starts - year_ms) % PER_MONTH == 0
    return found.only((found.amounts != 0) | (used & (not charge.tenant)))


def month_charge(point: Point, tenant: str, kept: Steps, months: Sequence[int], zone: ZoneInfo) -> Charge:
    """What is kept of these months, as a charge whose days are months."""
    days = Days.of(months, zone)
    years = np.array([floor(month, "1y", zone) for month in months], np.int64)
    wanted = _slots(years, days.starts, 1 + 2 * len(point.lines))
    at = np.minimum(np.searchsorted(kept.starts, wanted), len(kept.starts) - 1)
    there = kept.starts[at] == wanted
    amounts, guessed = (np.where(there, column[at], 0).T for column in (kept.amounts, kept.guessed))
    costs = [
        Cost(line, contract, amounts[1 + 2 * index], guessed[1 + 2 * index], amounts[2 + 2 * index])
        for index, (line, contract) in enumerate(point.lines.values())
    ]
    return Charge(point.id, tenant, days, Use(amounts[0], guessed[0], {}), costs)


def months_kept(kept: Steps, months: Sequence[int], zone: ZoneInfo) -> set[int]:
    """Those of the months of which a delivery point has rows."""
    years = np.array([floor(month, "1y", zone) for month in months], np.int64)
    used = _slots(years, np.array(months, np.int64), 1)[:, 0]
    return {month for month, there in zip(months, np.isin(used, kept.starts).tolist(), strict=True) if there}


def within(kept: Steps, year_ms: int, start_ms: int, end_ms: int) -> Steps:
    """The rows of a year's months that start in [start_ms, end_ms)."""
    months = np.array([start_ms, end_ms - DAY_MS], np.int64)
    first, last = _slots(np.full(2, year_ms), months, 1)[:, 0].tolist()
    return kept.only((kept.starts >= first) & (kept.starts < last + PER_MONTH))


def _slots(years: Times, months: Times, count: int) -> Times:
    """Where the figures of months stand: one row per month, so many columns."""
    number = (months + HALF_DAY_MS).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) % 12
    found: Times = (years + number * PER_MONTH)[:, None] + np.arange(count)
    return found
