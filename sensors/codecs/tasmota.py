"""Tasmota: JSON under ``tele`` and ``stat``, wherever the device's FullTopic puts that prefix.

Facts from tasmota/docs (MQTT.md, Commands.md, JSON-Status-Responses.md and the pages of the sensors); names and units
in `tasmota_tables`, French meters in `tasmota_teleinfo`.

- The device is the last level of the topic that is neither prefix nor leaf: ``tele/plug/SENSOR``, ``plug/tele/SENSOR``
  and ``home/tele/plug/SENSOR`` are all of `plug`. A Zigbee device behind a bridge is a device by its own name.
- ``Epoch`` is the time, or else ``Time``, which is local unless it has an offset. A raw TIC frame has neither: the
  meter's own clock then, when the frame holds it.
- Each sensor is an object. Its values have no channel while no other object measures the same thing; then, or when
  its name is numbered (``DS18B20-1``), the channel is its name. Within an object the parts of the way become the
  channel: ``CTEnergy1``, ``C2``, ``POWER1``, ``0`` and ``1`` for the phases of a list, ``Phase1`` of an object.
- Of a Zigbee remote control, ``Power`` and ``Dimmer`` are what it wants of others, no state.
- Objects that a user named in a script (SML and other smart meters) are unmapped; a profile names them.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from sensors.codecs.tasmota_tables import COMMANDED, FIELDS, LEFT
from sensors.codecs.tasmota_teleinfo import is_register, meter_ms
from sensors.draft import Draft, Malformed, UnknownTopic, drafted, number, parsed_object, text_of
from sensors.leaves import Way, leaves
from sensors.model import Codec, Reason
from sensors.times import epoch_ms, text_ms

PREFIXES = ("tele", "stat")

_CONTROL = re.compile(r"LWT|INFO\d?|UPTIME|MARGINS|WARNING|LOGGING|HASS_STATE|RTE|cmnd")
_VALUES = ("SENSOR", "STATE", "TIC", "LIVE")
_POWER = re.compile(r"POWER\d{0,2}")
_STATUS = re.compile(r"STATUS\d{0,2}")
_ANSWERS = ("POWER", "Dimmer", "Shutter", "Switch", "ZbReceived")
"""What makes an answer to a command one that tells a state; the others are about settings."""

_OLD_DATE = re.compile(r"\d{4}\.\d\d\.\d\d ")  # before 5.12
_SUFFIX = re.compile(r"(?!^)[-_](?:0x)?[0-9A-Fa-f]+$")
_NUMBER = re.compile(r"(?<=\D)\d+$")
_NUMBERED = ("POWER", "Dimmer", "Shutter", "Switch", "Button", "PWM", "Channel")
_INNER_NUMBERED = ("ANALOG", "COUNTER")
_OF_THE_DEVICE = ("ENERGY", "TIC", "METER", "CONTRACT", "ESP32", "COUNTER", "Wifi", "ZbReceived", *_NUMBERED)
"""Objects that are no sensor of several: their name never becomes a channel."""

_IN_TIC = ("Power", "ActivePower", "ApparentPower", "ReactivePower", "Factor", "Voltage", "Current")

_TEMPERATURES = "TempUnit", {"C": (1.0, "°C"), "F": (1.0, "°F")}
_UNITS = {
    **dict.fromkeys(("climate.temperature", "device.temperature", "water.temperature"), _TEMPERATURES),
    "climate.pressure": ("PressureUnit", {"hPa": (1.0, "hPa"), "mmHg": (1.33322387415, "hPa"), "inHg": (1.0, "inHg")}),
    "weather.wind_speed": (
        "SpeedUnit",
        {
            "m/s": (1.0, "m/s"),
            "km/h": (1.0, "km/h"),
            "kn": (0.514444, "m/s"),
            "mph": (0.44704, "m/s"),
            "ft/s": (0.3048, "m/s"),
            "yd/s": (0.9144, "m/s"),
        },
    ),
}
"""By quantity: where the message names its unit, and scale and unit of each; the first holds when it names none."""

_SWITCHED = {"ON": 1, "OFF": 0}


class _Found(NamedTuple):
    """A value whose name is in the tables, or that nobody mapped (`name` is empty)."""

    name: str
    device: str
    label: str  # the object it stands in; "" for objects that are no sensor of several
    numbered: bool  # whether the label tells several of a kind apart by itself
    inner: Way  # what tells it apart within the object
    raw: Any
    way: Way


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    draft.device = draft.context.device or _device(levels)
    leaf = levels[-1]
    if "cmnd" in levels or _CONTROL.fullmatch(leaf):
        draft.control()
    elif leaf in _VALUES:
        _take(draft, parsed_object(draft.message.payload))
    elif leaf == "ENERGY":  # before version 5.10, without the object of that name
        values = parsed_object(draft.message.payload)
        _take(draft, {"Time": values.pop("Time", None), "ENERGY": values})
    elif _POWER.fullmatch(leaf):
        _take(draft, {leaf: text_of(draft.message.payload)})
    elif leaf == "RESULT":
        _answer(draft, parsed_object(draft.message.payload))
    elif _STATUS.fullmatch(leaf):
        _status(draft, parsed_object(draft.message.payload))
    else:
        raise UnknownTopic(f"Tasmota publishes nothing on {leaf[:40]!r}")


def _device(levels: list[str]) -> str:
    named = [level for level in levels[:-1] if level not in (*PREFIXES, "cmnd")]
    return named[-1] if named else ""


def _answer(draft: Draft, values: dict[str, Any]) -> None:
    """What a command answered, or an event: taken when it tells a state."""
    if any(_kind(key)[0] in _ANSWERS for key in values):
        _take(draft, values)
    else:
        draft.control()


def _status(draft: Draft, values: dict[str, Any]) -> None:
    """What STATUS 8, 10 (sensors) and 11 (state) wrap; the others are about settings."""
    wrapped = [values[wrapper] for wrapper in ("StatusSNS", "StatusSTS") if isinstance(values.get(wrapper), dict)]
    for inner in wrapped:
        _take(draft, inner)
    if not wrapped:
        draft.control()


def _take(draft: Draft, values: dict[str, Any]) -> None:
    draft.at_ms = _time(draft, values)
    ways = leaves(values)
    commands = {way[:2] for way, _ in ways if way[0] == "ZbReceived" and "!" in way[-1]}
    found = [_named(draft.device, way, raw, "TIC" in values) for way, raw in ways]
    claims = defaultdict(set)
    found = [one._replace(name=COMMANDED) if _is_command(one, commands) else one for one in found]
    for one in found:
        if one.name in FIELDS:
            claims[_key(one)].add(one.label)
    device = draft.device
    for one in found:
        draft.device = one.device
        _put(draft, one, values, len(claims[_key(one)]) > 1)
    draft.device = device


def _is_command(one: _Found, commands: set[Way]) -> bool:
    """Whether a Zigbee device said what it wants of others: beside a key with ``!``, a command in figures."""
    return one.way[:2] in commands and (one.name in ("ZbReceived.Power", "ZbReceived.Dimmer") or "!" in one.way[-1])


def _key(one: _Found) -> tuple[str, str, Way]:
    field = FIELDS.get(one.name)
    return one.device, field.quantity if field else "", one.inner


def _time(draft: Draft, values: Mapping[str, Any]) -> int | None:
    epoch = number(values.get("Epoch"))
    if epoch is not None and 0 < epoch < 1e10:
        return epoch_ms(epoch)
    text = values.get("Time")
    if isinstance(text, str) and _OLD_DATE.match(text):
        text = text.replace(".", "-", 2)
    if text is None:
        return meter_ms(values)
    if not isinstance(text, str):
        raise Malformed(f"Time {str(text)[:40]!r} is no text")
    return text_ms(text, draft.context.zone, draft.message.received_ms)


def _kind(label: str) -> tuple[str, bool]:
    """An object's name without what numbers it, and whether anything did."""
    for numbering in (_SUFFIX, _NUMBER):
        kind = numbering.sub("", label)
        if kind != label and (numbering is _SUFFIX or kind in _NUMBERED):
            return kind, True
    return label, False


