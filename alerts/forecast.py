"""The forecast to month's end: what is known, plus for each remaining day the mean of its weekday. Pure."""

from collections.abc import Sequence
from datetime import datetime
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.history import Day
from estate.calendar import DAY_MS, floor, following, steps

WINDOW_DAYS = 28
"""Four of each weekday: long enough for a spread, short enough to follow the season."""

LEAST_DAYS = 14
"""Fewer complete days than this in the window, and there is no forecast."""

LEAST_OF_WEEKDAY = 2
"""A weekday seen less often has no spread."""

MOSTLY_ESTIMATED = 0.5
"""From this share on a day shows how gaps are filled rather than how the tenant consumes."""


class Step(NamedTuple):
    """What will have been consumed in the month by `end_ms`."""

    end_ms: int
    amount: int  # in the carrier's unit
    spread: int  # ± one standard deviation


class Forecast(NamedTuple):
    """The way to month's end: one step per remaining day, the last one being the month's."""

    steps: tuple[Step, ...]

    @property
    def amount(self) -> int:
        return self.steps[-1].amount

    @property
    def spread(self) -> int:
        return self.steps[-1].spread


def forecast(known: int, until_ms: int, end_ms: int, days: Sequence[Day], zone: ZoneInfo) -> Forecast | None:
    """Carry the amount known in the month until `until_ms` on to `end_ms`; None without enough history or days left.

        amount = known + Σ f·m(weekday)        spread = √ Σ (f·s(weekday))²

    over the remaining days; m and s are the mean and the sample standard deviation of that weekday among the complete
    days, not mostly estimated, of the 28 before the day of `until_ms`. f is 1, and for the day under way the share of
    it that remains by the clock: its daily profile is left aside, which errs by less than one day's consumption.

    Limits: days are taken as independent, and the error of the mean of at most four days is left out. Weather that
    lasts, holidays and a changed use make the true spread larger: it is a least bound, about two chances in three.
    """
    profile = _profile(days, floor(until_ms, "1d", zone), zone)
    if profile is None or until_ms >= end_ms:
        return None
    amount, variance = float(known), 0.0
    path = []
    for start in steps(until_ms, end_ms, "1d", zone):
        after = following(start, "1d", zone)
        seen = profile.get(_weekday(start, zone))
        if seen is None:
            return None
        left = (after - max(start, until_ms)) / (after - start)
        amount += left * seen[0]
        variance += (left * seen[1]) ** 2
        path.append(Step(after, round(amount), round(sqrt(variance))))
    return Forecast(tuple(path))


def _profile(days: Sequence[Day], today_ms: int, zone: ZoneInfo) -> dict[int, tuple[float, float]] | None:
    # Half a day of slack: the window's first day starts an hour off 28 × 24 h when the clocks have changed since.
    earliest = today_ms - WINDOW_DAYS * DAY_MS - DAY_MS // 2
    usable = [
        day for day in days if earliest <= day.start_ms < today_ms and day.complete and day.estimated < MOSTLY_ESTIMATED
    ]
    if len(usable) < LEAST_DAYS:
        return None
    amounts: dict[int, list[int]] = {}
    for day in usable:
        amounts.setdefault(_weekday(day.start_ms, zone), []).append(day.amount)
    return {weekday: (fmean(seen), stdev(seen)) for weekday, seen in amounts.items() if len(seen) >= LEAST_OF_WEEKDAY}


def _weekday(at_ms: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at_ms / 1000, zone).weekday()
