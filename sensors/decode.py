"""From a message to readings: the one way in, whatever the format.

Which decoder reads a topic is a table, never a guess from the bytes. Whatever a decoder returns is held here against
the table of quantities and the clock.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sensors import native
from sensors.model import Context, Decoded, Decoder, Message, Reading, Reason, Rejected
from sensors.quantities import QUANTITIES

CODECS: Mapping[str, Decoder] = {"native": native.decode}
"""Every decoder by name."""

TOPICS: Sequence[tuple[str, str]] = (("microville/#", "native"),)
"""MQTT topic filters and the codec that reads them; the first that matches holds."""

_RANGES = {name: (quantity.low, quantity.high) for name, quantity in QUANTITIES.items()}


def decode(message: Message, context: Context, now_ms: int, codec: str | None = None) -> Decoded:
    """The readings of a message that can be true, and what kept the rest from being so."""
    name = codec or codec_of(message.topic)
    if name is None:
        return Decoded((), "", Rejected(message, Reason.UNKNOWN_TOPIC, f"no decoder reads {message.topic!r}"))
    decoded = CODECS[name](message, context)
    oldest, newest = now_ms - context.horizon_ms, now_ms + context.ahead_ms
    if _all_good(decoded.readings, oldest, newest):
        return decoded
    return _sift(message, decoded, oldest, newest)


@lru_cache(maxsize=100_000)
def codec_of(topic: str) -> str | None:
    """The name of the codec that reads this topic; None if none does."""
    return next((codec for pattern, codec in TOPICS if matches(pattern, topic)), None)


def matches(pattern: str, topic: str) -> bool:
    """Whether an MQTT topic filter covers a topic (MQTT 5, section 4.7)."""
    wanted, levels = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(w in ("+", level) for w, level in zip(wanted, levels, strict=True))


def _all_good(readings: Sequence[Reading], oldest: int, newest: int) -> bool:
    """The quick way: whether every value and time can be true, and none stands twice."""
    for _, _, name, value, at_ms in readings:
        low, high = _RANGES[name]
        if not (low <= value <= high and oldest <= at_ms <= newest):
            return False
    return len({(device, channel, name, at_ms) for device, channel, name, _, at_ms in readings}) == len(readings)


def _sift(message: Message, decoded: Decoded, oldest: int, newest: int) -> Decoded:
    """The slow way, when something is wrong: what is good is kept, the first problem is named."""
    good: dict[tuple[str, str, str, int], Reading] = {}
    doubtful: set[tuple[str, str, str, int]] = set()
    problem = decoded.problem
    for reading in decoded.readings:
        key = (reading.device, reading.channel, reading.quantity, reading.at_ms)
        found = _fault(reading, oldest, newest)
        if found is None and key in good and good[key].value != reading.value:
            doubtful.add(key)
            found = Reason.AMBIGUOUS, f"{reading.quantity} is both {good[key].value} and {reading.value} at one time"
        if found is None:
            good[key] = reading
        elif problem is None:
            problem = Rejected(message, *found)
    return Decoded([r for key, r in good.items() if key not in doubtful], decoded.building, problem)


def _fault(reading: Reading, oldest: int, newest: int) -> tuple[Reason, str] | None:
    quantity = QUANTITIES[reading.quantity]
    if not quantity.low <= reading.value <= quantity.high:
        span = f"{quantity.low:g} to {quantity.high:g} {quantity.unit}".rstrip()
        return Reason.IMPLAUSIBLE_VALUE, f"{reading.quantity} {reading.value:g} is outside {span}"
    if reading.at_ms > newest:
        return Reason.WRONG_TIME, f"{(reading.at_ms - newest) / 1000:.0f} s further in the future than is allowed"
    if reading.at_ms < oldest:
        return Reason.WRONG_TIME, f"{(oldest - reading.at_ms) / 86_400_000:.1f} days older than the horizon"
    return None
