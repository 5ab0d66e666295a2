"""LHT65, LHT65N and LHT65S: a built-in sensor of temperature and humidity, and one of many beside it.

Layouts: the decoders of dragino/dragino-end-node-decoder (LHT65N, LHT65N-PIR) and the manuals at wiki.dragino.com.
"""

from collections.abc import Mapping

from sensors.draft import Malformed
from sensors.lorawan.dragino.frame import RECORD, Frame, Part, Reader, collected, status

BATTERY = Part("BatV", 0, mask=0x3FFF)

FULL_HUMIDITY = 1000
"""Tenths of a percent."""

ASKED_FOR = 0x40
NO_CONNECTION = 0x80
"""Flags beside the number of the external sensor."""

BUILT_IN = (
    Part("LHT65 TempC_SHT", 2, signed=True),
    Part("LHT65 Hum_SHT", 4, mask=0x0FFF),
)

SECOND_SHT = (Part("LHT65 Ext_TempC_SHT", 7, signed=True), Part("LHT65 Ext_Hum_SHT", 9, mask=0x0FFF))

EXTERNAL: Mapping[int, tuple[Part, ...]] = {
    0: (),
    1: (Part("LHT65 TempC_DS", 7, signed=True),),
    2: (Part("LHT65 TempC_TMP117", 7, signed=True),),
    4: (Part("Exti_pin_level", 7, 1), Part("Exti_status", 8, 1)),
    5: (Part("ILL_lx", 7),),
    6: (Part("ADC_V", 7),),
    7: (Part("Exit_count", 7),),
    8: (Part("Exit_count", 7, 4),),
    9: (Part("LHT65 TempC_DS", 0, signed=True),),
    10: (Part("LHT65 TempC_TMP117", 0, signed=True),),
    **dict.fromkeys((11, 12, 16), SECOND_SHT),
    14: (Part("PIR", 7, 1, mask=1), Part("Move_count", 8, 3)),
    15: (),  # the probe's identity
    32: (Part("LHT65 TempC_TMP117", 7, signed=True),),
}
"""What stands beside the built-in sensor, by the number in the seventh byte (Ext)."""

TIMED = (9, 10)
"""Here the external temperature stands in the place of the battery, and the time in that of the external value."""

IDENTITIES = (15, 16, 32)
"""Here the identity of a probe takes the place of the built-in sensor."""

LOGGED: Mapping[int, tuple[Part, ...]] = {
    **dict.fromkeys((1, 9), (Part("LHT65 TempC_DS", 0, signed=True),)),
    **dict.fromkeys((2, 10), (Part("LHT65 TempC_TMP117", 0, signed=True),)),
    4: (Part("Exti_pin_level", 0, 1), Part("Exti_status", 1, 1)),
    5: (Part("ILL_lx", 0),),
    6: (Part("ADC_V", 0),),
    7: (Part("Exit_count", 0),),
    **dict.fromkeys((8, 14), (Part("log Exit_count", 0),)),
    **dict.fromkeys((11, 12), (Part("LHT65 Ext_TempC_SHT", 0, signed=True),)),
}
"""The external value of a log entry."""


def report(frame: Frame) -> None:
    """A report, or entries of the log; nothing but zeros when it is asked for entries that it does not have."""
    if not any(frame.data):
        frame.draft.absent("log")
        return
    if _is_log(frame):
        _log(frame)
        return
    frame.need(7, 11, 15)
    flags = frame.unsigned(6, 1)
    ext = flags & 0x3F if flags & 0x3F in EXTERNAL else _external(flags)
    if ext in TIMED:
        frame.draft.at_ms = frame.clock(7)
    else:
        frame.parts((BATTERY,))
    if ext not in IDENTITIES:
        frame.parts(BUILT_IN)
    if len(frame.data) > 7 and not flags & NO_CONNECTION:
        frame.parts(EXTERNAL[ext])
    if ext == 4 and len(frame.data) == 15:
        frame.parts((Part("Exit_count", 9, 3), Part("Exit_duration", 12, 3)))


def _external(flags: int) -> int:
    ext = flags & 0x0F
    if ext not in EXTERNAL:
        raise Malformed(f"external sensor {ext} is not in Dragino's table")
    return ext


def _is_log(frame: Frame) -> bool:
    """Asked for; or sent again, with the bit that otherwise says that no probe is connected, and with a time."""
    flags = frame.unsigned(6, 1)
    return bool(flags & ASKED_FOR or (flags & NO_CONNECTION and frame.clock(7) is not None))


def _log(frame: Frame) -> None:
    for record in frame.records():
        ext = _external(record.unsigned(6, 1))
        record.parts(BUILT_IN)
        record.parts(LOGGED.get(ext, ()))


def port3(frame: Frame) -> None:
    """Port 3: entries of the log, or samples of one probe: where a log has its time, samples would be above 190 °C."""
    if len(frame.data) % RECORD == 0 and (not any(frame.data) or frame.clock(7) is not None):
        report(frame)
    else:
        collected(frame)


def fits(frame: Frame) -> bool:
    """Whether a frame that nobody named a model for does not contradict itself as an LHT65's.

    Reports of other models, as long and on the same port, fail on the battery's grade, the humidity or the time.
    """
    return _fits_log(frame) if _is_log(frame) else _fits_report(frame)


def _fits_log(frame: Frame) -> bool:
    return all(frame.unsigned(at + 4) <= FULL_HUMIDITY for at in range(0, len(frame.data) - 6, RECORD))


def _fits_report(frame: Frame) -> bool:
    """The first two bits of the battery grade it: 3 from 2.65 V, 0 below 2.5 V. Without battery there is a time."""
    ext = frame.unsigned(6, 1) & 0x3F
    if ext not in IDENTITIES and frame.unsigned(4) & 0x0FFF > FULL_HUMIDITY:
        return False
    if ext & 0x0F in TIMED:
        return frame.unsigned(4, 1) >> 6 > 0 and frame.clock(7) is not None
    grade, volts = frame.unsigned(0, 1) >> 6, (frame.unsigned(0) & 0x3FFF) / 1000
    return 1.8 <= volts <= 4 and (grade > 0 if volts >= 2.65 else grade < 3)


PORTS: Mapping[int, Reader] = {2: report, 3: port3, 5: status}

MODELS: Mapping[str, Mapping[int, Reader]] = dict.fromkeys(
    ("lht65", "lht65n", "lht65s", "lht65n-pir", "lht65n-e31f"), PORTS
)
