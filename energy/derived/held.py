"""A value between readings: it stands until the next one, and no longer than its sensor may be silent. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Times

Values = NDArray[np.float64]

HOLD = 3
"""How many intervals a value stands at most: a device is silent after three."""


class Held(NamedTuple):
    """What one sensor, or several together, say at any time."""

    times: Times  # ms since the epoch, strictly rising
    values: Values
    hold_ms: int  # how long each value stands at most

    def at(self, when: Times) -> Values:
        """The value that stands at each time; not a number where none does."""
        if not len(self.times):
            return np.full(len(when), np.nan)
        index = np.searchsorted(self.times, when, side="right") - 1
        stands = (index >= 0) & (when - self.times[index] < self.hold_ms)
        return np.where(stands, self.values[index], np.nan)

    @property
    def edges(self) -> Times:
        """The times at which the value may change."""
        return np.concatenate((self.times, self.times + self.hold_ms))


def held(times: Times, values: Values, interval_s: int) -> Held:
    """Readings in any order; of several at one time the last given counts."""
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    last = np.append(np.diff(times) > 0, True) if len(times) else np.empty(0, np.bool_)
    return Held(times[last], values[last], HOLD * interval_s * 1000)


def pieces(start_ms: int, end_ms: int, every_ms: int, of: Iterable[Held]) -> tuple[Times, Times]:
    """The starts and lengths (ms) of the pieces of [start, end) in which nothing changes; none crosses a step."""
    steps = np.arange(start_ms, end_ms, every_ms, dtype=np.int64)
    edges = np.concatenate([steps, [end_ms], *(each.edges for each in of)])
    edges = np.unique(edges[(edges >= start_ms) & (edges <= end_ms)])
    return edges[:-1], np.diff(edges)
