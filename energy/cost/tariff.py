"""Steps → what of each local day fell into which tariff period, and how far it went above the subscribed power.

Off-peak hours are local time, per delivery point and dated. A step belongs whole to the period in which it begins.
High season is November to March, `pte` December to February but on Sundays: so the green tariff A5 had it (arrêté of
2013-07-26, article 5: two hours in the morning, two in the evening; Sundays are off-peak). Suppliers' pages give the
same seasons for TURPE 7, whose own text (CRE, n° 2025-78) was not read.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.flows.allocation import delivery_point
from energy.flows.rollup import rollup
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, HOUR_MS, offset_ms
from estate.model import Estate
from estate.tariff import OFF_PEAK, PRICE_UNITS, Contract, Line, Tariff, slots

Mask = NDArray[np.bool_]

HIGH_SEASON = (11, 12, 1, 2, 3)
WINTER = (12, 1, 2)


class Wall(NamedTuple):
    """Steps by the clock on the wall."""

    minutes: NDArray[np.int64]  # since local midnight
    months: NDArray[np.int64]  # 1 to 12
    sundays: Mask


class Fact(NamedTuple):
    """One thing that is known of each local day of a meter, or of a tenant's part of it, because a tariff asks it."""

    kind: str  # hc, pte (in the carrier's unit), top (W, of the greatest step), over (s above the subscribed power)
    argument: str  # the slots, or the subscribed power in W

    def row(self, meter: str, tenant: str = "") -> str:
        """Under what name it is stored, in place of a meter's: an id cannot hold a `#`."""
        return "#".join(filter(None, (meter, f"{self.kind} {self.argument}".strip(), tenant)))


def wall(starts: Times, zone: ZoneInfo) -> Wall:
    """Local time, right on both days of a clock change."""
    hours, index = np.unique(starts // HOUR_MS, return_inverse=True)
    offsets = np.array([offset_ms(hour, zone) for hour in hours.tolist()], np.int64)
    local = starts + offsets[index]
    days = local // DAY_MS
    months = (local.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)) % 12 + 1
    return Wall(local % DAY_MS // 60_000, months, days % 7 == 3)  # 1970-01-01 was a Thursday


def high_season(starts: Times, zone: ZoneInfo) -> Mask:
    """Which of these times are from November to March."""
    return np.isin(wall(starts, zone).months, HIGH_SEASON)


def contracts_of(estate: Estate, meter: str) -> list[Contract]:
    """The contracts of a delivery point, the earliest first."""
    return sorted((each for each in estate.contracts if each.meter == meter), key=lambda each: each.start_ms)


def asked(tariff: Tariff, contract: Contract) -> Iterator[Fact]:
    """The facts a contract needs of its meter's days; `hc` and `pte` of its tenants' parts as well."""
    periods = {line.period for line in tariff.lines}
    bases = {PRICE_UNITS[line.unit].basis for line in tariff.lines}
    if periods & OFF_PEAK:
        for text in dict.fromkeys((contract.off_peak, contract.off_peak_summer)):
            yield Fact("hc", text)
    if "pte" in periods:
        yield Fact("pte", contract.peak)
    if "over" in bases:
        yield Fact("top", "")
    if "over_time" in bases:
        yield Fact("over", str(contract.subscribed_w))


def days(steps: Steps, fact: Fact, step_ms: int, zone: ZoneInfo) -> Steps:
    """The fact of each local day that has steps."""
    watts = steps.amounts * (HOUR_MS // step_ms)
    if fact.kind == "top":
        return _greatest(steps._replace(amounts=watts), zone)
    if fact.kind == "over":
        above = watts > int(fact.argument)
        return rollup(Steps(steps.starts, above * (step_ms // 1000), steps.estimated), "1d", zone)
    kept = inside(steps.starts, fact, zone)
    return rollup(steps._replace(amounts=steps.amounts * kept), "1d", zone)


def inside(starts: Times, fact: Fact, zone: ZoneInfo) -> Mask:
    """Which steps begin in the slots of `hc` or `pte`."""
    clock, chosen = wall(starts, zone), slots(fact.argument)
    found = np.zeros(len(starts), dtype=bool)
    for first, end in chosen.minutes:
        found |= (clock.minutes >= first) & (clock.minutes < end)
    if fact.kind == "pte":
        return found & np.isin(clock.months, WINTER) & ~clock.sundays
    return found | clock.sundays if chosen.sundays else found


def pointed(tariff: Tariff, line: Line, starts: Times) -> Mask:
    """When a line of that name prices `pte` apart, so that `hph` goes without it."""
    found = np.zeros(len(starts), dtype=bool)
    for other in tariff.lines:
        if (other.name, other.period) == (line.name, "pte"):
            found |= (starts >= other.start_ms) & (starts < other.end_ms)
    return found


def in_period(starts: Times, line: Line, contract: Contract, tariff: Tariff, zone: ZoneInfo) -> Mask:
    """Which steps belong to a line's period."""
    everything = np.ones(len(starts), dtype=bool)
    if not line.period:
        return everything
    pointe = inside(starts, Fact("pte", contract.peak), zone)
    if line.period == "pte":
        return pointe
    high = high_season(starts, zone)
    winter, summer = (inside(starts, Fact("hc", text), zone) for text in (contract.off_peak, contract.off_peak_summer))
    off_peak = np.where(high, winter, summer)
    season = {"hph": high, "hch": high, "hpb": ~high, "hcb": ~high}.get(line.period, everything)
    if line.period in OFF_PEAK:
        return off_peak & season
    apart = pointe & pointed(tariff, line, starts) if line.period == "hph" else ~everything
    return ~off_peak & season & ~apart


def facts_of(estate: Estate, meter: str) -> list[Fact]:
    """Every fact that a contract of the meter's delivery point has ever needed, or will."""
    contracts: Sequence[Contract] = contracts_of(estate, delivery_point(estate, meter))
    return list(dict.fromkeys(fact for each in contracts for fact in asked(estate.tariffs[each.tariff], each)))


def _greatest(steps: Steps, zone: ZoneInfo) -> Steps:
    """The greatest step of each day; estimated as far as that one is."""
    found = rollup(steps, "1d", zone)
    first = np.searchsorted(steps.starts, found.starts)
    most = np.maximum.reduceat(steps.amounts, first) if len(first) else steps.amounts
    day = np.searchsorted(found.starts, steps.starts, side="right") - 1
    at = np.flatnonzero(steps.amounts == most[day])
    _, once = np.unique(day[at], return_index=True)
    return Steps(found.starts, most, steps.estimated[at[once]])
