"""Raw register readings → a cleaned register that only rises; every cleaning is a named finding (law 7).

The rules look at the last two accepted readings and the next ones, never further than `doubt_ms`: what a late reading
can change is therefore bounded, and `restart` finds where a recomputation may begin and still agree with the whole.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from estate.calendar import DAY_MS, HOUR_MS, STEP_MS
from estate.model import Meter
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES

Times = NDArray[np.int64]
Register = NDArray[np.int64]
Marks = NDArray[np.bool_]


class Kind(StrEnum):
    """What was found wrong with a register: a closed list."""

    NOISE = "noise"  # it fell within its resolution: it is held at the higher value
    OUTLIER = "outlier"  # readings off a line that goes on without them: set aside
    RESET = "reset"  # it fell and stayed: counts from zero, where the rate allows
    ROLLOVER = "rollover"  # it reached its declared width and went on from 0
    EXCHANGE = "exchange"  # another meter took its place, as the estate says
    EXCHANGE_UNCLEAR = "exchange_unclear"  # the readings before an exchange do not lead to its final index
    IMPOSSIBLE_RISE = "impossible_rise"  # it rose faster than it can and stayed: not counted
    NEGATIVE_POWER = "negative_power"  # a meter of power shows less than nothing
    NEGATIVE_VIRTUAL = "negative_virtual"  # a formula comes out below zero
    NEGATIVE_REMAINDER = "negative_remainder"  # the meters behind it counted more than it did


class Finding(NamedTuple):
    """One cleaning, in the register's own unit, as the device showed it."""

    kind: Kind
    at_ms: int  # of the first reading concerned
    before: int  # what the register stood at
    after: int  # what the reading says
    until_ms: int = 0  # the end of the time it concerns; 0 for one instant


class Cleaned(NamedTuple):
    """A register that never falls; only its differences mean anything.

    Between each two readings is an interval: one entry of `unsure` and of `lost`.
    """

    times: Times  # ms since the epoch, strictly rising
    register: Register  # `per` of its units are one of the carrier's
    findings: list[Finding]
    read: Register  # what was read at these times, in the register's own unit
    unsure: Marks  # of part of the interval nobody knows what flowed: it is estimated
    lost: Marks  # of all of it, and it counts nothing here
    per: int = 1


ZEROS_MS = 7 * DAY_MS
"""How long a register may say 0 and be back on its line after that: many a source writes 0 where it read nothing."""


class Restart(NamedTuple):
    """Where a recomputation begins, so that it agrees with one from the first reading."""

    from_ms: int  # the first reading to clean
    since_ms: int  # the first step to write


class _Rules(NamedTuple):
    """What is plausible for one meter, in its register's own unit."""

    rate: float  # greatest rise, per ms
    resolution: int
    doubt_ms: int
    rollover: int  # 0: none

    def rises(self, rise: Register, elapsed_ms: Times) -> NDArray[np.bool_]:
        """Whether the register simply went on."""
        return (rise >= 0) & (rise <= self.rate * elapsed_ms + self.resolution)


class _Level(NamedTuple):
    """What the register stands at after an accepted reading."""

    reading: int  # its position
    value: int
    read_ms: int  # when that value was read; earlier than the reading while noise holds it


def doubt_ms(meter: Meter) -> int:
    """How long a stuck odd value may stay undecided, and a value above the noise be held: four intervals, 1 h at least.

    Longer would catch longer faults, and make every recomputation reach further back.
    """
    return max(HOUR_MS, 4000 * meter.interval_s)


def clean(times: Times, values: NDArray[np.float64], meter: Meter) -> Cleaned:
    """The register as it must have run, from readings (ms, the quantity's unit) in any order, repeated or not.

    A reading that contradicts the one before it is decided by the next that differs, and is left out until then.
    """
    return scanned(*in_order(times, values, meter), meter)


def scanned(at: Times, value: Register, meter: Meter) -> Cleaned:
    """The same, of readings in order and in the register's own unit; the first is taken as it is."""
    if not len(at):
        return Cleaned(at, value, [], value, value > 0, value > 0)
    scan = _Scan(at, value, _rules(meter))
    scan.run()
    keep = scan.keep
    register = value[0] + np.cumsum(scan.rise[keep])
    return Cleaned(at[keep], register, scan.findings, value[keep], scan.unsure[keep][1:], scan.lost[keep][1:])


def restart(
    times: Times, values: NDArray[np.float64], meter: Meter, changed_ms: int, step_ms: int = STEP_MS
) -> Restart | None:
    """Where to begin when readings from `changed_ms` on are new; None when the readings given do not reach back enough.

    Readings that rise plausibly for `doubt_ms` end every doubt from before them: a reading at the end of such a stretch
    counts as it is, whatever came earlier, once its successor goes on from it. No stretch spans an exchange, and
    readings of 0 are in one of their own, which takes `ZEROS_MS`.
    """
    at, value = in_order(times, values, meter)
    known = int(np.searchsorted(at, changed_ms))
    if known < 2:
        return None
    at, value = at[:known], value[:known]
    rules = _rules(meter)
    register = np.searchsorted([exchange.at_ms for exchange in meter.exchanges], at, side="right")
    goes_on = rules.rises(np.diff(value), np.diff(at)) & (np.diff(register) == 0) & (np.diff(value == 0) == 0)
    stretch = np.maximum.accumulate(np.concatenate(([0], np.where(goes_on, 0, np.arange(1, known)))))
    settled_ms = np.where(value == 0, ZEROS_MS, rules.doubt_ms)
    sure = np.flatnonzero((at - at[stretch] >= settled_ms)[:-1] & goes_on)
    if not len(sure):
        return None
    since_ms = int(at[sure[-1]]) // step_ms * step_ms
    early = sure[at[sure] <= since_ms]
    return Restart(int(at[early[-1]]), since_ms) if len(early) else None


