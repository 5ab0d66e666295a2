"""wmbusmeters: the JSON object of one telegram of a wireless M-Bus meter.

Source: wmbusmeters/wmbusmeters, its README and the fields of its meter drivers. ``media`` says what is metered,
``timestamp`` (UTC) when the telegram was received. The device is the meter's ``id``, which stands on the meter: the
``name`` is the user's. Null means no value.
"""

import re
from collections.abc import Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Any

from sensors.codecs.wmbusmeters_tables import DRIVERS, FIELDS, LEFT, MEDIA, STATES
from sensors.draft import Draft, Malformed, drafted, number, parsed_object
from sensors.model import Codec
from sensors.times import rfc3339_ms

_NUMBER = re.compile(
    r"(?<=_l)\d(?=_)|(?<=phase)\d(?=_)|(?<=phase_)\d(?=_)|(?<=tariff)\d+(?=_)|(?<=tariff_)\d+(?=_)"
    r"|(?<=voltage_)\d(?=_)|(?<=voltage_\d_)\d(?=_)|(?<=consumption_)\d(?=_kw$)"
)
"""The number of a phase or a tariff in the name of a field; two of them are two phases."""


_LEFT = re.compile("|".join(f"({translate(row)})" for row in LEFT))
_LEFT_ROWS = tuple(LEFT)

MOST_FIELDS = 500
LONGEST_NAME = 100
"""No driver's telegram comes near: the greatest has about a hundred fields, of some forty letters."""


def _fill(draft: Draft) -> None:
    document = parsed_object(draft.message.payload)
    if len(document) > MOST_FIELDS:
        raise Malformed(f"{len(document)} fields are more than {MOST_FIELDS}")
    draft.device = draft.context.device or _text(document, "id")
    driver = str(document.get("meter"))
    family = MEDIA.get(_text(document, "media")) or DRIVERS.get(driver, "")
    if document.get("timestamp") is not None:
        draft.at_ms = rfc3339_ms(_text(document, "timestamp"))
    if driver == "iem3000" and "power_factor" in document:
        document["power_factor"] = _folded(document["power_factor"])
    for name, raw in document.items():
        _take(draft, family, name, raw)
    if driver in STATES:
        _take_state(draft, driver, document.get("status"))


def _take(draft: Draft, family: str, name: str, raw: Any) -> None:
    row, channel = source(family, name[: LONGEST_NAME + 1])
    if row in FIELDS:
        draft.take(row, raw, channel)
    elif row not in LEFT and isinstance(raw, int | float):  # texts and nulls are no measurements
        draft.unmapped(f"{name} of {family or 'an unnamed medium'}")


def _take_state(draft: Draft, driver: str, status: Any) -> None:
    """The state that a status tells; other words of it are faults, and tell none."""
    _, on, off = STATES[driver]
    words = set(status.split()) if isinstance(status, str) else set()
    if words & (on | off):
        draft.take(f"{driver} status", float(bool(words & on)))


@lru_cache(maxsize=10_000)
def source(family: str, name: str) -> tuple[str, str]:
    """The row of the tables for a field of a family of media, and its channel; "" when there is none."""
    if len(name) > LONGEST_NAME:
        return "", ""
    shape = _NUMBER.sub("{n}", name)
    numbers = "-L".join(_NUMBER.findall(name))
    for row in (f"{family} {shape}", shape):
        if row in FIELDS:
            return row, FIELDS[row].channel.format(n=numbers)
    left = _LEFT.match(f"{family} {name}") or _LEFT.match(name)
    return (_LEFT_ROWS[(left.lastindex or 1) - 1] if left else ""), ""


def _folded(raw: Any) -> Any:
    """A power factor as Schneider's iEM3000 codes it: beyond 1 it is counted back from 2, when current leads."""
    value = number(raw)
    if value is None or not 1 < abs(value) <= 2:
        return raw
    return (2 if value > 0 else -2) - value


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name} is missing")
    return value


CODEC = Codec(
    name="wmbusmeters",
    title="wmbusmeters",
    families="wireless M-Bus meters of water, heat, cooling, gas and electricity, room sensors, heat cost allocators",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("wmbusmeters/#",),
    fields=FIELDS,
    left=LEFT,
)
