"""Elsys sensors (ERS, ELT, EMS, ETH, EIAQ families): pairs of a type byte and a value, on any port.

One table serves every model: the types are those of Elsys' own payload decoder (elsys.se; elsys.js in
TheThingsNetwork/lorawan-devices, vendor/elsys), and types 0x1D to 0x24 and 0x3B to 0x3E those of its later edition.
A whole number of the frame is the field's raw value. A frame of settings (0x3E) is about the device.
"""

from typing import NamedTuple

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed, drafted
from sensors.model import Codec, Field, Reason

NAME = "lorawan_elsys"

FIELDS = {
    "temperature": Field("climate.temperature", 0.1),
    "humidity": Field("climate.humidity"),
    "light": Field("climate.illuminance"),
    "motion": Field("occupancy.motion"),
    "co2": Field("climate.co2"),
    "vdd": Field("device.voltage", unit="mV"),
    "analog1": Field("input.voltage", unit="mV", channel="analog1"),
    "analog2": Field("input.voltage", unit="mV", channel="analog2"),
    "analogUv": Field("input.voltage", 1e-3, "mV", "analogUv"),
    "pulseAbs": Field("pulse.count", channel="pulse1"),
    "pulseAbs2": Field("pulse.count", channel="pulse2"),
    "externalTemperature": Field("climate.temperature", 0.1, channel="external"),
    "externalTemperature2": Field("climate.temperature", 0.1, channel="external2"),
    "externalHumidity": Field("climate.humidity", channel="external"),
    "digital": Field("input.on", channel="digital"),
    "digital2": Field("input.on", channel="digital2"),
    "distance": Field("level.distance"),
    "irInternalTemperature": Field("climate.temperature", 0.1, channel="irInternal"),
    "irExternalTemperature": Field("climate.temperature", 0.1, channel="irExternal"),
    "occupancy": Field("occupancy.presence"),
    "waterleak": Field("water.leak"),
    "pressure": Field("climate.pressure", 1e-3),
    "soundPeak": Field("climate.noise", channel="peak"),
    "soundAvg": Field("climate.noise", channel="avg"),
    "tvoc": Field("climate.tvoc"),
    "setpoint": Field("climate.setpoint", 0.1),
}

LEFT = {
    **dict.fromkeys(("x", "y", "z"), "acceleration: how the device is turned"),
    **dict.fromkeys(("lat", "long"), "position: the estate says where a device is"),
    **dict.fromkeys(("pulse1", "pulse2"), "pulses since the last report: no register; the absolute count is taken"),
    "accMotion": "shocks of the thing it is fixed to since the last report",
    "grideye": "picture of 64 temperatures; the occupancy found in it is taken",
    "iaq": "index of air quality without a published scale",
    **dict.fromkeys(("genericBool", "genericInt8", "genericInt16"), "means what the installer decided"),
    **dict.fromkeys(("view", "speed"), "chosen on the device's display: a step, no measure"),
    **dict.fromkeys(("bytes", "crc", "debug"), "for the maker"),
}

MOST_BYTES = 255  # more than LoRaWAN carries
SETTINGS = 0x3E
BYTES = 0x3B


class Type(NamedTuple):
    """What follows a type byte: values of one size, one after another."""

    names: tuple[str, ...]
    size: int
    signed: bool = False
    flag: bool = False  # any number but 0 means yes


TYPES = {
    0x01: Type(("temperature",), 2, signed=True),
    0x02: Type(("humidity",), 1),
    0x03: Type(("x", "y", "z"), 1, signed=True),
    0x04: Type(("light",), 2),
    0x05: Type(("motion",), 1, flag=True),  # how often since the last report; 0 is no motion
    0x06: Type(("co2",), 2),
    0x07: Type(("vdd",), 2),
    0x08: Type(("analog1",), 2),
    0x09: Type(("lat", "long"), 3, signed=True),
    0x0A: Type(("pulse1",), 2),
    0x0B: Type(("pulseAbs",), 4),
    0x0C: Type(("externalTemperature",), 2, signed=True),
    0x0D: Type(("digital",), 1, flag=True),
    0x0E: Type(("distance",), 2),
    0x0F: Type(("accMotion",), 1),
    0x10: Type(("irInternalTemperature", "irExternalTemperature"), 2, signed=True),
    0x11: Type(("occupancy",), 1, flag=True),
    0x12: Type(("waterleak",), 1, flag=True),
    0x13: Type(("grideye",), 65),
    0x14: Type(("pressure",), 4),
    0x15: Type(("soundPeak", "soundAvg"), 1),
    0x16: Type(("pulse2",), 2),
    0x17: Type(("pulseAbs2",), 4),
    0x18: Type(("analog2",), 2),
    0x19: Type(("externalTemperature2",), 2, signed=True),
    0x1A: Type(("digital2",), 1, flag=True),
    0x1B: Type(("analogUv",), 4, signed=True),
    0x1C: Type(("tvoc",), 2),
    0x1D: Type(("iaq",), 1),
    0x1E: Type(("genericBool",), 1, flag=True),
    0x1F: Type(("genericInt8",), 1, signed=True),
    0x20: Type(("genericInt16",), 2, signed=True),
    0x21: Type(("view",), 1),
    0x22: Type(("setpoint",), 2, signed=True),
    0x23: Type(("speed",), 1),
    0x24: Type(("externalHumidity",), 1),
    0x3C: Type(("crc",), 4),
    0x3D: Type(("debug",), 4),
}


def _fill(draft: Draft) -> None:
    payload = draft.message.payload
    if len(payload) > MOST_BYTES:
        raise Malformed(f"{len(payload)} bytes are more than LoRaWAN carries")
    cursor = Cursor(payload)
    probes = 1  # external temperatures come several in a row: the first is 1, type 0x19 counts on from 2
    while cursor.left:
        at, byte = cursor.at, cursor.unsigned(1)
        if byte == SETTINGS:
            draft.control()
            return
        if byte == BYTES:
            cursor.take(cursor.unsigned(1))
            draft.take("bytes", None)
            continue
        kind = TYPES.get(byte)
        if kind is None:
            draft.refuse(Reason.MALFORMED, f"type {byte:#04x} at byte {at} is not in Elsys' table")
            return
        probes += byte == 0x19
        _take(draft, cursor, kind, f"external{probes}" if byte == 0x19 else None)


def _take(draft: Draft, cursor: Cursor, kind: Type, channel: str | None) -> None:
    for name in kind.names:
        raw = cursor.signed(kind.size) if kind.signed else cursor.unsigned(kind.size)
        draft.take(name, min(raw, 1) if kind.flag else raw, channel)


CODEC = Codec(
    name=NAME,
    title="Elsys (LoRaWAN)",
    families="ERS, ERS CO2, ERS VOC, ERS Sound, ERS Eye, ELT 2, ELT Lite, ELT Ultrasonic, EMS, EMS Door, EMS Desk",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    lorawan=True,
)
