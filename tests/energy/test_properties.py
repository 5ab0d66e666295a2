"""What must hold of any history, with all faults mixed: a property, and beside it an example to check on paper."""

from itertools import pairwise
from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.flows.rollup import rollup
from energy.meters.steps import Steps
from estate.calendar import HOUR_MS, STEP_MS, following
from tests.energy.histories import (
    CALM,
    EXACT,
    GAP_MS,
    Block,
    History,
    accounted,
    as_expected,
    expected,
    histories,
    history,
    true_at,
)
from tests.energy.sites import PARIS, ms

SOME = settings(max_examples=40, deadline=None)
"""A history costs as much as ten plain examples."""


def test_every_fault_on_paper() -> None:
    """Six times five quarters of 100 Wh and a fault, then five more: 3,500 Wh, and what flowed in the faults.

    That is 3 × 2 Wh in the dip's three readings, 2 × 3 in the spike's two, 4 in the gap, 6 in the five minutes
    before the exchange; by these the readings are past the quarter, and 34 Wh of the last five minutes wait.
    """
    faults = [("dip", 2), ("spike", 3), ("gap", 4), ("noise", 5), ("exchange", 6), ("reset", 1)]
    found = accounted(history([Block(CALM, *fault) for fault in faults], CALM)).steps

    assert 3500 + 3 * 2 + 2 * 3 + 4 + 6 - 34 == found.amounts.sum()


@SOME
@given(histories(EXACT))
def test_steps_are_the_truth(of: History) -> None:
    """Every step is what truly flowed, as far as readings show it; those of a gap sum to what flowed in it."""
    found = accounted(of).steps

    assert expected(of) == as_expected(found, expected(of))


@SOME
@given(histories())
def test_steps_are_sound(of: History) -> None:
    """None is negative, none is missing between the first and the last, and no share leaves 0 to 1."""
    found = accounted(of).steps

    assert bool(np.all(found.amounts >= 0))
    assert {STEP_MS} >= set(np.diff(found.starts).tolist())
    assert bool(np.all((found.estimated >= 0) & (found.estimated <= 1)))


@SOME
@given(histories())
def test_measured_outside_gaps(of: History) -> None:
    """Estimated is what lies in a gap, or where the register jumped or began anew; all else is measured, to the Wh."""
    found = accounted(of).steps
    spans = list(pairwise(at for at, _ in of.known))
    unsure = [(a, b) for a, b in spans if b - a > GAP_MS or b in of.breaks]
    guessed = found.starts[found.estimated > 0].tolist()
    end = int(found.starts[-1]) + STEP_MS
    sure = [(a, min(b, end)) for a, b in spans if (a, b) not in unsure and a < end]

    assert [] == [at for at in guessed if not any(a < at + STEP_MS and at < b for a, b in unsure)]
    assert sum(true_at(of, b) - true_at(of, a) for a, b in sure) == (found.amounts - found.guessed).sum()


@SOME
@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_are_irrelevant(of: History, random: Random) -> None:
    """Readings that come in any order, some of them again, are accounted alike, findings and all."""
    order = [*range(len(of.times)), *random.choices(range(len(of.times)), k=5)]
    random.shuffle(order)
    plain, mixed = accounted(of), accounted(of, np.array(order))

    assert [column.tolist() for column in plain.steps] == [column.tolist() for column in mixed.steps]
    assert plain.findings == mixed.findings


def test_gap_on_paper() -> None:
    """Of thirteen quarters of 100 Wh five readings go missing: the 600 Wh stay, as does every quarter around."""
    of = history([], [(100, 900_000)] * 13)
    found = accounted(of, np.array([0, 1, 2, 3, 9, 10, 11, 12, 13])).steps

    assert ([100] * 13, [0] * 3 + [1] * 6 + [0] * 4) == (found.amounts.tolist(), found.estimated.tolist())


@SOME
@given(histories({name: fault for name, fault in EXACT.items() if name not in ("gap", "reset")}), st.data())
def test_what_happens_in_a_gap_stays_there(of: History, data: st.DataObject) -> None:
    """Readings that go missing from one that counts to another leave all steps around as they were, and their sum.

    Of a register that starts again in a gap no one knows what it showed last.
    """
    last = int(of.times[-1]) // STEP_MS * STEP_MS
    sure = [place for place, at in enumerate(of.times.tolist()) if at in of.calm and at <= last]
    first = data.draw(st.sampled_from(sure))
    end = data.draw(st.sampled_from([place for place in sure if place >= first]))
    whole = accounted(of).steps
    holed = accounted(of, np.array([*range(first + 1), *range(end, len(of.times))])).steps
    outside = (whole.starts + STEP_MS <= of.times[first]) | (whole.starts >= of.times[end])

    assert whole.amounts[outside].tolist() == holed.amounts[outside].tolist()
    assert whole.amounts.sum() == holed.amounts.sum()


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2025-10-26", 25), ("2026-03-02", 24)])
def test_days_on_paper(day: str, hours: int) -> None:
    """Of a steady 100 Wh a quarter, the day the clocks go forward has 9,200 Wh, the one they go back 10,000."""
    of = history([], [(100, 900_000)] * 110, ms(f"{day} 00:00"))

    assert 400 * hours == rollup(accounted(of).steps, "1d", PARIS).amounts[0]


@SOME
@given(histories(), st.sampled_from((("1h", "1d"), ("1h", "1mo"), ("1d", "1mo"), ("1d", "1y"), ("1mo", "1y"))))
def test_rollup_of_rollups(of: History, every: tuple[Literal["1h", "1d", "1mo"], Literal["1d", "1mo", "1y"]]) -> None:
    """Days of hours are days of quarters, amounts and estimated shares; each has the hours its date has."""
    middle, coarse = every
    found = accounted(of).steps
    once, twice = rollup(found, coarse, PARIS), rollup(rollup(found, middle, PARIS), coarse, PARIS)

    assert [column.tolist() for column in once] == [column.tolist() for column in twice]
    assert found.amounts.sum() == once.amounts.sum()
    assert [_between(found, at, following(at, coarse, PARIS)) for at in once.starts.tolist()] == once.amounts.tolist()


def _between(found: Steps, start_ms: int, end_ms: int) -> int:
    return int(found.amounts[(found.starts >= start_ms) & (found.starts < end_ms)].sum())


@SOME
@given(histories())
def test_hours_of_days(of: History) -> None:
    """A day of a clock change has 23 or 25 hours, every other 24."""
    hours = rollup(accounted(of).steps, "1h", PARIS)
    for at in rollup(accounted(of).steps, "1d", PARIS).starts.tolist()[1:-1]:
        end = following(at, "1d", PARIS)

        assert (end - at) // HOUR_MS == ((hours.starts >= at) & (hours.starts < end)).sum()
