"""Boards for sensors of one's own: LSN50 and SN50v3, LT-22222-L, CS01, PS and the RS485 converters.

Layouts: the decoders of dragino/dragino-end-node-decoder (folders of these names). LSN50's modes are numbered from 0
in the frame and from 1 (MOD1) in the manual.
"""

from collections.abc import Mapping

from sensors.draft import Malformed
from sensors.lorawan.dragino.frame import Frame, Part, Reader, collected, control, status, unpublished


def _lsn50(frame: Frame) -> None:
    mode = frame.unsigned(6, 1) >> 2 & 0x1F
    if mode == 31:
        frame.draft.control()
        return
    if mode not in LSN50_MODES:
        raise Malformed(f"mode {mode} is not in Dragino's table")
    frame.need(*{2: (12,), 8: (17,)}.get(mode, (11, 12)))
    frame.parts(LSN50_MODES[mode])
    if mode in (0, 2):
        _bus_sensor(frame)
    if mode == 6:
        _interrupts(frame)
    if mode not in (5, 6):
        frame.take("Door_status", 1 - frame.bit(6, 0x80))
    if mode != 9:
        frame.take("Digital_IStatus", frame.bit(6, 0x02))


def _bus_sensor(frame: Frame) -> None:
    """What is on the I²C bus: light, when the place of the humidity holds 0; or else temperature and humidity."""
    if frame.unsigned(9) == 0:
        frame.take("ILL_lx", frame.unsigned(7))
    else:
        frame.parts((Part("LSN50 TempC_SHT", 7, signed=True), Part("Hum_SHT", 9)))


def _interrupts(frame: Frame) -> None:
    for at, mask, channel in ((6, 0x80, "EXTI1"), (7, 0x01, "EXTI2"), (8, 0x01, "EXTI3")):
        frame.take("Door_status", 1 - frame.bit(at, mask), channel)


def _adc(at: int, channel: str) -> Part:
    return Part("ADC_V", at, channel=channel)


USUAL = (Part("BatV", 0), Part("TempC1", 2, signed=True))

LSN50_MODES: Mapping[int, tuple[Part, ...]] = {
    0: (*USUAL, _adc(4, "CH0")),
    1: (*USUAL, _adc(4, "CH0"), Part("Distance_mm", 7), Part("signal_strength", 9)),
    2: (_adc(0, "CH0"), _adc(2, "CH1"), _adc(4, "CH4"), Part("LSN50 BatV", 11, 1)),
    3: (*USUAL, _adc(4, "CH0"), Part("TempC2", 7, signed=True), Part("TempC3", 9, signed=True)),
    4: (*USUAL, _adc(4, "CH0"), Part("Weight", 7, 4)),
    5: (*USUAL, _adc(4, "CH0"), Part("TOTAL_PULSE", 7, 4)),
    6: (*USUAL, _adc(4, "CH0")),
    7: (*USUAL, _adc(4, "CH0"), _adc(7, "CH1"), _adc(9, "CH4")),
    8: (
        *USUAL,
        Part("TempC2", 4, signed=True),
        Part("TempC3", 7, signed=True),
        Part("TOTAL_PULSE", 9, 4, channel="1"),
        Part("TOTAL_PULSE", 13, 4, channel="2"),
    ),
    9: (*USUAL, _adc(4, "CH0"), Part("PWM", 7, 4)),
    10: (*USUAL, _adc(4, "CH0"), Part("TempC_TMP117", 7, signed=True)),
    11: (
        Part("BatV", 0),
        Part("LSN50 TempC_SHT", 2, signed=True),
        Part("Hum_SHT", 4),
        Part("TOTAL_PULSE", 7, 4),
    ),
}


def is_lt(frame: Frame) -> bool:
    """Whether a frame that nobody named a model for ends as an LT-22222-L's: FF, its bits and a mode, and no time."""
    if len(frame.data) != 11 or frame.clock(7) is not None:
        return False
    kind = frame.unsigned(10, 1)
    return frame.unsigned(9, 1) == 0xFF and kind >> 6 == 1 and kind & 0x3F in LT_MODES


def lt(frame: Frame) -> None:
    """LT-22222-L and LT-33222-L: the last byte says the mode, and which of the two it is."""
    frame.need(11)
    mode = frame.unsigned(10, 1) & 0x3F
    if mode not in LT_MODES:
        raise Malformed(f"mode {mode} is not in Dragino's table")
    frame.parts(LT_MODES[mode])
    if mode == 6:
        return
    third = frame.unsigned(10, 1) >> 6 == 0
    if mode == 1:
        for mask, channel in ((0x08, "DI1"), (0x10, "DI2"), (0x20, "DI3"))[: 2 + third]:
            frame.take("DI_status", frame.bit(8, mask), channel)
    for mask, channel in ((0x80, "RO1"), (0x40, "RO2")):
        frame.take("RO_status", frame.bit(8, mask), channel)
    frame.take("DO_status", None)


