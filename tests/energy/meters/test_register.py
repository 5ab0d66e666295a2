"""Cleaning: the worked examples first, then the laws on registers with every fault mixed."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.meters.cleaned import Cleaned, Finding, Kind
from energy.meters.register import clean, restart
from energy.meters.steps import steps
from estate.model import Meter
from tests.energy.sites import INTERVAL_MS, START_MS, meter, register

METER = meter()
GAP_MS = 2 * INTERVAL_MS
QUARTER_WH = 2_500_000  # 10 MW, the greatest plausible power, for a quarter of an hour

faulty = st.lists(
    st.one_of(
        st.integers(0, 40),  # an ordinary rise
        st.sampled_from(("zero", "missing", "noise", "dip", "jump", "same", "small spike")),
    ),
    min_size=2,
    max_size=60,
)
gaps = st.lists(st.integers(1, 3 * INTERVAL_MS), min_size=60, max_size=60)


def damaged(faults: Sequence[int | str]) -> list[float]:
    """A register with a fault at each name: some stay, some come back, some repeat."""
    values = [50_000.0]
    true = 50_000.0
    for fault in faults:
        if isinstance(fault, int):
            true += fault
        if fault == "jump":
            true += 30 * QUARTER_WH
        if fault == "zero":
            true = 0.0
        odd = {"missing": 0.0, "noise": true - 1, "dip": true / 2, "small spike": true + 5_000, "same": values[-1]}
        values.append(odd.get(str(fault), true))
    return values


def cleaned(values: Sequence[float], of: Meter = METER) -> Cleaned:
    return clean(*register(values), of)


@pytest.mark.parametrize(
    ("values", "total", "kinds"),
    [
        ([100, 110, 130], 30, []),
        ([1_000_000, 0, 1_000_020], 20, [Kind.OUTLIER]),
        ([1_000_000, 0, 0, 0, 1_000_040], 40, [Kind.OUTLIER]),  # stuck at 0, then back on the line
        ([1_000_000, 0, 5, 1_000_040], 40, [Kind.OUTLIER]),  # the same, counting on
        ([1_000_000, 500_000, 500_010, 1_000_030, 1_000_040], 40, [Kind.OUTLIER]),
        ([1_000_000, 0, 1_000_020, 0, 1_000_040], 40, [Kind.OUTLIER, Kind.OUTLIER]),
        ([1_000, 5, 400, 900, 1_300], 1_300, [Kind.RESET]),  # it did start again, and soon stood as high as before
        ([1_000_000, 9e12, 1_000_020], 20, [Kind.OUTLIER]),
        ([1_000_000, 9e12, 9e12 + 5, 1_000_020], 20, [Kind.OUTLIER]),
        ([1_000_010, 0, 80_000_000, 30, 50], 50, [Kind.RESET, Kind.OUTLIER]),  # a spike right after it started again
        ([1_000_000, 1_005_000, 1_000_020, 1_000_030], 30, [Kind.OUTLIER]),  # a spike that the rate allows
        ([1_000_000, 1_000_010, 4, 9], 19, [Kind.RESET]),  # 10, then 4 since the reset, then 5
        ([9_000_000, 9_000_010, 5_000_000, 5_000_007], 17, [Kind.RESET]),  # another meter: 5 MWh in 15 min are not
        ([1_000, 1_010, 40_000_000, 40_000_030], 40, [Kind.IMPOSSIBLE_RISE]),
        ([100, 99, 100, 99, 103], 3, [Kind.NOISE, Kind.NOISE]),
        ([1_000_000, 7e12, 3e12, 1_000_020], 20, [Kind.OUTLIER, Kind.OUTLIER]),
    ],
)
def test_examples(values: list[float], total: int, kinds: list[Kind]) -> None:
    """Each fault is named, and neither makes nor loses energy."""
    result = cleaned(values)

    assert (total, kinds) == (result.register[-1] - result.register[0], [finding.kind for finding in result.findings])


def test_finding_says_what_was_read() -> None:
    """A finding holds the time, what the register stood at and what the reading says."""
    (finding,) = cleaned([1_000_000, 0, 1_000_020]).findings

    assert Finding(Kind.OUTLIER, START_MS + INTERVAL_MS, 1_000_000, 0) == finding


@pytest.mark.parametrize("last", [0, 9e12])
def test_contradiction_waits(last: float) -> None:
    """A last reading that contradicts the one before it is not settled until the next one comes."""
    result = cleaned([1_000_000, 1_000_010, last])

    assert (2, []) == (len(result.times), result.findings)


@pytest.mark.parametrize(("low", "count"), [(7, 5), (0, 7 * 96 + 1)])
def test_flat_after_reset_is_settled(low: float, count: int) -> None:
    """A register that stays low for four intervals has been reset; of one that stays at 0 a week is waited for."""
    result, early = (cleaned([1_000_000, *[low] * times]) for times in (count, count - 1))

    assert (count + 1, [Kind.RESET]) == (len(result.times), [finding.kind for finding in result.findings])
    assert (1, []) == (len(early.times), early.findings)


@pytest.mark.parametrize("count", [48, 20 * 96])
def test_zeros_for_missing(count: int) -> None:
    """Half a day of 0, or weeks, and back on its line: the zeros say nothing, and the 40 Wh meanwhile stay."""
    result = cleaned([1_000_000, *[0] * count, 1_000_040, 1_000_050])

    assert [0, 40, 50] == (result.register - 1_000_000).tolist()
    assert [Kind.OUTLIER] == [finding.kind for finding in result.findings]


def test_volume_is_counted_in_litres() -> None:
    """A register in m³ is rounded to whole litres, reading by reading."""
    water = Meter("w", "w", "", "water", "water.volume", 1, 900, "")

    assert [0, 1, 1500] == (cleaned([0, 0.0014, 1.5], water).register).tolist()


def test_no_readings() -> None:
    """Nothing in, nothing out."""

    assert 0 == len(cleaned([]).times)


@given(faulty, st.randoms(use_true_random=False))
def test_order_and_duplicates_are_irrelevant(faults: list[int | str], random: Random) -> None:
    """Readings shuffled and repeated are cleaned alike."""
    times, values = register(damaged(faults))
    order = [*range(len(times)), *random.choices(range(len(times)), k=5)]
    random.shuffle(order)

    expected, found = clean(times, values, METER), clean(times[order], values[order], METER)

    assert (expected.times.tolist(), expected.register.tolist()) == (found.times.tolist(), found.register.tolist())
    assert expected.findings == found.findings


@given(st.lists(st.integers(0, 5_000), min_size=8, max_size=60), st.data())
def test_lone_outliers_change_nothing(rises: list[int], data: st.DataObject) -> None:
    """Dips and spikes of one reading, wherever they stand, leave the register as it truly ran."""
    true = 1_000_000 + np.cumsum(rises)
    places = data.draw(st.lists(st.integers(1, (len(true) - 3) // 2), unique=True))
    odd = np.array(places, np.int64) * 2
    values = true.astype(np.float64)
    values[odd] = data.draw(st.lists(st.sampled_from((0.0, 9e12)), min_size=len(odd), max_size=len(odd)))
    result = cleaned(values.tolist())

    assert np.delete(true, odd).tolist() == (result.register - result.register[0] + true[0]).tolist()


@given(faulty, gaps, st.integers(0, 60))
def test_restart_agrees_with_the_whole(faults: list[int | str], waits: list[int], changed: int) -> None:
    """Wherever a recomputation may begin, its steps are those of a recomputation from the first reading."""
    values = np.array(damaged(faults))
    times = START_MS + np.concatenate(([0], np.cumsum(waits)))[: len(values)]
    fast = meter(interval_s=60)
    begin = restart(times, values, fast, int(times[min(changed, len(times) - 1)]))
    if begin is None:
        return
    kept = times >= begin.from_ms
    part = steps(clean(times[kept], values[kept], fast), GAP_MS, begin.since_ms)
    whole = steps(clean(times, values, fast), GAP_MS, begin.since_ms)

    assert [column.tolist() for column in whole] == [column.tolist() for column in part]


@given(faulty, gaps, st.integers(1, 60), st.data())
def test_what_comes_late_changes_nothing_before_the_restart(
    faults: list[int | str], waits: list[int], changed: int, data: st.DataObject
) -> None:
    """Steps before the restart are the same with the new readings and without them."""
    values = np.array(damaged(faults))
    times = START_MS + np.concatenate(([0], np.cumsum(waits)))[: len(values)]
    fast = meter(interval_s=60)
    changed_ms = int(times[min(changed, len(times) - 1)])
    begin = restart(times, values, fast, changed_ms)
    if begin is None:
        return
    late = data.draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times)))
    known = (times < changed_ms) | ~np.array(late)
    before, after = (steps(clean(times[k], values[k], fast), GAP_MS) for k in (known, np.ones(len(times), np.bool_)))
    fixed = after.starts < begin.since_ms

    assert [column[fixed].tolist() for column in after] == [column[: fixed.sum()].tolist() for column in before]


def test_restart_example() -> None:
    """With readings each quarter from midnight to 06:00 and news at 06:00, 05:30 is sure, and so is what follows."""
    times, values = register(range(0, 2500, 100))
    changed_ms = int(times[-1])

    assert (changed_ms - 2 * INTERVAL_MS, changed_ms - 2 * INTERVAL_MS) == restart(times, values, METER, changed_ms)
