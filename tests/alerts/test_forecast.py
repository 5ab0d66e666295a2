from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast import forecast
from alerts.history import Day
from estate.calendar import following
from tests.alerts.values import PARIS, days, ms

# 28 days to Monday 23 November 2026; of each weekday 10, 12, 12 and 14 kWh: mean 12, variance (4 + 0 + 0 + 4) / 3.
FOUR_WEEKS = days(datetime(2026, 10, 26, tzinfo=PARIS), [kwh * 1000 for kwh in (10, 12, 12, 14) for _ in range(7)])
MONDAY = ms(2026, 11, 23)
END = ms(2026, 12, 1)


def test_whole_days() -> None:
    """Eight days remain: 200 kWh known + 8 × 12 = 296 kWh, ± √(8 × 8/3) = 4.619 kWh."""
    found = forecast(200_000, MONDAY, END, FOUR_WEEKS, PARIS)

    assert found is not None
    assert (296_000, 4_619) == (found.amount, found.spread)


def test_rest_of_today() -> None:
    """At noon half of today remains: 200 + 7.5 × 12 = 290 kWh, ± √((7 + ¼) × 8/3) = 4.397 kWh."""
    found = forecast(200_000, ms(2026, 11, 23, 12), END, FOUR_WEEKS, PARIS)

    assert found is not None
    assert (290_000, 4_397) == (found.amount, found.spread)


def test_weekdays_apart() -> None:
    """With 10 kWh on working days and none at weekends, Friday's forecast for four days adds only Friday and Monday."""
    week = [10_000] * 5 + [0] * 2
    history = days(datetime(2026, 10, 26, tzinfo=PARIS), week * 4 + [10_000] * 4)

    found = forecast(0, ms(2026, 11, 27), END, history, PARIS)

    assert found is not None
    assert (20_000, 0) == (found.amount, found.spread)


def test_path_ends_each_day() -> None:
    """The way there has one step per remaining day, for the chart's band."""
    found = forecast(200_000, MONDAY, END, FOUR_WEEKS, PARIS)

    assert found is not None
    assert [212_000, 224_000] == [step.amount for step in found.steps[:2]]
    assert (8, END) == (len(found.steps), found.steps[-1].end_ms)


def test_thirteen_days_are_too_few() -> None:
    """With fewer than 14 complete days there is no forecast; with 14 there is."""
    assert forecast(0, MONDAY, END, FOUR_WEEKS[-13:], PARIS) is None
    assert forecast(0, MONDAY, END, FOUR_WEEKS[-14:], PARIS) is not None


def test_old_days_do_not_count() -> None:
    """Days before the last 28 are no history."""
    assert forecast(0, ms(2026, 12, 20), ms(2027, 1, 1), FOUR_WEEKS, PARIS) is None


@pytest.mark.parametrize(("complete", "estimated"), [(False, 0.0), (True, 0.9)])
def test_incomplete_days_are_not_zero(complete: bool, estimated: float) -> None:
    """A day without all its data, or one mostly estimated, is left out of the mean: (12 + 14) / 2 kWh."""
    spoilt = [day._replace(amount=0, complete=complete, estimated=estimated) for day in FOUR_WEEKS[:14]]
    history = (*spoilt, *FOUR_WEEKS[14:])

    found = forecast(0, MONDAY, ms(2026, 11, 24), history, PARIS)

    assert found is not None
    assert 13_000 == found.amount


def test_clock_change() -> None:
    """The 28 days before 1 November 2026 hold the 25-hour day, and the 29th day before is still left out."""
    history = days(datetime(2026, 10, 3, tzinfo=PARIS), [1_000_000] + [24_000] * 28)

    found = forecast(0, ms(2026, 11, 1), END, history, PARIS)

    assert found is not None
    assert (30 * 24_000, 0) == (found.amount, found.spread)


def test_nothing_left() -> None:
    """At the month's end there is nothing to forecast."""
    assert forecast(0, END, END, FOUR_WEEKS, PARIS) is None


@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=28, max_size=28),
    known=st.integers(0, 10**10),
    hour=st.integers(0, 8 * 24 - 1),
)
def test_never_below_what_is_known(amounts: list[int], known: int, hour: int) -> None:
    """Whatever the history, the forecast is at least what is known, rises day by day, and ends with the month."""
    history = days(datetime(2026, 10, 26, tzinfo=PARIS), amounts)
    history += tuple(Day(day, 0, 0.0, False) for day in (MONDAY, following(MONDAY, "1d", PARIS)))

    found = forecast(known, MONDAY + hour * 3_600_000, END, history, PARIS)

    if found is not None:
        path = [known, *(step.amount for step in found.steps)]
        assert sorted(path) == path
        assert END == found.steps[-1].end_ms
