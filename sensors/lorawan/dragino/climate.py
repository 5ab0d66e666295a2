"""Temperature, humidity and air quality: LHT52, LHT65N-VIB, S31, D2x, LTC2, TC01, T68DL, PB01, LAQ4, AQS.

Layouts: the decoders of dragino/dragino-end-node-decoder (folders of these names), and for the logs of LHT52 and
D2x also the manuals at wiki.dragino.com.
"""

from collections.abc import Mapping

from sensors.draft import Malformed
from sensors.lorawan.dragino.frame import Frame, Part, Reader, collected, control, log_of, status, unpublished

LHT52 = (
    Part("LHT65 TempC_SHT", 0, signed=True),
    Part("LHT65 Hum_SHT", 2),
    Part("LHT65 TempC_DS", 4, signed=True),
)
LHT52_LOG = (
    Part("LHT65 TempC_DS", 0, signed=True),
    Part("LHT65 TempC_SHT", 2, signed=True),
    Part("LHT65 Hum_SHT", 4),
)


def _lht52(frame: Frame) -> None:
    if len(frame.data) != 11:  # answers to commands, and resets
        frame.draft.control()
        return
    frame.draft.at_ms = frame.clock(7)
    frame.parts(LHT52)


def _thermostat(frame: Frame) -> None:
    if frame.unsigned(0, 1) == 1:  # else answers to commands, and settings made by hand
        frame.parts((Part("roomtemp_F", 1, signed=True),))
    else:
        frame.draft.control()


def _lht65_vib(frame: Frame) -> None:
    frame.need(11)
    frame.parts((Part("BatV", 0),))
    mode = frame.unsigned(2, 1) >> 2 & 7
    if mode not in (1, 2, 3):
        raise Malformed(f"mode {mode} is not in Dragino's table")
    start = {2: 7, 3: 3}.get(mode)  # of temperature and humidity
    if mode != 3:
        frame.take("vib_count", None)
    if mode != 2:
        frame.take("work_min", None)
    if start:
        frame.parts((Part("LHT65 TempC_SHT", start, signed=True), Part("LHT65 Hum_SHT", start + 2, mask=0x0FFF)))


def _vibration(frame: Frame) -> None:
    frame.parts((Part("BatV", 0),))
    frame.take("acceleration", None)


def _s31(frame: Frame) -> None:
    frame.need(11)
    if frame.unsigned(6, 1) >> 2 & 0x1F == 31:
        frame.draft.control()
        return
    frame.draft.at_ms = frame.clock(2)
    frame.parts((Part("BatV", 0), Part("TempC_SHT", 7, signed=True), Part("Hum_SHT", 9)))
    frame.take("Door_status", 1 - frame.bit(6, 0x80))


S31_LOG = (Part("TempC_SHT", 2, signed=True), Part("Hum_SHT", 4))
LSN50_S31_LOG = (Part("TempC_SHT", 3, signed=True), Part("Hum_SHT", 5))

D2X_LOG = (
    Part("TempC3", 0, signed=True),
    Part("TempC2", 2, signed=True),
    Part("TempC1", 4, signed=True),
)


def _d2x(frame: Frame) -> None:
    frame.need(11)
    if frame.unsigned(6, 1) >> 2 & 0x1F == 31:
        frame.draft.control()
        return
    frame.parts((Part("BatV", 0), Part("TempC1", 2, signed=True)))
    frame.parts((Part("TempC2", 7, signed=True), Part("TempC3", 9, signed=True)))
    frame.take("Door_status", 1 - frame.bit(6, 0x80))


def _ltc2(frame: Frame) -> None:
    frame.need(11)
    if frame.bit(2, 0x40):
        unpublished(frame)
        return
    names = {1: "LTC2 Temp_Channel", 2: "LTC2-LB Temp_Channel", 3: "Res_Channel"}
    kind = frame.unsigned(2, 1) & 0x0F
    if kind not in names:
        raise Malformed(f"kind of value {kind} is not in Dragino's table")
    frame.draft.at_ms = frame.clock(7)
    frame.parts((Part("BatV", 0, mask=0x3FFF), *_channels(names[kind], 3, 5)))


