"""Which readings of a register stand, and what it rose by at each: one pass, reading by reading where there is a doubt.

The rules look at the last two accepted readings and the next ones, never further than `doubt_ms`; of a register that
says 0, at the next reading that says something else. Pure.
"""

from typing import NamedTuple

import numpy as np

from energy.meters.cleaned import Finding, Kind, Marks, Register, Times
from energy.meters.plausible import ZEROS_MS, Rules


class Level(NamedTuple):
    """What the register stands at after an accepted reading."""

    reading: int  # its position
    value: int
    read_ms: int  # when that value was read; earlier than the reading while noise holds it


class Scan:
    """One pass over the readings, stopping only where one does not simply follow the other."""

    def __init__(self, at: Times, value: Register, rules: Rules) -> None:
        self.at, self.value, self.rules = at, value, rules
        self.keep = np.ones(len(at), dtype=np.bool_)
        self.rise = np.diff(value, prepend=value[:1])
        self.unsure, self.lost = np.zeros((2, len(at)), dtype=np.bool_)
        self.findings: list[Finding] = []
        self._odd = np.flatnonzero(~rules.rises(self.rise[1:], np.diff(at))) + 1
        self._some = np.flatnonzero(value)
        self._level = self._read(0)
        self._before: Level | None = None

    def run(self) -> None:
        index = 1
        while index < len(self.at):
            rise = int(self.value[index]) - self._level.value
            if 0 <= rise <= self._greatest(self._level, index):
                index = self._go_on(index, rise)
            elif -self.rules.resolution <= rise < 0:
                index = self._hold(index)
            else:
                index = self._decide(index, rise)

    def _read(self, index: int) -> Level:
        return Level(index, int(self.value[index]), int(self.at[index]))

    def _greatest(self, level: Level, index: int) -> float:
        return self.rules.rate * int(self.at[index] - self.at[level.reading]) + self.rules.resolution

    def _follows(self, level: Level, index: int) -> bool:
        return bool(self._following(level, index, index + 1)[0])

    def _following(self, level: Level, first: int, end: int) -> Marks:
        """Which of these readings the register can have reached from there."""
        rise, elapsed = self.value[first:end] - level.value, self.at[first:end] - self.at[level.reading]
        goes_on: Marks = (rise >= -self.rules.resolution) & (rise <= self.rules.rate * elapsed + self.rules.resolution)
        return goes_on

    def _following_round(self, level: Level, first: int, end: int) -> Marks:
        """The same, also round the register's width."""
        beyond = level._replace(value=level.value - self.rules.rollover)
        return self._following(level, first, end) | self._following(beyond, first, end)

    def _go_on(self, index: int, rise: int) -> int:
        """Accept this reading and all that follow plainly."""
        self.rise[index] = rise
        place = int(np.searchsorted(self._odd, index, side="right"))
        end = int(self._odd[place]) if place < len(self._odd) else len(self.at)
        self._before = self._level if end == index + 1 else self._read(end - 2)
        self._level = self._read(end - 1)
        return end

    def _hold(self, index: int) -> int:
        """A fall within the resolution adds nothing; the higher value stands for as long as a doubt may last."""
        level = self._level
        if level.read_ms == self.at[level.reading]:
            self._find(Kind.NOISE, index)
        held = self.at[index] - level.read_ms <= self.rules.doubt_ms
        self._accept(index, 0, level._replace(reading=index) if held else self._read(index))
        return index + 1

    def _decide(self, index: int, rise: int) -> int:
        """A fall, or a rise faster than possible: what comes next says which."""
        after, end = self._next(index)
        if after == len(self.at):
            self.keep[index:] = False
            return after
        fell, here = rise < 0, self._read(index)
        back = self._back(index, after, end)
        if back:
            return self._set_aside(index, back)
        if fell and self._before and self._follows(self._before, index):
            return self._set_aside_last(self._before, index)
        if not self._following(here, after, end).any():
            return self._set_aside(index, after)
        self._goes_on_elsewhere(index, here)
        return index + 1

    def _back(self, index: int, after: int, end: int) -> int:
        """The reading with which the register is back on the line it left; 0 for none.

        That is the next, or a later one that returns by a jump: the one before it still nearer to where the line was
        left for. Without a jump the register has started low and risen to where it stood. A later one that nothing
        follows is itself odd, and decides nothing. From a spike it may be back round its width.
        """
        rose = bool(self.value[index] > self._level.value)
        on_line = (self._following_round if rose else self._following)(self._level, after, end)
        for place in (after + np.flatnonzero(on_line)).tolist():
            last = int(self.value[place - 1])
            jumped = abs(last - int(self.value[index])) < abs(last - self._level.value)
            returns = (self.value[place] < last) == rose
            rest = self._following_round(self._read(place), place + 1, max(end, min(place + 2, len(self.at))))
            if place == after or (jumped and returns and (rest.any() or not len(rest))):
                return place
        return 0

    def _goes_on_elsewhere(self, index: int, here: Level) -> None:
        """The register went on from another value: round its end, from 0, or from where nobody knows."""
        level, greatest = self._level, self._greatest(self._level, index)
        fell = here.value < level.value
        round_it = here.value + self.rules.rollover - level.value
        if fell and 0 <= round_it <= greatest and level.value < self.rules.rollover:
            self._find(Kind.ROLLOVER, index)
            self._accept(index, round_it, here)
            return
        counted = fell and 0 <= here.value <= greatest
        self.unsure[index], self.lost[index] = True, not counted
        self._find(Kind.RESET if fell else Kind.IMPOSSIBLE_RISE, index)
        self._accept(index, here.value if counted else 0, here)

    def _next(self, index: int) -> tuple[int, int]:
        """The readings that decide, from one to before another: those from the first that differs to `doubt_ms` later.

        Where none differs, the one that says the same `doubt_ms` later. Zeros are decided by the first reading that is
        none, however late; where there is none yet, by the zero `ZEROS_MS` later, until one comes.
        """
        end = int(np.searchsorted(self.at, self.at[index] + self.rules.doubt_ms))
        if self.value[index] == 0 and not self.value[index:end].any():
            place = int(np.searchsorted(self._some, index))
            if place < len(self._some):
                after = int(self._some[place])
                return after, after + 1
            end = int(np.searchsorted(self.at, self.at[index] + ZEROS_MS))
            return end, min(end + 1, len(self.at))
        differs = np.flatnonzero(self.value[index:end] != self.value[index])
        return (index + int(differs[0]), end) if len(differs) else (end, min(end + 1, len(self.at)))

    def _set_aside(self, index: int, end: int) -> int:
        self._find(Kind.OUTLIER, index)
        self.keep[index:end] = False
        return end

    def _set_aside_last(self, before: Level, index: int) -> int:
        """The last accepted reading was a spike small enough to be plausible: the register goes on from before it."""
        spike = self._level.reading
        self._level, self._before = before, None
        self._find(Kind.OUTLIER, spike)
        self.keep[spike] = False
        return index

    def _accept(self, index: int, rise: int, level: Level) -> None:
        self.rise[index] = rise
        self._before, self._level = self._level, level

    def _find(self, kind: Kind, index: int) -> None:
        self.findings.append(Finding(kind, int(self.at[index]), self._level.value, int(self.value[index])))
