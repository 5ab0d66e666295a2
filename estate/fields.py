"""The kinds of value an estate file holds: each takes the text of a cell, or says what is wrong with it.

The words of an error follow the value they refuse, and end with the next step: "is no day: write …".
"""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from math import isfinite
from typing import Annotated, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from estate.model import COMMON, MeterKind
from estate.vocabulary import CARRIERS, KEYS, NOTES, USES
from sensors.quantities import QUANTITIES

UNITS: dict[str, tuple[str, int]] = {
    "Wh": ("Wh", 1),
    "kWh": ("Wh", 1000),
    "MWh": ("Wh", 1_000_000),
    "L": ("L", 1),
    "m3": ("L", 1000),
}
"""Units an amount may be written in: the unit it is counted in, and how many of those it is."""

INDEX_UNITS = {**UNITS, "pulses": ("pulses", 1)}
"""Units a register may be read in, likewise."""

MOST_WEIGHT = 1_000_000
"""The greatest weight in a key: a million people, or m²."""

MOST_LETTERS = 300
"""Of a note."""

FIRST_YEAR = 1970
"""Times are counted from here; an earlier day in an inventory is a slip of the keyboard."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NAMED = re.compile(r"[^\s@,;\"#+](?:[^@,;\"#+\x00-\x1f\x7f]{0,126}[^\s@,;\"#+])?")
_CODEC = re.compile(r"[a-z0-9_]+(/[^\s,;\"]+)?")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_ZERO = re.compile(r"0+([.,]0+)?")
_SIGN = re.compile(r"\s+([+-])\s+")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_THOUSANDS = str.maketrans("", "", " \u00a0\u202f")  # spaces that French spreadsheets set between thousands


def near(word: str, known: Collection[str]) -> str:
    """The hint ": did you mean 'x'?" when a known word is near, else ""."""
    found = get_close_matches(word, known, n=1, cutoff=0.6)
    return f": did you mean {found[0]!r}?" if found else ""


def _identifier(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("is no id: use unaccented letters, digits, '-', '_' and '.' only, since ids stand in topics")
    return text


def _device(text: str) -> str:
    if not _NAMED.fullmatch(text):
        raise ValueError("is no device id: write it as its messages do, without any of @ , ; # + or quotes")
    return text


def _meter(text: str) -> str:
    device, at, channel = text.partition("@")
    if not _NAMED.fullmatch(device) or (at and not _NAMED.fullmatch(channel)):
        raise ValueError("is no meter id: write the device's id, or device@channel")
    return text


def _topic(text: str) -> str:
    levels = text.split("/")
    if "#" in text[:-1] or any(len(level) > 1 and set(level) & {"#", "+"} for level in levels):
        raise ValueError("is no topic filter: + stands for one whole level, # for all that follow, at the end")
    return text


def _codec(text: str) -> str:
    if not _CODEC.fullmatch(text):
        raise ValueError("is no codec: write its name, or codec/model")
    return text


def _tenant(text: str) -> str:
    if text == COMMON:
        raise ValueError("stands for common parts and empty zones: choose another id")
    return _identifier(text)


def one_of(what: str, known: Collection[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in known:
            raise ValueError(f"is no {what}{near(text, known) or ': write one of ' + ', '.join(known)}")
        return text

    return check


def _positive(text: str, info: ValidationInfo) -> float:
    """A number above zero; `info.context` is the file's decimal mark."""
    plain = text
    if info.context == ",":
        plain = text.translate(_THOUSANDS).replace(",", ".")
    if not _NUMBER.fullmatch(plain) or not isfinite(float(plain)) or float(plain) <= 0:
        raise ValueError(f"is no number above zero: write it like 1234{info.context}5")
    return float(plain)


def _whole(value: float) -> int:
    if value != int(value):
        raise ValueError("is no whole number: round it")
    return int(value)


def _thousandths(value: float) -> int:
    if value > MOST_WEIGHT or round(value * 1000) < 1:
        raise ValueError(f"is no weight between 0.001 and {MOST_WEIGHT}: scale the weights of the meter alike")
    return round(value * 1000)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year < FIRST_YEAR:
        raise ValueError(f"is no day since {FIRST_YEAR}: write year-month-day, like 2026-07-01")
    return day