def _named(device: str, way: Way, raw: Any, teleinfo: bool) -> _Found:
    label, rest = way[0], way[1:]
    kind, numbered = _kind(label)
    inner: Way = ()
    if kind == "ZbReceived" and len(rest) > 1:
        device, rest = rest[0], rest[1:]
    elif kind in _NUMBERED:
        inner = (label,) if numbered else ()
    elif kind in _INNER_NUMBERED and rest:
        plain = _NUMBER.sub("", rest[0])
        inner, rest = (rest[:1] if plain != rest[0] else ()), (plain, *rest[1:])
    own = kind in _OF_THE_DEVICE
    name, left_over = ("ENERGY beside TIC", ()) if _is_tic(kind, rest, teleinfo) else _lookup(kind, rest, raw)
    return _Found(name, device, "" if own else label, numbered and not own, (*inner, *left_over), raw, way)


def _is_tic(kind: str, rest: Way, teleinfo: bool) -> bool:
    return teleinfo and kind == "ENERGY" and rest[:1] != () and rest[0] in _IN_TIC


def _lookup(kind: str, rest: Way, raw: Any) -> tuple[str, Way]:
    """The name in the tables and the parts of the way that are not in it; an empty name when there is none."""
    if not rest and (kind in FIELDS or kind in LEFT):
        return kind, ()
    if f"{kind}.*" in LEFT:
        return f"{kind}.*", ()
    for start in range(len(rest)):
        for stop in (start + 2, start + 1):
            tail = ".".join(rest[start:stop])
            for name in (f"{kind}.{tail}", tail):
                if name in FIELDS or name in LEFT:
                    return name, rest[:start] + rest[stop:]
    if kind == "CONTRACT" and is_register(raw):
        return "CONTRACT.*", rest
    return "", ()