def _ltc2_lb(frame: Frame) -> None:
    frame.need(11)
    frame.draft.at_ms = frame.clock(7)
    frame.parts((Part("BatV", 0), *_channels("LTC2-LB Temp_Channel", 3, 5)))


def _channels(name: str, first: int, second: int) -> tuple[Part, Part]:
    return Part(name, first, signed=True, channel="1"), Part(name, second, signed=True, channel="2")


def _tc01(frame: Frame) -> None:
    frame.need(10)
    frame.draft.at_ms = frame.clock(6)
    frame.parts((Part("BatV", 0), Part("TC01 TempC", 3, signed=True)))


def _t68dl(frame: Frame) -> None:
    frame.need(9)
    frame.draft.at_ms = frame.clock(5)
    frame.parts((Part("BatV", 0), Part("T68DL TempC", 2, signed=True)))


def _pb01(frame: Frame) -> None:
    frame.need(8)
    frame.parts((Part("BatV", 0), Part("TempC_SHT", 4, signed=True), Part("Hum_SHT", 6)))
    frame.take("ALARM", frame.bit(3, 1))


def _laq4(frame: Frame) -> None:
    frame.need(11)
    mode = frame.unsigned(2, 1) >> 2 & 0x1F
    if mode == 31:
        frame.draft.control()
        return
    if mode != 1:
        raise Malformed(f"mode {mode} is not in Dragino's table")
    frame.parts((Part("BatV", 0), Part("TVOC_ppb", 3), Part("CO2_ppm", 5)))
    frame.parts((Part("TempC_SHT", 7, signed=True), Part("Hum_SHT", 9)))


def _aqs(gas: str) -> Mapping[int, Reader]:
    def live(frame: Frame) -> None:
        frame.need(11)
        celsius = "AQS TempC" if frame.bit(10, 0x10) else "TempC"  # its newer sensor tells hundredths
        frame.parts((Part("BatV", 0), Part(celsius, 2, signed=True), Part("Hum_SHT", 4)))
        frame.parts((Part("air_pressure", 6), Part(gas, 8)))

    def log(frame: Frame) -> None:
        for record in frame.records():
            celsius = "AQS TempC" if record.bit(6, 1) else "TempC"
            record.parts((Part(gas, 0), Part("Hum_SHT", 2), Part(celsius, 4, signed=True)))

    return {2: live, 3: log, 5: status}


S31_PORTS: Mapping[int, Reader] = {2: _s31, 3: log_of(S31_LOG), 5: status}
LSN50_S31_PORTS: Mapping[int, Reader] = {2: _s31, 3: log_of(LSN50_S31_LOG), 5: control}
D2X_PORTS: Mapping[int, Reader] = {2: _d2x, 3: log_of(D2X_LOG), 5: status}

MODELS: Mapping[str, Mapping[int, Reader]] = {
    "lht65n-vib": {2: _lht65_vib, 5: status, 7: _vibration, 9: _vibration},
    "lht52": {2: _lht52, 3: log_of(LHT52_LOG), 4: control, 5: status},
    **dict.fromkeys(("s31", "s31b"), S31_PORTS),
    **dict.fromkeys(("lsn50v2-s31", "lsn50v2-s31b"), LSN50_S31_PORTS),
    **dict.fromkeys(("d20", "d20s", "d22", "d23"), D2X_PORTS),
    "ltc2": {2: _ltc2, 5: status},
    "ltc2-lb": {
        2: _ltc2_lb,
        3: log_of(tuple(reversed(_channels("LTC2-LB Temp_Channel", 4, 2)))),
        5: status,
        7: collected,
    },
    "tc01": {2: _tc01, 3: log_of((Part("TC01 TempC", 4, signed=True),)), 5: status},
    "t68dl": {2: _t68dl, 3: log_of((Part("T68DL TempC", 4, signed=True),)), 5: status},
    "pb01": {2: _pb01, 3: unpublished, 5: status},
    "thermostat1": {2: _thermostat, 5: control},
    "laq4": {2: _laq4, 5: control},
    "aqs01": _aqs("CO2_ppm"),
    "aqs02": _aqs("CO_ppm"),
}
