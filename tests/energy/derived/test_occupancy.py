"""From sensors to person-hours: examples on paper, properties, and a real room whose sensors disagree."""

import csv
import gzip
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.derived.degree_days import base_17, base_18, degree_days
from energy.derived.facts import of_zone
from energy.derived.held import Held, held
from energy.derived.occupancy import Passages, Sensed, from_motion, from_passages
from energy.flows.rollup import rollup
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, HOUR_MS
from tests.energy.sites import PARIS, START_MS, ms

MINUTE = 60_000
ROOM = Path(__file__).parent / "b4b" / "999169.csv.gz"


def says(*readings: tuple[int, float], interval_s: int = 900) -> Held:
    """Readings as minutes since the start, and values."""
    times = START_MS + MINUTE * np.array([at for at, _ in readings], np.int64)
    return held(times, np.array([value for _, value in readings], np.float64), interval_s)


def facts(sensed: Sensed, co2: Sequence[Held] = (), hours: int = 2) -> dict[str, dict[int, int]]:
    """Fact → hour since the start → amount."""
    found = of_zone(sensed, co2, START_MS, START_MS + hours * HOUR_MS, PARIS)
    return {
        name: dict(zip((s.starts - START_MS) // HOUR_MS, s.amounts.tolist(), strict=True)) for name, s in found.items()
    }


def test_head_count_on_paper() -> None:
    """2 people from 00:10, 3 from 00:30, then silence: they stand until 01:15, 45 minutes; after that nothing is known.

    First hour: 20 min × 2 + 30 min × 3 = 130 person-minutes; second: 15 × 3 = 45.
    """
    found = facts(Sensed([says((10, 2), (30, 3))]))

    assert {0: 130 * 60, 1: 45 * 60} == found["people"]
    assert {0: 50 * 60, 1: 15 * 60} == found["observed"] == found["occupied"]


def test_empty_is_known_and_silent_is_not() -> None:
    """An hour with nobody is a row of zero; an hour without readings is none."""
    found = facts(Sensed([says((0, 0))]), hours=3)

    assert {0: 0} == found["people"] == found["occupied"]
    assert {0: 2700} == found["observed"]


def test_presence_is_no_persons() -> None:
    """A presence sensor tells of occupied time alone."""
    found = facts(Sensed(presences=[says((0, 1), (30, 0))]), hours=1)

    assert ({}, {0: 1800}, {0: 3600}) == (found["people"], found["occupied"], found["observed"])


def test_count_beats_counters_beat_presence() -> None:
    """While the camera speaks it counts; then the door's counter does; then presence, which knows no persons."""
    camera = says((0, 4), interval_s=300)  # until 00:15
    door = Held(*says((0, 2))[:2], 30 * MINUTE)  # until 00:30
    found = facts(Sensed([camera], door, [says((0, 1), interval_s=1200)]), hours=1)

    assert {0: (15 * 4 + 15 * 2) * 60} == found["people"]
    assert {0: 3600} == found["occupied"]


def test_two_cameras_add_up() -> None:
    """They see two halves; when one is silent half of the figure is guessed."""
    both = Sensed([says((0, 2), (45, 2)), says((0, 3), interval_s=600)])  # the second until 00:30
    people = of_zone(both, [], START_MS, START_MS + HOUR_MS, PARIS)["people"]

    assert [(30 * 5 + 30 * 2) * 60] == people.amounts.tolist()
    assert [30 * 2 / 2 / 210] == pytest.approx(people.estimated)


def test_motion_lingers() -> None:
    """Motion at 00:00 alone occupies until 00:25: five minutes as its reading stands, and twenty more."""
    motion = from_motion(says((0, 1), (5, 0), (20, 0), (40, 0)))

    assert {0: 25 * 60} == facts(Sensed(presences=[motion]), hours=1)["occupied"]


def door(*readings: tuple[int, float], sign: int = 1) -> Passages:
    times = START_MS + HOUR_MS * np.array([at for at, _ in readings], np.int64)
    return Passages(times, np.array([value for _, value in readings], np.float64), sign)


def test_counters_that_drift() -> None:
    """In 10 at 9:00, out 8 at 17:00: the day counts as 9 in and 9 out. The next day's 3 stand as they are so far."""
    doors = [door((8, 100), (9, 110), (17, 110), (33, 113)), door((8, 50), (9, 50), (17, 58), (33, 58), sign=-1)]
    inside = from_passages(doors, DAY_MS, PARIS)
    hours = [8, 9, 12, 17, 27, 28, 32, 33]

    assert [0, 9, 9, 0, 0, 0, 0, 3] == inside.at(START_MS + HOUR_MS * np.array(hours)).tolist()


def test_nobody_is_below_zero() -> None:
    """Who leaves without having been counted in was there before: the count does not fall below zero."""
    inside = from_passages([door((8, 0), (10, 2)), door((8, 0), (9, 1), sign=-1)], DAY_MS, PARIS)

    assert [0, 0, 2] == inside.at(START_MS + HOUR_MS * np.array([8, 9, 10])).tolist()


def test_co2_while_occupied() -> None:
    """1,000 ppm all along counts while somebody is there, 1,600 ppm from half past on above both."""
    found = facts(Sensed([says((0, 1), (45, 0))]), [says((0, 1000), (30, 1600))], hours=1)

    assert ({0: 2700}, {0: 2700}, {0: 900}) == (found["aired"], found["co2_800"], found["co2_1500"])


def test_rooms_are_judged_from_8_to_20() -> None:
    """Of a day occupied throughout, 12 hours are used of 12 usable; also on the day of 25 hours."""
    start_ms, end_ms = ms("2025-10-26 00:00"), ms("2025-10-27 00:00")
    camera = Held(np.array([start_ms]), np.array([1.0]), 2 * DAY_MS)
    found = of_zone(Sensed([camera]), [], start_ms, end_ms, PARIS)

    assert (12 * 3600, 12 * 3600) == (found["used"].amounts.sum(), found["usable"].amounts.sum())
    assert [25 * 3600] == rollup(found["people"], "1d", PARIS).amounts.tolist()


@given(st.lists(st.tuples(st.integers(0, 47), st.integers(0, 30), st.booleans()), max_size=40))
def test_counters_return_to_zero(passages: list[tuple[int, int, bool]]) -> None:
    """Whatever is counted, nobody is below zero, and at every anchor nobody is left."""
    times = START_MS + HOUR_MS * np.arange(0, 80, dtype=np.int64)
    doors = []
    for entering in (True, False):
        moved = np.zeros(len(times))
        for at, people, into in passages:
            moved[at + 1] += people if into == entering else 0
        doors.append(Passages(times, np.cumsum(moved), 1 if entering else -1))
    inside = from_passages(doors, 3 * HOUR_MS, PARIS)

    assert bool((inside.values >= 0).all())
    assert [0.0, 0.0, 0.0] == inside.at(START_MS + HOUR_MS * np.array([4, 28, 52])).tolist()


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), min_size=1, max_size=30))
def test_hours_sum_to_the_whole(readings: list[tuple[int, int]]) -> None:
    """Person-seconds by hour are those of the time as a whole, to rounding; occupied never exceeds observed."""
    found = of_zone(Sensed([says(*readings)]), [], START_MS, START_MS + 8 * HOUR_MS, PARIS)
    minutes = START_MS + MINUTE * np.arange(8 * 60, dtype=np.int64)
    exact = np.nansum(says(*readings).at(minutes)) * 60

    assert exact == found["people"].amounts.sum()
    assert bool((found["occupied"].amounts <= found["observed"].amounts).all())


