"""What an encoder is: the other way round of a codec, for one kind of device of a format."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sensors.units import clean


class Measure(NamedTuple):
    """One thing a device measures, and how finely and how far its format can say it."""

    quantity: str  # a key of sensors.quantities.QUANTITIES
    low: float
    high: float
    step: float  # the smallest difference the format shows, in the table's unit
    channel: str = ""
    share: float = 1.0  # of what the device measures, how much falls to this channel

    @property
    def name(self) -> str:
        """As the native format writes it: ``quantity`` or ``quantity@channel``."""
        return f"{self.quantity}@{self.channel}" if self.channel else self.quantity

    def shown(self, value: float) -> float:
        """The value as the device shows it: within its range, in whole steps."""
        steps = min(max(round(value / self.step), round(self.low / self.step)), round(self.high / self.step))
        return clean(steps * self.step)


class Said(NamedTuple):
    """What a device has to say."""

    device: str
    building: str
    number: int  # of the device among those simulated
    at_ms: int  # by its clock, in whole ticks
    values: Mapping[str, float]  # by the name of the measure, as shown
    zone: ZoneInfo


class Sent(NamedTuple):
    """A message as the device publishes it."""

    topic: str
    payload: bytes
    retained: bool = False
    control: bool = False  # it holds no reading


def _no_births(_: Said) -> Sequence[Sent]:
    return ()


class Encoder(NamedTuple):
    """One kind of device of a format."""

    device: Callable[[int], str]  # the id of the n-th device, as its messages name it
    measures: Sequence[Measure]
    encode: Callable[[Said], Sent]
    clock: Literal["device", "network", "none"]  # whose time its messages carry; none: that of receipt holds
    tick_ms: int = 1  # the resolution of that time
    singly: bool = False  # one value a message
    births: Callable[[Said], Sequence[Sent]] = _no_births  # what comes before the first message
    codec: str = ""  # what the estate must name for it: codec, or codec/model
    topic: str = ""  # the topic filter that the estate must name with that codec, ``{device}`` in it
    cut_shows: bool = True  # no message that is cut short can be taken for a whole one


def named(prefix: str) -> Callable[[int], str]:
    """Ids like ``sim-meter-0007``."""
    return lambda number: f"{prefix}-{number:04}"


def utc(at_ms: int) -> str:
    """RFC 3339 with milliseconds: 2026-11-23T08:15:00.000Z."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, zone)
