"""Amounts of intervals → a cumulative register at the intervals' edges, or as a meter of intervals keeps them. Pure.

Nothing is invented: where rows are missing the register stands still, and their number is told.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from estate.calendar import DAY_MS, HOUR_MS

Stamp = Literal["start", "end"]
"""Which end of its interval a row's time is."""

MOST_DISTANCES = 1_000
"""Distinct distances between rows that are remembered: a regular series has few."""


class Irregular(ValueError):
    """The rows are not a whole number of one interval apart; line 0 is the series as a whole."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class Step(NamedTuple):
    """The length of an interval: by the clock on the wall when a zone is given, as days are."""

    length_ms: int
    zone: ZoneInfo | None

    def shift(self, at_ms: int, steps: int) -> int:
        """The instant so many steps later."""
        if self.zone is None:
            return at_ms + steps * self.length_ms
        there = datetime.fromtimestamp(at_ms / 1000, self.zone) + timedelta(milliseconds=steps * self.length_ms)
        return round(there.timestamp() * 1000)


class _Distance(NamedTuple):
    """From a row to the next."""

    real_ms: int
    wall_ms: int  # by the clock on the wall


class Survey:
    """What a first look at a series tells: from when to when, how much, how far apart."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.count, self.first_ms, self.last_ms = 0, 0, 0
        self.total = Decimal(0)
        self._zone = zone
        self._seen: dict[_Distance, tuple[int, int]] = {}  # how often, and the line where it came first

    def add(self, line: int, at_ms: int, value: float) -> None:
        if self.count == 0:
            self.first_ms = at_ms
        else:
            self._measure(line, at_ms)
        self.count, self.last_ms = self.count + 1, at_ms
        self.total += exact(value)

    def _measure(self, line: int, at_ms: int) -> None:
        real = wall = at_ms - self.last_ms
        if real >= DAY_MS - HOUR_MS:
            before, after = (datetime.fromtimestamp(ms / 1000, self._zone) for ms in (self.last_ms, at_ms))
            wall = round((after.replace(tzinfo=None) - before.replace(tzinfo=None)) / timedelta(milliseconds=1))
        distance = _Distance(real, wall)
        if distance in self._seen or len(self._seen) < MOST_DISTANCES:
            times, first = self._seen.get(distance, (0, line))
            self._seen[distance] = times + 1, first

    def step(self, length_ms: int) -> Step:
        """The interval: the given one, or when that is 0 the most common distance. Raises Irregular."""
        if not (self._seen or length_ms):
            raise Irregular(0, "one row alone does not tell how long its interval is: say it with --interval")
        for walls in (True, False):
            usual = length_ms or self._usual(walls)
            odd = [line for each, (_, line) in self._seen.items() if each[walls] % usual]
            if walls and (odd or usual % DAY_MS):
                continue
            if odd:
                cause = f"is not a whole number of {usual / 60_000:g} min after the row before it"
                raise Irregular(min(odd), f"{cause}: give another --interval, or import registers")
            return Step(usual, self._zone if walls else None)
        raise AssertionError("one of both has answered")

    def missing(self, step: Step) -> tuple[int, int]:
        """How many gaps the series has, and how many intervals are missing in them."""
        by_wall = step.zone is not None
        lengths = [(each[by_wall] // step.length_ms - 1, times) for each, (times, _) in self._seen.items()]
        return sum(times for gap, times in lengths if gap), sum(gap * times for gap, times in lengths)

    def _usual(self, walls: bool) -> int:
        times: dict[int, int] = {}
        for each, (count, _) in self._seen.items():
            times[each[walls]] = times.get(each[walls], 0) + count
        return _commonest(times)


class Register:
    """The register that amounts make, from a value it begins at."""

    def __init__(self, begin: float, step: Step, stamp: Stamp) -> None:
        self._value, self._step, self._stamp = exact(begin), step, stamp
        self._edge_ms = -1

    def add(self, at_ms: int, amount: float) -> list[tuple[int, float]]:
        """Its values (ms, value) at the interval's edges, those that are new."""
        start_ms, end_ms = edges(at_ms, self._step, self._stamp)
        begun = [] if start_ms == self._edge_ms else [(start_ms, float(self._value))]
        self._value, self._edge_ms = self._value + exact(amount), end_ms
        return [*begun, (end_ms, float(self._value))]


class Amounts:
    """The amounts as a meter of intervals keeps them: each at the end of its interval."""

    def __init__(self, step: Step, stamp: Stamp) -> None:
        self._step, self._stamp = step, stamp

    def add(self, at_ms: int, amount: float) -> list[tuple[int, float]]:
        return [(edges(at_ms, self._step, self._stamp)[1], amount)]


def edges(at_ms: int, step: Step, stamp: Stamp) -> tuple[int, int]:
    """When the interval of a row begins and ends."""
    return (at_ms, step.shift(at_ms, 1)) if stamp == "start" else (step.shift(at_ms, -1), at_ms)


def exact(value: float) -> Decimal:
    """The number as it is written, so that sums are exact."""
    return Decimal(repr(value))


def _commonest(times: Mapping[int, int]) -> int:
    return max(times, key=lambda length: (times[length], -length))
