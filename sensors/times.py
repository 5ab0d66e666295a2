"""Times as devices write them, in milliseconds since the epoch, UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sensors.draft import Ambiguous, Malformed

LIVE_MS = 10 * 60_000
"""A message this close to what its clock shows is live: it tells which of two equal local hours is meant."""


def rfc3339_ms(text: str) -> int:
    """A time with an offset, with any number of decimals. Raises Malformed without offset or when it is no time."""
    moment = _parsed(text)
    if moment.tzinfo is None:
        raise Malformed(f"time {text!r} has no offset from UTC")
    return round(moment.timestamp() * 1000)


def text_ms(text: str, zone: ZoneInfo, received_ms: int) -> int:
    """A time with an offset, or else one of the site's zone."""
    moment = _parsed(text)
    return local_ms(moment, zone, received_ms) if moment.tzinfo is None else round(moment.timestamp() * 1000)


def local_ms(moment: datetime, zone: ZoneInfo, received_ms: int) -> int:
    """A local time without offset. In the hour that comes twice, only a message just received tells which it was.

    Raises Ambiguous in that hour when it does not tell, and Malformed in the hour that never was.
    """
    first, second = (round(moment.replace(tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1))
    if first == second:
        return first
    if datetime.fromtimestamp(first / 1000, zone).replace(tzinfo=None) != moment.replace(fold=0):
        raise Malformed(f"local time {moment} never was in {zone.key}: the clocks went forward")
    live = [at_ms for at_ms in (first, second) if abs(at_ms - received_ms) <= LIVE_MS]
    if len(live) != 1:
        raise Ambiguous(f"local time {moment} was twice in {zone.key}: the clocks went back")
    return live[0]


def seasonal_ms(moment: datetime, zone: ZoneInfo, summer: bool) -> int:
    """A local time that says itself whether it is summer time, as meters write it, whatever the day."""
    winter = min(datetime(moment.year, month, 1, tzinfo=zone).utcoffset() or timedelta() for month in (1, 7))
    return utc_ms(moment - winter - timedelta(hours=summer))


def utc_ms(moment: datetime) -> int:
    """A time known to be UTC although it does not say so."""
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def epoch_ms(seconds: float) -> int:
    """Seconds since 1970-01-01, UTC."""
    return round(seconds * 1000)


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"{text[:40]!r} is no time") from None
