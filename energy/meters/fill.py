"""What nobody measured → an estimate by the meter's own usual course, exact in sum (law 7).

A gap keeps the register's difference, spread as the meter usually runs; a time of which nothing is known (an impossible
rise, a missing interval, a silent meter of power) is given what usually flows. Usual is the mean of the measured steps
of the four weeks before, of the same kind of day (working day, Saturday, Sunday) and time of the local day. The three
kinds of day are those of the "Repräsentative VDEW-Lastprofile" (M-32/99), which take public holidays for Sundays; here
they count as the weekday they fall on. It rests on nothing later than the gap begins: so a recomputation from any time
on gives what a recomputation of the whole gives.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.meters.cleaned import Cleaned, Register, Times
from energy.meters.steps import Edges, Steps
from estate.calendar import DAY_MS, HOUR_MS, offset_ms

WEEKS_MS = 28 * DAY_MS
"""How far back comparable days are looked for: each weekend day four times, and near enough in the season."""

_FINE = 1000  # means are kept in thousandths


class Usual(NamedTuple):
    """What gaps are filled by."""

    zone: ZoneInfo
    before: Steps  # the meter's own, of `WEEKS_MS` before the first gap and up to the first step computed


def wanted_from(cleaned: Cleaned, since_ms: int) -> int | None:
    """From when on the meter's own steps are needed to fill its gaps after `since_ms`; None when none are."""
    gaps = np.flatnonzero(cleaned.unsure & (cleaned.times[1:] > since_ms))
    if not len(gaps):
        return None
    within_hour = int(cleaned.times[gaps[0]])  # and within a step: the whole step is compared, also four weeks before
    return within_hour - within_hour % HOUR_MS - WEEKS_MS


def filled(edges: Edges, cleaned: Cleaned, usual: Usual) -> Steps:
    """The steps between the edges, with every gap filled, one after the other."""
    if len(edges.times) < 2:
        return edges.steps
    filler = _Filler(edges, cleaned, usual)
    times, last_ms = cleaned.times, int(edges.times[-1])
    for gap in np.flatnonzero(cleaned.unsure & (times[1:] > edges.times[0]) & (times[:-1] < last_ms)).tolist():
        filler.fill(gap)
    return filler.edges.steps


class _Filler:
    """Edges whose gaps are filled in order of time, so that each finds the final steps before it."""

    def __init__(self, edges: Edges, cleaned: Cleaned, usual: Usual) -> None:
        self.edges, self._cleaned, self._usual = edges, cleaned, usual
        self._step_ms = int(edges.times[1] - edges.times[0])
        self._in_gaps = np.concatenate(([0], np.cumsum(np.where(cleaned.unsure, np.diff(cleaned.register), 0))))
        self._added = 0  # what was lost and has been estimated so far
        self._before = usual.before.only(usual.before.starts < edges.times[0])
        starts = np.concatenate((self._before.starts, edges.times[:-1]))
        self._slots = slots(starts, usual.zone, self._step_ms)

    def fill(self, gap: int) -> None:
        start, end = (int(each) for each in self._cleaned.times[gap : gap + 2])
        inside = slice(*np.searchsorted(self.edges.times, (start, end), side="right").tolist())
        lost = bool(self._cleaned.lost[gap])
        if inside.start == inside.stop and not lost:
            return  # within one step
        course = self._course(start, end)
        amount = int(self._cleaned.register[gap + 1] - self._cleaned.register[gap])
        if lost:
            amount = self._usually(course) if course else self._as_around(gap)
        self._spread(gap, inside, amount, course if course and any(course) else None)
        if lost:
            self._added += amount
            self.edges.register[inside.stop :] += amount
            self.edges.unsure[inside.stop :] += amount

    def _spread(self, gap: int, inside: slice, amount: int, course: Sequence[int] | None) -> None:
        """Write the edges inside the gap: by its usual course, or on a line."""
        start, end = (int(each) for each in self._cleaned.times[gap : gap + 2])
        if course is None:
            parts = [amount * (edge - start) // (end - start) for edge in self.edges.times[inside].tolist()]
        else:
            passed = [0, *np.cumsum(np.array(course, dtype=object)).tolist()]
            first = start // self._step_ms
            parts = [amount * passed[edge // self._step_ms - first] // passed[-1]
                     for edge in self.edges.times[inside].tolist()]  # fmt: skip
        for column, base in ((self.edges.register, self._cleaned.register), (self.edges.unsure, self._in_gaps)):
            column[inside] = int(base[gap]) + self._added + np.array(parts, dtype=np.int64)

    def _course(self, start: int, end: int) -> list[int] | None:
        """What usually flows in each step of the gap, times the ms they share; None where one has no usual."""
        first = start // self._step_ms * self._step_ms
        steps = np.arange(first, end, self._step_ms, dtype=np.int64)
        means = self._means(first)[slots(steps, self._usual.zone, self._step_ms)]
        if (means < 0).any():
            return None
        shared = np.minimum(steps + self._step_ms, end) - np.maximum(steps, start)
        return [mean * each for mean, each in zip(means.tolist(), shared.tolist(), strict=True)]

    def _means(self, until_ms: int) -> Register:
        """The mean of the measured steps of each slot in the weeks before, in thousandths; -1 where there is none."""
        edges, known = self.edges, len(self._before.starts)
        end = max(0, int(np.searchsorted(edges.times, until_ms, side="right")) - 1)
        first = min(end, int(np.searchsorted(edges.times, until_ms - WEEKS_MS)))
        old = slice(*np.searchsorted(self._before.starts, (until_ms - WEEKS_MS, until_ms)).tolist())
        fresh = edges.between(first, end)
        amount = np.concatenate((self._before.amounts[old], fresh.amounts))
        sure = np.concatenate((self._before.estimated[old] == 0, fresh.estimated == 0))
        slot = np.concatenate((self._slots[old], self._slots[known + first : known + end]))[sure]
        size = 3 * DAY_MS // self._step_ms
        sums, counts = np.bincount(slot, amount[sure], size), np.bincount(slot, minlength=size)
        return np.where(counts > 0, np.rint(sums * _FINE / np.maximum(counts, 1)), -1).astype(np.int64)

    def _usually(self, course: Sequence[int]) -> int:
        """What the course comes to, in the register's unit."""
        return sum(course) * self.edges.per // (_FINE * self._step_ms)

    def _as_around(self, gap: int) -> int:
        """What flows at the mean of the rates of the intervals on both sides, of those that are known."""
        times, register, lost = self._cleaned.times, self._cleaned.register, self._cleaned.lost
        around = [each for each in (gap - 1, gap + 1) if 0 <= each < len(lost) and not lost[each]]
        rates = [
            Fraction(int(register[each + 1] - register[each]), int(times[each + 1] - times[each])) for each in around
        ]
        return int(sum(rates, Fraction(0)) * int(times[gap + 1] - times[gap]) / max(1, len(rates)))


def slots(starts: Times, zone: ZoneInfo, step_ms: int) -> Register:
    """The kind of day (0 working day, 1 Saturday, 2 Sunday) and the step of the local day, as one number."""
    hours, place = np.unique(starts // HOUR_MS, return_inverse=True)
    offsets = np.array([offset_ms(hour, zone) for hour in hours.tolist()], dtype=np.int64)
    local = starts + (offsets[place] if len(starts) else 0)
    weekday = (local // DAY_MS + 3) % 7  # the epoch was a Thursday
    slot: Register = np.maximum(weekday - 4, 0) * (DAY_MS // step_ms) + local % DAY_MS // step_ms
    return slot
