"""What each local day of a delivery point costs, line by line, and what of it is whose. Pure, and exact.

Amounts cost their price, so that energy lines add over any split. A year's price is charged by day. An overrun is
that of the month, and stands on the day of its greatest power. What is not an amount is shared by energy: of the day,
an overrun of the month. A percentage is of the day's lines. Longer spans are sums of days, and tenants sum to the
delivery point, to the last 1e-9 EUR.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.cost.money import Amounts, percents, split, yearly
from energy.cost.tariff import Fact, Mask, high_season, pointed
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, floor
from estate.model import Estate
from estate.tariff import PRICE_UNITS, Contract, Line, Tariff

_UNIT_MS = DAY_MS // 2  # local noon belongs to its day in every zone


COUNTED = {"day": "d", "year": "d", "power": "VA·d", "over": "VA", "over_time": "s", "share": "1e-9 EUR"}
"""What a line's quantity is counted in, but for amounts, which are in the carrier's unit. W count as VA."""

Done = dict[str, list[list[Amounts]]]
"""Name of a line → what each part pays for it, for every price it has had."""


class Days(NamedTuple):
    """Consecutive local days, by their place in month and year."""

    starts: Times
    months: Times  # start of the month of each
    high: Mask  # in high season
    of_year: tuple[Amounts, Amounts]  # which day of the year, from 1; and of how many

    @staticmethod
    def of(starts: Sequence[int], zone: ZoneInfo) -> "Days":
        each = np.array(starts, np.int64)
        date = (each + _UNIT_MS).astype("datetime64[ms]").astype("datetime64[D]")
        year = date.astype("datetime64[Y]")
        day = (date - year.astype("datetime64[D]")).astype(np.int64) + 1
        length = ((year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")).astype(np.int64)
        months = np.array([floor(start, "1mo", zone) for start in starts], np.int64)
        return Days(each, months, high_season(each, zone), (day, length))


class Use(NamedTuple):
    """What somebody used on these days: amounts, how much of them was not measured, and the facts tariffs ask for."""

    amount: Amounts
    guessed: Amounts
    facts: Mapping[Fact, tuple[Amounts, Amounts]]  # the same, by fact


class Cost(NamedTuple):
    """What one line comes to, day by day."""

    line: Line
    contract: Contract
    quantity: Amounts  # Wh, L, days, VA·days, W, s or 1e-9 EUR, as the unit of the price says
    guessed: Amounts  # what of the quantity was not measured
    amount: Amounts  # 1e-9 EUR


def use(days: Days, whole: Steps, facts: Mapping[Fact, Steps]) -> Use:
    """What flowed on these days, 0 where nothing is known; a fact of a day on which nothing flowed is an old one."""
    found = {fact: steps.only(np.isin(steps.starts, whole.starts)) for fact, steps in facts.items()}
    return Use(*_on(days, whole), {fact: _on(days, steps) for fact, steps in found.items()})


def energy_by_period(estate: Estate, contracts: Iterable[Contract], days: Days, point: Use) -> dict[str, Amounts]:
    """What a delivery point used in each tariff period, day by day: by the line that tells most periods apart then."""
    found: dict[str, Amounts] = {}
    for contract in contracts:
        tariff = estate.tariffs[contract.tariff]
        case = _Case(contract, days, point, [point], tariff)
        told = [(line, case.holds(line)) for line in tariff.lines if line.period]
        names = list(dict.fromkeys(line.name for line, _ in told))
        apart = [sum((holds.astype(int) for line, holds in told if line.name == name), case.none) for name in names]
        finest = np.argmax(apart, axis=0) if names else case.none
        for line, holds in told:
            chosen = holds & (finest == names.index(line.name))
            found[line.period] = found.get(line.period, 0) + _flow(case, line, point)[0] * chosen
    return found


def costs(
    estate: Estate, contracts: Sequence[Contract], days: Days, point: Use | None, parts: Sequence[Use]
) -> list[list[Cost]]:
    """Each part's costs, line by line; the last part takes what is nobody's.

    The delivery point as a whole is its only part. A sub-meter costs its amounts, and shares of those: `point` None.
    """
    found: list[list[Cost]] = [[] for _ in parts]
    for contract in contracts:
        tariff = estate.tariffs[contract.tariff]
        case = _Case(contract, days, point, parts, tariff)
        done: Done = defaultdict(list)
        for line in tariff.lines:
            mask = case.holds(line)
            if not mask.any() or (point is None and PRICE_UNITS[line.unit].basis not in ("amount", "share")):
                continue
            rows = _line(case, line, mask, done)
            done[line.name].append([row.amount for row in rows])
            for own, row in zip(found, rows, strict=True):
                own.append(row)
    return found


class _Case(NamedTuple):
    """What the lines of one contract are computed from."""

    contract: Contract
    days: Days
    point: Use | None
    parts: Sequence[Use]
    tariff: Tariff

    @property
    def none(self) -> Amounts:
        return np.zeros(len(self.days.starts), np.int64)

    def holds(self, line: Line) -> Mask:
        """The days of the contract on which the line holds."""
        first_ms, end_ms = max(line.start_ms, self.contract.start_ms), min(line.end_ms, self.contract.end_ms)
        return (self.days.starts >= first_ms) & (self.days.starts < end_ms)

    def fact(self, of: Use, fact: Fact) -> tuple[Amounts, Amounts]:
        return of.facts.get(fact, (self.none, self.none))


def _line(case: _Case, line: Line, mask: Mask, done: Done) -> list[Cost]:
    """One line of a contract on the days it holds, for each part."""
    basis, contract, none = PRICE_UNITS[line.unit].basis, case.contract, case.none
    if basis == "amount":
        flows = [_flow(case, line, part) for part in case.parts]
        return [Cost(line, contract, q * mask, g * mask, q * mask * line.price) for q, g in flows]
    if basis == "share":
        rows = [row for name in line.of for row in done[name]]
        bases = [sum((row[index] for row in rows), none) * mask for index in range(len(case.parts))]
        return [Cost(line, contract, q, none, a) for q, a in zip(bases, percents(bases, line.price), strict=True)]
    assert case.point is not None, "what is fixed is that of a delivery point"
    quantity, amount = _fixed(case, line, case.point)
    weights = [part.amount for part in case.parts]
    if basis in ("over", "over_time"):
        weights = [_by_month(case.days, weight) for weight in weights]
    return [Cost(line, contract, quantity * mask, none, part) for part in split(amount * mask, weights)]


def _fixed(case: _Case, line: Line, point: Use) -> tuple[Amounts, Amounts]:
    """Quantity and amount of what the delivery point pays whatever its tenants use, each day."""
    basis, watts, one = PRICE_UNITS[line.unit].basis, case.contract.subscribed_w, case.none + 1
    if basis == "day":
        return one, one * line.price * 1000
    if basis == "year":
        return one, yearly(line.price * 1000, *case.days.of_year)
    if basis == "power":
        return one * watts, yearly(line.price * watts, *case.days.of_year)
    if basis == "over":
        over = _overrun(case, point)
        return over, over * line.price
    seconds = case.fact(point, Fact("over", str(watts)))[0]
    return seconds, (seconds * line.price * 5 + 9) // 18  # millionths of a EUR/h: 1000 / 3600 of 1e-9 EUR/s


def _overrun(case: _Case, point: Use) -> Amounts:
    """W above the subscribed power on the day of the month's greatest mean power over a step, 0 on others.

    The power factor is not known: W count as VA.
    """
    days, contract = case.days, case.contract
    holds = (days.starts >= contract.start_ms) & (days.starts < contract.end_ms)
    over = np.maximum(case.fact(point, Fact("top", ""))[0] - contract.subscribed_w, 0) * holds
    kept = case.none
    for month in np.unique(days.months):
        of_month = np.flatnonzero(days.months == month)
        at = of_month[np.argmax(over[of_month])]
        kept[at] = over[at]
    return kept


def _flow(case: _Case, line: Line, part: Use) -> tuple[Amounts, Amounts]:
    """What fell into the line's period, and what of it was not measured."""
    if not line.period:
        return part.amount, part.guessed
    contract, high = case.contract, case.days.high
    season = {"hph": high, "hch": high, "hpb": ~high, "hcb": ~high}.get(line.period, np.ones_like(high))
    if line.period == "pte":
        found = case.fact(part, Fact("pte", contract.peak))
    else:
        winter, summer = (case.fact(part, Fact("hc", text)) for text in (contract.off_peak, contract.off_peak_summer))
        found = np.where(high, winter[0], summer[0]), np.where(high, winter[1], summer[1])
    if line.period in ("hp", "hph", "hpb"):
        found = part.amount - found[0], part.guessed - found[1]
    if line.period == "hph":
        apart = pointed(case.tariff, line, case.days.starts)
        pointe = case.fact(part, Fact("pte", contract.peak))
        found = found[0] - pointe[0] * apart, found[1] - pointe[1] * apart
    return found[0] * season, found[1] * season


def _by_month(days: Days, amounts: Amounts) -> Amounts:
    """Each day's month's sum."""
    _, index = np.unique(days.months, return_inverse=True)
    sums = np.zeros(int(index.max(initial=0)) + 1, np.int64)
    np.add.at(sums, index, amounts)
    return sums[index]


def _on(days: Days, steps: Steps) -> tuple[Amounts, Amounts]:
    found = steps.at(days.starts)
    return found.amounts, found.guessed
