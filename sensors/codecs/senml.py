"""SenML packs (RFC 8428), JSON or CBOR, with the units of RFC 8428 and RFC 8798.

A pack is an array, so its first byte says which it is: ``[`` (or white space) in JSON, 0x80 to 0x9F in CBOR; no byte
begins both. Base fields hold until they change; times below 2**28 s count from the time of receipt. The name of a
record (base name and name together) is split at its last ``:`` or ``/``: device, then measurement. A name without a
base name is split only where it ends in a measurement of the tables below; otherwise all of it names the device.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import cbor2

from sensors.codecs.senml_tables import ALIASES, FIELDS, LEFT, NAMED, WORDS
from sensors.draft import Draft, Malformed, drafted, number, parsed_json
from sensors.model import Codec, Reason
from sensors.times import epoch_ms

MOST_RECORDS = 4_000
MOST_CBOR_BYTES = 64 * 1024
"""An array of a CBOR pack can cost a hundred times its bytes."""

RELATIVE = 2**28
"""Times below are seconds from now (RFC 8428, section 4.5.3)."""

SECONDARY_UNITS = 26
"""The version of packs that may use the units of RFC 8798 (RFC 9100: feature 4); versions up to 10 are older."""

LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
"""CBOR labels (RFC 8428, table 4)."""

_OWN_LABELS = frozenset(("n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"))
_VALUES = frozenset(("v", "vs", "vb", "vd", "s"))
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._-]{0,254}")
MOST_NAME = 256


class Base(NamedTuple):
    """What holds for a record unless it says otherwise."""

    name: str = ""
    time: float = 0.0
    unit: str = ""
    value: float = 0.0
    total: float | None = None


def _fill(draft: Draft) -> None:
    base = Base()
    for index, entry in enumerate(_records(draft.message.payload)):
        if not isinstance(entry, Mapping):
            raise Malformed(f"record {index} is no object")
        record = {LABELS.get(label, label): value for label, value in entry.items()}
        base = _based(record, base)
        _take(draft, record, base)


def _records(payload: bytes) -> Sequence[Any]:
    if payload[:1] in (b"[", b" ", b"\t", b"\r", b"\n"):
        pack = parsed_json(payload)
    elif b"\x80" <= payload[:1] <= b"\x9f":
        pack = _cbor(payload)
    else:
        raise Malformed("begins neither as a JSON array nor as a CBOR array")
    if not isinstance(pack, list):
        raise Malformed("no array of records")
    if len(pack) > MOST_RECORDS:
        raise Malformed(f"{len(pack)} records are more than {MOST_RECORDS}")
    return pack


def _tagged(_value: Any, _immutable: bool) -> Any:
    raise ValueError("a tag that SenML does not use")


_NO_TAGS = dict.fromkeys((*range(4), *range(5, 300), 1004, 43000, 55799), _tagged)
"""Of CBOR's tags SenML has only 4, decimal fractions (section 6); others cost time: patterns, mails, big numbers."""


def _cbor(payload: bytes) -> Any:
    if len(payload) > MOST_CBOR_BYTES:
        raise Malformed(f"{len(payload)} bytes of CBOR are more than {MOST_CBOR_BYTES}")
    try:
        return cbor2.loads(payload, semantic_decoders=_NO_TAGS, max_depth=16)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise Malformed(f"no CBOR: {error}") from None


def _based(record: dict[Any, Any], base: Base) -> Base:
    """The base after this record's own base fields."""
    if record.keys() <= _OWN_LABELS:
        return base
    for label in record:
        if isinstance(label, str) and label.endswith("_"):
            raise Malformed(f"field {label[:40]!r} must be understood, and is not")
    version = _real(record, "bver", 10.0)
    if version > 10 and version != SECONDARY_UNITS:
        raise Malformed(f"version {version:g} is not known")
    return Base(
        _text(record, "bn", base.name),
        _real(record, "bt", base.time),
        _text(record, "bu", base.unit),
        _real(record, "bv", base.value),
        _real(record, "bs", 0.0) if "bs" in record else base.total,
    )


