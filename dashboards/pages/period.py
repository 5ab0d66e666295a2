"""The spans people look at: a day, week, month, year or everything, and the former one beside it. Pure."""

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from estate.calendar import Every, floor, following, midnight

Length = Literal["day", "week", "month", "year", "all"]

BARS: dict[Length, Every] = {"day": "1h", "week": "1d", "month": "1d", "year": "1mo", "all": "1mo"}
"""The step of one bar in a chart."""
WHOLE: dict[Length, Every] = {"day": "1d", "week": "1d", "month": "1mo", "year": "1y", "all": "1y"}
"""The coarsest step whose rows add up to the whole span."""


class Span(NamedTuple):
    """[start, end) in ms since the epoch."""

    start_ms: int
    end_ms: int


class Period(NamedTuple):
    """One span of the site's calendar. What is not over yet is compared with as much of the former one."""

    length: Length
    span: Span
    now_ms: int
    zone: ZoneInfo
    former: Span | None  # the one before, whole; None of everything

    @property
    def so_far(self) -> Span:
        return Span(self.span.start_ms, max(self.span.start_ms, min(self.span.end_ms, self.now_ms)))

    @property
    def running(self) -> bool:
        return self.span.start_ms <= self.now_ms < self.span.end_ms

    @property
    def former_so_far(self) -> Span | None:
        """As much of the former span as this one has had, to the same local time of its last day."""
        if self.former is None or not self.running:
            return self.former
        now, start, former = (
            datetime.fromtimestamp(at_ms / 1000, self.zone)
            for at_ms in (self.now_ms, self.span.start_ms, self.former.start_ms)
        )
        until = former + (now - start)  # by the clock on the wall: both are of one zone
        return Span(self.former.start_ms, min(self.former.end_ms, round(until.timestamp() * 1000)))


def period(length: Length, day: date, now_ms: int, first_ms: int, zone: ZoneInfo) -> Period:
    """The span of this length that holds the day; everything is from the year of `first_ms` on."""
    if length == "all":
        end_ms = following(floor(now_ms, "1y", zone), "1y", zone)
        return Period(length, Span(floor(min(first_ms, now_ms), "1y", zone), end_ms), now_ms, zone, None)
    first = _first(length, day)
    starts = [midnight(each, zone) for each in (_moved(length, first, -1), first, _moved(length, first, 1))]
    return Period(length, Span(starts[1], starts[2]), now_ms, zone, Span(starts[0], starts[1]))


def beside(length: Length, day: date, steps: int) -> date:
    """The first day of the span so many before or after the one that holds the day."""
    return _moved(length, _first(length, day), steps)


def _first(length: Length, day: date) -> date:
    if length == "week":
        return day - timedelta(days=day.weekday())
    if length == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if length == "year" else day


def _moved(length: Length, first: date, steps: int) -> date:
    if length == "month":
        months = first.year * 12 + first.month - 1 + steps
        return date(months // 12, months % 12 + 1, 1)
    if length == "year":
        return first.replace(year=first.year + steps)
    return first + timedelta(days=steps * (7 if length == "week" else 1))
