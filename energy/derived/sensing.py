"""The readings of one place's sensors → its facts by hour, from where new readings touch them. Pure."""

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.degree_days import degree_days
from energy.derived.facts import of_zone
from energy.derived.held import HOLD, Held, Values, held
from energy.derived.occupancy import Passages, Sensed, anchor_before, from_motion, from_passages
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, floor

LOOK_BACK = (3, 40)
"""How many days before a change readings are looked at first, and then; where that is not enough, all of them."""

ATTEMPTS = len(LOOK_BACK) + 1

_MARGIN_MS = 2 * DAY_MS  # longer than a value stands, and a day between anchors


class Series(NamedTuple):
    """The readings of one quantity of one device's channel, in order of time."""

    quantity: str
    interval_s: int  # the device's
    times: Times
    values: Values


def look_from(changed_ms: int, attempt: int) -> int:
    """Where the readings looked at begin; 0 for all of them."""
    return 0 if attempt == len(LOOK_BACK) else max(0, changed_ms - LOOK_BACK[attempt] * DAY_MS)


def facts(found: Iterable[Series], changed_ms: int, from_ms: int, zone: ZoneInfo) -> dict[str, Steps] | None:
    """Facts by hour, from the start of a day on, that readings from `changed_ms` on may have changed.

    The last reading of all ends them: how long its value stands, the next one tells. None when readings from `from_ms`
    on do not reach back far enough to agree with the facts of all.
    """
    series = [each for each in found if len(each.times)]
    told = [each for each in series if each.quantity.startswith("occupancy.")]
    if not told:
        return {}
    before = max((_before(each.times, changed_ms) for each in told), default=0)
    if from_ms and before < from_ms + _MARGIN_MS:
        return None
    first_ms = min(int(each.times[0]) for each in told)
    begin_ms = max(first_ms, min(before or first_ms, changed_ms))
    if any(each.quantity in ("occupancy.entries", "occupancy.exits") for each in told):
        begin_ms = anchor_before(begin_ms, zone)
    end_ms = max(int(each.times[-1]) for each in told)
    start_ms = floor(begin_ms, "1d", zone)
    if end_ms <= start_ms:
        return {}
    return of_zone(_sensed(told, zone), _of(series, "climate.co2"), start_ms, end_ms, zone)


def days(found: Series, changed_ms: int, from_ms: int, zone: ZoneInfo) -> dict[str, Steps] | None:
    """Degree days by day that temperatures from `changed_ms` on may have changed; None as above."""
    before = _before(found.times, changed_ms)
    if from_ms and before < from_ms + _MARGIN_MS:
        return None
    kept = found.times >= floor(min(before, changed_ms), "1d", zone)
    times, values = found.times[kept], found.values[kept]
    return degree_days(times, values, int(times[-1]), zone) if len(times) else {}


def _before(times: Times, changed_ms: int) -> int:
    known = int(np.searchsorted(times, changed_ms))
    return int(times[known - 1]) if known else 0


def _sensed(series: Iterable[Series], zone: ZoneInfo) -> Sensed:
    told = list(series)
    doors = {"occupancy.entries": 1, "occupancy.exits": -1}
    passages = [Passages(each.times, each.values, doors[each.quantity]) for each in told if each.quantity in doors]
    hold_ms = max((HOLD * 1000 * each.interval_s for each in told if each.quantity in doors), default=0)
    motions = [from_motion(each) for each in _of(told, "occupancy.motion")]
    return Sensed(
        _of(told, "occupancy.count"),
        from_passages(passages, hold_ms, zone) if passages else None,
        [*_of(told, "occupancy.presence"), *motions],
    )


def _of(series: Iterable[Series], quantity: str) -> list[Held]:
    return [held(each.times, each.values, each.interval_s) for each in series if each.quantity == quantity]
