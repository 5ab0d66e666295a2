"""A register across exchanges of its meter, and in the carrier's unit: pulses by weight, gas by calorific value."""

import numpy as np

from energy.meters.cleaned import Cleaned, Finding, Kind, Register, Times
from energy.meters.plausible import greatest_rate
from energy.meters.register import scanned
from estate.model import MICRO, Exchange, Meter


def across_exchanges(at: Times, value: Register, meter: Meter) -> Cleaned:
    """The cleaned register of readings in order; what the old meters counted is added to what the new ones count.

    An exchange before the first reading, or after the last, is passed over: nothing is known on that side of it.
    """
    parts: list[Cleaned] = []
    for exchange in meter.exchanges:
        cut = int(np.searchsorted(at, exchange.at_ms))
        if 0 < cut < len(at):
            old_at, old_value = np.append(at[:cut], exchange.at_ms), np.append(value[:cut], exchange.final)
            parts.append(_closed(scanned(old_at, old_value, meter), exchange, meter))
            cut += int(at[cut] == exchange.at_ms)
            at, value = np.insert(at[cut:], 0, exchange.at_ms), np.insert(value[cut:], 0, exchange.first)
    return _joined([*parts, scanned(at, value, meter)])


def in_carrier_unit(cleaned: Cleaned, meter: Meter) -> Cleaned:
    """Pulses by their weight, volumes of gas by the calorific value of the day.

    Each reading is converted as it stands and rounded down, so that what it rises from one to the next sums to the last
    one less the first, within one unit, however many there are between.
    """
    if meter.kind != "pulse" and not meter.calorific:
        return cleaned
    cleaned = _split(cleaned, [row.start_ms for row in meter.calorific[1:]])
    rise = np.diff(cleaned.register).astype(object)
    after = cleaned.read[1:].astype(object)
    worth, unit = _worth(cleaned.times[:-1], meter)
    counted = after * worth // unit - (after - rise) * worth // unit
    return cleaned._replace(register=np.concatenate(([0], np.cumsum(counted))).astype(np.int64))


def _worth(at: Times, meter: Meter) -> tuple[Register, int]:
    """What one of the register's unit is worth from each time on, as numerators (Python integers) over one number."""
    worth, unit = np.full(len(at), meter.weight if meter.kind == "pulse" else MICRO, dtype=object), MICRO
    if meter.calorific:
        row = np.maximum(np.searchsorted([row.start_ms for row in meter.calorific], at, side="right") - 1, 0)
        worth, unit = worth * np.array([row.micro for row in meter.calorific], dtype=object)[row], unit * MICRO
    return worth, unit


def _closed(old: Cleaned, exchange: Exchange, meter: Meter) -> Cleaned:
    """Told, and brought to the final index also when the readings contradict that; what flowed is then not known.

    A final index that the old meter reached round its width contradicts nothing.
    """
    told = Finding(Kind.EXCHANGE, exchange.at_ms, exchange.final, exchange.first)
    if len(old.times) and old.times[-1] == exchange.at_ms:
        return old._replace(findings=[*old.findings, told])
    last = int(old.read[-1])
    rise = exchange.final + meter.rollover - last
    greatest = greatest_rate(meter) * (exchange.at_ms - int(old.times[-1])) + meter.resolution
    round_it = exchange.final < last < meter.rollover and rise <= greatest
    kind = Kind.ROLLOVER if round_it else Kind.EXCHANGE_UNCLEAR
    return Cleaned(
        np.append(old.times, exchange.at_ms),
        np.append(old.register, old.register[-1] + (rise if round_it else 0)),
        [*old.findings, Finding(kind, exchange.at_ms, last, exchange.final), told],
        np.append(old.read, exchange.final),
        np.append(old.unsure, not round_it),
        np.append(old.lost, not round_it),
    )


def _joined(parts: list[Cleaned]) -> Cleaned:
    """One register: each part begins at the time, and the value, the one before it ends with."""
    whole = parts[0]
    for part in parts[1:]:
        whole = Cleaned(
            np.append(whole.times, part.times[1:]),
            np.append(whole.register, whole.register[-1] + part.register[1:] - part.register[0]),
            whole.findings + part.findings,
            np.append(whole.read, part.read[1:]),
            np.append(whole.unsure, part.unsure),
            np.append(whole.lost, part.lost),
        )
    return whole


def _split(cleaned: Cleaned, cuts: list[int]) -> Cleaned:
    """With a reading more at each time at which its worth changes, on the line between those around it."""
    for cut in cuts:
        times, register, read = cleaned.times, cleaned.register, cleaned.read
        after = int(np.searchsorted(times, cut))
        if not 0 < after < len(times) or times[after] == cut:
            continue
        rise, span = int(register[after] - register[after - 1]), int(times[after] - times[after - 1])
        part = rise * (cut - int(times[after - 1])) // span
        cleaned = cleaned._replace(
            times=np.insert(times, after, cut),
            register=np.insert(register, after, register[after - 1] + part),
            read=np.insert(read, after, read[after] - rise + part),
            unsure=np.insert(cleaned.unsure, after, cleaned.unsure[after - 1]),
            lost=np.insert(cleaned.lost, after, cleaned.lost[after - 1]),
        )
    return cleaned
