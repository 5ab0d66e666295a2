"""A cleaned register → what flowed in each quarter of an hour, exactly (law 7).

The register's value at the edge of a step depends on the two readings around it alone: so the steps sum to the
register's difference, and computing them again from any accepted reading on gives the same figures.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.register import Cleaned, Register, Times
from estate.calendar import STEP_MS

_EXACT_MS = 3_000_000_000  # the square of a longer interval overflows 64 bits


class Steps(NamedTuple):
    """Consecutive steps, one amount each."""

    starts: Times  # ms since the epoch
    amounts: Register  # in the carrier's unit
    estimated: NDArray[np.float64]  # the share of the amount that was not measured, 0 to 1; 0 of nothing

    @staticmethod
    def of(starts: Times, amounts: Register, guessed: Register) -> "Steps":
        """With the part of each amount that was not measured."""
        share = np.divide(guessed, amounts, out=np.zeros(len(amounts)), where=amounts != 0)
        return Steps(starts, amounts, np.clip(share, 0.0, 1.0))

    @property
    def guessed(self) -> Register:
        """The part of each amount that was not measured, in whole units so that sums of sums are exact."""
        return np.rint(self.amounts * self.estimated).astype(np.int64)


def steps(cleaned: Cleaned, gap_ms: int, since_ms: int = 0, step_ms: int = STEP_MS) -> Steps:
    """Every complete step from `since_ms` on; the first counts from the first reading.

    Readings further apart than `gap_ms` enclose a gap: its amount is spread evenly, and is estimated.
    """
    times, register = cleaned.times, cleaned.register
    if len(times) < 2:
        none = np.empty(0, dtype=np.int64)
        return Steps.of(none, none, none)
    first = max(int(times[0]) // step_ms * step_ms, since_ms)
    edges = np.arange(first, int(times[-1]) + 1, step_ms, dtype=np.int64)
    rise = np.diff(register)
    in_gaps = np.concatenate(([0], np.cumsum(np.where(np.diff(times) > gap_ms, rise, 0))))
    return Steps.of(edges[:-1], np.diff(_at(edges, times, register)), np.diff(_at(edges, times, in_gaps)))


def _at(edges: Times, times: Times, register: Register) -> Register:
    """The register at each edge: on the line between the readings around it, rounded down."""
    index = np.clip(np.searchsorted(times, edges, side="right") - 1, 0, len(times) - 2)
    span = times[index + 1] - times[index]
    elapsed = np.clip(edges - times[index], 0, span)
    whole, rest = np.divmod(register[index + 1] - register[index], span)
    if len(span) and span.max() > _EXACT_MS:
        part = np.array([a * b // c for a, b, c in zip(rest.tolist(), elapsed.tolist(), span.tolist(), strict=True)])
    else:
        part = rest * elapsed // span
    value: Register = register[index] + whole * elapsed + part
    return value
