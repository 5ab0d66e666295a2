from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.budget import LADDER, Figures, Rung, Standing, judge
from alerts.budget import figures as draw
from alerts.history import history
from estate.calendar import DAY_MS
from tests.alerts.values import PARIS, figures, hourly, ms


def announced(*sequence: Figures) -> list[Rung]:
    """What is announced when the figures follow one another."""
    standing: Standing | None = None
    found = []
    for now in sequence:
        standing, rung = judge(standing, now)
        found += [rung] if rung else []
    return found


@pytest.mark.parametrize(
    ("share", "expected", "rung"),
    [
        (0.79, None, None),
        (0.80, None, Rung("measured", 80)),
        (0.99, None, Rung("measured", 80)),
        (1.00, None, Rung("measured", 100)),
        (0.50, 0.79, None),
        (0.50, 0.82, None),  # less its spread of 5 points it is below
        (0.50, 0.86, Rung("forecast", 80)),
        (0.50, 1.04, Rung("forecast", 80)),
        (0.50, 1.06, Rung("forecast", 100)),
        (0.85, 1.04, Rung("measured", 80)),  # at one level the measured one outranks
        (0.85, 1.06, Rung("forecast", 100)),
        (1.01, 1.50, Rung("measured", 100)),
    ],
)
def test_first_announcement(share: float, expected: float | None, rung: Rung | None) -> None:
    """Of all the levels reached, the highest rung alone is announced; a forecast only beyond its spread of 5 points."""
    _, found = judge(None, figures(share, expected, 0.05))

    assert rung == found


def test_a_month_climbs() -> None:
    """Forecast, then measured at 80 %, then at 100 %: each announced once, whatever comes between."""
    found = announced(
        figures(0.3, 0.9), figures(0.4, 0.7), figures(0.5, 0.9), figures(0.81, 0.95), figures(0.9), figures(1.1),
        figures(1.2, 1.3),
    )  # fmt: skip

    assert [Rung("forecast", 80), Rung("measured", 80), Rung("measured", 100)] == found


def test_passed_rungs_stay_silent() -> None:
    """After the forecast of 100 % reaching 80 % is no news; exceeding the budget is."""
    found = announced(figures(0.5, 1.2), figures(0.85, 1.2), figures(1.01, 1.2))

    assert [Rung("forecast", 100), Rung("measured", 100)] == found


def test_hysteresis() -> None:
    """A forecast alert holds down to 5 points below its level, then clears; it is not announced again."""
    levels = []
    standing = None
    for expected in (0.81, 0.76, 0.74, 0.79, 0.81):
        standing, _ = judge(standing, figures(0.3, expected))
        levels.append(standing.forecast)

    assert [80, 80, 0, 0, 80] == levels
    assert [Rung("forecast", 80)] == announced(*(figures(0.3, share) for share in (0.81, 0.76, 0.74, 0.79, 0.81)))


def test_a_correction_clears_the_state() -> None:
    """Consumption corrected downwards after a late reading clears the state below 75 %."""
    standing, _ = judge(None, figures(0.9))
    standing, _ = judge(standing, figures(0.7))

    assert (0, None) == (standing.measured, standing.rung)


def test_new_month_starts_fresh() -> None:
    """What was announced in November is announced again in December."""
    november = figures(0.9)
    month = 30 * DAY_MS
    december = replace(
        november, start_ms=november.end_ms, end_ms=november.end_ms + month, until_ms=november.until_ms + month,
        now_ms=november.now_ms + month,
    )  # fmt: skip

    assert [Rung("measured", 80), Rung("measured", 80)] == announced(november, december)


def test_estimates_are_deferred() -> None:
    """Figures that are half estimated announce nothing; the same figures once measured do."""
    assert [] == announced(figures(0.9, estimated=0.5))
    assert [Rung("measured", 80)] == announced(figures(0.9, estimated=0.5), figures(0.9, estimated=0.2))


