"""Watteco's Tics'O: fields of a French meter's customer output (TIC), each as a number or text of its own type.

A descriptor comes first and says which fields follow, by their numbers or as a field of bits. The meter's own date
holds where it is sent along; the letter of Linky meters tells the season, so that no hour is ambiguous.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed
from sensors.lorawan.watteco import tic_tables
from sensors.lorawan.watteco.tic_fields import FIELDS
from sensors.model import Reason
from sensors.times import local_ms


class _Field(NamedTuple):
    label: str
    kinds: Sequence[str]  # of its parts, in order


def _profile(text: str) -> Sequence[_Field]:
    pairs = (entry.rpartition(":") for entry in text.split())
    return [_Field(label, kinds.split("+")) for label, _, kinds in pairs]


_ICE = {
    0: _profile(tic_tables.ICE_GENERAL),
    1: _profile(tic_tables.ice_period("p")),
    2: _profile(tic_tables.ice_period("p1")),
}

CLUSTERS: Mapping[int, Mapping[int, Sequence[_Field]]] = {
    0x0053: _ICE,
    0x0054: {0: _profile(tic_tables.CBE)},
    0x0055: {0: _profile(tic_tables.CJE)},
    0x0056: {0: _profile(tic_tables.STD)},
    0x0057: {0: _profile(tic_tables.PMEPMI)},
}
"""By cluster and the lower byte of the attribute; the higher one numbers the report."""

_WHOLE = {"u8": 1, "u16": 2, "u24": 3, "u32": 4}

_CLOCKS = ("DATE", "DATECOUR")

_DATED = {
    **{f"PA{n}{way}": f"DATEPA{n}" for n in range(1, 7) for way in ("", "_s", "_i")},
    **{f"{kind}p{tariff}": f"DATE{kind}p" for kind in ("EA", "ERP", "ERN") for tariff in tic_tables.ICE_TARIFFS},
}
"""By field: the other field that says when it was so."""

_PAST = {
    *("CCASN", "CCASN-1", "CCAIN", "CCAIN-1", "UMOY1", "UMOY2", "UMOY3"),
    *(f"PA{n}{way}" for n in range(2, 7) for way in ("", "_s", "_i")),
}
"""Fields that are nothing without their own date."""

_SLOTS = 11
_EPOCH = datetime.fromisoformat("2000-01-01")


class _Moment(NamedTuple):
    """What a meter shows: local time, and whether it is summer (E) or winter (H) time, where it says so."""

    local: datetime
    season: str = ""


class _Value(NamedTuple):
    number: float | None = None
    moment: _Moment | None = None


def read_tic(draft: Draft, cluster: int, attribute: int, block: Cursor) -> None:
    """The fields that are there. Raises Malformed."""
    profile = CLUSTERS[cluster].get(attribute & 0xFF)
    if profile is None:
        raise Malformed(f"TIC cluster {cluster:#06x} has no attribute {attribute:#06x}")
    values = [(field.label, _value(block, field)) for field in _present(block, profile)]
    if block.left:
        raise Malformed(f"{block.left} bytes follow the last field of the TIC report")
    dates = {label: value.moment for label, value in values if value.moment}
    clock = next((dates[label] for label in _CLOCKS if label in dates), None)
    if clock:
        draft.at_ms = _ms(draft, clock)
    for label, value in values:
        if value.number is not None:
            _take(draft, label, value.number, value.moment or dates.get(_DATED.get(label, "")))


def _take(draft: Draft, label: str, number: float, moment: _Moment | None) -> None:
    if label not in FIELDS:  # its time does not matter
        draft.take(label, number)
    elif moment is None and label in _PAST:
        draft.refuse(Reason.NEEDS_TIME, f"{label} is of the past, and its date is not in the report")
    else:
        draft.take(label, number, at_ms=moment and _ms(draft, moment))


def _present(block: Cursor, profile: Sequence[_Field]) -> Iterator[_Field]:
    """The fields that the descriptor names. Its lower five bits are its length, itself included; 0 stands for 8."""
    head = block.unsigned(1)
    rest = block.take((head & 0x1F or 8) - 1)
    if head & 0x20:
        numbers = list(rest)
    else:
        bits = int.from_bytes(rest, "big")
        numbers = [number for number in range(bits.bit_length()) if bits >> number & 1]
    for number in numbers:
        if number >= len(profile):
            raise Malformed(f"TIC field {number} is unknown; this meter has {len(profile)}")
        yield profile[number]


def _value(block: Cursor, field: _Field) -> _Value:
    number: float | None = None
    moment: _Moment | None = None
    for kind in field.kinds:
        if kind in _WHOLE:
            number = block.unsigned(_WHOLE[kind])
        elif kind == "i16":
            number = block.signed(2)
        elif kind == "float":
            number = block.real()
        elif kind in _MOMENTS:
            moment = _MOMENTS[kind](block)
        else:
            _skip(block, kind)
    return _Value(number, moment)


def _skip(block: Cursor, kind: str) -> None:
    """Text, and what is no measure."""
    if kind == "str":
        while block.unsigned(1):
            pass
    elif kind == "enum":
        head = block.unsigned(1)
        block.take(head & 0x7F if head & 0x80 else 0)
    elif kind == "hex":
        block.take(block.unsigned(1))
    elif kind == "slots":
        for _ in range(_SLOTS):
            block.take(0 if block.unsigned(1) == 0xFF else 3)
    else:
        block.take(block.left if kind == "rest" else int(kind))


def _day_first(block: Cursor) -> _Moment | None:
    day, month, year, *clock = block.take(6)
    return _moment((year, month, day), clock)


def _year_first(block: Cursor) -> _Moment | None:
    season, *date_and_clock = block.take(7)
    return _moment(date_and_clock[:3], date_and_clock[3:], chr(season).upper())


def _seconds(block: Cursor) -> _Moment | None:
    return _Moment(_EPOCH + timedelta(seconds=block.unsigned(4)))


_MOMENTS = {"dmy": _day_first, "sdmy": _year_first, "ts": _seconds}


def _moment(date: Sequence[int], clock: Sequence[int], season: str = "") -> _Moment | None:
    """A date that is none says that the meter has none."""
    day, hour = "-".join(f"{part:02}" for part in date), ":".join(f"{part:02}" for part in clock)
    try:
        return _Moment(datetime.fromisoformat(f"20{day}T{hour}"), season)
    except ValueError:
        return None


def _ms(draft: Draft, moment: _Moment) -> int:
    if moment.season in ("E", "H"):
        local = moment.local.replace(tzinfo=draft.context.zone, fold=moment.season == "H")
        return round(local.timestamp() * 1000)
    return local_ms(moment.local, draft.context.zone, draft.message.received_ms)
