"""One meter's readings → its steps, from where new readings touch it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.register import Finding, Times, clean, doubt_ms, restart
from energy.steps import Steps, steps
from estate.calendar import STEP_MS
from estate.model import Meter

LOOK_BACK = (2, 48)
"""How far before a change readings are looked at first, and then, in doubts of the meter; at last, all of them."""

ATTEMPTS = len(LOOK_BACK) + 1


class Readings(NamedTuple):
    """What a meter's register read over a span, to its end."""

    meter: Meter
    times: Times  # ms since the epoch
    values: NDArray[np.float64]  # in the unit of the meter's quantity
    whole: bool  # there are none before


class Account(NamedTuple):
    """What a meter's readings come to."""

    meter: Meter
    steps: Steps
    findings: Sequence[Finding]
    since_ms: int  # from here on the steps are all there are; 0: ever


def look_from(meter: Meter, changed_ms: int, attempt: int) -> int:
    """Where the readings looked at begin, at this attempt; 0 for all of them."""
    if attempt == len(LOOK_BACK):
        return 0
    return max(0, changed_ms - LOOK_BACK[attempt] * doubt_ms(meter))


def account(readings: Readings, changed_ms: int, step_ms: int = STEP_MS) -> Account | None:
    """The steps that readings from `changed_ms` on may have changed, to the end.

    None when the readings do not reach back far enough to agree with an account of all of them.
    """
    meter, times, values, whole = readings
    begin = restart(times, values, meter, changed_ms, step_ms)
    if begin is None and not whole:
        return None
    from_ms, since_ms = begin or (0, 0)
    kept = times >= from_ms
    cleaned = clean(times[kept], values[kept], meter)
    findings = [finding for finding in cleaned.findings if finding.at_ms >= since_ms]
    return Account(meter, steps(cleaned, 2000 * meter.interval_s, since_ms, step_ms), findings, since_ms)
