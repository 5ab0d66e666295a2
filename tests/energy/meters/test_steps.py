"""Quarter hours: energy is conserved exactly, and a gap is drawn as estimated, never as a spike."""

from fractions import Fraction
from math import floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.meters.register import clean
from energy.meters.steps import Steps, steps
from estate.calendar import STEP_MS
from tests.energy.meters.test_register import damaged, faulty, gaps
from tests.energy.sites import START_MS, meter, register

MINUTE_MS = 60_000
GAP_MS = 2 * STEP_MS


def of(minutes: list[int], values: list[float], gap_ms: int = GAP_MS) -> Steps:
    times = START_MS + MINUTE_MS * np.array(minutes, np.int64)
    return steps(clean(times, np.array(values, np.float64), meter()), gap_ms)


def test_interpolated_at_the_edges() -> None:
    """Read at 00:10, 00:20 and 00:50: 100 Wh in 10 min, of them 50 before 00:15; then 10 Wh a minute, 250 by 00:45."""
    found = of([10, 20, 50], [1000, 1100, 1400])

    assert [50, 50 + 100, 150] == found.amounts.tolist()
    assert [0, 0, 0] == found.estimated.tolist()


def test_gap_is_spread_and_marked() -> None:
    """Two hours of silence with 80 Wh: 10 Wh each quarter, estimated; the steps around it are measured."""
    found = of([0, 15, 135, 150], [0, 7, 87, 94])

    assert [7, *[10] * 8, 7] == found.amounts.tolist()
    assert [0, *[1] * 8, 0] == found.estimated.tolist()


def test_gap_in_which_nothing_flowed() -> None:
    """Two hours of silence, after which the register stands where it stood: nothing of these zeros was measured."""
    found = of([0, 15, 30, 145, 160, 180], [0, 7, 7, 7, 7, 14])

    assert [7, 0, *[0] * 7, 0, 1, 6] == found.amounts.tolist()
    assert [0, 0, *[1] * 7, 0, 0, 0] == found.estimated.tolist()


def test_step_partly_in_a_gap() -> None:
    """The gap ends at 01:05: of the 20 Wh from 01:00 to 01:15, the 5 Wh before are estimated."""
    found = of([0, 65, 75], [0, 65, 80])

    assert (20, 0.25) == (found.amounts[-1], found.estimated[-1])


def test_only_complete_steps() -> None:
    """A meter last read at 00:44 has no third quarter, and one read once has none at all."""

    assert (2, 0) == (len(of([0, 44], [0, 44]).starts), len(of([0], [5]).starts))


def test_silent_to_the_end_is_no_zero() -> None:
    """Nothing is said of the time after the last reading."""

    assert [START_MS] == of([0, 15], [0, 3]).starts.tolist()


def test_a_gap_of_a_year_is_exact() -> None:
    """Also where the arithmetic leaves 64 bits: 90 GWh over 400 days, to the last Wh."""
    found = of([0, 400 * 24 * 60], [0, 90 * 10**9 + 1], gap_ms=0)

    assert 90 * 10**9 + 1 == found.amounts.sum()


def test_the_example_of_the_readme() -> None:
    """A dip, a reset and a gap: 607 Wh in all. What flowed before the reset is not known."""
    found = of([0, 15, 30, 45, 60, 135], [1_000_000, 1_000_100, 0, 1_000_300, 7, 307])

    assert [100, 100, 100, 7, *[60] * 5] == found.amounts.tolist()
    assert [0] * 3 + [1] * 6 == found.estimated.tolist()


@given(faulty, gaps)
def test_energy_is_conserved(faults: list[int | str], waits: list[int]) -> None:
    """The steps sum to the register at the last edge less the first reading, whatever the faults; none is negative."""
    times = START_MS + np.concatenate(([0], np.cumsum(waits)))[: len(faults) + 1]
    cleaned = clean(times, np.array(damaged(faults)), meter())
    found = steps(cleaned, GAP_MS)
    if not len(found.starts):
        return
    edge = int(found.starts[-1]) + STEP_MS
    i = max(int(np.searchsorted(cleaned.times, edge, side="right")) - 1, 0)
    value = int(cleaned.register[i])
    if i + 1 < len(cleaned.times):
        part = Fraction(edge - int(cleaned.times[i]), int(cleaned.times[i + 1] - cleaned.times[i]))
        value += floor(part * int(cleaned.register[i + 1] - cleaned.register[i]))

    assert value - cleaned.register[0] == found.amounts.sum()
    assert bool(np.all(found.amounts >= 0))
    assert bool(np.all((found.estimated >= 0) & (found.estimated <= 1)))


@given(st.lists(st.integers(0, 5_000), min_size=12, max_size=80), st.data())
def test_a_gap_changes_nothing_outside(rises: list[int], data: st.DataObject) -> None:
    """Readings that go missing leave the steps around the gap, and their sum, as they were."""
    times, values = register(np.cumsum(rises).tolist(), every_ms=7 * MINUTE_MS)
    first = data.draw(st.integers(1, len(times) - 4))
    end = data.draw(st.integers(first, max(first, len(times) - 4)))
    known = np.ones(len(times), np.bool_)
    known[first:end] = False
    whole = steps(clean(times, values, meter()), GAP_MS)
    holed = steps(clean(times[known], values[known], meter()), GAP_MS)
    outside = (whole.starts + STEP_MS <= times[first - 1]) | (whole.starts >= times[end])

    assert whole.amounts[outside].tolist() == holed.amounts[outside].tolist()
    assert whole.amounts.sum() == holed.amounts.sum()


@given(faulty, st.integers(-(10**12), 10**12))
def test_offset_is_irrelevant(faults: list[int | str], offset: int) -> None:
    """Only the register's differences count."""
    cleaned = clean(*register(damaged(faults), every_ms=7 * MINUTE_MS), meter())
    moved = cleaned._replace(register=cleaned.register + offset)

    assert steps(cleaned, GAP_MS).amounts.tolist() == steps(moved, GAP_MS).amounts.tolist()
