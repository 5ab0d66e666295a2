"""Doors, leaks, dry contacts and flow pulses: LDS, DS03A, LWL, WL03A, CPL and SW3L.

Layouts: the decoders of dragino/dragino-end-node-decoder (folders of these names).
"""

from collections.abc import Mapping

from sensors.draft import Malformed
from sensors.lorawan.dragino.frame import Frame, Part, Reader, control, status

BATTERY = Part("BatV", 0, mask=0x3FFF)


def lds02(frame: Frame) -> None:
    """Port 10 of LDS01, LDS02, LWL01 and LWL02: the third byte says whether it watches a door, a leak or both."""
    frame.need(10)
    mode = frame.unsigned(2, 1)
    if mode not in (1, 2, 3):
        raise Malformed(f"mode {mode} is not in Dragino's table")
    frame.parts((BATTERY,))
    if mode != 2:
        frame.take("DOOR_OPEN_STATUS", frame.bit(0, 0x80))
    if mode != 1:
        frame.take("WATER_LEAK_STATUS", frame.bit(0, 0x40))
    if mode == 1:
        frame.parts((Part("DOOR_OPEN_TIMES", 3, 3), Part("LAST_DOOR_OPEN_DURATION", 6, 3)))
    if mode == 2:
        frame.parts((Part("WATER_LEAK_TIMES", 3, 3), Part("LAST_WATER_LEAK_DURATION", 6, 3)))
    frame.take("ALARM", frame.bit(9, 1))


def lds02_count(frame: Frame) -> None:
    """Port 7 of LDS02: sent after so many openings."""
    frame.need(5)
    frame.parts((BATTERY, Part("DOOR_OPEN_TIMES", 2, 3)))
    frame.take("DOOR_OPEN_STATUS", frame.bit(0, 0x80))


def _door(frame: Frame, at: int, channel: str, part: bool) -> None:
    frame.take("DOOR_OPEN_STATUS", frame.bit(at, 1), channel)
    frame.take("PART_count" if part else "DOOR_OPEN_TIMES", frame.unsigned(at + 1, 3), channel)
    frame.take("LAST_DOOR_OPEN_DURATION", None)
    frame.take("ALARM", None)


def _doors(frame: Frame) -> None:
    """One door in 11 bytes; or two in 18, named 1 and 2."""
    frame.need(11, 18)
    frame.draft.at_ms = frame.clock(7)
    part = bool(frame.bit(0, 0x08))
    two = len(frame.data) == 18
    _door(frame, 0, "1" if two else "", part)
    if two:
        _door(frame, 11, "2", part)


def _doors_log(frame: Frame) -> None:
    for record in frame.records():
        _door(record, 0, "", bool(record.bit(0, 0x08)))


LEAK = (
    Part("WATER_LEAK_STATUS", 0, 1, mask=1),
    Part("WATER_LEAK_TIMES", 1, 3),
    Part("LAST_WATER_LEAK_DURATION", 4, 3),
)


def _leak(frame: Frame) -> None:
    frame.need(11)
    frame.draft.at_ms = frame.clock(7)
    frame.parts(LEAK)


def _leak_log(frame: Frame) -> None:
    for record in frame.records():
        record.parts(LEAK)


def _contact(frame: Frame, part: bool) -> None:
    frame.take("PIN_STATUS", 1 - frame.bit(0, 1))  # 1 is a broken contact
    frame.take("PART_count" if part else "TOTAL_PULSE", frame.unsigned(1, 3))
    frame.take("LAST_DISCONNECT_DURATION", None)


def _cpl01(frame: Frame) -> None:
    frame.need(11)
    frame.draft.at_ms = frame.clock(7)
    _contact(frame, part=False)


def _cpl01_log(frame: Frame) -> None:
    for record in frame.records():
        _contact(record, part=False)


def _cpl03(frame: Frame) -> None:
    """As a CPL01 with one contact and a time; or as a CPL03 with three counts (bit 3 of the first byte)."""
    frame.need(11)
    part = bool(frame.bit(0, 0x20))
    if not frame.bit(0, 0x08):
        frame.draft.at_ms = frame.clock(7)
        _contact(frame, part)
        return
    for at, channel in ((1, "PA8"), (4, "PA4"), (7, "PB15")):
        frame.take("PART_count" if part else "TOTAL_PULSE", frame.unsigned(at, 3), channel)


def _cpl03_log(frame: Frame) -> None:
    for record in frame.records():
        if record.bit(0, 0x08):
            record.take("history", None)
        else:
            _contact(record, bool(record.bit(0, 0x20)))


def _cpl03_pins(frame: Frame) -> None:
    for mask, channel in ((0x01, "PA8"), (0x04, "PA4"), (0x10, "PB15")):
        frame.take("PIN_STATUS", frame.bit(0, mask), channel)  # here 1 is a closed contact


PULSES_PER_LITRE = {0: 450, 1: 390, 2: 64, 3: 12}
"""By the calculate flag: sensors SW3L-004, -006, -010 and -020."""


def _flow(frame: Frame, at: int, mode: int) -> None:
    pulses = frame.unsigned(at, 4)
    if mode == 1:
        frame.take("Last_pulse", pulses)
        return
    flag = frame.unsigned(0, 1) >> 2 & 0x0F
    if flag not in PULSES_PER_LITRE:
        raise Malformed(f"calculate flag {flag} is not in Dragino's table")
    frame.take("Water_flow_value", pulses / PULSES_PER_LITRE[flag])
    frame.take("TOTAL_PULSE", pulses)


def _sw3l(frame: Frame) -> None:
    frame.need(11)
    frame.draft.at_ms = frame.clock(7)
    _flow(frame, 1, frame.unsigned(5, 1) & 0x3F)


def _sw3l_log(frame: Frame) -> None:
    for record in frame.records():
        _flow(record, 3, record.unsigned(1, 1) & 0x3F)


LDS02: Mapping[int, Reader] = {10: lds02, 7: lds02_count}
DOORS: Mapping[int, Reader] = {2: _doors, 3: _doors_log, 4: control, 5: status}
LEAKS: Mapping[int, Reader] = {2: _leak, 3: _leak_log, 4: control, 5: status}

MODELS: Mapping[str, Mapping[int, Reader]] = {
    **dict.fromkeys(("lds01", "lds02", "lwl01", "lwl02"), LDS02),
    **dict.fromkeys(("lds03a", "ds03a"), DOORS),
    **dict.fromkeys(("lwl03a", "wl03a", "lwl04"), LEAKS),
    "cpl01": {2: _cpl01, 3: _cpl01_log, 4: control, 5: status},
    "cpl03": {2: _cpl03, 3: _cpl03_log, 4: control, 5: status, 7: _cpl03_pins},
    "sw3l": {2: _sw3l, 3: _sw3l_log, 4: control, 5: status},
}