def _line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > MOST_LETTERS:
        raise ValueError(f"is longer than {MOST_LETTERS} letters: charts have room for a sentence")
    return line


def _month(text: str) -> date:
    try:
        month = _day(text + "-01" if _MONTH.fullmatch(text) else text)
    except ValueError:
        month = None
    if month is None or month.day != 1:
        raise ValueError(f"is no month since {FIRST_YEAR}: write year-month, like 2026-07")
    return month


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("is no e-mail address: write one address, like name@host.example")
    return text


def _time_zone(text: str) -> str:
    try:
        zone = ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = near(text, available_timezones()) or ": write one of the IANA list, like Europe/Paris"
        raise ValueError(f"is no time zone{hint}") from None
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() or timedelta() for month in (1, 7)]
    if any(offset % timedelta(hours=1) for offset in offsets):
        raise ValueError("is not a whole number of hours from UTC: its days cannot be summed from hours yet")
    return text


def _measured(text: str) -> str:
    if text not in QUANTITIES:
        raise ValueError(f"is no quantity{near(text, QUANTITIES) or ': sensors/README.md lists them'}")
    return text


def _index(text: str, info: ValidationInfo) -> float:
    """What a register shows: a number, or zero."""
    return 0.0 if _ZERO.fullmatch(text) else _positive(text, info)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year < FIRST_YEAR:
        raise ValueError(f"is no local day and time since {FIRST_YEAR}: write them like 2026-07-01 14:30")
    return found


def _terms(text: str) -> tuple[tuple[int, str], ...]:
    """Signs and meters of `a + b - c`; ids may hold signs and spaces, so a sign stands between spaces."""
    parts = _SIGN.split(f" + {text}" if not text.startswith("- ") else f" {text}")
    terms = tuple((1 if sign == "+" else -1, name.strip()) for sign, name in zip(parts[1::2], parts[2::2], strict=True))
    if any(not name or name[-1] in "+-" or name[:1] in "+-" for _, name in terms):
        raise ValueError("is no formula: write meters with + or - between spaces, like a + b - c")
    return terms


Id = Annotated[str, AfterValidator(_identifier)]
DeviceId = Annotated[str, AfterValidator(_device)]
Topic = Annotated[str, AfterValidator(_topic)]
CodecName = Annotated[str, AfterValidator(_codec)]
MeterId = Annotated[str, AfterValidator(_meter)]
Positive = Annotated[float, BeforeValidator(_positive)]
Whole = Annotated[int, BeforeValidator(_whole), BeforeValidator(_positive)]  # the last one is called first
Weight = Annotated[int, BeforeValidator(_thousandths), BeforeValidator(_positive)]
Day = Annotated[date, BeforeValidator(_day)]
Month = Annotated[date, BeforeValidator(_month)]
TenantId = Annotated[str, AfterValidator(_tenant)]
Email = Annotated[str, AfterValidator(_email)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Measured = Annotated[str, AfterValidator(_measured)]
MeterKindName = Annotated[MeterKind, BeforeValidator(one_of("kind of meter", get_args(MeterKind)))]
Index = Annotated[float, BeforeValidator(_index)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Terms = Annotated[tuple[tuple[int, str], ...], BeforeValidator(_terms)]
CarrierName = Annotated[str, AfterValidator(one_of("carrier", CARRIERS))]
Use = Annotated[str, AfterValidator(one_of("use", USES))]
Language = Annotated[str, AfterValidator(one_of("language", ("fr", "en")))]
NoteKind = Annotated[str, AfterValidator(one_of("kind of note", NOTES))]
Line = Annotated[str, AfterValidator(_line)]
KeyKind = Annotated[str, AfterValidator(one_of("key", KEYS))]
Unit = Annotated[str, AfterValidator(one_of("unit", UNITS))]
IndexUnit = Annotated[str, AfterValidator(one_of("unit", INDEX_UNITS))]
