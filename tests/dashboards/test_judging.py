"""Indicators beside those of the former period: on the same days, or not at all."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboards.pages.judging import before_of
from dashboards.pages.period import Period, period
from energy.derived.found import Found, Inputs
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, midnight

PARIS = ZoneInfo("Europe/Paris")
START = midnight(date(2026, 11, 1), PARIS)
BEFORE = midnight(date(2026, 10, 1), PARIS)


def looked(day: int) -> Period:
    """November at the beginning of that day."""
    return period("month", date(2026, 11, 1), midnight(date(2026, 11, day), PARIS), START, PARIS)


def known(first_ms: int, days: dict[str, dict[int, int]], count: int) -> Inputs:
    """Amounts by name and number of the day; October's last ones are an hour late."""
    found = {}
    for name, amounts in days.items():
        first = date(2026, 10 if first_ms == BEFORE else 11, 1)
        starts = [midnight(first + timedelta(days=number), PARIS) for number in amounts]
        found[name] = Steps(np.array(starts, np.int64), np.array([*amounts.values()], np.int64), np.zeros(len(starts)))
    return Inputs(count, 10.0, found, 1.0, 1.0, None, PARIS)


def energy(found: dict[str, Found]) -> float | None:
    return found["energy_m2"].value if "energy_m2" in found else None


def test_same_days() -> None:
    """Of the days 1 to 3 the second is not known now: 4 kWh then, not 7, on 10 m²."""
    now = known(START, {"in_all": {0: 1000, 2: 1000}}, 3)
    former = known(BEFORE, {"in_all": {0: 2000, 1: 3000, 2: 2000}, "gas": {0: 9000}}, 3)

    assert 0.4 == energy(before_of(now, former, looked(4), metered=True))


@pytest.mark.parametrize(
    ("then", "metered"),
    [
        ({"in_all": {0: 2000}}, True),  # a day is not known
        ({"in_all": {0: 2000, 1: 2000}}, True),  # gas, of which there was none
        ({"in_all": {0: 2000, 1: 2000}, "gas": {0: 2000}}, True),  # a day of it
        ({"in_all": {0: 2000, 1: 2000}, "gas": {0: 2000, 1: 9}}, False),  # a meter of several
    ],
)
def test_not_the_same_days(then: dict[str, dict[int, int]], metered: bool) -> None:
    """What is not known of the same days is not compared."""
    now = known(START, {"in_all": {0: 1000, 1: 1000}, "gas": {0: 500, 1: 500}}, 2)

    assert energy(before_of(now, known(BEFORE, then, 2), looked(3), metered=metered)) is None


def test_what_people_do_needs_no_meter() -> None:
    """The hours above 800 ppm are compared where a meter fell silent."""
    now = known(START, {"co2_800": {0: 3600}, "aired": {0: 7200}}, 1)
    former = known(BEFORE, {"co2_800": {0: 7200}, "aired": {0: 7200}}, 1)
    found = before_of(now, former, looked(2), metered=False)

    assert 2.0 == found["co2_800"].value


def test_whole_months() -> None:
    """Thirty days of November stand beside the thirty-one of October, across the change of clocks."""
    now = known(START, {"in_all": dict.fromkeys(range(30), 1000)}, 30)
    former = known(BEFORE, {"in_all": dict.fromkeys(range(31), 1000)}, 31)
    over = period("month", date(2026, 11, 1), START + 40 * DAY_MS, START, PARIS)

    assert 3.1 == energy(before_of(now, former, over, metered=True))
    assert (
        energy(before_of(now, known(BEFORE, {"in_all": dict.fromkeys(range(30), 1)}, 31), over, metered=True)) is None
    )