def test_the_first_day_is_deferred() -> None:
    """Less than a day of the month is no ground for an alert."""
    early = replace(figures(0.9, 2.0), until_ms=ms(2026, 11, 1, 23))

    assert [] == announced(early)


def test_old_news_is_deferred() -> None:
    """Figures that end three days ago wait for what is being caught up on; two days are taken."""
    now = figures(0.9)

    assert [] == announced(replace(now, now_ms=now.until_ms + 3 * DAY_MS))
    assert [Rung("measured", 80)] == announced(replace(now, now_ms=now.until_ms + 2 * DAY_MS))


def test_since_when() -> None:
    """A measured level holds since the hour that reached it: 10 kWh an hour reach 80 % of 300 kWh after 24 hours."""
    now = ms(2026, 11, 3)
    known = history([hourly(ms(2026, 11, 1), now, 10_000)], PARIS, now)
    assert known is not None
    drawn = draw(known, 300_000, PARIS, now)
    assert drawn is not None

    standing, _ = judge(None, drawn)

    assert (100, ms(2026, 11, 2, 6)) == (standing.measured, standing.measured_since_ms)
    assert (ms(2026, 11, 2), ms(2026, 11, 2, 6)) == drawn.reached_ms


def test_figures_of_a_month() -> None:
    """24 days of 24 kWh in November: 576 kWh, 80 % of 720, just what an even pace gives; 720 kWh are forecast."""
    now = ms(2026, 11, 25)
    known = history([hourly(ms(2026, 10, 28), now, 1_000)], PARIS, now)
    assert known is not None

    drawn = draw(known, 720_000, PARIS, now)

    assert drawn is not None
    assert drawn.forecast is not None
    assert (576_000, 0.8, 720_000, 576_000) == (drawn.amount, drawn.share, drawn.forecast.amount, drawn.on_track)


def test_a_silent_meter_stops_the_forecast() -> None:
    """With one meter silent for three days there is no forecast, but what was measured still counts."""
    now = ms(2026, 11, 13)
    silent = hourly(ms(2026, 10, 14), ms(2026, 11, 10), 1_000)
    known = history([silent, hourly(ms(2026, 10, 14), now, 1_000)], PARIS, now)
    assert known is not None

    drawn = draw(known, 720_000, PARIS, now)

    assert drawn is not None
    assert (None, (9 + 12) * 24_000) == (drawn.forecast, drawn.amount)


def test_nothing_of_this_month() -> None:
    """A meter silent since last month gives no figures, not zero."""
    known = history([hourly(ms(2026, 10, 1), ms(2026, 10, 30), 1_000)], PARIS, ms(2026, 11, 13))
    assert known is not None

    assert draw(known, 720_000, PARIS, ms(2026, 11, 13)) is None


shares = st.floats(0, 2)
anything = st.builds(
    figures,
    share=shares,
    expected=st.none() | shares,
    spread=st.floats(0, 0.3),
    estimated=st.floats(0, 1),
    day=st.integers(1, 29),
)


@given(st.lists(anything, max_size=40))
def test_each_rung_at_most_once(sequence: list[Figures]) -> None:
    """Whatever the figures do, a month's announcements climb the ladder: none repeats, none steps back."""
    found = [LADDER.index(rung) for rung in announced(*sequence)]

    assert sorted(set(found)) == found


@given(st.lists(anything, max_size=20))
def test_every_announcement_is_true(sequence: list[Figures]) -> None:
    """What is announced is so: the measured share, or the forecast less its spread, has reached the level."""
    standing = None
    for now in sequence:
        standing, rung = judge(standing, now)
        if rung and rung.basis == "measured":
            assert now.amount * 100 >= rung.level * now.budget
        elif rung:
            assert now.forecast is not None
            assert now.forecast.amount * 100 >= (rung.level - 5) * now.budget


@given(st.lists(st.builds(figures, share=st.floats(0, 0.75), expected=st.floats(0, 0.75)), max_size=20))
def test_silence_below_75_percent(sequence: list[Figures]) -> None:
    """With everything below 75 % nothing is ever announced."""
    assert [] == announced(*sequence)
