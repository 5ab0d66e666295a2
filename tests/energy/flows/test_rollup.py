"""Longer steps, in the site's time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.flows.rollup import rollup
from energy.meters.steps import Steps
from estate.calendar import STEP_MS, Every
from tests.energy.sites import PARIS, ms


def quarters(start_ms: int, amounts: list[int], guessed: list[int]) -> Steps:
    starts = start_ms + STEP_MS * np.arange(len(amounts), dtype=np.int64)
    return Steps.of(starts, np.array(amounts, np.int64), np.array(guessed, np.int64))


@pytest.mark.parametrize(
    ("day", "after", "hours"),
    [("2026-03-29", "2026-03-30", 23), ("2026-10-25", "2026-10-26", 25), ("2026-11-23", "2026-11-24", 24)],
)
def test_days_of_the_clock_changes(day: str, after: str, hours: int) -> None:
    """A steady 1 Wh a quarter gives 4 Wh for each hour of the day, be it 23 or 25 hours long."""
    start_ms = ms(f"{day} 00:00") - 8 * STEP_MS
    found = rollup(quarters(start_ms, [1] * 120, [0] * 120), "1d", PARIS)

    assert (4 * hours, ms(f"{after} 00:00")) == (found.amounts[1], found.starts[2])


def test_estimated_weighs_by_amount() -> None:
    """30 Wh measured and 10 Wh estimated in an hour: a quarter of it is estimated."""
    found = rollup(quarters(ms("2026-03-02 00:00"), [30, 0, 10, 0], [0, 0, 10, 0]), "1h", PARIS)

    assert ([40], [0.25]) == (found.amounts.tolist(), found.estimated.tolist())


def test_estimated_of_both_signs() -> None:
    """100 Wh, and −60 that are estimated, are more than 40: all of it is; so it is of what they sum to 0 with."""
    found = rollup(quarters(ms("2026-03-02 00:00"), [100, -60, 0, 0, 60, -60], [0, 60, 0, 0, 0, 60]), "1h", PARIS)

    assert ([40, 0], [1.0, 1.0]) == (found.amounts.tolist(), found.estimated.tolist())


def test_period_without_steps_is_absent() -> None:
    """Hours in which nothing is known are no zeros."""
    both = [quarters(ms(f"2026-03-02 0{hour}:00"), [1], [0]) for hour in (0, 5)]
    found = rollup(Steps(*(np.concatenate(columns) for columns in zip(*both, strict=True))), "1h", PARIS)

    assert [ms("2026-03-02 00:00"), ms("2026-03-02 05:00")] == found.starts.tolist()


@given(
    st.integers(0, 3 * 365 * 96),
    st.lists(st.tuples(st.integers(0, 10**7), st.floats(0, 1)), min_size=1, max_size=400),
    st.sampled_from([("1h", "1d"), ("1d", "1mo"), ("1mo", "1y"), ("1h", "1y")]),
)
def test_sum_of_sums(first: int, rows: list[tuple[int, float]], steps: tuple[Every, Every]) -> None:
    """Rolling up what is rolled up gives what rolling up the quarters gives, estimated shares included."""
    amounts = [amount for amount, _ in rows]
    fine = quarters(ms("2025-01-01 00:00") + first * STEP_MS, amounts, [round(a * share) for a, share in rows])
    middle, coarse = steps
    once = rollup(fine, coarse, PARIS)
    twice = rollup(rollup(fine, middle, PARIS), coarse, PARIS)

    assert [column.tolist() for column in once] == [column.tolist() for column in twice]
    assert sum(amounts) == once.amounts.sum()
