"""Browan's Tabs and MerryIoT sensors: one layout of a few bytes per LoRaWAN port and length, little-endian.

From the vendor's codecs and reference manuals: tabs (TBDW100, TBMS100, TBHH100, TBHV110, TBAM100, TBSL100, TBWL100,
TBPB100), MerryIoT (DW10, MS10, WL10, CD10), trackers and the Gasmatic L0010, as in TheThingsNetwork/lorawan-devices
and chirpstack/chirpstack-device-profiles. The latter takes six bits of the TBHH100's humidity, which cannot say more
than 63 %: the seven of the former are read.

A sensor with one temperature measures the room's; of one with two, that of the board is the device's own.
"""

from typing import NamedTuple

from sensors.draft import Draft, Malformed, drafted
from sensors.model import Codec, Field

NAME = "lorawan_browan"

FIELDS = {
    "battery": Field("device.voltage", 1, "dV"),
    "battery level": Field("device.battery", 100 / 63.75),
    "battery transducer": Field("device.battery", channel="transducer"),
    "temperature": Field("climate.temperature", absent=(95,)),  # 0x7f, less 32
    "temperature tenths": Field("climate.temperature", 0.1),
    "temperature board": Field("device.temperature", absent=(95,)),
    "humidity": Field("climate.humidity", absent=(0x7F, 0xFF)),
    "co2": Field("climate.co2", absent=(0xFFFF,)),
    "iaq": Field("climate.tvoc_index", absent=(0xFFFF,)),
    "lux": Field("climate.illuminance", 0.01),
    "decibel": Field("climate.noise"),
    "open": Field("opening.contact"),
    "open count": Field("opening.openings", absent=(0xFFFFFF,)),
    "occupied": Field("occupancy.presence"),
    "occupied count": Field("occupancy.motions", absent=(0xFFFFFF,)),
    "leak": Field("water.leak"),
    "tamper": Field("safety.tamper"),
}

LEFT = {
    "eco2": "estimated from volatile compounds, no measured CO₂",
    "voc": "its unit is not published",
    "time": "minutes since the last event, which was sent when it came",
    "button": "push button, no measure",
    "tilt": "alarm of the device being moved",
    "flags": "why the message is sent",
    "position": "place of a thing on the move",
    "adc": "raw signals of a gas bottle's gauge",
    "wifi": "a network heard nearby",
    "pressure": "its unit is not published",
}


class Part(NamedTuple):
    """One value of a frame."""

    name: str
    at: int
    size: int = 1
    mask: int = -1
    shift: int = 0
    add: int = 0
    signed: bool = False


_TABS_BATTERY = Part("battery", 1, mask=0x0F, add=25)
_TABS = (_TABS_BATTERY, Part("temperature", 2, mask=0x7F, add=-32))
_TABS_BOARD = (_TABS_BATTERY, Part("temperature board", 2, mask=0x7F, add=-32))
_MERRY = (Part("battery", 1, mask=0x0F, add=21), Part("button", 0, mask=1, shift=1))


def _bit(name: str, shift: int = 0) -> Part:
    return Part(name, 0, mask=1, shift=shift)


def _counted(event: str, at: int) -> tuple[Part, ...]:
    return _bit(event), Part("time", at, 2), Part(f"{event} count", at + 2, 3)


def _merry(degrees: int) -> tuple[tuple[Part, ...], int]:
    """A MerryIoT's battery, temperature in whole degrees (1 byte) or tenths (2), humidity, and where it goes on."""
    temperature = Part("temperature tenths" if degrees == 2 else "temperature", 2, degrees, signed=True)
    return (*_MERRY, temperature, Part("humidity", 2 + degrees)), 3 + degrees


def _layouts() -> dict[tuple[int, int], tuple[Part, ...]]:
    """By port and length."""
    air = (Part("humidity", 3, mask=0x7F), Part("voc", 6, 2), _bit("flags", 4))
    layouts = {
        (100, 8): (*_TABS, *_counted("open", 3)),
        (102, 8): (*_TABS, *_counted("occupied", 3)),
        (103, 8): (*_TABS, *air, Part("co2", 4, 2)),
        (103, 11): (
            *_TABS_BOARD,
            *air,
            Part("eco2", 4, 2),
            Part("iaq", 8, 2),
            Part("temperature", 10, mask=0x7F, add=-32),
        ),
        (104, 6): (*_TABS, _bit("flags"), Part("lux", 3, 3)),
        (105, 4): (*_TABS, _bit("flags"), Part("decibel", 3)),
        (106, 5): (
            *_TABS_BOARD,
            _bit("leak"),
            Part("humidity", 3, mask=0x7F),
            Part("temperature", 4, mask=0x7F, add=-32),
        ),
        (136, 11): (*_TABS, Part("position", 3)),
        (147, 8): (*_TABS, _bit("button")),
        (51, 10): (Part("battery level", 1), Part("adc", 2)),
        (51, 9): (Part("battery level", 8), Part("wifi", 1)),
        (64, 11): (Part("battery level", 9), Part("battery transducer", 10), Part("pressure", 7, 2)),
    }
    for degrees in (1, 2):
        shared, end = _merry(degrees)
        tamper = _bit("tamper", 2)
        layouts[120, end + 5] = (*shared, tamper, _bit("tilt", 3), *_counted("open", end))
        layouts[122, end + 5] = (*shared, tamper, *_counted("occupied", end))
        layouts[126, end] = (*shared, tamper, _bit("leak"))
        layouts[127, end + 2] = (*shared, _bit("flags", 4), Part("co2", end, 2))
    return layouts


LAYOUTS = _layouts()

CONTROL_PORTS = (204, 222)
"""Answers to a configuration, and versions."""


def _fill(draft: Draft) -> None:
    payload, port = draft.message.payload, draft.context.fport
    if port in CONTROL_PORTS:
        draft.control()
        return
    layout = LAYOUTS.get((-1 if port is None else port, len(payload)))
    if layout is None:
        known = ", ".join(f"{port} ({size} bytes)" for port, size in LAYOUTS)
        raise Malformed(f"{len(payload)} bytes on port {port}; known are {known}")
    for name, at, size, mask, shift, add, signed in layout:
        raw = int.from_bytes(payload[at : at + size], "little", signed=signed)
        draft.take(name, (raw >> shift & mask) + add)


CODEC = Codec(
    name=NAME,
    title="Browan",
    families="Tabs TBDW100, TBMS100, TBHH100, TBHV110, TBAM100, TBSL100, TBWL100, TBPB100, trackers; "
    "MerryIoT DW10, MS10, WL10, CD10; Gasmatic L0010",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    lorawan=True,
)
