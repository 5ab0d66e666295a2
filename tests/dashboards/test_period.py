"""Spans of the site's calendar, across clock changes and leap days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards.pages.period import Length, Span, beside, period
from estate.calendar import HOUR_MS

PARIS = ZoneInfo("Europe/Paris")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


NOW = ms("2026-11-23T09:07")


@pytest.mark.parametrize(
    ("length", "start", "end", "former"),
    [
        ("day", "2026-11-23", "2026-11-24", "2026-11-22"),
        ("week", "2026-11-23", "2026-11-30", "2026-11-16"),
        ("month", "2026-11-01", "2026-12-01", "2026-10-01"),
        ("year", "2026-01-01", "2027-01-01", "2025-01-01"),
    ],
)
def test_spans(length: Length, start: str, end: str, former: str) -> None:
    """A span of the calendar, and the one before it."""
    found = period(length, date(2026, 11, 23), NOW, 0, PARIS)

    assert Span(ms(start), ms(end)) == found.span
    assert Span(ms(former), ms(start)) == found.former


def test_as_much_of_the_former() -> None:
    """What is not over is compared to the same time of the former span; what is over, to all of it."""
    running = period("day", date(2026, 11, 23), NOW, 0, PARIS)
    over = period("month", date(2026, 2, 3), NOW, 0, PARIS)

    assert Span(ms("2026-11-22"), ms("2026-11-22T09:07")) == running.former_so_far
    assert Span(ms("2026-01-01"), ms("2026-02-01")) == over.former_so_far
    assert over.span == over.so_far


@pytest.mark.parametrize(
    ("now", "former_end"), [("2026-04-30T00:30", "2026-03-30T00:30"), ("2026-11-27T00:30", "2026-10-27T00:30")]
)
def test_as_much_across_a_clock_change(now: str, former_end: str) -> None:
    """To the same time by the clock on the wall, though the former month had an hour less, or more, by then."""
    found = period("month", date.fromisoformat(now[:10]), ms(now), 0, PARIS).former_so_far

    assert found
    assert ms(former_end) == found.end_ms


def test_days_of_23_and_25_hours() -> None:
    """A day ends where the next begins, whatever the clocks did."""
    spring, autumn = (period("day", day, NOW, 0, PARIS).span for day in (date(2026, 3, 29), date(2026, 10, 25)))

    assert [23 * HOUR_MS, 25 * HOUR_MS] == [end - start for start, end in (spring, autumn)]


def test_everything() -> None:
    """Everything is from the first year with figures to the end of this one, and has nothing before it."""
    found = period("all", date(2026, 11, 23), NOW, ms("2024-05-03"), PARIS)

    assert (Span(ms("2024-01-01"), ms("2027-01-01")), None) == (found.span, found.former)


@pytest.mark.parametrize(
    ("length", "steps", "there"),
    [("day", -1, "2024-02-28"), ("week", 1, "2024-03-04"), ("month", -2, "2023-12-01"), ("year", 1, "2025-01-01")],
)
def test_beside(length: Length, steps: int, there: str) -> None:
    """The first day of a span before or after the one with the leap day."""
    assert date.fromisoformat(there) == beside(length, date(2024, 2, 29), steps)
