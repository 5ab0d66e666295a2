"""The steps of many flows as columns of numbers, so that a pass over hundreds of meters is a few array operations.

A flow is a meter and a tenant ("" for the meter's own), by number; a key holds a flow's number and a step's start.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Marks
from energy.meters.steps import Steps

Numbers = NDArray[np.int64]

Name = tuple[str, str]
"""Meter and tenant."""

_START = 42
"""Bits of a start in ms since the epoch: enough until 2109."""

_STARTS = (1 << _START) - 1


class Names(dict[Name, int]):
    """Flows by number, which a new one gets when it is first looked up."""

    def __missing__(self, name: Name) -> int:
        self[name] = number = len(self)
        return number


class Columns(NamedTuple):
    """One row per flow and step."""

    keys: Numbers  # ascending, each once
    amounts: Numbers  # in the carrier's unit
    guessed: Numbers  # the part of each that was not measured
    blank: Marks  # nothing of it was measured

    @property
    def flows(self) -> Numbers:
        return self.keys >> _START

    @property
    def starts(self) -> Numbers:
        return self.keys & _STARTS

    def where(self, chosen: Marks | Numbers | slice) -> "Columns":
        return Columns(self.keys[chosen], self.amounts[chosen], self.guessed[chosen], self.blank[chosen])

    def holds(self, flow: int, start_ms: int) -> bool:
        """Whether this flow has a row that starts then."""
        key = (flow << _START) | start_ms
        at = int(np.searchsorted(self.keys, key))
        return flow >= 0 and at < len(self.keys) and int(self.keys[at]) == key

    def of(self, flow: int) -> Steps:
        """One flow's steps."""
        first, end = np.searchsorted(self.keys, [flow << _START, (flow + 1) << _START]).tolist()
        own = self.where(slice(first, end))
        return Steps.of(own.starts, own.amounts, own.guessed, own.blank)


NONE = Columns(*(np.empty(0, np.int64),) * 3, np.empty(0, np.bool_))


def columns(flows: Iterable[tuple[int, Steps]]) -> Columns:
    """The steps of these flows, none of which comes twice."""
    return joined([_column(flow, of) for flow, of in flows])


def _column(flow: int, of: Steps) -> Columns:
    """As a store gives it back: of a small amount the guess may be rounded to all, and then nothing is measured."""
    guessed = of.guessed
    whole = (guessed > 0) & (guessed >= np.abs(of.amounts))
    return Columns((flow << _START) | of.starts, of.amounts, guessed, of.blank | whole)


def joined(parts: Sequence[Columns]) -> Columns:
    """All rows of all parts, which have no key in common."""
    if not parts:
        return NONE
    whole = Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    if np.all(whole.keys[1:] > whole.keys[:-1]):
        return whole
    return whole.where(np.argsort(whole.keys, kind="stable"))


def summed(finer: Columns, periods: Numbers) -> Columns:
    """The sums by flow and period, given the start of each row's period. No more is a guess than there is.

    A period in which nothing flowed is blank when all of it is.
    """
    if not len(finer.keys):
        return finer
    keys = (finer.flows << _START) | periods
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    amounts, guessed = np.add.reduceat(finer.amounts, first), np.add.reduceat(finer.guessed, first)
    blank = (guessed >= np.abs(amounts)) & ((guessed > 0) | np.logical_and.reduceat(finer.blank, first))
    return Columns(keys[first], amounts, np.minimum(guessed, np.abs(amounts)), blank)


class Difference(NamedTuple):
    """What must be done to the stored rows."""

    write: Columns
    before: NDArray[np.float64]  # the amount that stood in the place of each row to be written; NaN for none
    gone: Columns  # what is stored and no longer so
    runs: list[tuple[int, int, int]]  # the same as flow, first and last start, with nothing between them that stays


def difference(stored: Columns, wrong: Marks, now: Columns) -> Difference:
    """The rows of `now` that are not stored as they are, or `wrong` in something else, and those that are no more."""
    at = np.minimum(np.searchsorted(stored.keys, now.keys), max(len(stored.keys) - 1, 0))
    there = stored.keys[at] == now.keys if len(stored.keys) else np.zeros(len(now.keys), np.bool_)
    before = np.full(len(now.keys), np.nan)
    before[there] = stored.amounts[at[there]]
    same = there.copy()
    same[there] = (
        (stored.amounts[at[there]] == now.amounts[there])
        & (stored.guessed[at[there]] == now.guessed[there])
        & (stored.blank[at[there]] == now.blank[there])
        & ~wrong[at[there]]
    )
    gone = np.ones(len(stored.keys), np.bool_)
    gone[at[there]] = False
    return Difference(now.where(~same), before[~same], stored.where(gone), _runs(stored, np.flatnonzero(gone)))


def _runs(stored: Columns, gone: Numbers) -> list[tuple[int, int, int]]:
    """Rows that stand side by side in one flow."""
    if not len(gone):
        return []
    flows, starts = stored.flows[gone], stored.starts[gone]
    ends = np.append((np.diff(gone) > 1) | (np.diff(flows) > 0), True)
    begins = np.concatenate(([True], ends[:-1]))
    return list(zip(flows[begins].tolist(), starts[begins].tolist(), starts[ends].tolist(), strict=True))
