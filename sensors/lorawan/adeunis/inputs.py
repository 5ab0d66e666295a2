"""Frames of the products that count and watch inputs, by frame code.

Pulse (0x30, 0x46, 0x47, 0x48, 0x5A, 0x5B), Dry Contacts (0x30, 0x40, 0x41, 0x59), Analog (0x30, 0x38, 0x42, 0x71,
0x72), Modbus (0x44, 0x45, 0x5E to 0x63), and the two digital inputs of many products (0x51, 0x52).
"""

from collections.abc import Callable

from sensors.bits import Cursor
from sensors.draft import Malformed
from sensors.lorawan.adeunis.frame import Frame
from sensors.model import Reason

PAIR = ("A", "B")
FOUR = ("A", "B", "C", "D")

MODULUS = 2**32  # of a counter of pulses

VOLTS, AMPERES = 1, 2  # kinds of an input of Analog

HOUR_MS = 3_600_000
FIRST_HISTORIES = {28: 600_000, 48: HOUR_MS}
"""By size: between two counts of a first frame 0x48, and its steps; sent every hour, or every day."""
HOUR_STEPS, DAY_STEPS = 6, 24


def pulses(frame: Frame) -> None:
    """Pulse: the two counters."""
    cursor = frame.fixed(8)
    for channel in PAIR:
        frame.take("counterValue", cursor.unsigned(4), channel)


def pulse_flow(frame: Frame) -> None:
    """Pulse, alarm: the flow on each input."""
    frame.fixed(4)
    frame.take("flow", None)


def pulse_day(frame: Frame) -> None:
    """Pulse, keep-alive: alarms, and the flows of the past day."""
    alarms = frame.fixed(9).unsigned(1)
    for bit, channel in enumerate(PAIR, start=2):
        frame.take("tamperAlarm", alarms >> bit & 1, channel)
    for name in ("alarmStatus", "leakageAlarm", "flow"):
        frame.take(name, None)


def pulse_history(channel: str) -> Callable[[Frame], None]:
    """A reader of one counter of Pulse 3 and 4: the count, then what it rose by in each period before."""

    def read(frame: Frame) -> None:
        head, rises = frame.parts(2, head=4)
        count = head.unsigned(4)
        for index, at_ms in enumerate(frame.times(1 + len(rises))):
            if index:
                count = (count - rises[index - 1].unsigned(2)) % MODULUS
            frame.take("counterValue", count, channel, at_ms)

    return read


def first_pulse_history(frame: Frame) -> None:
    """Pulse, first edition: both counters at the first step since the last frame, then what they rose by in each.

    By size, the first frame says whether it is that of an hour (six steps) or of a day (24, the rest in frames that
    hold rises alone). Frames so short that they hold the counters alone (US915, AS923) do not tell.
    """
    cursor = Cursor(frame.body)
    if cursor.unsigned(1) > 0:
        if cursor.left % 4:
            raise Malformed(f"frame 0x48 has {cursor.left} bytes of rises of 4 bytes each")
        frame.take("deltaValues", None)
        return
    step_ms = FIRST_HISTORIES.get(cursor.left)
    if step_ms is None and cursor.left != 8:
        raise Malformed(f"first frame 0x48 has {cursor.left} bytes of values instead of 8, 28 or 48")
    if step_ms is None:
        frame.draft.refuse(Reason.NEEDS_TIME, "counters of frame 0x48: it does not tell if its step is 10 min or 1 h")
        return
    _rising(frame, cursor, step_ms)


