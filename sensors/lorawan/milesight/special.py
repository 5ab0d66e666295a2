"""Channels whose bits or lengths no layout can tell."""

from collections.abc import Callable

from sensors.bits import Cursor
from sensors.draft import Draft

MODBUS_SIZES = {0: 1, 1: 1, 2: 2, 3: 2}
"""Bytes of a register by the type of its value; four for all others."""

SWITCHES = {"ws501": 1, "ws501-cn": 1, "ws501-eu": 1, "ws501-us": 1, "ws501-v4": 1}
SWITCHES |= {"ws502": 2, "ws502-cn": 2, "ws502-eu": 2, "ws502-v4": 2}
"""Wall switches with fewer than three rockers: the bits of the others mean nothing."""


def _switches(draft: Draft, frame: Cursor, model: str) -> None:
    """The low bits are the states; the high ones say which has changed."""
    state = frame.unsigned(1)
    for rocker in range(SWITCHES.get(model, 3)):
        draft.take("switch", state >> rocker & 1, f"switch_{rocker + 1}")


def _eight_switches(draft: Draft, frame: Cursor, model: str) -> None:
    frame.take(1)
    state = frame.unsigned(1)
    for switch in range(8):
        draft.take("switch", state >> switch & 1, f"switch_{switch + 1}")


def _socket(draft: Draft, frame: Cursor, model: str) -> None:
    draft.take("socket_status", frame.unsigned(1) & 1)


def _desks(draft: Draft, frame: Cursor, model: str) -> None:
    """VS321: first which of ten regions are in use, then which are occupied."""
    take_desks(draft, frame, None)


def take_desks(draft: Draft, frame: Cursor, at_ms: int | None) -> None:
    used, occupied = frame.unsigned(2), frame.unsigned(2)
    for region in range(10):
        if used >> region & 1:
            draft.take("occupancy", occupied >> region & 1, f"region_{region + 1}", at_ms)


def _region_bits(draft: Draft, frame: Cursor, model: str) -> None:
    """VS373: how many regions there are, and a bit for each."""
    count, occupied = frame.unsigned(1), frame.unsigned(4)
    for region in range(min(count, 32)):
        draft.take("occupancy", occupied >> region & 1, f"region_{region + 1}")


def _region_bytes(draft: Draft, frame: Cursor, model: str) -> None:
    """VS373, older: a byte of 1 says that nobody is there."""
    for region in range(4):
        draft.take("occupancy", int(frame.unsigned(1) != 1), f"region_{region + 1}")


def _modbus(draft: Draft, frame: Cursor, model: str) -> None:
    """UC300, UC100: channel, length, type, value."""
    frame.take(2)
    frame.take(MODBUS_SIZES.get(frame.unsigned(1) & 0x7F, 4))
    draft.take("modbus", None)


def _older_modbus(draft: Draft, frame: Cursor, model: str) -> None:
    """UC11xx, UC50x: channel, type, value."""
    frame.take(1)
    frame.take(MODBUS_SIZES.get(frame.unsigned(1) & 0x07, 4))
    draft.take("modbus", None)


def _modbus_alarm(draft: Draft, frame: Cursor, model: str) -> None:
    _older_modbus(draft, frame, model)
    frame.take(1)


def _water(draft: Draft, frame: Cursor, model: str) -> None:
    take_water(draft, frame, None)


def _water_alarm(draft: Draft, frame: Cursor, model: str) -> None:
    take_water(draft, frame, None)
    frame.take(1)


def take_water(draft: Draft, frame: Cursor, at_ms: int | None) -> None:
    """EM300-DI: so much water for so many pulses, and the water in all: the pulses in all follow, whatever its unit."""
    share, pulses, water = frame.unsigned(2), frame.unsigned(2), frame.real()
    draft.take("water", water)
    draft.take("water_pulses", round(water * pulses / share, 0) if share else None, at_ms=at_ms)


def _time(draft: Draft, frame: Cursor, model: str) -> None:
    """When the values of this message were measured, by the device's clock: it holds for all of them."""
    draft.at_ms = frame.unsigned(4) * 1000


TIMES = ((0x0F, 0x85), (0x0A, 0xEF))

SPECIAL: dict[tuple[int, int], Callable[[Draft, Cursor, str], None]] = {
    (0xFF, 0x29): _switches,
    (0x08, 0x29): _switches,
    (0x08, 0x31): _eight_switches,
    (0x08, 0x70): _socket,
    (0x06, 0xFE): _desks,
    (0x0A, 0xB3): _region_bits,
    (0x04, 0xF9): _region_bytes,
    (0xFF, 0x19): _modbus,
    (0xFF, 0xEE): _modbus,
    (0xFF, 0x0E): _older_modbus,
    (0x80, 0x0E): _modbus_alarm,
    (0x05, 0xE1): _water,
    (0x85, 0xE1): _water_alarm,
    **dict.fromkeys(TIMES, _time),
}

SIZES = {(0xFF, 0x29): 1, (0x08, 0x29): 1, (0x08, 0x31): 2, (0x08, 0x70): 1, (0x06, 0xFE): 4, (0x0A, 0xB3): 5}
SIZES |= {(0x04, 0xF9): 4, (0x05, 0xE1): 8, (0x85, 0xE1): 9, **dict.fromkeys(TIMES, 4)}
"""Of those whose length is fixed."""
