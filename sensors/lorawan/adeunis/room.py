"""Frames of the products that measure the air, the room and its devices, by frame code.

Temp (0x30, 0x43, 0x57, 0x58), Comfort (0x4C, 0x4D), Comfort CO2 and Serenity (0x30, 0x38, 0x6A, 0x6B, 0x6F, 0x70),
Breath (0x30, 0x6D, 0x6E), Motion (0x4E, 0x4F, 0x50, 0x5C, 0x5D), Delta P (0x53 to 0x56).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sensors.bits import Cursor
from sensors.lorawan.adeunis.frame import SECOND, STAMP, Frame

PROBE = 0x0F  # the kind of a probe of Temp; 0: there is none


class Value(NamedTuple):
    """One value of a frame."""

    name: str
    size: int  # bytes
    signed: bool = False


TEMPERATURE = Value("temperature", 2, signed=True)
HUMIDITY = Value("humidity", 1)
CO2 = Value("co2", 2)
VOC = Value("voc", 2)
LUMINOSITY = Value("luminosity", 1)
PRESSURE = Value("deltaPressure", 2, signed=True)
VOLTAGE = Value("voltage, mV", 2, signed=True)
ALARM = Value("alarmStatus", 1)

COMFORT = (TEMPERATURE, HUMIDITY)
COMFORT_CO2 = (*COMFORT, CO2)
SERENITY = (*COMFORT_CO2, VOC)
BREATH = (Value("tvoc", 2), Value("pm10", 2), Value("pm25", 2), Value("pm1", 2))


def fixed(*values: Value) -> Callable[[Frame], None]:
    """A reader of frames that hold these values."""

    def read(frame: Frame) -> None:
        cursor = frame.fixed(sum(value.size for value in values))
        _take(frame, cursor, values)

    return read


def history(*values: Value) -> Callable[[Frame], None]:
    """A reader of frames that hold samples of these values."""

    def read(frame: Frame) -> None:
        _, samples = frame.history(sum(value.size for value in values))
        for sample in samples:
            _take(frame, sample.cursor, values, sample.at_ms)

    return read


def _take(frame: Frame, cursor: Cursor, values: Sequence[Value], at_ms: int | None = None) -> None:
    for name, size, signed in values:
        frame.take(name, cursor.signed(size) if signed else cursor.unsigned(size), at_ms=at_ms)


def probes(frame: Frame) -> None:
    """Temp 3 and 4, keep-alive: one temperature or two."""
    channels = _channels(frame)
    cursor = frame.fixed(2 * len(channels))
    for channel in channels:
        frame.take("temperature", cursor.signed(2), channel)


def probes_history(frame: Frame) -> None:
    """Temp 3 and 4: samples of one temperature or two."""
    channels = _channels(frame)
    _, samples = frame.history(2 * len(channels))
    for sample in samples:
        for channel in channels:
            frame.take("temperature", sample.cursor.signed(2), channel, sample.at_ms)


def probes_alarm(frame: Frame) -> None:
    """Temp 3 and 4, alarm: the state of each probe and its temperature."""
    channels = _channels(frame)
    cursor = frame.fixed(3 * len(channels))
    for channel in channels:
        frame.take("alarmStatus", cursor.unsigned(1))
        frame.take("temperature", cursor.signed(2), channel)


def first_probes(frame: Frame) -> None:
    """Temp, the first edition: two probes, each with its kind."""
    cursor = frame.fixed(6)
    for channel in ("1", "2"):
        kind, raw = cursor.unsigned(1) & PROBE, cursor.signed(2)
        frame.take("temperature", raw if kind else None, channel)


def _channels(frame: Frame) -> tuple[str, ...]:
    return ("1", "2") if frame.status & SECOND else ("",)


def daily(*sizes: int) -> Callable[[Frame], None]:
    """A reader of frames about the past day, which have one of these sizes."""

    def read(frame: Frame) -> None:
        frame.fixed(next((size for size in sizes if len(frame.body) - size in (0, STAMP)), sizes[-1]))
        frame.take("daily statistics", None)

    return read


def motion_history(frame: Frame) -> None:
    """Motion: the count of detections, and samples of detections and luminosity."""
    head, samples = frame.history(3, head=2)
    frame.take("globalCounterValue", head.unsigned(2))
    for sample in samples:
        frame.take("motion events", sample.cursor.unsigned(2))
        frame.take("luminosity", sample.cursor.unsigned(1), at_ms=sample.at_ms)


def presence_history(frame: Frame) -> None:
    """Motion 2: presence now, and samples of the share of time with presence and of luminosity."""
    head, samples = frame.history(2, head=1)
    frame.take("presenceDetected", head.unsigned(1) > 0)
    for sample in samples:
        frame.take("presence", sample.cursor.unsigned(1), at_ms=sample.at_ms)
        frame.take("luminosity", sample.cursor.unsigned(1), at_ms=sample.at_ms)


def presence_alarm(frame: Frame) -> None:
    """Motion 2: presence begins or ends."""
    cursor = frame.fixed(2)
    frame.take("presenceDetected", cursor.unsigned(1) > 0)
    frame.take("luminosity", cursor.unsigned(1))


READERS: dict[int, Callable[[Frame], None]] = {
    0x38: daily(9, 23),
    0x43: first_probes,
    0x4C: history(*COMFORT),
    0x4D: fixed(ALARM, *COMFORT),
    0x4E: motion_history,
    0x4F: fixed(Value("globalCounterValue", 2), Value("motion events", 2)),
    0x50: fixed(ALARM, LUMINOSITY),
    0x53: history(PRESSURE),
    0x54: fixed(ALARM, PRESSURE),
    0x55: history(VOLTAGE),
    0x56: fixed(ALARM, VOLTAGE),
    0x57: probes_history,
    0x58: probes_alarm,
    0x5C: presence_history,
    0x5D: presence_alarm,
    0x6A: history(*COMFORT_CO2),
    0x6B: fixed(ALARM, *COMFORT_CO2),
    0x6D: history(*BREATH),
    0x6E: fixed(ALARM, *BREATH),
    0x6F: history(*SERENITY),
    0x70: fixed(ALARM, *SERENITY),
}
