import numpy as np

from energy.cost.tariff import Fact, days
from energy.meters.steps import Steps
from estate.calendar import STEP_MS
from tests.energy.sites import PARIS, ms


def constant(start: str, end: str, amount: int = 100) -> Steps:
    """So much in each quarter of an hour from one local time to another."""
    starts = np.arange(ms(start), ms(end), STEP_MS, dtype=np.int64)
    return Steps.of(starts, np.full(len(starts), amount, np.int64), np.zeros(len(starts), np.int64))


def hours(fact: Fact, start: str, end: str) -> list[float]:
    """How many hours of each day fall into the slots."""
    return [amount / 400 for amount in days(constant(start, end), fact, STEP_MS, PARIS).amounts.tolist()]


def test_night_of_clock_changes() -> None:
    """Of slots from 22:00 to 06:00 a day has 8 hours; 7 when the clock goes forward, 9 when it goes back."""
    night = Fact("hc", "22:00-06:00")

    assert [8, 7, 8] == hours(night, "2026-03-28", "2026-03-31")
    assert [8, 9, 8] == hours(night, "2026-10-24", "2026-10-27")


def test_sundays_and_half_hours() -> None:
    """A delivery point may have slots at half hours, and the whole of Sunday: 24 hours, 23 on the last of March."""
    slots = Fact("hc", "01:30-07:30+12:30-14:30+sun")

    assert [8, 23, 8] == hours(slots, "2026-03-28", "2026-03-31")


def test_winter_peak() -> None:
    """`pte` is from December to February, but on Sundays: 2026-02-27 was a Friday."""
    peak = Fact("pte", "09:00-11:00+18:00-20:00")

    assert [4, 4, 0, 0] == hours(peak, "2026-02-27", "2026-03-03")
    assert [0, 4] == hours(peak, "2026-11-30", "2026-12-02")


def test_power() -> None:
    """3 kWh in a quarter of an hour are 12 kW; against 10 kVA, that is 15 minutes above."""
    steps = constant("2026-02-27", "2026-02-28", 2500)
    steps.amounts[40] = 3000
    top, over = (days(steps, Fact(*fact), STEP_MS, PARIS) for fact in (("top", ""), ("over", "10000")))

    assert ([12_000], [900]) == (top.amounts.tolist(), over.amounts.tolist())
