"""Real series as registers, damaged by rule: what is accounted is what was used."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from energy.meters.account import Readings, account, cleared
from energy.meters.fill import Usual
from energy.meters.steps import NOTHING, Steps
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS
from tests.energy.real_registers import CAMBRIDGE, NAMES, Real, edges, real
from tests.energy.sites import PARIS, meter


def accounted(of: Real, order: Sequence[int] | NDArray[np.int64] | None = None) -> Steps:
    """What is made of the readings, or of those at the places given, in that order."""
    places = np.arange(len(of.times)) if order is None else np.array(order)
    found = cleared(Readings(of.meter, of.times[places], of.values[places], True), 0, STEP_MS)
    assert found
    return account(found, STEP_MS, Usual(PARIS, NOTHING)).steps


def truth(of: Real) -> dict[int, int]:
    """What flowed in each step that has a reading at both edges."""
    shown = dict(zip(of.times.tolist(), of.values.tolist(), strict=True))
    return {start: round(shown[end] - shown[start]) for start, end in edges(of) if start in shown and end in shown}


def amounts(found: Steps) -> dict[int, int]:
    return dict(zip(found.starts.tolist(), found.amounts.tolist(), strict=True))


def total(of: Real) -> int:
    """Up to the last edge, where a reading stands."""
    last = of.times[of.times % STEP_MS == 0][-1]
    return round(float(of.values[of.times == last][0] - of.values[0]))


@pytest.mark.parametrize("name", NAMES)
def test_undamaged(name: str) -> None:
    """Each quarter is the difference of the register at its edges."""
    of = real(name)
    found, true = accounted(of), truth(of)

    assert true == {start: amount for start, amount in amounts(found).items() if start in true}
    assert total(of) == found.amounts.sum()


@pytest.mark.parametrize("name", NAMES)
def test_dropped_repeated_shuffled_and_spiked(name: str) -> None:
    """A fifth of the readings lost, a fifth repeated, lone zeros and spikes, no order: the total is the truth.

    So is every step whose two edges are among the good readings.
    """
    of, random = real(name), Random(name)
    size = len(of.times)
    ends = {*range(5), *range(size - 20, size)}
    kept = [place for place in range(size) if place in ends or random.random() > 0.2]
    odd = kept[5:-20:40]
    damaged = of._replace(values=of.values.copy())
    damaged.values[odd] = [random.choice((0.0, 9e12)) for _ in odd]
    order = kept + random.sample(kept, len(kept) // 5)
    random.shuffle(order)
    found = accounted(damaged, order)
    good = truth(of._replace(**{name: getattr(of, name)[sorted({*kept} - {*odd})] for name in ("times", "values")}))

    assert total(of) == found.amounts.sum()
    assert good == {start: amount for start, amount in amounts(found).items() if start in good}
    assert bool(np.all(found.amounts >= 0))


@pytest.mark.parametrize("name", NAMES)
def test_reset(name: str) -> None:
    """A register that starts again at 0 just after a reading goes on as if nothing had happened."""
    of = real(name)
    damaged = of._replace(values=of.values.copy())
    place = len(of.times) // 3
    damaged.values[place:] -= damaged.values[place - 1]

    assert amounts(accounted(of)) == amounts(accounted(damaged))


@pytest.mark.parametrize("name", NAMES)
def test_zeros_for_missing(name: str) -> None:
    """Half a day of zeros where nothing was read, and a dip that counts on: the total, and every step around."""
    of = real(name)
    damaged = of._replace(values=of.values.copy())
    first = len(of.times) // 3
    end = int(np.searchsorted(of.times, of.times[first] + DAY_MS // 2))
    damaged.values[first:end] = 0
    damaged.values[2 * first : 2 * first + 3] -= of.values[2 * first] // 2
    found = accounted(damaged)
    odd = {*range(first, end), *range(2 * first, 2 * first + 3)}
    kept = [place for place in range(len(of.times)) if place not in odd]
    good = truth(of._replace(**{name: getattr(of, name)[kept] for name in ("times", "values")}))

    assert total(of) == found.amounts.sum()
    assert good == {start: amount for start, amount in amounts(found).items() if start in good}


@pytest.mark.parametrize("name", NAMES)
def test_outage_is_no_spike(name: str) -> None:
    """A day of silence: the same energy, all of it estimated; outside, every quarter as it was."""
    of = real(name)
    first_ms = int(of.times[of.times % STEP_MS == 0][len(of.times[of.times % STEP_MS == 0]) // 3])
    first_ms, end_ms = first_ms, first_ms + DAY_MS
    whole, holed = accounted(of), accounted(of, np.flatnonzero((of.times <= first_ms) | (of.times >= end_ms)))
    gap = (whole.starts >= first_ms) & (whole.starts < end_ms)

    assert whole.amounts[~gap].tolist() == holed.amounts[~gap].tolist()
    assert whole.amounts[gap].sum() == holed.amounts[gap].sum()
    assert {1.0} >= set(holed.estimated[gap][holed.amounts[gap] > 0].tolist())
    assert bool(np.all(holed.amounts >= 0))


@pytest.mark.parametrize("name", CAMBRIDGE)
def test_hourly_is_split_evenly(name: str) -> None:
    """Of an hourly meter each hour's quarters sum to the hour, and are measured."""
    of = real(name)
    hourly = np.flatnonzero(of.times % HOUR_MS == 0)
    found = accounted(of._replace(meter=meter(interval_s=3600)), hourly)

    assert np.diff(of.values[hourly]).tolist() == found.amounts.reshape(-1, 4).sum(axis=1).tolist()
    assert 0 == found.estimated.sum()


def test_outage_at_sceaux() -> None:
    """The household's own outage, 62 hours without the rows its source filled in: 43.4 kWh with its two edges."""
    of = real("house")
    whole, holed = accounted(of), accounted(of, np.flatnonzero(~of.doubted))
    silent = np.flatnonzero(holed.estimated == 1)
    gap = slice(int(silent[0]) - 1, int(silent[-1]) + 2)

    assert 62 * 4 - 1 <= len(silent) <= 62 * 4 + 1
    assert 43_380 == whole.amounts[gap].sum() == holed.amounts[gap].sum()
    assert holed.amounts[silent].max() < whole.amounts.max()
    assert total(of) == holed.amounts.sum()


def test_local_times_taken_for_utc() -> None:
    """A meter that logs local time, read as UTC where the clocks go back: the hour that repeats hides no energy."""
    of = real("people")
    late = of.times >= of.times[len(of.times) // 2]
    shifted = of._replace(times=np.where(late, of.times - HOUR_MS, of.times))
    found = accounted(shifted)

    assert total(shifted) == found.amounts.sum()
    assert bool(np.all(found.amounts >= 0))
