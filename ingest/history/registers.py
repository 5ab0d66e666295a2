"""What the store holds of a series around a span: where imported registers begin, and what they would contradict."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from math import isclose

from estate.calendar import DAY_MS, HOUR_MS
from ingest.history.targets import Target
from sensors.model import Reading
from store.base import How, Row, Series, Tag

Look = Callable[[Series], Awaitable[Sequence[Row]]]
"""Answers a query, of a store that is open here or of a service that runs."""

_BEGIN_MS = 365 * DAY_MS  # 1971: nothing is older
_LONG_MS = 36_500 * DAY_MS  # one window until 2069; InfluxQL knows no longer one than 292 years


async def held_by(look: Look, target: Target, at_ms: int) -> float | None:
    """The last value at or before that time."""
    found = await _windows(look, target, _BEGIN_MS, at_ms + 1, _LONG_MS, "last")
    return found[-1][1] if found else None


async def held_from(look: Look, target: Target, at_ms: int, until_ms: int) -> float | None:
    """The first value at or after that time, and before the other."""
    start_ms, end_ms = at_ms, until_ms
    for window_ms in (7 * DAY_MS, HOUR_MS):  # so that never more than an hour of readings is asked for
        found = await _windows(look, target, start_ms, end_ms, window_ms, "count")
        if not found:
            return None
        start_ms = max(start_ms, found[0][0])
        end_ms = min(end_ms, found[0][0] + window_ms)
    return (await held_between(look, target, start_ms, end_ms))[0][1]


async def held_between(look: Look, target: Target, start_ms: int, end_ms: int) -> list[tuple[int, float]]:
    """The readings (ms, value) from a time until before another."""
    return await _windows(look, target, start_ms, end_ms, None, "last")


async def count_between(look: Look, target: Target, start_ms: int, end_ms: int) -> int:
    """How many readings there are from a time until before another."""
    return round(sum(count for _, count in await _windows(look, target, start_ms, end_ms, 7 * DAY_MS, "count")))


async def agreeing(look: Look, readings: Sequence[Reading]) -> Counter[Target]:
    """How many of these readings the store holds already, by series."""
    given: dict[Target, dict[int, float]] = {}
    for reading in readings:
        given.setdefault(Target.of(reading), {})[reading.at_ms] = reading.value
    agreed: Counter[Target] = Counter()
    for target, values in given.items():
        held = await held_between(look, target, min(values), max(values) + 1)
        agreed[target] = sum(at_ms in values and same(values[at_ms], value) for at_ms, value in held)
    return agreed


def same(value: float, other: float) -> bool:
    """Whether two readings say the same, but for how a file writes them."""
    return isclose(value, other, rel_tol=1e-12, abs_tol=1e-6)


async def _windows(
    look: Look, target: Target, start_ms: int, end_ms: int, every_ms: int | None, how: How
) -> list[tuple[int, float]]:
    if start_ms >= end_ms:
        return []
    where: dict[Tag, list[str]] = {"device": [target.device]}
    query = Series(target.quantity, start_ms, end_ms, every_ms, how, where, ("device", "channel"))
    for row in await look(query):
        if row.tags["channel"] == target.channel:
            return [(int(at_ms), float(value)) for at_ms, value in zip(row.times, row.values, strict=True)]
    return []
