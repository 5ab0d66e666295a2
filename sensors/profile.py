"""Mapping profiles: a device nobody has written a codec for, taught by a TOML file.

A profile says on which topics a device publishes JSON and, by JSON Pointer (RFC 6901), which of its values are which
quantity. It becomes a codec like any other.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as Default

from sensors.draft import Draft, Malformed, Refusal, drafted, number, parsed_json
from sensors.model import Codec, Field, Reason
from sensors.quantities import QUANTITIES
from sensors.routes import Entry
from sensors.times import epoch_ms, rfc3339_ms, text_ms
from sensors.units import UNITS

MOST_ITEMS = 1_000
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")


def _pointer(text: str) -> str:
    if not _POINTER.fullmatch(text):
        raise ValueError(f"{text!r} is no JSON Pointer: write it like /sensors/0/temperature")
    return text


def _quantity(name: str) -> str:
    if name not in QUANTITIES:
        raise ValueError(f"{name!r} is no quantity: see the table in sensors/README.md")
    return name


Pointer = Annotated[str, AfterValidator(_pointer)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Time(_Part):
    """Where the time of the values stands."""

    pointer: Pointer
    format: Literal["rfc3339", "s", "ms", "local"] = "rfc3339"  # local: of the site's zone, without offset


class Value(_Part):
    """One measurement and the quantity it is."""

    pointer: Pointer
    quantity: Annotated[str, AfterValidator(_quantity)]
    channel: str = Default("", max_length=64)
    unit: str = ""  # a name in sensors/units.py; "" for the quantity's own unit
    scale: float = 1.0  # the value times this is in `unit`
    absent: list[float] = []  # values by which the device says that it has none
    texts: dict[str, float] = {}  # numbers for words, such as ON = 1

    @model_validator(mode="after")
    def _same_kind(self) -> "Value":
        own = QUANTITIES[self.quantity].unit
        if self.unit and (self.unit not in UNITS or UNITS[self.unit].base != own):
            known = ", ".join(name for name, unit in UNITS.items() if unit.base == own)
            raise ValueError(f"unit {self.unit!r} is none of {self.quantity}: write one of {known or own}")
        return self


class Profile(_Part):
    """The file: all that is known of a kind of device."""

    topic: str = Default(min_length=1)  # an MQTT topic filter; the level {device} names the device
    title: str = ""  # vendor and model, for people
    device: Pointer | None = None  # where the payload names the device, when the topic does not
    each: Pointer | None = None  # an array of objects in the payload; the other pointers start at each of them
    time: Time | None = None  # the time of receipt holds without it
    values: list[Value] = Default(min_length=1)
    left: dict[str, str] = {}  # pointers of what is deliberately not taken, with the reason


class ProfileWrong(Exception):
    """The profile has problems; each line of the message names one."""


class Taught(NamedTuple):
    """What a profile adds to the table of formats."""

    codec: Codec
    entry: Entry


def taught(name: str, text: str) -> Taught:
    """The codec of a profile's text. Raises ProfileWrong."""
    try:
        profile = Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileWrong(f"is no TOML ({error}): correct that line") from None
    except ValidationError as error:
        raise ProfileWrong("\n".join(_words(detail) for detail in error.errors(include_url=False))) from None
    fields = {
        value.pointer: Field(value.quantity, value.scale, value.unit, value.channel, tuple(value.absent))
        for value in profile.values
    }
    codec = Codec(
        name=name,
        title=profile.title or name,
        families="taught by a profile of the site",
        decode=drafted(lambda draft: _fill(draft, profile), fields, profile.left),
        fields=fields,
        left=profile.left,
    )
    return Taught(codec, Entry(profile.topic, name))


def _words(detail: Mapping[str, Any]) -> str:
    where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in detail["loc"])
    return f"{where}: {detail['msg'].removeprefix('Value error, ')}" if where else str(detail["msg"])


def _fill(draft: Draft, profile: Profile) -> None:
    payload = parsed_json(draft.message.payload)
    items = [payload] if profile.each is None else found(payload, profile.each)
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise Malformed(f"{profile.each}: no array of at most {MOST_ITEMS} objects")
    for item in items:
        try:
            _take_item(draft, profile, item)
        except Refusal as refusal:
            draft.refuse(refusal.reason, str(refusal))


def _take_item(draft: Draft, profile: Profile, item: Any) -> None:
    named = found(item, profile.device) if profile.device is not None else None
    draft.device = draft.context.device or (str(named) if isinstance(named, str | int) else "")
    if not draft.device:
        raise Malformed("the message does not name its device: give the profile {device} in topic, or a device pointer")
    draft.at_ms = _time_ms(draft, profile.time, item) if profile.time else None
    missing = 0
    for value in profile.values:
        raw = found(item, value.pointer)
        missing += raw is None
        if raw is not None:
            draft.take(value.pointer, value.texts.get(raw, raw) if isinstance(raw, str) else raw)
    if missing == len(profile.values):
        draft.refuse(
            Reason.MALFORMED, f"none of the values is there; the first would be at {profile.values[0].pointer}"
        )
    known = {value.pointer for value in profile.values} | profile.left.keys()
    known |= {profile.device or "", profile.time.pointer if profile.time else ""}
    for pointer in _numbers(item, ""):
        if pointer not in known:
            draft.unmapped(pointer)


def _time_ms(draft: Draft, time: Time, item: Any) -> int:
    raw = found(item, time.pointer)
    if time.format in ("s", "ms"):
        seconds = number(raw)
        if seconds is None or abs(seconds) > 1e14:
            raise Malformed(f"{time.pointer}: {str(raw)[:40]!r} is no time in {time.format}")
        return epoch_ms(seconds) if time.format == "s" else round(seconds)
    if not isinstance(raw, str):
        raise Malformed(f"{time.pointer}: {str(raw)[:40]!r} is no time")
    if time.format == "rfc3339":
        return rfc3339_ms(raw)
    return text_ms(raw, draft.context.zone, draft.message.received_ms)


def found(tree: Any, pointer: str) -> Any:
    """What the pointer leads to; None when it leads nowhere."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(tree, dict):
            tree = tree.get(name)
        elif isinstance(tree, list) and name.isdecimal() and len(name) < 10 and int(name) < len(tree):
            tree = tree[int(name)]
        else:
            return None
    return tree


def _numbers(tree: Any, pointer: str) -> Iterator[str]:
    """Where the payload has numbers; not in arrays, which are series of something."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _numbers(value, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield pointer
