"""Raw register readings → a cleaned register that only rises; every cleaning is a named finding (law 7).

What a late reading can change is bounded, as `scan.py` looks no further than a doubt lasts: `restart` finds where a
recomputation may begin and still agree with the whole.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Cleaned, Register, Times
from energy.meters.plausible import ZEROS_MS, per_unit, rules_of
from energy.meters.scan import Scan
from estate.calendar import STEP_MS
from estate.model import Meter


class Restart(NamedTuple):
    """Where a recomputation begins, so that it agrees with one from the first reading."""

    from_ms: int  # the first reading to clean
    since_ms: int  # the first step to write


def clean(times: Times, values: NDArray[np.float64], meter: Meter) -> Cleaned:
    """The register as it must have run, from readings (ms, the quantity's unit) in any order, repeated or not.

    A reading that contradicts the one before it is decided by the next that differs, and is left out until then.
    """
    return scanned(*in_order(times, values, meter), meter)


def scanned(at: Times, value: Register, meter: Meter) -> Cleaned:
    """The same, of readings in order and in the register's own unit; the first is taken as it is."""
    if not len(at):
        return Cleaned(at, value, [], value, value > 0, value > 0)
    scan = Scan(at, value, rules_of(meter))
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
    readings of 0 are in one of their own, which takes `ZEROS_MS`, and is in doubt again once anything but 0 is read.
    """
    at, value = in_order(times, values, meter)
    some = np.flatnonzero(value)
    last = int(some[-1]) if len(some) else -1
    known = int(np.searchsorted(at, changed_ms))
    if known < 2:
        return None
    at, value = at[:known], value[:known]
    rules = rules_of(meter)
    register = np.searchsorted([exchange.at_ms for exchange in meter.exchanges], at, side="right")
    goes_on = rules.rises(np.diff(value), np.diff(at)) & (np.diff(register) == 0) & (np.diff(value == 0) == 0)
    stretch = np.maximum.accumulate(np.concatenate(([0], np.where(goes_on, 0, np.arange(1, known)))))
    settled_ms = np.where(value == 0, ZEROS_MS, rules.doubt_ms)
    firm = (at - at[stretch] >= settled_ms) & ((value != 0) | (np.arange(known) > last))
    sure = np.flatnonzero(firm[:-1] & goes_on)
    if not len(sure):
        return None
    since_ms = int(at[sure[-1]]) // step_ms * step_ms
    early = sure[at[sure] <= since_ms]
    return Restart(int(at[early[-1]]), since_ms) if len(early) else None


def in_order(times: Times, values: NDArray[np.float64], meter: Meter) -> tuple[Times, Register]:
    """By time, one reading each (of several the greatest), rounded to the register's own unit."""
    value = np.rint(values * per_unit(meter)).astype(np.int64)
    if np.all(np.diff(times) > 0):
        return times, value
    order = np.lexsort((value, times))
    times, value = times[order], value[order]
    last = np.append(np.diff(times) > 0, True)
    return times[last], value[last]
