"""A tenant's hours become days that can be judged: complete ones, and how far the record reaches.

A day without all its hours is incomplete; it never stands for little consumption.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from estate.calendar import HOUR_MS, floor, following
from store.base import UsageRow


class Day(NamedTuple):
    """One local day of a tenant's consumption of one carrier."""

    start_ms: int
    amount: int  # in the carrier's unit, of the hours that are known
    estimated: float  # the share of the amount that was not measured, 0 to 1
    complete: bool  # every meter accounts for every hour


class Hour(NamedTuple):
    start_ms: int
    amount: int
    estimated: float  # the share of the amount that was not measured
    meters: int  # how many account for it


class History(NamedTuple):
    """What is known of one tenant and carrier."""

    hours: tuple[Hour, ...]  # in order of time
    days: tuple[Day, ...]  # in order of time; days without any hour are absent
    settled_ms: int  # every meter is accounted for until here
    until_ms: int  # at least one is until here


def history(rows: Sequence[UsageRow], zone: ZoneInfo, now_ms: int) -> History | None:
    """Add up the hourly rows of a tenant's meters, one row per meter; None when there is nothing.

    A meter counts as missing wherever it has no hour between the earliest row and now: one that was added within the
    window leaves the days before it incomplete, as they do not show what the tenant uses today.
    """
    rows = [row for row in rows if len(row.starts)]
    if not rows:
        return None
    sums: dict[int, tuple[int, float, int]] = {}
    for row in rows:
        for start, amount, share in zip(row.starts.tolist(), row.amounts.tolist(), row.estimated.tolist(), strict=True):
            total, estimated, meters = sums.get(start, (0, 0.0, 0))
            sums[start] = (total + amount, estimated + amount * share, meters + 1)
    hours = tuple(
        Hour(start, amount, _share(estimated, amount), meters)
        for start, (amount, estimated, meters) in sorted(sums.items())
    )
    ends = [min(int(row.starts[-1]) + HOUR_MS, now_ms) for row in rows]
    return History(hours, _days(hours, len(rows), zone), min(ends), max(ends))


def _days(hours: Sequence[Hour], meters: int, zone: ZoneInfo) -> tuple[Day, ...]:
    by_day: dict[int, list[Hour]] = {}
    for hour in hours:
        by_day.setdefault(floor(hour.start_ms, "1d", zone), []).append(hour)
    return tuple(_day(start, of_day, meters, zone) for start, of_day in by_day.items())


def _day(start_ms: int, hours: Sequence[Hour], meters: int, zone: ZoneInfo) -> Day:
    expected = (following(start_ms, "1d", zone) - start_ms) // HOUR_MS  # 23 or 25 when the clocks change
    full = sum(hour.meters == meters for hour in hours) == expected
    amount, estimated = total(hours)
    return Day(start_ms, amount, estimated, full)


def total(parts: Sequence[Hour] | Sequence[Day]) -> tuple[int, float]:
    """The sum of the amounts, and the share of it that was not measured."""
    amount = sum(part.amount for part in parts)
    return amount, _share(sum(part.amount * part.estimated for part in parts), amount)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