def _amps(at: int, channel: str) -> Part:
    return Part("ACI_mA", at, signed=True, channel=channel)


def _volts(at: int, channel: str) -> Part:
    return Part("AVI_V", at, signed=True, channel=channel)


def _count(at: int, channel: str, size: int = 4) -> Part:
    return Part("TOTAL_PULSE", at, size, channel=channel)


LT_MODES: Mapping[int, tuple[Part, ...]] = {
    1: (_volts(0, "AVI1"), _volts(2, "AVI2"), _amps(4, "ACI1"), _amps(6, "ACI2")),
    2: (_count(0, "DI1"), _count(4, "DI2")),
    3: (_count(0, "DI1"), _amps(4, "ACI1"), _amps(6, "ACI2")),
    4: (_count(0, "DI1"), _count(4, "AVI1")),
    5: (_volts(0, "AVI1"), _volts(2, "AVI2"), _amps(4, "ACI1"), _count(6, "DI1", 2)),
    6: (Part("thresholds", 0, 3),),
}


def _cs01(frame: Frame) -> None:
    """Four current clamps; the port's upper bits scale them in pairs (1, 3 or 6 times)."""
    frame.need(11, 28, 15, 32)
    port = 2 if frame.port is None else frame.port
    ranges = {0: 1, 1: 3, 2: 6}
    factors = [ranges.get(port >> shift & 3) for shift in (6, 6, 4, 4)]
    size, step = (2, 0.01) if len(frame.data) in (11, 28) else (3, 0.001)
    frame.parts((Part("BatV", 0, mask=0x3FFF),))
    for index, factor in enumerate(factors):
        if factor is None:
            raise Malformed(f"port {port} names a range of the clamps that is not in Dragino's table")
        raw = frame.unsigned(2 + size * index, size)
        frame.take("Current_A", round(raw * step * factor, 3), str(index + 1))
    if len(frame.data) > 15:
        frame.take("curtotal_mA_min", None)


CS01_PORTS: Mapping[int, Reader] = {port: _cs01 for port in range(256) if port & 0x0F == 2}


def _ps(frame: Frame) -> None:
    frame.parts((Part("BatV", 0), Part("Probe_mod", 2), _amps(4, "IDC"), _volts(6, "VDC")))
    _ps_pins(frame, 8)


def _ps_log(frame: Frame) -> None:
    for record in frame.records():
        record.parts((Part("Probe_mod", 0), _amps(2, "IDC"), _volts(4, "VDC")))
        _ps_pins(record, 6)


def _ps_pins(frame: Frame, at: int) -> None:
    for mask, channel in ((0x08, "IN1"), (0x04, "IN2"), (0x02, "EXTI")):
        frame.take("DI_status", frame.bit(at, mask), channel)


def _rs485(frame: Frame) -> None:
    frame.parts((Part("BatV", 0, mask=0x7FFF),))
    frame.take("RS485 data", None)


def _rs485_ln(frame: Frame) -> None:
    frame.take("RS485 data", None)


def _svc01(frame: Frame) -> None:
    frame.parts((Part("BatV", 0, mask=0x3FFF),))
    for mask, channel in ((0x08, "PB15"), (0x04, "PB10"), (0x02, "PA9"), (0x01, "PB7")):
        frame.take("Relay", frame.bit(2, mask), channel)
    frame.take("Motor_out", None)


LSN50_PORTS: Mapping[int, Reader] = {2: _lsn50, 5: control}
SN50_PORTS: Mapping[int, Reader] = {2: _lsn50, 5: status}
LT_PORTS: Mapping[int, Reader] = {2: lt, 5: control}
PS_PORTS: Mapping[int, Reader] = {2: _ps, 3: _ps_log, 5: status, 7: collected}

MODELS: Mapping[str, Mapping[int, Reader]] = {
    **dict.fromkeys(("lsn50", "lsn50-v2", "lsn50v2", "lsn50v2-d20", "lsn50v2-d22", "lsn50v2-d23"), LSN50_PORTS),
    **dict.fromkeys(("sn50v3", "sn50-v3"), SN50_PORTS),
    **dict.fromkeys(("lt-22222", "lt22222", "lt-33222", "lt33222"), LT_PORTS),
    "cs01": {**CS01_PORTS, 3: unpublished, 5: status, 7: collected},
    **dict.fromkeys(("ps", "airflow"), PS_PORTS),
    "svc01": {2: _svc01, 5: status},
    "rs485": {2: _rs485, 5: status},
    "rs485-bl": {2: _rs485, 5: control},
    "rs485-ln": {2: _rs485_ln, 5: control},
}