def _put(draft: Draft, one: _Found, values: Mapping[str, Any], several: bool) -> None:
    if not one.name:
        draft.unmapped(".".join(one.way))
        return
    field = FIELDS.get(one.name)
    if field is None:
        draft.take(one.name, one.raw)
        return
    label = one.label if several or one.numbered else ""
    channel = "/".join(part for part in (label, field.channel, *one.inner) if part)
    raw = one.raw.strip() if isinstance(one.raw, str) else one.raw
    if field.quantity in ("actuator.on", "input.on") and isinstance(raw, str):
        raw = _SWITCHED.get(raw.upper(), raw)
    if field.quantity == "input.on" and isinstance(raw, str):
        draft.absent(one.name)  # TOGGLE, HOLD and the like are events: they tell no state
        return
    if field.quantity in _UNITS:
        key, fields = _UNITS[field.quantity]
        unit = values.get(key) or next(iter(fields))
        if not isinstance(unit, str) or unit not in fields:
            draft.refuse(Reason.MALFORMED, f"{key} {str(unit)[:20]!r} is none of {', '.join(fields)}")
            return
        scale, name = fields[unit]
        field = field._replace(scale=scale, unit=name)
    draft.put(field, raw, ".".join(one.way), channel)


CODEC = Codec(
    name="tasmota",
    title="Tasmota",
    families="ESP8266 and ESP32 devices with Tasmota 5 to 15, their sensors, energy meters and Teleinfo (Linky)",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=tuple(f"{before}{prefix}/#" for prefix in PREFIXES for before in ("", "+/")),
    fields=FIELDS,
    left=LEFT,
)