def real(source: str, name: str, interval_s: int) -> Held:
    with gzip.open(ROOM, "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["source"], row["property"]) == (source, name)]
    times = [round(datetime.fromisoformat(row["time"]).timestamp() * 1000) for row in rows]
    return held(np.array(times, np.int64), np.array([float(row["value"]) for row in rows]), interval_s)


def days(sensed: Sensed) -> tuple[Steps, Steps]:
    found = of_zone(sensed, [], ms("2022-10-28 00:00"), ms("2022-11-01 00:00"), PARIS)
    return rollup(found["people"], "1d", PARIS), rollup(found["observed"], "1d", PARIS)


def test_real_room_over_the_end_of_summer_time() -> None:
    """The counter lost the hour that came twice: 25 hours less what its silence of two hours outlasts its hold."""
    count = real("xovis", "occupancy__p", 300)
    _, observed = days(Sensed([count]))

    assert 3600 * 24 == observed.amounts[0]
    assert 3600 * 23 < observed.amounts[2] < 3600 * 24


def test_real_sensors_that_disagree() -> None:
    """Counter, phones and motion say three different things of a room: the counter counts; motion fills its silence.

    Its readings of 28 October, each times the seconds to the next, are 66,300: eighteen person-hours and a half.
    """
    count, phones = real("xovis", "occupancy__p", 300), real("CO2-meter-SCD4x", "occupancy__p", 600)
    motion = from_motion(real("bms", "occupancy__bool", 300))
    counted, _ = days(Sensed([count]))
    beside, _ = days(Sensed([count], presences=[motion]))
    heard, _ = days(Sensed([phones]))

    assert counted.amounts.tolist() == beside.amounts.tolist()
    assert counted.amounts[0] != heard.amounts[0]
    assert 66_300 == counted.amounts[0]


def test_degree_days_on_paper() -> None:
    """2 to 8 °C: 12 and 13. 10 to 24 °C: the mean is 17, so 0 at base 17; COSTIC: 8 × (0.08 + 0.42 × 8/14) = 2.56."""
    assert (12.0, 13.0) == (base_17(2, 8), base_18(2, 8))
    assert (0.0, 2.56) == (base_17(10, 24), base_18(10, 24))
    assert (0.0, 0.0) == (base_17(18, 30), base_18(18, 30))


def test_degree_days_of_whole_days() -> None:
    """Yesterday with a reading each hour counts, a day with 19 of them and today do not."""
    times = START_MS + HOUR_MS * np.array([*range(24), *range(24, 43), *range(48, 60)], np.int64)
    values = np.tile([2.0, 8.0], 40)[: len(times)]
    found = degree_days(times, values, START_MS + 60 * HOUR_MS, PARIS)

    assert ([START_MS], [12_000], [13_000]) == (
        found["degree17"].starts.tolist(),
        found["degree17"].amounts.tolist(),
        found["degree18"].amounts.tolist(),
    )
