"""DSMR P1 telegrams: the text of a smart meter's customer port, on ``p1/<device>/telegram``.

Objects are those of the P1 Companion Standard 5.0.2 (Netbeheer Nederland; 2.2, 3 and 4 before it) and of its kin:
Fluvius eMUCs-P1 1.7 (Belgium), Smarty P1 1.1.3 without encryption (Luxembourg), E.ON P1 2023-02 (Hungary), Sagemcom
T210-D, the Swedish HAN interface, EasyMeter Q3D; their list was held against that of ndokter/dsmr_parser, which is not
used itself: it brings serial ports along and sets no bound to its work.

Lines that lead to the same quantity and channel add up: power delivered counts as negative power. An M-Bus meter's
device type (EN 13757-3) and unit decide its quantity, and each has its own time.
"""

import re
from datetime import datetime
from typing import NamedTuple

from sensors.draft import Draft, Malformed, Refusal, drafted
from sensors.model import Codec, Field, Reason
from sensors.quantities import QUANTITIES
from sensors.times import local_ms, seasonal_ms
from sensors.units import UNITS, convert

NAME = "dsmr_p1"

MOST_BYTES = 16 * 1024
"""Of a message; telegrams have 1 to 2 kB."""

_PHASES = {"L1": 20, "L2": 40, "L3": 60}  # what is added to the OBIS codes of the total

FIELDS = {
    **{f"1.8.{tariff}": Field("electricity.energy", channel=str(tariff or "")) for tariff in range(5)},
    **{f"2.8.{tariff}": Field("electricity.energy_export", channel=str(tariff or "")) for tariff in range(5)},
    **{f"3.8.{tariff}": Field("electricity.reactive_energy", channel=str(tariff or "")) for tariff in range(5)},
    **{f"4.8.{tariff}": Field("electricity.reactive_energy_export", channel=str(tariff or "")) for tariff in range(5)},
    "5.8.0": Field("electricity.reactive_energy", channel="Q1"),
    "6.8.0": Field("electricity.reactive_energy", channel="Q2"),
    "7.8.0": Field("electricity.reactive_energy_export", channel="Q3"),
    "8.8.0": Field("electricity.reactive_energy_export", channel="Q4"),
    **{f"{quadrant + 4}.7.0": Field("electricity.reactive_power", channel=f"Q{quadrant}") for quadrant in range(1, 5)},
    **{
        f"{code + step}.7.0": Field(quantity, sign, channel=channel)
        for channel, step in {"": 0, **_PHASES}.items()
        for code, sign, quantity in (
            (1, 1.0, "electricity.power"),
            (2, -1.0, "electricity.power"),
            (3, 1.0, "electricity.reactive_power"),
            (4, -1.0, "electricity.reactive_power"),
            (9, 1.0, "electricity.apparent_power"),
            (10, 1.0, "electricity.apparent_power"),
            (13, 1.0, "electricity.power_factor"),
        )
    },
    **{f"{11 + step}.7.0": Field("electricity.current", channel=channel) for channel, step in _PHASES.items()},
    **{f"{12 + step}.7.0": Field("electricity.voltage", channel=channel) for channel, step in _PHASES.items()},
    "14.7.0": Field("electricity.frequency"),
    "96.3.10": Field("actuator.on"),
    "24.4.0": Field("actuator.on"),
    "M-Bus electricity, energy": Field("electricity.energy"),
    "M-Bus gas, volume": Field("gas.volume"),
    "M-Bus gas, energy": Field("gas.energy"),
    "M-Bus heat, energy": Field("heat.energy"),
    "M-Bus heat, volume": Field("heat.volume"),
    "M-Bus water, volume": Field("water.volume"),
    "M-Bus cooling, energy": Field("cooling.energy"),
    "M-Bus cooling, volume": Field("cooling.volume"),
}
"""By OBIS code without medium and channel; values are in the unit that the telegram gives with each."""

