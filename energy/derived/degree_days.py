"""Outdoor temperatures → heating degree days of local days. Pure.

Base 17 °C as the statistics office of the ministry does (SDES, note on degree days of January 2021): 17 less the mean
of the day's least and greatest temperature, where that is lower; it sums October to May, here every day counts. Base
18 °C as heating contracts do: COSTIC's method, which counts a part of days that are warmer than the base for some hours
only. COSTIC's own text was not read; its formula is as public programs have it (`DJU_costic`). Both are of weather
stations; ours are of any sensor, by local days, and indicative.
"""

from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.held import Values
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import HOUR_MS, floor
from estate.calendar import steps as calendar_steps

HOURS = 20
"""Hours of a day with a reading: fewer may miss its least or greatest temperature, and the day is absent. Ours."""


def base_17(low: float, high: float) -> float:
    """Degree days (°C·day) of one day by its least and greatest temperature, °C."""
    return max(0.0, 17.0 - (low + high) / 2)


def base_18(low: float, high: float) -> float:
    """The same, by COSTIC's method."""
    if high <= 18.0:
        return 18.0 - (low + high) / 2
    if low >= 18.0:
        return 0.0
    return (18.0 - low) * (0.08 + 0.42 * (18.0 - low) / (high - low))


def degree_days(times: Times, values: Values, end_ms: int, zone: ZoneInfo) -> dict[str, Steps]:
    """m°C·day of each whole local day that ends by `end_ms`, at both bases, from readings in order (ms, °C)."""
    starts, found = [], []
    days = list(calendar_steps(int(times[0]), min(int(times[-1]) + 1, end_ms), "1d", zone)) if len(times) else []
    for day, after in zip(days, [*days[1:], end_ms], strict=True):
        first, last = np.searchsorted(times, (day, after))
        whole = floor(after, "1d", zone) == after
        if whole and len(np.unique(times[first:last] // HOUR_MS)) >= HOURS:
            low, high = float(values[first:last].min()), float(values[first:last].max())
            starts.append(day)
            found.append((round(1000 * base_17(low, high)), round(1000 * base_18(low, high))))
    amounts = np.array(found, np.int64).reshape(len(starts), 2)
    at = np.array(starts, np.int64)
    return {
        name: Steps.of(at, amounts[:, column], np.zeros(len(at), np.int64))
        for column, name in enumerate(("degree17", "degree18"))
    }
