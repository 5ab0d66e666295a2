"""The native format: ``microville/<building>/<device>/readings``, a JSON object or an array of them.

On ``…/history`` the same, for readings however old; a time is needed there.

An object maps ``family.field`` or ``family.field@channel`` to a number in the table's unit, and may carry ``time``
(RFC 3339 with offset); without it the time of receipt holds. Good values are kept when others of the message are not.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache, partial
from typing import Annotated, Any, cast

from annotated_types import MaxLen
from pydantic import ConfigDict, FiniteFloat, TypeAdapter, ValidationError, WithJsonSchema, with_config
from pydantic_core import from_json
from typing_extensions import TypedDict

from sensors.model import Codec, Context, Decoded, Ignored, Message, Reading, Reason, Rejected, Unused
from sensors.quantities import QUANTITIES


@with_config(ConfigDict(strict=True, extra="allow"))
class NativePayload(TypedDict, total=False, extra_items=FiniteFloat):  # type: ignore[call-arg]  # mypy has no PEP 728
    """One native object: the values of one device at one instant."""

    time: Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})] | None


class NoTime(ValueError):
    """A time that is none; the text is for people."""


MOST_ENTRIES = 1_000
MOST_VALUES = 5_000
"""Of one message, right or wrong: more of them take longer to read than a message may."""

MOST_WRONG = 500
"""Values told apart from the good ones of one message; beyond that it is refused as a whole."""

MOST_TIME = 64  # letters
MOST_NAME = 128  # letters: longer ones are no quantity and channel, and not remembered

ONE = TypeAdapter(NativePayload)
_SEVERAL = TypeAdapter(Annotated[list[NativePayload], MaxLen(MOST_ENTRIES)])
_validate_one = ONE.validator.validate_json  # the adapter's own method looks at its options anew each time
_reading = partial(tuple.__new__, Reading)  # half the time of Reading(…), and three for each message
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T _]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
CHANNEL = re.compile(r"[\w.:/+-]{1,64}")


def decode(message: Message, context: Context) -> Decoded:
    """The readings of one native message; a status message is ignored as control."""
    parts = message.topic.split("/")
    if len(parts) != 4 or parts[3] not in ("readings", "history", "status"):
        detail = f"{message.topic!r} is not microville/<building>/<device>/readings"
        return Decoded((), "", Rejected(message, Reason.UNKNOWN_TOPIC, detail))
    _, building, device, leaf = parts
    if leaf == "status":
        return Decoded((), building, Ignored(message, Unused.CONTROL))
    try:
        entries, problem = _parse(message.payload), None
    except ValidationError as error:
        entries, problem = _salvage(message, device, error)
    if (message.retained or leaf == "history") and any(entry.get("time") is None for entry in entries):
        if leaf == "history":
            return Decoded((), building, Rejected(message, Reason.NEEDS_TIME, "history without a time", device))
        return Decoded((), building, Ignored(message, Unused.RETAINED_WITHOUT_TIME))
    try:
        return _collect(message, building, device, entries, problem)
    except NoTime as error:
        return Decoded((), building, Rejected(message, Reason.MALFORMED, str(error), device))


def _parse(payload: bytes) -> Sequence[NativePayload]:
    if payload[:1] == b"{":
        return (_validate_one(payload),)
    if payload.lstrip()[:1] == b"[":
        return _SEVERAL.validate_json(payload)
    return (_validate_one(payload),)


def _salvage(message: Message, device: str, error: ValidationError) -> tuple[Sequence[NativePayload], Rejected]:
    """What is left of a payload without the values that failed: nothing if its form or a time is wrong."""
    if (wrong := error.error_count()) > MOST_WRONG:
        return [], Rejected(message, Reason.MALFORMED, f"{wrong} values are wrong", device)
    problems = error.errors(include_url=False, include_context=False)
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"])
    rejected = Rejected(message, Reason.MALFORMED, f"{where}: {first['msg']}" if where else first["msg"], device)
    paths = [problem["loc"] for problem in problems]
    if any(not path or not isinstance(path[-1], str) or path[-1] == "time" for path in paths):
        return [], rejected
    tree: Any = from_json(message.payload)
    for *parents, name in paths:
        entry = tree[parents[0]] if parents else tree
        entry.pop(name, None)
    return _SEVERAL.validate_python(tree if isinstance(tree, list) else [tree], strict=False), rejected


def _collect(
    message: Message, building: str, device: str, entries: Sequence[NativePayload], problem: Rejected | None
) -> Decoded:
    payload = message.payload
    large = len(payload) > MOST_VALUES  # no value takes a byte only: the others are not worth counting
    if large and (count := sum([len(entry) - ("time" in entry) for entry in entries])) > MOST_VALUES:
        detail = f"{count} values in one message are more than {MOST_VALUES}"
        return Decoded((), building, Rejected(message, Reason.MALFORMED, detail, device))
    readings: list[Reading] = []
    texts = 0  # names, and texts of times: each brings two quotes
    for entry in entries:
        texts += len(entry)
        time = entry.pop("time", None)
        if time is None:
            at_ms = message.received_ms
        else:
            texts += 1
            at_ms = instant(time)
        for name, value in cast(Mapping[str, float], entry).items():
            if len(name) <= MOST_NAME and (known := _quantity_and_channel(name)):
                readings.append(_reading((device, known[1], known[0], value, at_ms)))
            elif problem is None:
                detail = f"{name!r} is no known quantity or channel"
                problem = Rejected(message, Reason.UNKNOWN_QUANTITY, detail, device)
    if not readings and problem is None:
        problem = Rejected(message, Reason.MALFORMED, "no value in the message", device)
    if payload.count(b'"') != 2 * texts and readings and (twice := _name_twice(payload)):
        detail = f"{twice!r} stands twice in one object"
        return Decoded((), building, Rejected(message, Reason.AMBIGUOUS, detail, device))
    return Decoded(readings, building, problem)


def _name_twice(payload: bytes) -> str:
    """A name that one object of the payload has twice; the parser keeps its last value, in silence."""
    found: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        names = Counter(name for name, _ in pairs)
        found.extend(name for name, times in names.items() if times > 1)

    json.loads(payload, object_pairs_hook=look)
    return found[0] if found else ""


@lru_cache(maxsize=4096)
def instant(text: str) -> int:
    """Milliseconds since the epoch of an RFC 3339 time with an offset from UTC. Raises NoTime."""
    time = text[:MOST_TIME].upper()
    if _TIME.fullmatch(time):
        with suppress(ValueError, OverflowError):  # the 30th of February, the year 0
            return round(datetime.fromisoformat(time).timestamp() * 1000)
    raise NoTime(f"time: {text[:MOST_TIME]!r} is no time with an offset from UTC, such as 2026-11-23T08:15:00Z")


@lru_cache(maxsize=4096)
def _quantity_and_channel(name: str) -> tuple[str, str] | None:
    quantity, at, channel = name.partition("@")
    good = quantity in QUANTITIES and (not at or CHANNEL.fullmatch(channel))
    return (quantity, channel) if good else None


CODEC = Codec(
    name="native",
    title="Microville",
    families="devices and gateways that publish in the format of our own; names and units of the table below",
    decode=decode,
    topics=("microville/#",),
)
HISTORY = Codec(
    name="native_history",
    title="Microville, history",
    families="the same, for readings older than the horizon",
    decode=decode,
    topics=("microville/+/+/history",),
    any_age=True,
)
