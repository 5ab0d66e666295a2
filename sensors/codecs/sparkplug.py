"""Sparkplug B: protobuf metrics of edge nodes and their devices, ``spBv1.0/<group>/<type>/<node>[/<device>]``.

After the Sparkplug 3.0.0 specification (eclipse-sparkplug/sparkplug, chapters 4 to 6). Births name the metrics, with
datatype, alias and (property `engUnit`) unit, and carry values of their own; they are remembered here, and data are
read by them. Data whose birth never came are read as far as they explain themselves; the edge node is asked for its
births, and the message waits for them (needs_birth) if anything in it depends on them. Sequence numbers are not
watched: a lost message takes its values with it, and what a rebirth would tell again is only the newest.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sensors.codecs.sparkplug_pb import VALUES, parsed, rebirth
from sensors.codecs.words import BOOLEAN, FIELDS, Meaning, is_contact, meaning, unit_of
from sensors.draft import Draft, Malformed, drafted
from sensors.model import Codec, Field, Reason

NAME = "sparkplug_b"

FOLDERS = {
    "Inputs": Field("input.on"),
    "Outputs": Field("actuator.on"),
}
"""What a boolean is by the folder it lies in, when its name says nothing; the name is the channel."""

LEFT = {
    **dict.fromkeys(("Node Control", "Device Control"), "commands"),
    "Properties": "identity of the device",
    "bdSeq": "counts the births",
    **dict.fromkeys(("String", "Text", "UUID"), "free text, no measure"),
    "DateTime": "a time, no measure",
    **dict.fromkeys(("DataSet", "Template", "PropertySet", "PropertySetList"), "a table of the sender's own making"),
    **dict.fromkeys(("Bytes", "File", "array"), "data that have no one value"),
}
"""By the first level of the name, or by datatype."""

OTHERS = {
    **dict(enumerate(("String", "DateTime", "Text", "UUID", "DataSet", "Bytes", "File", "Template"), 12)),
    20: "PropertySet",
    21: "PropertySetList",
    **dict.fromkeys(range(22, 35), "array"),
}
"""Datatypes that hold no measure, by number."""

BITS = {1: 8, 2: 16, 3: 32, 4: 64}
"""Signed datatypes, by number. They are sent in unsigned fields, some senders fill the higher bits, some do not."""

BOOLEAN_TYPE = 11

UNIT_NAMES = frozenset(("engunit", "engunits", "unit", "units"))

MOST_PROPERTIES = 50  # of a metric, among which its unit is looked for
MOST_LETTERS = 200  # of a name that is remembered

ASK_AGAIN_MS = 60_000


class Told(NamedTuple):
    """What is known of a metric."""

    name: str
    datatype: int
    unit: str


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    if "STATE" in levels[:2]:
        draft.control()
        return
    if len(levels) not in (4, 5):
        raise Malformed("the topic is not spBv1.0/<group>/<type>/<node>[/<device>]")
    _, group, kind, *path = levels
    draft.device = draft.context.device or "/".join((group, *path))
    if kind not in ("NBIRTH", "NDATA", "NDEATH", "NCMD", "DBIRTH", "DDATA", "DDEATH", "DCMD"):
        raise Malformed(f"{kind[:20]!r} is no message type of Sparkplug B")
    if (kind[0] == "D") != (len(path) == 2):
        raise Malformed(f"{kind} on a topic {'without' if kind[0] == 'D' else 'with'} a device")
    key = "/".join((group, *path))
    if kind[1:] == "DATA":
        _data(draft, key, f"{group}/NCMD/{path[0]}", parsed(draft.message.payload))
        return
    draft.control()
    if kind[1:] == "BIRTH":
        _birth(draft, key, parsed(draft.message.payload))


def _birth(draft: Draft, key: str, payload: Any) -> None:
    metrics = [(metric, Told(_text(metric.name), metric.datatype, _unit(metric))) for metric in payload.metrics]
    aliases = {str(metric.alias): told.name for metric, told in metrics if metric.HasField("alias")}
    named = {told.name: [told.datatype, told.unit] for _, told in metrics}
    draft.memory.learn(NAME, key, draft.message.received_ms, {"aliases": aliases, "metrics": named}, birth=True)
    for metric, told in metrics:
        _metric(draft, metric, told, payload.timestamp)


def _data(draft: Draft, key: str, command: str, payload: Any) -> None:
    births = draft.memory.recall_on(NAME, key, draft.message.received_ms)
    unknown = ""
    for metric in payload.metrics:
        told, born = _told(metric, births)
        if not born and not _explains_itself(told):
            unknown = unknown or (f"metric {told.name!r}" if told.name else f"alias {metric.alias}")
        if told.name and (born or told.datatype):
            _metric(draft, metric, told, payload.timestamp, born)
    if unknown:
        draft.refuse(Reason.NEEDS_BIRTH, f"{unknown} of {key} was told in a birth that never came here")
    if unknown or not births:
        _ask(draft, command)


def _told(metric: Any, births: Sequence[Mapping[str, Any]]) -> tuple[Told, bool]:
    """What is known of a metric, and whether a birth told it: the one that held, or the first afterwards that did."""
    name = _text(metric.name)
    for birth in births:
        called = name or (birth["aliases"].get(str(metric.alias), "") if metric.HasField("alias") else "")
        if called in birth["metrics"]:
            datatype, unit = birth["metrics"][called]
            return Told(called, metric.datatype or datatype, _unit(metric) or unit), True
    return Told(name, metric.datatype, _unit(metric)), False


def _explains_itself(told: Told) -> bool:
    """Whether a metric means the same without its birth: it is no number, or brings its unit."""
    return bool(told.name and (told.unit or told.datatype == BOOLEAN_TYPE or told.datatype in OTHERS))


def _metric(draft: Draft, metric: Any, told: Told, timestamp: int, born: bool = True) -> None:
    first, slash, _ = told.name.partition("/")
    kind = OTHERS.get(told.datatype)
    if (slash or first == "bdSeq") and first in LEFT:
        return
    if kind is not None:
        draft.take(kind, None)
        return
    value, boolean = _value(metric, told.datatype)
    found = _meaning(told, boolean)
    if found is None:
        if born:
            draft.unmapped(told.name if boolean else f"{told.name} [{told.unit or 'no unit'}]")
    elif value is None:
        draft.absent(told.name)
    else:
        draft.put(found.field, value, told.name, found.channel, metric.timestamp or timestamp or None)


def _meaning(told: Told, boolean: bool) -> Meaning | None:
    unit = BOOLEAN if boolean else unit_of(told.unit)
    found = None if unit is None else meaning(told.name, unit)
    if not boolean:
        return found
    if found is None and (folder := FOLDERS.get(told.name.partition("/")[0])):
        return Meaning(folder, told.name)
    return None if is_contact(told.name) else found  # closed when true, or open: nothing says


def _value(metric: Any, datatype: int) -> tuple[float | None, bool]:
    """The number, None when there is none; and whether it is a boolean."""
    field = None if metric.is_null else next((name for name in VALUES if metric.HasField(name)), None)
    boolean = datatype == BOOLEAN_TYPE or field == "boolean_value"
    if field is None or field == "string_value":
        return None, boolean
    raw = getattr(metric, field)
    if isinstance(raw, float):
        return _shortest(raw) if field == "float_value" else raw if math.isfinite(raw) else None, boolean
    if boolean:
        return float(bool(raw)), True
    if bits := BITS.get(datatype):
        raw &= (1 << bits) - 1
        raw -= (raw >> (bits - 1)) << bits
    return float(raw), False


def _shortest(value: float) -> float | None:
    """The shortest decimal that is this 32-bit number: 12.1, not 12.1000003815; None when it is not finite."""
    if not math.isfinite(value):
        return None
    packed = struct.pack("f", value)
    for digits in (6, 7, 8):
        short = float(f"{value:.{digits}g}")
        if abs(short) < 3.4e38 and struct.pack("f", short) == packed:
            return short
    return value


def _unit(metric: Any) -> str:
    properties = metric.properties
    for key, value in zip(properties.keys[:MOST_PROPERTIES], properties.values[:MOST_PROPERTIES], strict=False):
        if _text(key).lower() in UNIT_NAMES:
            return _text(value.string_value)
    return ""


def _text(text: str | bytes) -> str:
    """A text of the message; the library gives bytes for one that is not UTF-8."""
    return text[:MOST_LETTERS] if isinstance(text, str) else ""


def _ask(draft: Draft, command: str) -> None:
    """Have the node say its births again, at most once a minute: what it answers may take its time."""
    now = draft.message.received_ms
    asked = draft.memory.recall(NAME, f"asked {command}", now)
    if asked is None or abs(now - asked) >= ASK_AGAIN_MS:
        draft.memory.learn(NAME, f"asked {command}", now, now)
        draft.ask(f"{draft.message.topic.partition('/')[0]}/{command}", rebirth(now))


CODEC = Codec(
    name=NAME,
    title="Sparkplug B",
    families="edge nodes and devices of Sparkplug 2.2 and 3.0; metrics are known by unit and the last words of names",
    decode=drafted(_fill, {}, LEFT),
    topics=("spBv1.0/#", "STATE/#"),
    fields={**FIELDS, **FOLDERS},
    left=LEFT,
    stateful=True,
)