def _take(draft: Draft, record: dict[Any, Any], base: Base) -> None:
    """The values of one record; one that has none only sets the base."""
    if base.total is None and _VALUES.isdisjoint(record):
        return
    name = _text(record, "n", "")
    device, measurement = split(base.name[:MOST_NAME], name[:MOST_NAME])  # longer ones are no names, and not remembered
    draft.device = draft.context.device or device
    if not draft.device:
        draft.refuse(Reason.MALFORMED, f"{(base.name + name)[:40]!r} is no name")
        return
    unit = _text(record, "u", base.unit)
    at_ms = _time_ms(draft, base.time + _real(record, "t", 0.0))
    if "v" in record:
        _put(draft, unit, measurement, _plus(record["v"], base.value), at_ms)
    if "s" in record or base.total is not None:
        _put(draft, f"{unit}·s", measurement, _plus(record.get("s", 0), base.total or 0.0), at_ms)
    for kind in ("vb", "vs", "vd"):
        if kind in record:
            _put(draft, kind, measurement, record[kind], at_ms)


def _put(draft: Draft, unit: str, measurement: str, raw: Any, at_ms: int | None) -> None:
    """A value by its unit and name, or by its unit alone: then the name, if any, is the channel."""
    word = _word(measurement)
    key = f"{unit} {word}"
    if key in FIELDS:
        draft.take(key, raw, measurement if measurement.lower() in NAMED else "", at_ms)
    elif unit in FIELDS or unit in LEFT:
        draft.take(unit, raw, measurement, at_ms)
    else:
        draft.unmapped(f"{measurement} {unit}".strip())


@lru_cache(maxsize=10_000)
def _word(measurement: str) -> str:
    spelling = measurement.lower().replace("-", "_")
    return ALIASES.get(spelling, spelling)


@lru_cache(maxsize=10_000)
def split(base: str, name: str) -> tuple[str, str]:
    """The device and the measurement of a record; the measurement is "" when its name only names the device.

    Both are "" when it is no name.
    """
    if not _NAME.fullmatch(base + name):
        return "", ""
    joint = ":" if base and name and base[-1] not in ":/" and name[0] not in ":/" else ""
    whole = (base + joint + name).rstrip(":/")
    cut = max(whole.rfind(":"), whole.rfind("/"))
    leaf = whole[cut + 1 :]
    if cut > 0 and ((base and name) or _word(leaf) in WORDS):
        return whole[:cut].rstrip(":/"), leaf
    return whole, ""


def _time_ms(draft: Draft, seconds: float) -> int | None:
    if seconds >= RELATIVE:
        return epoch_ms(seconds)
    if seconds == 0 or draft.message.retained:
        return None
    return draft.message.received_ms + epoch_ms(seconds)


def _plus(raw: Any, base: float) -> Any:
    """The value with its base added; left as it is when it is no number."""
    value = number(_real_of(raw))
    return raw if value is None else value + base


def _real_of(raw: Any) -> Any:
    """CBOR may write a number as a decimal fraction."""
    return str(raw) if type(raw).__name__ == "Decimal" else raw


def _real(record: dict[Any, Any], label: str, default: float) -> float:
    if label not in record:
        return default
    value = number(_real_of(record[label]))
    if value is None or abs(value) > 1e15:
        raise Malformed(f"{label} {str(record[label])[:40]!r} is no number of use")
    return value


def _text(record: dict[Any, Any], label: str, default: str) -> str:
    value = record.get(label, default)
    if not isinstance(value, str):
        raise Malformed(f"{label} is no text")
    return value


CODEC = Codec(
    name="senml_rfc8428",
    title="SenML (RFC 8428), JSON and CBOR",
    families="any device or gateway that speaks SenML",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("senml/#",),
    fields=FIELDS,
    left=LEFT,
)
