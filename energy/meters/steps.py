"""A cleaned register → what flowed in each step, exactly (law 7).

The register's value at the edge of a step depends on the two readings around it, and in a gap on the weeks before it:
so the steps sum to the register's difference, and computing them again from any accepted reading on gives the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Cleaned, Marks, Register, Times
from estate.calendar import DAY_MS, STEP_MS
from store.base import share

_EXACT_MS = 3_000_000_000  # the square of a longer interval overflows 64 bits

MARKED = np.iinfo(np.int64).max
"""In the place of the longest measured interval: the register's gaps are marked already."""


class Steps(NamedTuple):
    """Consecutive steps, one amount each."""

    starts: Times  # ms since the epoch
    amounts: Register  # in the carrier's unit
    estimated: NDArray[np.float64]  # the share of the amount that was not measured, 0 to 1; of 0: 1 where it is blank

    @staticmethod
    def of(starts: Times, amounts: Register, guessed: Register, blank: Marks | None = None) -> "Steps":
        """With the part of each amount that was not measured (of a negative one, its size), and which are blank."""
        nothing = np.zeros(len(amounts)) if blank is None else blank.astype(np.float64)
        return Steps(starts, amounts, share(amounts, guessed, nothing))

    def only(self, chosen: Marks | slice) -> "Steps":
        """Some of them."""
        return Steps(self.starts[chosen], self.amounts[chosen], self.estimated[chosen])

    def at(self, starts: Times) -> "Steps":
        """Those that start then, in order; 0 where there is none."""
        amounts, estimated = np.zeros(len(starts), np.int64), np.zeros(len(starts))
        _, here, there = np.intersect1d(starts, self.starts, assume_unique=True, return_indices=True)
        amounts[here], estimated[here] = self.amounts[there], self.estimated[there]
        return Steps(starts, amounts, estimated)

    @property
    def guessed(self) -> Register:
        """The part of each amount that was not measured, in whole units so that sums of sums are exact."""
        return np.rint(np.abs(self.amounts) * self.estimated).astype(np.int64)

    @property
    def blank(self) -> Marks:
        """Those of which nothing was measured: so a 0 that is a guess is told from one that was read."""
        marks: Marks = self.estimated == 1
        return marks


NOTHING = Steps(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def less(own: Steps, behind: Steps) -> Steps:
    """What is left of each step without what another meter counted of it; where only that is known, nothing is."""
    other = behind.at(own.starts)
    return Steps.of(own.starts, own.amounts - other.amounts, own.guessed + other.guessed, own.blank)


def total(parts: Sequence[Steps]) -> Steps:
    """All parts together; a step that only some have is the sum of those."""
    starts = np.unique(np.concatenate([NOTHING.starts, *(part.starts for part in parts)]))
    amounts, guessed, blank = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64), starts > 0
    for part in parts:
        at = np.searchsorted(starts, part.starts)
        amounts[at] += part.amounts
        guessed[at] += part.guessed
        blank[at] &= part.blank
    return Steps.of(starts, amounts, guessed, blank)


class Edges(NamedTuple):
    """A register at the edges of steps, and what of its rise nobody measured."""

    times: Times
    register: Register
    unsure: Register  # rises by what was estimated
    read_ms: Times  # rises by the time that was measured
    per: int  # of its units are one of the carrier's

    @property
    def steps(self) -> Steps:
        """Those between the edges."""
        return self.between(0, len(self.times) - 1)

    def between(self, first: int, end: int) -> Steps:
        """Those from one edge to another."""
        if end <= first:
            return NOTHING
        amounts, guessed = (self.amounts(column, first, end) for column in (self.register, self.unsure))
        return Steps.of(self.times[first:end], amounts, guessed, np.diff(self.read_ms[first : end + 1]) == 0)

    def amounts(self, register: Register, first: int, end: int) -> Register:
        """The rise of each step in the carrier's unit; where that takes rounding, every day of UTC is right as a whole.

        Rounding from the start of the day on lets a recomputation begin at any midnight.
        """
        if self.per == 1:
            return np.diff(register[first : end + 1])
        day = np.searchsorted(self.times, self.times[first:end] // DAY_MS * DAY_MS)
        low, high = ((register[first + at : end + at] - register[day] + self.per // 2) // self.per for at in (0, 1))
        rise: Register = high - low
        return rise


def steps(cleaned: Cleaned, gap_ms: int = MARKED, since_ms: int = 0, step_ms: int = STEP_MS) -> Steps:
    """Every complete step from `since_ms` on; the first counts from the first reading.

    Readings further apart than `gap_ms` enclose a gap: its amount is spread evenly, and is estimated.
    """
    return edges_of(with_gaps(cleaned, gap_ms), since_ms, step_ms).steps


def with_gaps(cleaned: Cleaned, gap_ms: int | Times) -> Cleaned:
    """Intervals longer than the limit, or each than its own, are gaps."""
    return cleaned._replace(unsure=cleaned.unsure | (np.diff(cleaned.times) > gap_ms))


def edges_of(cleaned: Cleaned, since_ms: int, step_ms: int) -> Edges:
    """The register at the edges from `since_ms` on, each on the line between the readings around it."""
    times, register = cleaned.times, cleaned.register
    if len(times) < 2:
        none = np.empty(0, dtype=np.int64)
        return Edges(none, none, none, none, cleaned.per)
    first = max(int(times[0]) // step_ms * step_ms, since_ms)
    edges = np.arange(first, int(times[-1]) + 1, step_ms, dtype=np.int64)
    in_gaps = np.concatenate(([0], np.cumsum(np.where(cleaned.unsure, np.diff(register), 0))))
    read_ms = np.concatenate(([0], np.cumsum(np.where(cleaned.unsure, 0, np.diff(times)))))
    columns = [_at(edges, times, each) for each in (register, in_gaps, read_ms)]
    return Edges(edges, columns[0], columns[1], columns[2], cleaned.per)


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