LEFT = {
    "1.4.0": "mean of the quarter hour under way; the power itself is taken",
    "1.6.0": "peak of the month, no value of now",
    "98.1.0": "peaks or registers of past months",
    "15.8.0": "sum of 1.8.0 and 2.8.0",
    **dict.fromkeys(("17.0.0", "31.4.0", "51.4.0", "71.4.0"), "limit set by the grid operator"),
    **dict.fromkeys(("96.7.9", "96.7.19", "96.7.21", "99.97.0"), "power failures: count and log"),
    **dict.fromkeys(("32.32.0", "52.32.0", "72.32.0", "32.36.0", "52.36.0", "72.36.0"), "voltage sags and swells"),
    "96.14.0": "tariff now in force",
    **dict.fromkeys(("96.13.0", "96.13.1", "96.13.2", "96.13.3", "96.13.4", "96.13.5"), "message to the customer"),
    **dict.fromkeys(("0.2.8", "96.1.4"), "version of the format"),
    **dict.fromkeys(("0.0.0", "42.0.0", "96.1.0", "96.1.1", "96.1.2", "96.1.255"), "identity of a meter"),
    "96.5.5": "status bits of the meter",
    "1.0.0": "the telegram's time",
    "24.1.0": "type of an M-Bus meter: decides what its values are",
}

_MEDIA = {
    **dict.fromkeys((2,), "electricity"),
    **dict.fromkeys((3,), "gas"),
    **dict.fromkeys((4, 12), "heat"),
    **dict.fromkeys((6, 7, 21, 22), "water"),
    **dict.fromkeys((10, 11), "cooling"),
}
"""M-Bus device types, EN 13757-3: 4 and 12, 10 and 11 differ in which pipe is measured; 6 is warm, 22 cold water."""

_KINDS = {"m³": "volume", "Wh": "energy"}

_LINE = re.compile(r"(\d{1,3})-(\d{1,3}):(\d{1,3}\.\d{1,3}\.\d{1,3})(?:[*.&]\d{1,3})?((?:\([^()]*\))*)")
_VALUE = re.compile(r"([-+]?\d{1,15}(?:\.\d{1,12})?)(?:\*(\S{1,8}))?")
_TIME = re.compile(r"(\d{12})([SWsw]?)")
_NEVER = ("700101", "632525")  # how meters begin the time of an M-Bus value that was never read


class _Line(NamedTuple):
    """One object of a telegram: ``0-<bus>:<code>(<group>)(<group>)…``."""

    bus: int
    code: str
    groups: list[str]


def crc16(data: bytes) -> int:
    """CRC-16/ARC (polynomial 0x8005 reflected, start 0), as P1 5.0.2, section 5.2."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC = [_crc_of(byte) for byte in range(256)]


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    draft.device = draft.context.device or levels[-2:][0]
    payload = draft.message.payload
    if payload[:1] == b"\xdb":
        raise Malformed("an encrypted telegram: decrypt it before it is published")
    if len(payload) > MOST_BYTES:
        raise Malformed(f"{len(payload)} bytes are more than the {MOST_BYTES} of any telegram")
    start = payload.find(b"/")
    if start < 0:
        raise Malformed("no telegram: no line starts with /")
    while start >= 0:
        end = payload.find(b"\n!", start)
        if end < 0:
            raise Malformed("the telegram is cut off: no line starts with !")
        trailer = payload[end + 2 : end + 6]
        _telegram(draft, payload[start : end + 2], trailer.split(b"\r")[0].split(b"\n")[0].strip())
        start = payload.find(b"\n/", end)
        start += start >= 0  # past the line end


def _telegram(draft: Draft, body: bytes, crc: bytes) -> None:
    lines = _lines(draft, body)
    dated = [line for line in lines if line.code == "1.0.0" and line.groups]
    _check_crc(body, crc, needed=bool(dated))
    draft.at_ms = _time_ms(draft, dated[0].groups[0]) if dated else None
    types = {line.bus: line.groups[0] for line in lines if line.code == "24.1.0" and line.groups}
    totals: dict[tuple[str, str], float] = {}
    for line in lines:
        try:
            _object(draft, line, types.get(line.bus, ""), totals)
        except Refusal as refusal:
            draft.refuse(refusal.reason, f"{line.code}: {refusal}")
    for (quantity, channel), value in totals.items():
        draft.add(quantity, value, channel)


def _object(draft: Draft, line: _Line, device_type: str, totals: dict[tuple[str, str], float]) -> None:
    """One line of a telegram, into the draft or the totals. Raises a Refusal that concerns this line alone."""
    if line.code in ("24.2.1", "24.2.3", "24.3.0"):
        _mbus(draft, line, device_type)
    elif line.code in ("96.3.10", "24.4.0"):
        _switch(draft, line)
    elif line.code in FIELDS:
        _add(draft, line, totals)
    elif line.code not in LEFT:
        draft.unmapped(line.code)


def _lines(draft: Draft, body: bytes) -> list[_Line]:
    """The objects of a telegram; before DSMR 4 the value of a gas meter stands on a line of its own."""
    lines: list[_Line] = []
    for text in body.decode("latin-1").split("\n")[1:-1]:
        text = text.strip()
        found = _LINE.fullmatch(text)
        if found:
            lines.append(_Line(int(found[2]), found[3], found[4][1:-1].split(")(")))
        elif text.startswith("(") and text.endswith(")") and lines:
            lines[-1].groups.extend(text[1:-1].split(")("))
        elif text:
            draft.refuse(Reason.MALFORMED, f"the line {text[:40]!r} is no object of a telegram")
    return lines


def _check_crc(body: bytes, crc: bytes, needed: bool) -> None:
    """Telegrams without a time are of DSMR 2 and 3, or of meters that have no CRC. Raises Malformed."""
    if not crc:
        if needed:
            raise Malformed("no CRC after !, although telegrams with a time have one")
        return
    try:
        said = int(crc, 16)  # some meters leave out leading zeros
    except ValueError:
        raise Malformed(f"{crc!r} after ! is no CRC") from None
    found = crc16(body)
    if found != said and b"\r\n" not in body:  # a gateway has changed the line ends
        found = crc16(body.replace(b"\n", b"\r\n"))
    if found != said:
        raise Malformed(f"CRC is {found:04X}, not {said:04X} as the telegram says: damaged on the way")


def _time_ms(draft: Draft, text: str) -> int:
    """A meter's time. S and W say summer or winter time, whatever the day; before DSMR 4 they are missing."""
    found = _TIME.fullmatch(text)
    try:
        moment = datetime.strptime(f"{found[1] if found else ''}Z", "%y%m%d%H%M%S%z")
    except ValueError:
        raise Malformed(f"{text[:20]!r} is no time") from None
    moment = moment.replace(tzinfo=None)
    if not found or not found[2]:
        return local_ms(moment, draft.context.zone, draft.message.received_ms)
    return seasonal_ms(moment, draft.context.zone, found[2] in "Ss")


