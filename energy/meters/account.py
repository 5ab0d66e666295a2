"""One meter's readings → its steps, from where new readings touch it.

Steps are computed to the last reading, however early the change: a later gap is filled by what flowed before it, so
that what re-opens a step re-opens every gap whose four weeks before hold it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Cleaned, Finding, Times
from energy.meters.fill import Usual, filled, wanted_from
from energy.meters.kinds import cleaned_of, restart_of
from energy.meters.plausible import ZEROS_MS, doubt_ms
from energy.meters.steps import Steps, edges_of
from estate.calendar import DAY_MS, HOUR_MS
from estate.model import Meter

LOOK_BACK = (2, 48)
"""How far before a change readings are looked at first, and then, in doubts of the meter; at last, all of them."""

ATTEMPTS = len(LOOK_BACK) + 1


class Readings(NamedTuple):
    """What a meter read over a span, to its end."""

    meter: Meter
    times: Times  # ms since the epoch
    values: NDArray[np.float64]  # in the unit of the meter's quantity
    whole: bool  # there are none before


class Cleared(NamedTuple):
    """Readings cleaned from where a recomputation begins."""

    meter: Meter
    cleaned: Cleaned
    since_ms: int  # the first step to write
    wanted_ms: int | None  # from when on the meter's own steps are wanted to fill its gaps; None: there are none


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
    midnight = DAY_MS if meter.kind in ("interval", "power") else 0
    median = 0 if meter.interval_s else 12 * HOUR_MS
    zeros = ZEROS_MS if attempt else 0
    return max(0, changed_ms - LOOK_BACK[attempt] * doubt_ms(meter) - midnight - median - zeros)


def cleared(readings: Readings, changed_ms: int, step_ms: int) -> Cleared | None:
    """The cleaned register from where readings from `changed_ms` on may have changed it, to the end.

    None when the readings do not reach back far enough to agree with an account of all of them.
    """
    meter, times, values, whole = readings
    begin = restart_of(times, values, meter, changed_ms, step_ms)
    if begin is None and not whole:
        return None
    from_ms, since_ms = begin or (0, 0)
    cleaned = cleaned_of(times, values, meter, from_ms)
    return Cleared(meter, cleaned, since_ms, wanted_from(cleaned, since_ms))


def account(of: Cleared, step_ms: int, usual: Usual) -> Account:
    """The steps of a cleaned register, its gaps filled."""
    findings = [finding for finding in of.cleaned.findings if max(finding.at_ms, finding.until_ms) >= of.since_ms]
    steps = filled(edges_of(of.cleaned, of.since_ms, step_ms), of.cleaned, usual)
    return Account(of.meter, steps, findings, of.since_ms)
