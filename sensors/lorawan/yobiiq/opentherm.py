"""The OpenTherm gateway: data ids of OpenTherm 2.2 between a thermostat and its boiler, under channel 0xDD.

After the id stands whether the value is there (0xAA new, 0xAB not new) or not (0x00), then its two bytes.
From the vendor's codec iq-opentherm-lrw.js 1.0.0 (TheThingsNetwork/lorawan-devices).
"""

from collections.abc import Iterator

from sensors.bits import Cursor
from sensors.draft import Malformed
from sensors.lorawan.yobiiq.registers import Value

TIMES = {0xFD: "dataloggerTimestamp", 0xFE: "timestamp"}

NUMBERS = {
    0x01: "controlSetpointTemperature",
    0x07: "coolingControlSignalPercentage",
    0x08: "controlSetpointTemperature2",
    0x0E: "maximumRelativeModulationLevel",
    0x10: "roomSetpointTemperature",
    0x11: "relativeModulationLevel",
    0x12: "waterPressure",
    0x13: "domesticHotWaterFlowRate",
    0x17: "roomSetpointTemperature2",
    0x18: "roomTemperature",
    0x19: "boilerFlowWaterTemperature",
    0x1A: "domesticHotWaterTemperature1",
    0x1B: "outsideTemperature",
    0x1C: "returnWaterTemperature",
    0x1D: "solarStorageTemperature",
    0x1E: "solarCollectorTemperature",
    0x1F: "flowWaterTemperature2",
    0x20: "domesticHotWaterTemperature2",
    0x38: "domesticHotWaterSetpointTemperature",
    0x39: "centralHeatingWaterMaximumSetpointTemperature",
    0x3A: "outsideTemperatureCompensationHeatCurveRatio",
}
"""In 256ths, signed."""

WHOLE = {0x21: "boilerExhaustTemperature"}

SETTINGS = (0x02, 0x03, 0x04, 0x05, 0x06, 0x09, *range(0x0A, 0x0E), 0x0F, *range(0x14, 0x17), *range(0x30, 0x33), 0x64)
SERVICE = (*range(0x73, 0x80),)

MODES = ("centralHeatingMode", "domesticHotWaterMode", "flame", "coolingMode", "centralHeating2Mode")
"""Of the boiler's status byte, from bit 1 on."""


def values(payload: bytes) -> Iterator[Value]:
    """What a frame says. Raises Malformed."""
    frame = Cursor(payload)
    while frame.left:
        channel, kind = frame.unsigned(1), frame.unsigned(1)
        if channel != 0xDD:
            raise Malformed(f"byte {frame.at - 2} is {channel:#04x}, not channel 0xdd")
        if kind in TIMES:
            yield Value(TIMES[kind], frame.unsigned(4))
            continue
        there = frame.unsigned(1)
        if there in (0xAA, 0xAB):
            yield from _value(kind, frame.take(2))
        elif there != 0:
            raise Malformed(f"byte {frame.at - 1} is {there:#04x}, not 0x00, 0xaa or 0xab")


def _value(kind: int, data: bytes) -> Iterator[Value]:
    if kind == 0:
        yield from (Value(name, data[1] >> bit & 1) for bit, name in enumerate(MODES, 1))
    elif kind in NUMBERS:
        yield Value(NUMBERS[kind], int.from_bytes(data, signed=True))
    elif kind in WHOLE:
        yield Value(WHOLE[kind], int.from_bytes(data, signed=True))
    elif kind in SETTINGS:
        yield Value("OpenTherm settings", 0)
    elif kind in SERVICE:
        yield Value("OpenTherm service data", 0)
    else:
        yield Value(f"OpenTherm data id {kind}", 0)