def _value(text: str) -> tuple[float, str]:
    """A number and its unit, "" when there is none. Raises Malformed."""
    found = _VALUE.fullmatch(text)
    if not found:
        raise Malformed(f"{text[:20]!r} is no number")
    return float(found[1]), found[2] or ""


def _add(draft: Draft, line: _Line, totals: dict[tuple[str, str], float]) -> None:
    if not line.groups[0]:
        draft.absent(line.code)
        return
    field = FIELDS[line.code]
    value, unit = _value(line.groups[0])
    base = UNITS[unit].base if unit in UNITS else "1"
    if base != QUANTITIES[field.quantity].unit:
        raise Malformed(f"{unit!r} is no unit of {field.quantity}")
    value = convert(value * field.scale, unit) if unit else value
    key = field.quantity, field.channel
    totals[key] = totals[key] + value if key in totals else value


def _switch(draft: Draft, line: _Line) -> None:
    """A breaker, relay or valve: 1 connected, 0 disconnected, 2 disconnected and ready to be connected."""
    kind = "valve" if line.code == "24.4.0" else "relay"
    channel = f"{kind} {line.bus}" if line.bus else ""
    state = line.groups[0]
    draft.take(line.code, {"0": 0, "1": 1, "2": 0}.get(state, state), channel)


def _mbus(draft: Draft, line: _Line, device_type: str) -> None:
    """A value of the meter on one M-Bus channel: its time, then the value; before DSMR 4 others between the two."""
    name = f"{line.code} of M-Bus type {device_type[:3] or 'unknown'}"
    if not line.groups[1:] or line.groups[0].startswith(_NEVER):
        draft.absent(name)
        return
    value, unit = _value(line.groups[-1])
    if line.code == "24.3.0":
        unit = line.groups[-2]
    medium = _MEDIA.get(int(device_type)) if device_type.isascii() and device_type.isdigit() else None
    kind = _KINDS.get(UNITS[unit].base) if unit in UNITS else None
    source = f"M-Bus {medium}, {kind}"
    if source not in FIELDS:
        draft.unmapped(f"{name}, {unit or 'no unit'}")
        return
    channel = f"0-{line.bus}" if medium == "electricity" else str(line.bus)  # "1" is a tariff there
    at_ms = _time_ms(draft, line.groups[0])
    draft.put(FIELDS[source]._replace(unit=unit), value, source, channel, at_ms)


CODEC = Codec(
    name=NAME,
    title="DSMR P1",
    families="DSMR 2.2 to 5, Fluvius, Smarty, E.ON Hungary, Swedish HAN, Sagemcom T210-D, EasyMeter Q3D",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("p1/+/telegram",),
    fields=FIELDS,
    left=LEFT,
)