def _rising(frame: Frame, cursor: Cursor, step_ms: int) -> None:
    steps = DAY_STEPS if step_ms == HOUR_MS else HOUR_STEPS
    counts = [cursor.unsigned(4) for _ in PAIR]
    rises = [[cursor.unsigned(2) for _ in PAIR] for _ in range(cursor.left // 4)]
    for index, rise in enumerate(([0, 0], *rises), start=1):
        counts = [(count + more) % MODULUS for count, more in zip(counts, rise, strict=True)]
        for channel, count in zip(PAIR, counts, strict=True):
            frame.take("counterValue", count, channel, frame.ago((steps - index) * step_ms))


def contacts(frame: Frame) -> None:
    """Dry Contacts: events since the last frame, and states now and in that frame."""
    _contacts(frame, 2)
    frame.take("previousState", None)


def contacts_day(frame: Frame) -> None:
    """Dry Contacts 2, keep-alive: events since the last frame, and states."""
    _contacts(frame, 1)


def _contacts(frame: Frame, bits: int) -> None:
    cursor = frame.fixed(9)
    cursor.take(8)
    states = cursor.unsigned(1)
    frame.take("contact events", None)
    for index, channel in enumerate(FOUR):
        frame.take("state", states >> index * bits & 1, channel)


def contact_duration(frame: Frame) -> None:
    """Dry Contacts 2, alarm: an input has been on for longer than a setting."""
    frame.fixed(3)
    frame.take("durationThreshold", None)


def contact_time(frame: Frame) -> None:
    """Dry Contacts 2: for how long each input that a mask names has been on."""
    mask = Cursor(frame.body).unsigned(1)
    frame.fixed(1 + 4 * (mask & 0x0F).bit_count())
    frame.take("timeCounter", None)


def digital_input(channel: str) -> Callable[[Frame], None]:
    """A reader of the alarm of a digital input: its state, its events in all and since the last alarm."""

    def read(frame: Frame) -> None:
        cursor = frame.fixed(7)
        frame.take("state", cursor.unsigned(1) & 1, channel)
        frame.take("previousState", None)
        frame.take("counter.global", cursor.unsigned(4), channel)
        frame.take("counter.instantaneous", None)

    return read


def analog(frame: Frame) -> None:
    """Analog: for each of two inputs its kind, and its value of three bytes."""
    cursor = frame.fixed(8)
    for channel in PAIR:
        kind, raw = cursor.unsigned(1) & 0x0F, cursor.unsigned(3)
        if kind == VOLTS:
            frame.take("voltage, µV", raw, channel)
        elif kind == AMPERES:
            frame.take("current, 10 nA", raw, channel)


def analog_history(frame: Frame) -> None:
    """Analog 2: samples of the inputs that are in use."""
    inputs = _inputs(frame)
    _, samples = frame.history(2 * len(inputs), head=1)
    for sample in samples:
        for channel, name in inputs:
            frame.take(name, sample.cursor.unsigned(2), channel, sample.at_ms)


def analog_alarm(frame: Frame) -> None:
    """Analog 2, alarm: the state and value of each input in use."""
    inputs = _inputs(frame)
    cursor = frame.fixed(1 + 3 * len(inputs))
    cursor.take(1)
    for channel, name in inputs:
        frame.take("alarmStatus", cursor.unsigned(1))
        frame.take(name, cursor.unsigned(2), channel)


def _inputs(frame: Frame) -> list[tuple[str, str]]:
    """Channel and source name of each input in use. Raises Malformed when there is none."""
    flags = Cursor(frame.body).unsigned(1)
    kinds = [(channel, flags >> 2 * index & 3) for index, channel in enumerate(PAIR)]
    inputs = [(channel, "current, µA" if kind & 2 else "voltage, mV") for channel, kind in kinds if kind & 1]
    if not inputs:
        raise Malformed(f"frame {frame.code:#04x} has no input in use")
    return inputs


def registers(width: int) -> Callable[[Frame], None]:
    """A reader of Modbus registers of so many bytes: what they mean is known where the device was set up."""

    def read(frame: Frame) -> None:
        count, rest = divmod(len(frame.body), width)
        if rest:
            raise Malformed(f"frame {frame.code:#04x} has {len(frame.body)} bytes of registers of {width} bytes each")
        for index in range(1, count + 1):
            frame.draft.unmapped(f"{frame.code:#04x} register {index}")

    return read


def register_alarm(frame: Frame) -> None:
    """Modbus, alarm: the register and its value of two bytes or four."""
    cursor = Cursor(frame.body)
    cursor.take(1)
    slave, register = cursor.unsigned(1), cursor.unsigned(2)
    if cursor.left not in (2, 4):
        raise Malformed(f"frame {frame.code:#04x} has {cursor.left} bytes of a register of 2 or 4")
    frame.draft.unmapped(f"slave {slave} register {register}")


READERS: dict[int, Callable[[Frame], None]] = {
    0x40: contacts,
    0x41: contact_duration,
    0x42: analog,
    0x44: registers(4),
    0x45: register_alarm,
    0x46: pulses,
    0x47: pulse_flow,
    0x48: first_pulse_history,
    0x51: digital_input("1"),
    0x52: digital_input("2"),
    0x59: contact_time,
    0x5A: pulse_history("A"),
    0x5B: pulse_history("B"),
    0x5E: registers(2),
    **dict.fromkeys((0x5F, 0x60, 0x61, 0x62, 0x63), registers(4)),
    0x71: analog_history,
    0x72: analog_alarm,
}
