"""From a message to readings: the one way in, whatever the format.

Whatever a decoder returns is held here against the table of quantities and the clock.
"""

from collections.abc import Sequence

from sensors.model import Decoded, Message, Reading, Reason, Rejected
from sensors.quantities import QUANTITIES
from sensors.routes import Routes

MOST_BYTES = 256 * 1024
MOST_LORAWAN_BYTES = 255
"""A LoRaWAN frame holds at most 242 (RP002-1.0.4, section 2); its length in a message is one byte."""

MOST_READINGS = 5_000

_RANGES = {name: (quantity.low, quantity.high) for name, quantity in QUANTITIES.items()}


def decode(message: Message, routes: Routes, now_ms: int) -> Decoded:
    """The readings of a message that can be true, and what kept the rest from being so."""
    route = routes.find(message.topic)
    if route is None:
        return _refused(message, Reason.UNKNOWN_TOPIC, f"no decoder reads {message.topic!r}")
    codec, context = route
    most = MOST_LORAWAN_BYTES if codec.lorawan else MOST_BYTES
    if len(message.payload) > most:
        return _refused(message, Reason.MALFORMED, f"{len(message.payload)} bytes are more than {most}")
    decoded = codec.decode(message, context)
    if len(decoded.readings) > MOST_READINGS:
        detail = f"{len(decoded.readings)} readings in one message are more than {MOST_READINGS}"
        return _refused(message, Reason.MALFORMED, detail)
    oldest = 0 if codec.any_age else now_ms - context.horizon_ms
    newest = now_ms + context.ahead_ms
    if _all_good(decoded.readings, oldest, newest):
        return decoded
    return _sift(message, decoded, oldest, newest)


def _refused(message: Message, reason: Reason, detail: str) -> Decoded:
    return Decoded((), "", Rejected(message, reason, detail))


def _all_good(readings: Sequence[Reading], oldest: int, newest: int) -> bool:
    """The quick way: whether every value and time can be true, and none stands twice."""
    names = set()
    for _, _, name, value, at_ms in readings:
        low, high = _RANGES[name]
        if not (low <= value <= high and oldest <= at_ms <= newest):
            return False
        names.add(name)
    if len(names) == len(readings):
        return True
    return len({(device, channel, name, at_ms) for device, channel, name, _, at_ms in readings}) == len(readings)


def _sift(message: Message, decoded: Decoded, oldest: int, newest: int) -> Decoded:
    """The slow way, when something is wrong: what is good is kept, the first problem is named."""
    good: dict[tuple[str, str, str, int], Reading] = {}
    doubtful: set[tuple[str, str, str, int]] = set()
    problem = decoded.problem
    for reading in decoded.readings:
        key = (reading.device, reading.channel, reading.quantity, reading.at_ms)
        found = _fault(reading, oldest, newest, message.received_ms)
        if found is None and key in good and good[key].value != reading.value:
            doubtful.add(key)
            found = Reason.AMBIGUOUS, f"{reading.quantity} is both {good[key].value} and {reading.value} at one time"
        if found is None:
            good[key] = reading
        elif not isinstance(problem, Rejected):
            problem = Rejected(message, *found, reading.device)
    return decoded._replace(readings=[r for key, r in good.items() if key not in doubtful], problem=problem)


def _fault(reading: Reading, oldest: int, newest: int, received_ms: int) -> tuple[Reason, str] | None:
    quantity = QUANTITIES[reading.quantity]
    if not quantity.low <= reading.value <= quantity.high:
        span = f"{quantity.low:g} to {quantity.high:g} {quantity.unit}".removesuffix(" 1").rstrip()
        return Reason.IMPLAUSIBLE_VALUE, f"{reading.quantity} {reading.value:g} is outside {span}"
    if reading.at_ms > newest:
        return Reason.WRONG_TIME, f"its time is {(reading.at_ms - received_ms) / 60_000:.0f} min ahead of its receipt"
    if reading.at_ms < oldest:
        return Reason.WRONG_TIME, f"{(oldest - reading.at_ms) / 86_400_000:.1f} days older than the horizon"
    return None