def in_order(times: Times, values: NDArray[np.float64], meter: Meter) -> tuple[Times, Register]:
    """By time, one reading each (of several the greatest), rounded to the register's own unit."""
    value = np.rint(values * _per_unit(meter)).astype(np.int64)
    if np.all(np.diff(times) > 0):
        return times, value
    order = np.lexsort((value, times))
    times, value = times[order], value[order]
    last = np.append(np.diff(times) > 0, True)
    return times[last], value[last]


def greatest_rate(meter: Meter) -> float:
    """The greatest plausible rise per ms, in the register's own unit: the meter's, or what the site can draw."""
    weight = meter.weight / 1e6 if meter.kind == "pulse" else 1.0
    if meter.max_rate:
        return meter.max_rate / HOUR_MS / weight
    usual = QUANTITIES[CARRIERS[meter.carrier].register].rate * CARRIERS[meter.carrier].per_unit / weight
    own = QUANTITIES[meter.quantity].rate * _per_unit(meter) or usual  # power has no rate
    return (min(own, usual) if meter.kind == "pulse" else own) / 1000


def _per_unit(meter: Meter) -> int:
    """How many of the register's own unit are one of its quantity: 1 m³ is 1000 L."""
    return 1000 if QUANTITIES[meter.quantity].unit == "m³" else 1


def _rules(meter: Meter) -> _Rules:
    return _Rules(greatest_rate(meter), meter.resolution, doubt_ms(meter), meter.rollover)


class _Scan:
    """One pass over the readings, stopping only where one does not simply follow the other."""

    def __init__(self, at: Times, value: Register, rules: _Rules) -> None:
        self.at, self.value, self.rules = at, value, rules
        self.keep = np.ones(len(at), dtype=np.bool_)
        self.rise = np.diff(value, prepend=value[:1])
        self.unsure, self.lost = np.zeros((2, len(at)), dtype=np.bool_)
        self.findings: list[Finding] = []
        self._odd = np.flatnonzero(~rules.rises(self.rise[1:], np.diff(at))) + 1
        self._level = self._read(0)
        self._before: _Level | None = None

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

    def _read(self, index: int) -> _Level:
        return _Level(index, int(self.value[index]), int(self.at[index]))

    def _greatest(self, level: _Level, index: int) -> float:
        return self.rules.rate * int(self.at[index] - self.at[level.reading]) + self.rules.resolution

    def _follows(self, level: _Level, index: int) -> bool:
        return bool(self._following(level, index, index + 1)[0])

    def _following(self, level: _Level, first: int, end: int) -> Marks:
        """Which of these readings the register can have reached from there."""
        rise, elapsed = self.value[first:end] - level.value, self.at[first:end] - self.at[level.reading]
        goes_on: Marks = (rise >= -self.rules.resolution) & (rise <= self.rules.rate * elapsed + self.rules.resolution)
        return goes_on

    def _following_round(self, level: _Level, first: int, end: int) -> Marks:
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

    def _goes_on_elsewhere(self, index: int, here: _Level) -> None:
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

        Where none differs, the one that says the same `doubt_ms` later; of zeros, `ZEROS_MS` later.
        """
        end = int(np.searchsorted(self.at, self.at[index] + self.rules.doubt_ms))
        if self.value[index] == 0 and not self.value[index:end].any():
            end = int(np.searchsorted(self.at, self.at[index] + ZEROS_MS))
            after = index + int(np.argmax(self.value[index:end] != 0))
            return (after, after + 1) if self.value[after] else (end, min(end + 1, len(self.at)))
        differs = np.flatnonzero(self.value[index:end] != self.value[index])
        return (index + int(differs[0]), end) if len(differs) else (end, min(end + 1, len(self.at)))

    def _set_aside(self, index: int, end: int) -> int:
        self._find(Kind.OUTLIER, index)
        self.keep[index:end] = False
        return end

    def _set_aside_last(self, before: _Level, index: int) -> int:
        """The last accepted reading was a spike small enough to be plausible: the register goes on from before it."""
        spike = self._level.reading
        self._level, self._before = before, None
        self._find(Kind.OUTLIER, spike)
        self.keep[spike] = False
        return index

    def _accept(self, index: int, rise: int, level: _Level) -> None:
        self.rise[index] = rise
        self._before, self._level = self._level, level

    def _find(self, kind: Kind, index: int) -> None:
        self.findings.append(Finding(kind, int(self.at[index]), self._level.value, int(self.value[index])))
