"""What every codec works with: a draft of the readings, filled from the tables of the codec.

A codec is a function that fills a `Draft`; `drafted` makes a decoder of it. Raising `Malformed` or another `Refusal`
refuses the message as a whole; `Draft.refuse` refuses a part and keeps the rest.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import from_json

from sensors.memory import Memory
from sensors.model import (
    Context,
    Decoded,
    Decoder,
    Field,
    Ignored,
    Message,
    Reading,
    Reason,
    Rejected,
    Request,
    Unused,
)
from sensors.units import clean, convert

MOST_NAMES = 32
"""Unmapped names kept of one message; a payload that invents more is none of a device."""


class Refusal(Exception):
    """The message as a whole is refused; the text names the thing and the cause."""

    reason: Reason


class Malformed(Refusal):
    """It is not what its format promises."""

    reason = Reason.MALFORMED


class Ambiguous(Refusal):
    """It may mean two things."""

    reason = Reason.AMBIGUOUS


class NeedsTime(Refusal):
    """It holds the amount of an interval, and nothing dates it."""

    reason = Reason.NEEDS_TIME


class NeedsCodec(Refusal):
    """Its bytes need a codec that nobody has named."""

    reason = Reason.NEEDS_CODEC


class NeedsBirth(Refusal):
    """Its meaning was told in an earlier message that never came here."""

    reason = Reason.NEEDS_BIRTH


class UnknownTopic(Refusal):
    """The codec does not read this topic."""

    reason = Reason.UNKNOWN_TOPIC


class Draft:
    """The readings of one message in the making."""

    def __init__(
        self, message: Message, context: Context, fields: Mapping[str, Field], left: Mapping[str, str]
    ) -> None:
        self.message = message
        self.context = context
        self.memory = Memory() if context.memory is None else context.memory
        self.device = context.device  # whose values `take` and `add` are given; codecs set it from topic or payload
        self.at_ms: int | None = None  # the time of what follows; None: that of receipt
        self._fields = fields
        self._left = left
        self._readings: list[Reading] = []
        self._problem: Rejected | None = None
        self._unmapped: list[tuple[str, str]] = []
        self._requests: list[Request] = []
        self._none = False  # whether a value said that it is none
        self._old = False  # whether a retained value of unknown age was left out
        self._control = False

    def take(self, name: str, raw: Any, channel: str | None = None, at_ms: int | None = None) -> None:
        """A measurement by its name at the source: to its quantity, to what is left out, or to what nobody mapped."""
        field = self._fields.get(name)
        if field is None:
            if name not in self._left:
                self.unmapped(name)
            return
        self.put(field, raw, name, channel, at_ms)

    def put(self, field: Field, raw: Any, name: str, channel: str | None = None, at_ms: int | None = None) -> None:
        """A measurement by a field of one's own; `name` is for people."""
        value = number(raw)
        if value is None or value in field.absent:
            self.absent(name, raw)
            return
        value = clean(value * field.scale) if field.scale != 1.0 else value
        if field.unit:
            value = convert(value, field.unit)
        self.add(field.quantity, value, field.channel if channel is None else channel, at_ms)

    def add(self, quantity: str, value: float, channel: str = "", at_ms: int | None = None) -> None:
        """A value that is in the table's unit already."""
        if at_ms is None:
            at_ms = self.at_ms
        if at_ms is None:
            if self.message.retained:
                self._old = True
                return
            at_ms = self.message.received_ms
        self._readings.append(Reading(self.device, channel, quantity, value, at_ms))

    def absent(self, name: str, raw: Any = None) -> None:
        """A value that is none: null, empty, a sentinel. Anything else that is no number is a fault."""
        self._none = True
        if raw is not None and raw != "" and number(raw) is None:
            self.refuse(Reason.MALFORMED, f"{name}: {str(raw)[:40]!r} is no number")

    def unmapped(self, name: str) -> None:
        """A measurement that no table knows: counted and shown with the device."""
        if len(self._unmapped) < MOST_NAMES:
            self._unmapped.append((self.device[:128], name[:64]))

    def control(self) -> None:
        """The message, or this part of it, is about the device and holds no reading."""
        self._control = True

    def refuse(self, reason: Reason, detail: str) -> None:
        """Part of the message is refused; the first such part is named."""
        if self._problem is None:
            self._problem = Rejected(self.message, reason, detail, self.device)

    def ask(self, topic: str, payload: bytes) -> None:
        """A message to be published."""
        self._requests.append(Request(topic, payload))

    def include(self, decoded: Decoded) -> None:
        """What another decoder made of a part of this message."""
        self._readings += decoded.readings
        self._unmapped += decoded.unmapped
        match decoded.problem:
            case Rejected(reason=reason, detail=detail):
                self.refuse(reason, detail)
            case Ignored(reason=Unused.CONTROL):
                self.control()
            case Ignored(reason=Unused.NO_VALUE):
                self._none = True

    def done(self) -> Decoded:
        """The outcome: what was taken, and why the rest, or all of it, was not."""
        problem: Rejected | Ignored | None = self._problem
        if problem is None and not self._readings:
            problem = Ignored(self.message, self._why_nothing())
        return Decoded(self._readings, "", problem, self._unmapped, self._requests)

    def refused(self, refusal: Refusal) -> Decoded:
        """The outcome when the whole message is refused."""
        problem = Rejected(self.message, refusal.reason, str(refusal), self.device)
        return Decoded((), "", problem, (), self._requests)

    def _why_nothing(self) -> Unused:
        if self._old:
            return Unused.RETAINED_WITHOUT_TIME
        if self._none:
            return Unused.NO_VALUE
        return Unused.CONTROL if self._control else Unused.NOTHING_TAKEN


def drafted(fill: Callable[[Draft], None], fields: Mapping[str, Field], left: Mapping[str, str]) -> Decoder:
    """The decoder that fills a draft by this function, from the tables of its codec."""

    def decode(message: Message, context: Context) -> Decoded:
        draft = Draft(message, context, fields, left)
        try:
            fill(draft)
        except Refusal as refusal:
            return draft.refused(refusal)
        return draft.done()

    return decode


def number(raw: Any) -> float | None:
    """The finite number that a value of a payload stands for, written as text or not; None when it is none."""
    if type(raw) is float:
        return raw if math.isfinite(raw) else None
    try:
        value = float(raw) if isinstance(raw, int | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def parsed_json(payload: bytes) -> Any:
    """The value of a JSON payload. Raises Malformed."""
    try:
        return from_json(payload)
    except ValueError as error:
        raise Malformed(f"no JSON: {error}") from None


def parsed_object(payload: bytes) -> dict[str, Any]:
    """The object of a JSON payload. Raises Malformed."""
    value = parsed_json(payload)
    if not isinstance(value, dict):
        raise Malformed("no JSON object")
    return value


def text_of(payload: bytes) -> str:
    """The text of a payload. Raises Malformed when it is not UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"no UTF-8 text: byte {error.start} is {payload[error.start]:#04x}") from None
