"""What a device says: the values that travel from the broker to the store.

Every message ends as readings, as a `Rejected` or as an `Ignored`, never as an exception: bad data is a value.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo


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
    AMBIGUOUS = "ambiguous"  # two values for one quantity, channel and time
    UNKNOWN_DEVICE = "unknown_device"  # not in the estate
    WRONG_BUILDING = "wrong_building"  # the topic claims another building than the estate
    NOT_PLACED = "not_placed"  # in the estate, but placed nowhere at that time
    STORE_REFUSED = "store_refused"  # the store will not take it, now or later


class Unused(StrEnum):
    """Why a message was ignored on purpose: a closed list. Nothing of it is kept but the count."""

    CONTROL = "control"  # status, join, birth: about the device, no reading
    RETAINED_WITHOUT_TIME = "retained_without_time"  # an old value of unknown age


class Rejected(NamedTuple):
    """A message, or part of one, that was refused; `detail` names the thing and the cause, for people."""

    message: Message
    reason: Reason
    detail: str


class Ignored(NamedTuple):
    """A message that carries no reading, on purpose."""

    message: Message
    reason: Unused


class Decoded(NamedTuple):
    """What a decoder made of one message: its good readings, and what kept the rest from being readings."""

    readings: Sequence[Reading]
    building: str = ""  # what the topic claims; "" when it claims nothing
    problem: Rejected | Ignored | None = None


class Context(NamedTuple):
    """What a decoder may know besides the message."""

    zone: ZoneInfo  # the site's, for devices that send local time
    horizon_ms: int = 400 * 86_400_000  # readings older than this are refused
    ahead_ms: int = 5 * 60_000  # and those further in the future than this
    fport: int | None = None  # LoRaWAN port of a payload that comes without its envelope


Decoder = Callable[[Message, Context], Decoded]
