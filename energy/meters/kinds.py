"""Readings of every kind of meter → a cleaned register with its gaps marked, as `steps` and `fill` take it. Pure.

| kind | a reading is | between two readings |
|---|---|---|
| register, pulse | the state of a counter | flowed what it rose |
| interval | what flowed since one interval before | nothing is known beyond that interval |
| power | W, or m³/h | flowed the mean of both (trapezoid), unless it is a gap: then nothing is known |
"""

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Cleaned, Finding, Kind, Register, Times
from energy.meters.plausible import greatest_rate
from energy.meters.register import Restart, in_order, restart
from energy.meters.replaced import across_exchanges, in_carrier_unit
from energy.meters.steps import with_gaps
from estate.calendar import DAY_MS, HOUR_MS
from estate.model import MICRO, Meter
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES

MEDIAN_OF = 11
"""Intervals before a reading whose median is the meter's own where none is declared: a late reading re-opens it."""

Values = NDArray[np.float64]


def cleaned_of(times: Times, values: Values, meter: Meter, from_ms: int = 0) -> Cleaned:
    """The register of a meter of any kind from `from_ms` on, from readings in any order, repeated or not."""
    if meter.kind == "power":
        at, first = np.unique(times, return_index=True)
        kept, due = at >= from_ms, usual_ms(at, meter)
        return _integrated(at[kept], values[first][kept], due[kept], meter)
    at, value = in_order(times, values, meter)
    kept, due = at >= from_ms, usual_ms(at, meter)
    at, value, due = at[kept], value[kept], due[kept]
    if meter.kind == "interval":
        return _added_up(at, value, due, meter)
    cleaned = across_exchanges(at, value, meter)
    longest = 2 * due[np.searchsorted(at, cleaned.times[:-1], side="right") - 1]
    return in_carrier_unit(with_gaps(cleaned, longest), meter)


def restart_of(times: Times, values: Values, meter: Meter, changed_ms: int, step_ms: int) -> Restart | None:
    """Where to begin, so that the steps from there agree with those of all readings; None when these reach not back."""
    if meter.kind in ("register", "pulse"):
        begin = restart(times, values, meter, changed_ms, step_ms)
    else:
        begin = _restart_of_amounts(np.unique(times), changed_ms, meter, step_ms)
    short = begin and not meter.interval_s and np.searchsorted(np.unique(times), begin.from_ms) < MEDIAN_OF
    return None if short else begin


def usual_ms(at: Times, meter: Meter) -> Times:
    """How long after each reading the next is due: as declared, else the median of the intervals before it."""
    if meter.interval_s:
        return np.full(len(at), 1000 * meter.interval_s, dtype=np.int64)
    between = np.diff(at)
    if len(between) <= MEDIAN_OF:
        return np.full(len(at), np.median(between) if len(between) else 0).astype(np.int64)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(between, MEDIAN_OF), axis=1).astype(np.int64)
    due: Times = medians[np.maximum(np.arange(len(at)) - MEDIAN_OF, 0)]
    return due


def _restart_of_amounts(at: Times, changed_ms: int, meter: Meter, step_ms: int) -> Restart | None:
    """Two readings back, as the time before a reading rests on its neighbours; of millionths from midnight on."""
    anchor_ms = DAY_MS if meter.kind == "power" or meter.calorific else step_ms
    last = int(np.searchsorted(at, changed_ms)) - 2
    if last < 0:
        return None
    since_ms = int(at[last]) // anchor_ms * anchor_ms
    first = int(np.searchsorted(at, since_ms, side="right")) - 3
    return Restart(int(at[first]), since_ms) if first >= 0 else None


def _added_up(at: Times, value: Register, length: Times, meter: Meter) -> Cleaned:
    """Amounts of intervals, and the times between them of which nothing is known."""
    if not len(at) or not length[0]:
        return _register(at[:0], value[:0], np.zeros(0, dtype=np.bool_), [])
    begin = at - length
    late = np.flatnonzero(begin[1:] > at[:-1] + length[1:] // 2) + 1
    begun = np.concatenate((begin[:1], begin[late]))
    times = np.concatenate((at, begun))
    order = np.argsort(times)
    span = np.diff(at, prepend=begin[:1])
    span[late] = length[late]
    wrong = (value < 0) | (value > greatest_rate(meter) * np.maximum(span, length) + meter.resolution)
    findings = [Finding(Kind.IMPOSSIBLE_RISE, int(at[each]), 0, int(value[each])) for each in np.flatnonzero(wrong)]
    factor = _micro(at - length, meter)
    rise = np.concatenate((np.where(wrong, 0, value * factor), np.zeros(len(begun), dtype=np.int64)))[order]
    lost = np.concatenate((wrong, np.ones(len(begun), dtype=np.bool_)))[order][1:]
    return _register(times[order], rise, lost, findings, MICRO if meter.calorific else 1)


def _micro(at: Times, meter: Meter) -> Register:
    """What one of the register's unit is worth: millionths of the carrier's, of gas by volume; else 1."""
    if not meter.calorific:
        return np.ones(len(at), dtype=np.int64)
    rows = np.searchsorted([row.start_ms for row in meter.calorific], at, side="right") - 1
    return np.array([row.micro for row in meter.calorific], dtype=np.int64)[np.maximum(rows, 0)]


def _integrated(at: Times, values: Values, due: Times, meter: Meter) -> Cleaned:
    """Power over time, in millionths of Wh or L; power that cannot be is set aside, and below zero counts as none.

    The mean of both ends (trapezoid) is exact where power changes evenly between readings, and of a smooth course its
    error falls with the square of their interval; holding each value until the next errs by half a change each time.
    Home Assistant's integral helper has it as its default (its documentation), and is wrong where a device is silent
    while nothing changes (home-assistant/core #92404): here such a silence is a gap, of which nothing is known.
    """
    power = values * (CARRIERS[meter.carrier].per_unit if QUANTITIES[meter.quantity].unit == "m³/h" else 1)
    greatest = greatest_rate(meter) * HOUR_MS
    findings = _set_aside(at, power, greatest) + _below_zero(at, power)
    kept = power <= greatest
    at, power, due = at[kept], np.maximum(power[kept], 0.0), due[kept]
    if not len(at):
        return _register(at, at, np.zeros(0, dtype=np.bool_), findings)
    lost = np.diff(at) > 2 * due[:-1]
    flowed = np.rint((power[:-1] + power[1:]) * np.diff(at) * (MICRO / HOUR_MS / 2)).astype(np.int64)
    return _register(at, np.concatenate(([0], np.where(lost, 0, flowed))), lost, findings, MICRO)


def _set_aside(at: Times, power: Values, greatest: float) -> list[Finding]:
    odd = np.flatnonzero(power > greatest)
    return [Finding(Kind.OUTLIER, int(at[each]), int(greatest), int(power[each])) for each in odd]


def _below_zero(at: Times, power: Values) -> list[Finding]:
    """One finding a day of UTC, with the lowest."""
    below = np.flatnonzero(power < 0)
    found = []
    for day in np.split(below, np.flatnonzero(np.diff(at[below] // DAY_MS)) + 1) if len(below) else []:
        lowest = int(np.floor(power[day].min()))
        found.append(Finding(Kind.NEGATIVE_POWER, int(at[day[0]]), 0, lowest, int(at[day[-1]])))
    return found


def _register(times: Times, rise: Register, lost: NDArray[np.bool_], findings: list[Finding], per: int = 1) -> Cleaned:
    return Cleaned(times, np.cumsum(rise), findings, rise, lost, lost, per)
