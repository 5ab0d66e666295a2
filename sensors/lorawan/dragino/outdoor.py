"""Soil, levels and weather: LSE01, SPH01, LLMS01, the distance sensors, and the weather station WSC1-L.

Layouts: the decoders of dragino/dragino-end-node-decoder (folders of these names).
"""

from collections.abc import Mapping

from sensors.draft import Malformed
from sensors.lorawan.dragino.frame import Frame, Part, Reader, control, log_of, status, unpublished

BATTERY = Part("BatV", 0, mask=0x3FFF)
PROBE = Part("TempC_DS18B20", 2, signed=True)


def _lse01(frame: Frame) -> None:
    frame.need(11)
    frame.parts((BATTERY, PROBE))
    if frame.bit(10, 0x80):
        frame.take("raw SOIL", None)
        return
    frame.parts((Part("water_SOIL", 4), Part("temp_SOIL", 6, signed=True), Part("conduct_SOIL", 8)))


def _llms01(frame: Frame) -> None:
    frame.need(11)
    frame.parts((BATTERY, PROBE, Part("Leaf_Moisture", 4), Part("Leaf_Temperature", 6, signed=True)))


def _sph01(frame: Frame) -> None:
    frame.need(11)
    frame.parts((BATTERY, PROBE, Part("PH1_SOIL", 4), Part("SPH01 TEMP_SOIL", 6, signed=True)))


def distance(frame: Frame) -> None:
    """One echo: battery, distance, and in 8 bytes a probe's temperature. Three bytes: no sensor is connected."""
    frame.need(8, 5, 3)
    frame.parts((BATTERY,))
    if len(frame.data) > 3:
        frame.parts((Part("Distance", 2),))
    if len(frame.data) == 8:
        frame.parts((Part("TempC_DS18B20", 5, signed=True), Part("Sensor_flag", 7, 1)))


def _distances(at: int, count: int) -> tuple[Part, ...]:
    return tuple(Part("Distance_mm", at + 2 * index, channel=str(index + 1)) for index in range(count))


def _ldds04(frame: Frame) -> None:
    frame.need(11)
    frame.parts((BATTERY, *_distances(2, 4)))


def _lds12(frame: Frame) -> None:
    frame.need(11)
    frame.parts((BATTERY, PROBE, Part("Distance_mm", 4), Part("signal_strength", 6)))
    frame.parts((Part("Lidar_temp", 9, 1, signed=True),))


LDS12_LOG = (Part("Distance_mm", 2), Part("signal_strength", 4), Part("Lidar_temp", 6, 1, signed=True))

WSC1: Mapping[int, Part] = {
    0x00: Part("WSC1 bat", 0),
    0x01: Part("WSC1 wind_speed", 0),  # then the greatest, the mean, and the force
    0x02: Part("WSC1 wind_direction", 0),
    0x03: Part("WSC1 illumination", 0),
    0x04: Part("WSC1 rain_snow", 0, 1),
    0x05: Part("CO2_ppm", 0),
    0x06: Part("TempC", 0, signed=True),
    0x07: Part("WSC1 HUM", 0),
    0x08: Part("air_pressure", 0),
    0x09: Part("WSC1 rain_gauge", 0),
    0x0A: Part("WSC1 PM2_5", 0),
    0x0B: Part("WSC1 PM10", 0),
    0x0C: Part("WSC1 PAR", 0),
    0x0D: Part("WSC1 TSR", 0),
    **dict.fromkeys((0xA1, 0xA2, 0xA3, 0xA4), Part("WSC1 A", 0)),
}
"""By the type byte, which a length byte follows."""


def _wsc1(frame: Frame) -> None:
    at = 0
    while at < len(frame.data):
        kind, size = frame.unsigned(at, 1), frame.unsigned(at + 1, 1)
        if kind not in WSC1:
            raise Malformed(f"type {kind:#04x} at byte {at} is not in Dragino's table")
        frame.unsigned(at + 2, size)  # refused when cut short
        value = Frame(frame.draft, frame.data[at + 2 : at + 2 + size])
        value.parts((WSC1[kind],))
        if kind == 0x01 and size >= 6:
            value.parts((Part("WSC1 wind_speed", 2, channel="max"), Part("WSC1 wind_speed", 4, channel="average")))
        at += 2 + size


SOIL_PORTS: Mapping[int, Reader] = {2: _lse01, 3: unpublished, 5: status}
ACID_PORTS: Mapping[int, Reader] = {2: _sph01, 3: unpublished, 5: status}
LEAF_PORTS: Mapping[int, Reader] = {2: _llms01, 3: unpublished, 5: status}
DISTANCE_PORTS: Mapping[int, Reader] = {2: distance, 3: unpublished, 4: control, 5: status, 6: unpublished}
DDS04_PORTS: Mapping[int, Reader] = {2: _ldds04, 3: log_of(_distances(1, 3)), 5: status}
LDS12_PORTS: Mapping[int, Reader] = {2: _lds12, 3: log_of(LDS12_LOG), 5: status}

MODELS: Mapping[str, Mapping[int, Reader]] = {
    **dict.fromkeys(("lse01", "se01"), SOIL_PORTS),
    **dict.fromkeys(("lsph01", "sph01"), ACID_PORTS),
    **dict.fromkeys(("llms01", "lms01"), LEAF_PORTS),
    **dict.fromkeys(("ldds75", "ldds45", "ldds20", "dds75", "dds45", "dds20", "lmds120", "mds120"), DISTANCE_PORTS),
    **dict.fromkeys(("ldds04", "dds04"), DDS04_PORTS),
    **dict.fromkeys(("llds12", "lds12", "lds25", "llds40", "lds40"), LDS12_PORTS),
    "wsc1": {2: _wsc1, 5: status},
}
