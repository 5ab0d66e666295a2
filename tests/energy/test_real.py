"""Real consumption as registers, damaged by rule: what is accounted is what was used."""

from random import Random

import numpy as np
import pytest

from energy.register import clean
from energy.steps import Steps, steps
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS
from sensors.history import readings
from tests.energy.sites import meter, ms

START_MS, DAYS = ms("2026-01-05 00:00"), 60
METERS = ("b01-electricity", "b07-electricity", "b01-gas", "b28-electricity")

Values = tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.float64]]]


def truth(device: str) -> Values:
    """The register of a real meter, each quarter of an hour for sixty days."""
    found = [
        each for each in readings(device, START_MS, START_MS + DAYS * DAY_MS, STEP_MS) if "energy" in each.quantity
    ]
    return np.array([each.at_ms for each in found], np.int64), np.array([each.value for each in found])


def accounted(times: Values, interval_s: int = 900) -> Steps:
    return steps(clean(*times, meter(interval_s=interval_s)), 2000 * interval_s)


@pytest.mark.parametrize("device", METERS)
def test_undamaged(device: str) -> None:
    """Each quarter is the difference of the register at its edges."""
    times, values = truth(device)

    assert np.diff(values).tolist() == accounted((times, values)).amounts.tolist()


@pytest.mark.parametrize("device", METERS)
def test_dropped_repeated_shuffled_and_spiked(device: str) -> None:
    """A fifth of the readings lost, a fifth repeated, lone zeros and spikes, no order: the total is the truth."""
    times, values = truth(device)
    random = Random(device)
    kept = [
        0,
        *(index for index in range(1, len(times) - 3) if random.random() > 0.2),
        *range(len(times) - 3, len(times)),
    ]
    odd = kept[5:-5:40]
    damaged = values.copy()
    damaged[odd] = [random.choice((0.0, 9e12)) for _ in odd]
    order = kept + random.sample(kept, len(kept) // 5)
    random.shuffle(order)
    found = accounted((times[order], damaged[order]))

    assert values[-1] - values[0] == found.amounts.sum()
    assert bool(np.all(found.amounts >= 0))


@pytest.mark.parametrize("device", METERS)
def test_reset(device: str) -> None:
    """A register that starts again at 0 just after a reading goes on as if nothing had happened."""
    times, values = truth(device)
    values[2000:] -= values[1999]
    found = accounted((times, values))

    assert np.diff(truth(device)[1]).sum() == found.amounts.sum()


@pytest.mark.parametrize("device", METERS)
def test_outage_is_no_spike(device: str) -> None:
    """Two days of silence: the same energy, estimated and spread evenly; outside, every quarter as it was."""
    times, values = truth(device)
    known = np.ones(len(times), np.bool_)
    known[1001:1192] = False
    whole, holed = accounted((times, values)), accounted((times[known], values[known]))
    gap = slice(1000, 1192)

    assert whole.amounts[:1000].tolist() + whole.amounts[1192:].tolist() == np.delete(holed.amounts, gap).tolist()
    assert whole.amounts[gap].sum() == holed.amounts[gap].sum()
    assert holed.amounts[gap].max() - holed.amounts[gap].min() <= 1
    assert set(holed.estimated[gap].tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize("device", METERS)
def test_hourly_is_split_evenly(device: str) -> None:
    """Of an hourly meter each hour's quarters sum to the hour, and are measured."""
    times, values = truth(device)
    hourly = times % HOUR_MS == 0
    found = accounted((times[hourly], values[hourly]), interval_s=3600)

    assert np.diff(values[hourly]).tolist() == found.amounts.reshape(-1, 4).sum(axis=1).tolist()
    assert 0 == found.estimated.sum()
