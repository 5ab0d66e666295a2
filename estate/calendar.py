"""Local time, the only place it is computed: steps, hours, days, months and years of the site's zone (law 8)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Step = Literal["15m", "30m", "1h"]
"""What consumption may be settled by. 15 min is the imbalance settlement step in France since 2025-01-01."""

Every = Literal["15m", "30m", "1h", "1d", "1mo", "1y"]

STEPS: tuple[Every, ...] = ("15m", "30m", "1h", "1d", "1mo", "1y")
"""Every step there is, finest first. Each is a whole number of the one before, in local time."""

STEP_MS = 15 * 60_000
HOUR_MS = 3_600_000
LENGTHS: dict[Every, int] = {"15m": STEP_MS, "30m": 2 * STEP_MS, "1h": HOUR_MS}
"""The steps whose length does not depend on the calendar, in ms."""

DAY_MS = 24 * HOUR_MS


def kept(step: Step) -> tuple[Every, ...]:
    """The steps consumption is kept by, finest first, where it is settled by this one."""
    return (step, *(every for every in STEPS[2:] if every != step))


def floor(at_ms: int, every: Every, zone: ZoneInfo) -> int:
    """The start of the step that holds `at_ms` (ms since the epoch, UTC)."""
    if length := LENGTHS.get(every):
        return at_ms - at_ms % length
    local = datetime.fromtimestamp(at_ms / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if every == "1mo":
        local = local.replace(day=1)
    elif every == "1y":
        local = local.replace(month=1, day=1)
    return int(local.timestamp() * 1000)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The start of a day there, in ms since the epoch."""
    return int(datetime.combine(day, time.min, zone).timestamp() * 1000)


@lru_cache(maxsize=100_000)
def offset_ms(hour: int, zone: ZoneInfo) -> int:
    """How far local time is ahead of UTC in an hour, by its number since the epoch: offsets change at whole hours."""
    offset = datetime.fromtimestamp(hour * HOUR_MS / 1000, zone).utcoffset()
    assert offset is not None, "a time with a zone has an offset"
    return int(offset.total_seconds()) * 1000


def following(start_ms: int, every: Every, zone: ZoneInfo) -> int:
    """The start of the step after the one that starts at `start_ms`."""
    if length := LENGTHS.get(every):
        return start_ms + length
    reach = {"1d": 26, "1mo": 32 * 24, "1y": 367 * 24}[every]  # hours that surely end in the next step
    local = datetime.fromtimestamp(start_ms / 1000, zone) + timedelta(hours=reach)
    return floor(int(local.timestamp() * 1000), every, zone)


def steps(start_ms: int, end_ms: int, every: Every, zone: ZoneInfo) -> Iterator[int]:
    """The starts of the steps that touch [start_ms, end_ms)."""
    at = floor(start_ms, every, zone)
    while at < end_ms:
        yield at
        at = following(at, every, zone)


def rfc3339(at_ms: int, zone: ZoneInfo) -> str:
    """The instant as people and the API write it, with the site's offset."""
    return datetime.fromtimestamp(at_ms / 1000, zone).isoformat()
