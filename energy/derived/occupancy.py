"""What occupancy sensors say → how many people were in a zone, and whether anybody was, at any time. Pure.

A head count beats in/out counters, and those beat presence and motion: of several devices in a zone the best kind that
speaks at a time counts. Presence tells of occupied time and never of persons. Several devices of one kind see different
parts or doors of the zone: head counts and passages add up (`across` in the table of quantities).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.held import Held, Values
from energy.meters.cleaned import Times
from estate.calendar import HOUR_MS, floor, following

ANCHOR_H = 4
"""The local hour at which a zone with in/out counters is taken to be empty.

Counters miss people in both directions, so their difference drifts for ever; makers of counters reset it once a day,
when a place is empty (Irisys, "Real-time Occupancy Reporting"; Density, "Drift and Drift Correction", whose example is
at four). The hour is a convention of ours.
"""

LINGER_MS = 20 * 60_000
"""How long a zone counts as occupied after the last motion: people sit still. A convention of ours; light has to go out
within as long of vacancy by ASHRAE 90.1-2016, 9.4.1.1, of which only a summary was read (Crestron's guide)."""

MOST_PER_S = 20.0
"""The greatest plausible passages through one door per second, by our own reckoning: a faster rise is no people."""


class Sensed(NamedTuple):
    """What the sensors of one zone say."""

    counts: Sequence[Held] = ()  # people
    passed: Held | None = None  # people, from entries and exits
    presences: Sequence[Held] = ()  # 0 or 1

    @property
    def all(self) -> list[Held]:
        return [*self.counts, *([self.passed] if self.passed else []), *self.presences]

    def people(self, when: Times) -> tuple[Values, Values]:
        """How many, not a number where nothing counts; and the share of that which is guessed.

        Guessed are the counters' drift, and where of several head counts some are silent, their share.
        """
        found = np.array([each.at(when) for each in self.counts]).reshape(len(self.counts), len(when))
        speaking = (~np.isnan(found)).sum(axis=0)
        people = np.where(speaking > 0, np.nansum(found, axis=0), np.nan)
        guessed = np.where(speaking > 0, 1 - speaking / max(1, len(self.counts)), 0.0)
        if self.passed:
            passed = self.passed.at(when)
            people = np.where(np.isnan(people), passed, people)
        return people, guessed

    def occupied(self, when: Times) -> Values:
        """1 where somebody is there, 0 where nobody is, not a number where nothing tells."""
        people, _ = self.people(when)
        present = np.full(len(when), np.nan)
        for each in self.presences:
            present = np.fmax(present, each.at(when))
        return np.where(np.isnan(people), present, np.where(np.isnan(people), 0.0, people) > 0)


def from_motion(motion: Held) -> Held:
    """Presence from motion: each motion, for as long as its reading stands, and `LINGER_MS` after."""
    times, values, hold_ms = motion
    if not len(times):
        return motion
    ends = np.minimum(np.append(times[1:], times[-1] + hold_ms), times + hold_ms)
    moved = values > 0
    over = ends[moved] + LINGER_MS
    every = np.unique(np.concatenate((times, over)))
    started = np.searchsorted(times[moved], every, side="right") - 1
    lingers = (started >= 0) & (every < np.append(over, 0)[started])
    return Held(every, lingers.astype(np.float64), hold_ms)


class Passages(NamedTuple):
    """The readings of one cumulative counter of a door."""

    times: Times
    values: Values
    sign: int  # 1 for entries, -1 for exits


def from_passages(doors: Sequence[Passages], hold_ms: int, zone: ZoneInfo) -> Held:
    """The people inside, from all doors' entries and exits, empty at every anchor.

    Over a whole day between anchors people counted in and out are brought to their mean, so that the day ends at zero:
    10 in and 8 out count as 9 and 9, as nobody knows which is wrong. Of the day under way, the difference as it stands,
    never below zero.
    """
    rises = [_rises(door) for door in doors]
    times = np.concatenate([door.times for door in doors]) if doors else np.empty(0, np.int64)
    if not len(times):
        return Held(times, np.empty(0), hold_ms)
    order = np.argsort(times, kind="stable")
    times = times[order]
    moves = np.concatenate([door.sign * rise for door, rise in zip(doors, rises, strict=True)])[order]
    days = _anchors(int(times[0]), int(times[-1]), zone)
    inside = np.zeros(len(times))
    for begin, end in pairwise(days):
        first, last = np.searchsorted(times, (begin, end), side="right")  # what a reading tells has passed before it
        inside[first:last] = _balanced(moves[first:last], over=times[-1] >= end)
    kept = np.append(np.diff(times) > 0, True)
    times, inside = times[kept], inside[kept]
    inside[np.isin(times, days)] = 0.0
    empty = np.setdiff1d(np.array(days, np.int64), times)
    before = np.searchsorted(times, empty) - 1
    empty = empty[(before >= 0) & (empty - times[before] < hold_ms)]
    where = np.searchsorted(times, empty)
    return Held(np.insert(times, where, empty), np.insert(inside, where, 0.0), hold_ms)


def _rises(door: Passages) -> Values:
    """People since the reading before; a fall is a reset, and what passed around it is not known."""
    rise = np.diff(door.values, prepend=door.values[:1])
    elapsed_s = np.diff(door.times, prepend=door.times[:1]) / 1000
    return np.where((rise > 0) & (rise <= MOST_PER_S * elapsed_s), rise, 0.0)


def _balanced(moves: Values, *, over: bool) -> Values:
    entered, left = moves[moves > 0].sum(), -moves[moves < 0].sum()
    if over and entered and left:
        mean = (entered + left) / 2
        inside = np.cumsum(np.where(moves > 0, moves * mean / entered, moves * mean / left))
        return np.maximum(np.round(inside, 9), 0.0)
    inside = np.cumsum(moves)
    return inside - np.minimum(np.minimum.accumulate(inside), 0.0)


def anchor_before(at_ms: int, zone: ZoneInfo) -> int:
    """The last anchor before that time, where a day of counting began."""
    return max(anchor for anchor in _anchors(at_ms, at_ms, zone) if anchor < at_ms)


def _anchors(first_ms: int, last_ms: int, zone: ZoneInfo) -> list[int]:
    """The anchors around these times: one before, one after, and all between."""
    day = floor(first_ms - 26 * HOUR_MS, "1d", zone)
    found = [_anchor(day, zone)]
    while found[-1] <= last_ms:
        day = following(day, "1d", zone)
        found.append(_anchor(day, zone))
    return found


def _anchor(day_ms: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(day_ms / 1000, zone) + timedelta(hours=ANCHOR_H)  # of the wall clock
    return int(local.timestamp() * 1000)
