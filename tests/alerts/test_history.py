from alerts.history import Hour, history
from estate.calendar import HOUR_MS
from tests.alerts.values import PARIS, hourly, ms

NOW = ms(2026, 11, 3, 12)


def test_days() -> None:
    """Hours add up to local days; the day under way is incomplete."""
    known = history([hourly(ms(2026, 11, 1), NOW, 10)], PARIS, NOW)

    assert known is not None
    assert [(240, True), (240, True), (120, False)] == [(day.amount, day.complete) for day in known.days]


def test_days_of_clock_changes() -> None:
    """A day of 25 hours is complete with 25, one of 23 with 23."""
    for first, last, hours in ((ms(2026, 10, 25), ms(2026, 10, 26), 25), (ms(2026, 3, 29), ms(2026, 3, 30), 23)):
        known = history([hourly(first, last, 1)], PARIS, last)

        assert known is not None
        assert [(hours, True)] == [(day.amount, day.complete) for day in known.days]


def test_a_silent_meter_leaves_its_days_incomplete() -> None:
    """Where one of two meters is missing the day does not count, and the record is settled only up to there."""
    silent = hourly(ms(2026, 11, 1), ms(2026, 11, 2), 10)
    known = history([silent, hourly(ms(2026, 11, 1), NOW, 10)], PARIS, NOW)

    assert known is not None
    assert [True, False, False] == [day.complete for day in known.days]
    assert (ms(2026, 11, 2), NOW) == (known.settled_ms, known.until_ms)


def test_estimated_share_is_weighted() -> None:
    """Two meters, 30 measured and 10 estimated: a quarter of the hour is estimated."""
    start = ms(2026, 11, 1)
    known = history([hourly(start, start + HOUR_MS, 30), hourly(start, start + HOUR_MS, 10, 1.0)], PARIS, NOW)

    assert known is not None
    assert (Hour(start, 40, 0.25, 2),) == known.hours


def test_nothing_known() -> None:
    """Without a single row there is no history, rather than a history of zero."""
    assert history([], PARIS, NOW) is None
    assert history([hourly(NOW, NOW, 1)], PARIS, NOW) is None
