"""What is to be settled → parts of bounded size, so that the first figures stand early and memory stays bounded."""

from collections.abc import Iterator, Mapping

from energy.flows.allocation import delivery_point
from estate.calendar import DAY_MS, LENGTHS, STEP_MS
from estate.model import Estate

Changed = dict[str, int]
"""Meter → the time of its earliest new reading, ms."""

PART = 500_000
"""Readings and rows worked on at a time, roughly."""

HISTORY_MS = 400 * DAY_MS
"""How far back readings go, at most, where a part's size is guessed."""

_ROWS_PER_STEP = 4  # the meter's own, and a few tenants' shares


def parts(estate: Estate, changed: Mapping[str, int], now_ms: int) -> Iterator[Changed]:
    """Newest first, each of similar age; meters that are behind one another stay together."""
    families: dict[str, Changed] = {}
    for meter, from_ms in changed.items():
        families.setdefault(delivery_point(estate, meter), {})[meter] = from_ms
    part: Changed = {}
    for family in sorted(families.values(), key=_oldest, reverse=True):
        grown = part | family
        if part and (_size(estate, grown, now_ms) > PART or _oldest(part) - _oldest(family) > DAY_MS):
            yield part
            grown = family
        part = grown
    if part:
        yield part


def _oldest(changed: Changed) -> int:
    return min(changed.values())


def _size(estate: Estate, changed: Changed, now_ms: int) -> float:
    span_ms = min(now_ms - _oldest(changed), HISTORY_MS)
    rows = len(changed) * span_ms / LENGTHS[estate.step] * _ROWS_PER_STEP
    return rows + sum(span_ms / (1000 * estate.meters[meter].interval_s or STEP_MS) for meter in changed)
