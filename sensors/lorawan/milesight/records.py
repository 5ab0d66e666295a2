"""Kept records whose parts depend on what stands in them: temperature probes with two sockets, and controllers.

Layouts are those of the vendor's decoders (Milesight-IoT/SensorDecoders: TS201, TS301, TS302, UC300, UC501, UC502).
"""

from sensors.bits import Cursor
from sensors.draft import Draft
from sensors.lorawan.milesight.layouts import take_parts

SHUT, OPEN = -1000, -1001
NO_VALUE = (-999, -1002)  # nothing plugged in; out of range
MAGNET_EVENTS = (5, 6)
WITH_HUMIDITY = 2


def one_probe(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """TS301: the high half of the event says whether it is a temperature or a door."""
    event = frame.unsigned(1) >> 4
    _by_event(draft, event, frame.signed(2), "", at_ms)
    frame.take(2)


def probe_of_kind(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """TS201-V2: only a probe of kind 2 has a humidity."""
    kind = frame.unsigned(1)
    draft.take("temperature", frame.signed(2), at_ms=at_ms)
    humidity = frame.unsigned(1)
    frame.take(1)
    if kind == WITH_HUMIDITY:
        draft.take("humidity", humidity, at_ms=at_ms)


def two_probes(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """TS302: each half of the event is one probe's."""
    events = frame.unsigned(1)
    _by_event(draft, events >> 4, frame.signed(2), "chn1", at_ms)
    _by_event(draft, events & 0x0F, frame.signed(2), "chn2", at_ms)


def _by_event(draft: Draft, event: int, raw: int, channel: str, at_ms: int) -> None:
    if event in MAGNET_EVENTS:
        draft.take("magnet_status", raw & 1, channel, at_ms)
    elif event:
        draft.take("temperature", raw, channel, at_ms)


def newer_probe(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """TS301-V2: humidity and temperature, or in their place a door."""
    _humidity_and_temperature(draft, frame, "", at_ms)


def newer_first_probe(draft: Draft, frame: Cursor, at_ms: int) -> None:
    _humidity_and_temperature(draft, frame, "chn1", at_ms)


def newer_second_probe(draft: Draft, frame: Cursor, at_ms: int) -> None:
    _humidity_and_temperature(draft, frame, "chn2", at_ms)


def _humidity_and_temperature(draft: Draft, frame: Cursor, channel: str, at_ms: int) -> None:
    frame.take(1)
    for name in ("humidity_tenths", "temperature"):
        raw = frame.signed(2)
        if raw in (SHUT, OPEN):
            draft.take("magnet_status", int(raw == OPEN), channel, at_ms)
        else:
            draft.take(name, None if raw in NO_VALUE else raw, channel, at_ms)


def registers(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """UC100: registers of the devices behind it, to the end of the message."""
    frame.take(frame.left)
    draft.take("modbus", None)


def uc300(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """A mask of 16 bits says which of its inputs and outputs follow."""
    mask = frame.unsigned(2)
    for number in (n for n in range(13) if mask >> n & 1):
        if number < 4:
            _input_or_counter(draft, frame, number + 1, at_ms)
        else:
            take_parts(draft, UC300_PARTS[number], frame, at_ms)


UC300_PARTS = {
    **{3 + n: f"gpio_output@gpio_output_{n}:u1" for n in (1, 2)},
    **{5 + n: f"temperature_real@pt100_{n}:f2" for n in (1, 2)},
    **{7 + n: f"adc_real@adc_{n}:f2 extreme:b6" for n in (1, 2)},
    **{9 + n: f"adv_real@adv_{n}:f2 extreme:b6" for n in (1, 2)},
    12: "custom_message:b48",
}


def _input_or_counter(draft: Draft, frame: Cursor, number: int, at_ms: int) -> None:
    counts, value = frame.unsigned(1), frame.unsigned(4)
    if counts:
        draft.take("pulse", value, f"gpio_counter_{number}", at_ms)
    else:
        draft.take("gpio_input", value, f"gpio_input_{number}", at_ms)


def uc50x(draft: Draft, frame: Cursor, at_ms: int) -> None:
    """Two ports, each an input (0), an output (1) or a counter (2), and two analogue inputs."""
    for number in (1, 2):
        kind, value = frame.unsigned(1), frame.unsigned(4)
        name = {0: "gpio_input", 1: "gpio_output"}.get(kind, "pulse")
        draft.take(name, value, f"{'gpio_counter' if name == 'pulse' else name}_{number}", at_ms)
    take_parts(draft, "analog_input:b8", frame, at_ms)
