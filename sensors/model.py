"""What a device says: the values that travel from the broker to the store.

Every message ends as readings, as a `Rejected` or as an `Ignored`, never as an exception: bad data is a value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sensors.memory import Memory


class Message(NamedTuple):
    """What the broker gave."""

    topic: str
    payload: bytes
    received_ms: int  # milliseconds since the epoch, UTC
    qos: int
    retained: bool


class Reading(NamedTuple):
    """One quantity of one channel of one device at one instant."""

    device: str
    channel: str  # "" unless the device has several of a kind: phases, relays, pulse inputs, tariff registers
    quantity: str  # a key of sensors.quantities.QUANTITIES
    value: float  # in the table's unit
    at_ms: int  # milliseconds since the epoch, UTC


class Reason(StrEnum):
    """Why a message was quarantined: a closed list. The message is kept and can be worked with."""

    MALFORMED = "malformed"  # not what the format promises
    UNKNOWN_TOPIC = "unknown_topic"  # no decoder reads this topic
    UNKNOWN_QUANTITY = "unknown_quantity"  # not in the table of quantities
    IMPLAUSIBLE_VALUE = "implausible_value"  # outside the quantity's range: broken sensor or wrong unit
    WRONG_TIME = "wrong_time"  # in the future, or older than the horizon
    NEEDS_TIME = "needs_time"  # an amount of an interval that nothing dates
    NEEDS_CODEC = "needs_codec"  # LoRaWAN bytes of a device whose codec nobody has named
    NEEDS_BIRTH = "needs_birth"  # its meaning was told in an earlier message that never came here
    AMBIGUOUS = "ambiguous"  # two values for one quantity, channel and time; or a local time that was twice
    UNKNOWN_DEVICE = "unknown_device"  # not in the estate
    WRONG_BUILDING = "wrong_building"  # the topic claims another building than the estate
    NOT_PLACED = "not_placed"  # in the estate, but placed nowhere at that time
    TOO_MANY_CHANNELS = "too_many_channels"  # of one device: it numbers its messages rather than its inputs
    STORE_REFUSED = "store_refused"  # the store will not take it, now or later


class Unused(StrEnum):
    """Why a message was ignored on purpose: a closed list. Nothing of it is kept but the count."""

    CONTROL = "control"  # status, join, birth, command: about the device, no reading
    RETAINED_WITHOUT_TIME = "retained_without_time"  # an old value of unknown age
    NO_VALUE = "no_value"  # the sensor itself says that it has none: null, empty, a sentinel
    NOTHING_TAKEN = "nothing_taken"  # it measures only what is deliberately not taken, or is shown as unmapped


class Rejected(NamedTuple):
    """A message, or part of one, that was refused; `detail` names the thing and the cause, for people."""

    message: Message
    reason: Reason
    detail: str
    device: str = ""  # whose it is, as far as that is known


class Ignored(NamedTuple):
    """A message that carries no reading, on purpose."""

    message: Message
    reason: Unused


class Request(NamedTuple):
    """A message to be published: what a format asks a device for, such as Sparkplug's rebirth."""

    topic: str
    payload: bytes


class Decoded(NamedTuple):
    """What a decoder made of one message: its good readings, and what kept the rest from being readings."""

    readings: Sequence[Reading]
    building: str = ""  # what the topic claims; "" when it claims nothing
    problem: Rejected | Ignored | None = None
    unmapped: Sequence[tuple[str, str]] = ()  # (device, source name) of measurements that no codec's table knows
    requests: Sequence[Request] = ()


class Context(NamedTuple):
    """What a decoder may know besides the message."""

    zone: ZoneInfo  # the site's, for devices that send local time
    horizon_ms: int = 400 * 86_400_000  # readings older than this are refused
    ahead_ms: int = 5 * 60_000  # and those further in the future than this
    fport: int | None = None  # LoRaWAN port of a payload that comes without its envelope
    device: str = ""  # the device the topic stands for, when the estate, a profile or an envelope says so
    model: str = ""  # of the device, for codecs whose bytes mean different things on different models
    codecs: Mapping[str, str] = {}  # by device: the codec (or codec/model) of the bytes inside a LoRaWAN envelope
    memory: Memory | None = None  # what formats with state were told before


Decoder = Callable[[Message, Context], Decoded]


class Field(NamedTuple):
    """Where one measurement of a device goes. Its value in the table's unit is that of ``raw * scale`` in `unit`."""

    quantity: str  # a key of sensors.quantities.QUANTITIES
    scale: float = 1.0
    unit: str = ""  # a key of sensors.units.UNITS; "" when scaled values are in the table's unit already
    channel: str = ""  # as the vendor names it; formats that number their channels give it along with the value
    absent: Sequence[float] = ()  # raw values by which the device says that it has none


@dataclass(frozen=True)
class Codec:
    """One format: how it is read, and the table of what is taken of it."""

    name: str
    title: str  # vendor and format, for people
    families: str  # the model families or software it reads, for people
    decode: Decoder
    topics: Sequence[str] = ()  # MQTT topic filters it reads unless the estate says otherwise
    fields: Mapping[str, Field] = field(default_factory=dict)  # by the measurement's name at the source
    left: Mapping[str, str] = field(default_factory=dict)  # what is deliberately not taken, with the reason
    models: Mapping[str, str] = field(default_factory=dict)  # models that must be named (codec/model), for people
    lorawan: bool = False  # reads the bytes inside a LoRaWAN envelope
    stateful: bool = False  # reads messages by what earlier ones said: subscribed unshared
    any_age: bool = False  # history, on purpose: the horizon does not hold
