"""Local times of one series, in the order they were written → instants (law 8).

The hour that comes twice in autumn is told by the order of the rows, the oldest or the newest first, or refused; the
one that never was in spring is refused.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

Wrong = Callable[[int, str], None]
"""Hears of a problem: the line, and what is wrong there."""

_YEARS = range(1971, 2200)


class _Twice(NamedTuple, Generic[T]):
    """A row whose local time came twice."""

    line: int
    moment: datetime
    first_ms: int
    second_ms: int
    item: T


class Clock(Generic[T]):
    """One series of rows; `take` and `end` return instants in ms since the epoch."""

    def __init__(self, zone: ZoneInfo, wrong: Wrong) -> None:
        self._zone, self._wrong = zone, wrong
        self._waiting: list[_Twice[T]] = []  # rows of one night, until a later row shows how they go on
        self._last_ms = -1
        self._rises = self._falls = False  # how times went so far

    def take(self, line: int, moment: datetime, item: T) -> list[tuple[int, T]]:
        """Add a row; what has become certain with it, and is good."""
        if moment.year not in _YEARS:
            self._wrong(line, f"the year {moment.year} cannot be meant")
            return []
        first, second = (round(moment.replace(tzinfo=moment.tzinfo or self._zone, fold=f).timestamp() * 1000)
                         for f in (0, 1))  # fmt: skip
        if first == second:
            ready = self.end(first)
            self._saw(first)
            return [*ready, (first, item)]
        if datetime.fromtimestamp(first / 1000, self._zone).replace(tzinfo=None, fold=0) != moment:
            cause = f"never was in {self._zone.key}: the clocks went forward"
            self._wrong(
                line, f"local time {moment} {cause}; for a clock that does not change, --zone Etc/GMT-1 is UTC+1"
            )
            return []
        ready = self.end(first) if self._waiting and self._waiting[-1].moment.date() != moment.date() else []
        self._waiting.append(_Twice(line, moment, first, second, item))
        return ready

    def end(self, next_ms: int = -1) -> list[tuple[int, T]]:
        """Another night, or nothing, follows: what that makes certain of the rows that wait."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        self._saw(waiting[0].first_ms)
        if next_ms >= 0:
            self._saw(next_ms)
        if self._falls:
            waiting.reverse()
        back = [number for number in range(1, len(waiting)) if waiting[number].moment <= waiting[number - 1].moment]
        # One row an hour repeats its time; any other repetition may be a row written twice.
        told = len(back) == 1 and (waiting[back[0]].moment < waiting[back[0] - 1].moment or len(waiting) == 2)
        if told and not (self._rises and self._falls):
            return [(row.first_ms if number < back[0] else row.second_ms, row.item)
                    for number, row in enumerate(waiting)]  # fmt: skip
        for row in waiting:
            cause = "the clocks went back, and the order of the rows does not tell which is meant"
            self._wrong(row.line, f"local time {row.moment} was twice in {self._zone.key}: {cause}; add the offset")
        return []

    def _saw(self, at_ms: int) -> None:
        if self._last_ms >= 0:
            self._rises |= at_ms > self._last_ms
            self._falls |= at_ms < self._last_ms
        self._last_ms = at_ms
