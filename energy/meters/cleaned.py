"""A register that only rises, and what was found wrong with it on the way: the words all of energy shares. Pure."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
