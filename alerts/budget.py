"""The rule: a tenant's monthly budget, at 80 % and 100 %, as measured and as forecast. Pure.

Laws: in a month the announcements climb the ladder and never step back, so each rung is announced at most once;
nothing is announced from figures that are mostly estimated, nor on a month's first day.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from alerts.forecast import MOSTLY_ESTIMATED, Forecast, forecast
from alerts.history import Day, History, total
from estate.calendar import DAY_MS, HOUR_MS, floor, following

Basis = Literal["measured", "forecast"]

LEVELS = (80, 100)
"""In percent of the month's budget."""

HYSTERESIS = 5
"""A state clears this many points below its level."""

SETTLING_MS = DAY_MS
"""Nothing is judged before this much of the month is known: one bad hour weighs too much in it."""

SILENT_MS = 2 * DAY_MS
"""A meter silent for longer leaves too much to guess: no forecast. When all are, nothing is judged until they speak."""


class Rung(NamedTuple):
    """One thing that can be announced."""

    basis: Basis
    level: int  # percent of the budget


LADDER = (Rung("forecast", 80), Rung("measured", 80), Rung("forecast", 100), Rung("measured", 100))
"""From good to know to too late: at one level what was measured outranks what is forecast."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one budget at one moment. Amounts are in the carrier's unit, times in ms since the epoch."""

    start_ms: int  # of the month
    end_ms: int
    now_ms: int
    until_ms: int  # how far the record reaches
    budget: int
    amount: int  # consumed in the month
    estimated: float  # the share of it that was not measured
    reached_ms: tuple[int | None, ...]  # when each of LEVELS was reached, None if not
    days: tuple[Day, ...]  # of the month
    forecast: Forecast | None  # None when there is too little to go by

    @property
    def share(self) -> float:
        """Of the budget, consumed."""
        return self.amount / self.budget

    @property
    def on_track(self) -> int:
        """What would have been consumed by now at an even pace that ends the month on its budget."""
        return round(self.budget * (self.until_ms - self.start_ms) / (self.end_ms - self.start_ms))


class Standing(NamedTuple):
    """Where one budget stands; a level of 0 is normal."""

    month_ms: int  # start of the month this is about
    measured: int
    measured_since_ms: int
    forecast: int
    forecast_since_ms: int
    announced: int  # how many rungs of the ladder have been announced or passed over this month

    @property
    def rung(self) -> Rung | None:
        """The highest rung that holds now; None when all is normal."""
        held = [rung for rung in LADDER if getattr(self, rung.basis) >= rung.level]
        return held[-1] if held else None

    def since_ms(self, basis: Basis) -> int:
        return self.measured_since_ms if basis == "measured" else self.forecast_since_ms


def figures(known: History, budget: int, zone: ZoneInfo, now_ms: int) -> Figures | None:
    """Draw the month's figures from the history; None while nothing of this month is known."""
    start_ms = floor(now_ms, "1mo", zone)
    end_ms = following(start_ms, "1mo", zone)
    hours = [hour for hour in known.hours if start_ms <= hour.start_ms < end_ms]
    if not hours:
        return None
    amount, estimated = total(hours)
    settled, _ = total([hour for hour in hours if hour.start_ms < known.settled_ms])
    sums = list(accumulate(hour.amount for hour in hours))
    reached = (
        next((hour.start_ms + HOUR_MS for hour, so_far in zip(hours, sums, strict=True) if so_far * 100 >= level), None)
        for level in (level * budget for level in LEVELS)
    )
    fresh = known.settled_ms > start_ms and now_ms - known.settled_ms <= SILENT_MS
    return Figures(
        start_ms=start_ms,
        end_ms=end_ms,
        now_ms=now_ms,
        until_ms=known.until_ms,
        budget=budget,
        amount=amount,
        estimated=estimated,
        reached_ms=tuple(None if at is None else min(at, now_ms) for at in reached),
        days=tuple(day for day in known.days if start_ms <= day.start_ms < end_ms),
        forecast=forecast(settled, known.settled_ms, end_ms, known.days, zone) if fresh else None,
    )


def judge(before: Standing | None, now: Figures) -> tuple[Standing, Rung | None]:
    """Where the budget stands now, and what to announce, if anything.

    A measured level holds from the moment it is reached; a forecast level once the forecast less its spread reaches
    it, so that a forecast that wavers about a level announces nothing. When several rungs are reached at once the
    highest is announced and those below are passed over. Figures too young, too old or mostly estimated change nothing.
    """
    if before is None or before.month_ms != now.start_ms:
        before = Standing(now.start_ms, 0, now.start_ms, 0, now.start_ms, 0)
    too_young, too_old = now.until_ms - now.start_ms < SETTLING_MS, now.now_ms - now.until_ms > SILENT_MS
    if too_young or too_old or now.estimated >= MOSTLY_ESTIMATED:
        return before, None
    measured = _level(before.measured, now.amount, now.amount, now.budget)
    expected = 0
    if now.forecast is not None:
        sure = now.forecast.amount - now.forecast.spread
        expected = _level(before.forecast, sure, now.forecast.amount, now.budget)
    after = Standing(
        month_ms=now.start_ms,
        measured=measured,
        measured_since_ms=_reached(measured, now) if measured != before.measured else before.measured_since_ms,
        forecast=expected,
        forecast_since_ms=now.now_ms if expected != before.forecast else before.forecast_since_ms,
        announced=before.announced,
    )
    rung = after.rung
    climbed = LADDER.index(rung) + 1 if rung else 0
    if climbed <= before.announced:
        return after, None
    return after._replace(announced=climbed), rung


def _level(before: int, rising: int, holding: int, budget: int) -> int:
    held = [
        level
        for level in LEVELS
        if rising * 100 >= level * budget or (before >= level and holding * 100 >= (level - HYSTERESIS) * budget)
    ]
    return max(held, default=0)


def _reached(level: int, now: Figures) -> int:
    at = now.reached_ms[LEVELS.index(level)] if level else None
    return now.now_ms if at is None else at
