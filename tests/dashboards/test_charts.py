"""What is drawn, and what is said of it."""

from dataclasses import replace
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import vl_convert

from dashboards.language import Speaker, choose
from dashboards.pages import charts
from dashboards.pages.line_charts import ROOM_QUANTITIES, rooms_chart, trend_chart
from dashboards.pages.queries import DayUse, LoadStep, Ranked, RoomValue
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS
from estate.model import Zone
from tests.dashboards.conftest import NOW, small_estate

SPEAKER = Speaker("fr", ZoneInfo("Europe/Paris"))
CO2, PEOPLE = "climate.co2", "occupancy.count"
SPAN = (NOW - 2 * DAY_MS, NOW)
AUTUMN = 1_792_886_400_000
"""2026-10-25T00:00:00Z, an hour before the clocks go back in Paris."""


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The data a specification carries."""
    return list(spec["data"]["values"])


def test_load_keeps_holes_and_estimates_apart() -> None:
    """A step is one bar for what was measured and one for what was estimated; a missing step is no bar."""
    rows = [LoadStep(NOW, "office", 3000.0, 1000.0), LoadStep(NOW + 2 * STEP_MS, "office", 2000.0, 0.0)]
    drawing = charts.load_chart(rows, SPAN, SPEAKER)
    values = rows_of(drawing.chart.to_dict())

    assert [(NOW, 3.0, "mesuré"), (NOW, 1.0, "estimé"), (NOW + 2 * STEP_MS, 2.0, "mesuré")] == [
        (value["start"], value["kw"], value["quality"]) for value in values
    ]
    assert ["Bureaux", "estimé (hachuré)"] == [name for name, _ in drawing.legend]


def test_hour_that_comes_twice() -> None:
    """In the night the clocks go back, two hours called two o'clock have two places and one name."""
    rows = [LoadStep(AUTUMN + number * HOUR_MS, "office", 1000.0, 0.0) for number in range(3)]
    drawing = charts.load_chart(rows, (AUTUMN - HOUR_MS, AUTUMN + DAY_MS), SPEAKER)
    values = rows_of(drawing.chart.to_dict())

    assert 3 == len({value["start"] for value in values})
    assert ["02:00", "02:00", "03:00"] == [value["when"][-5:] for value in values]


def test_midnights_are_the_sites() -> None:
    """Ticks stand at the site's midnights, also on the day of 25 hours."""
    spec = charts.load_chart([], (AUTUMN - DAY_MS, AUTUMN + 2 * DAY_MS), SPEAKER).chart.to_dict()
    axis = spec["encoding"]["x"]["axis"]

    assert f"'{AUTUMN - 2 * HOUR_MS}': 'dim. 25'" in axis["labelExpr"]
    assert f"'{AUTUMN + 23 * HOUR_MS}': 'lun. 26'" in axis["labelExpr"]
    assert AUTUMN + 23 * HOUR_MS in axis["values"]


def test_weeks_have_days_alone() -> None:
    """Over a week there is one tick for each of the site's midnights, with its day."""
    spec = charts.load_chart([], (NOW - 7 * DAY_MS, NOW), SPEAKER).chart.to_dict()
    axis = spec["encoding"]["x"]["axis"]

    assert [DAY_MS] * 6 == [after - at for at, after in pairwise(axis["values"])]
    assert 7 == axis["labelExpr"].count(": '")
    assert "'lun. 23'" in axis["labelExpr"]


def test_missing_days_are_told() -> None:
    """A building whose days are not all known says so in its name; the order is that of the rows."""
    rows = [Ranked("b02", 9.0, 0.0, 12), Ranked("b01", 4.0, 0.25, 28)]
    spec = charts.ranking_chart(rows, small_estate(), 28, SPEAKER).chart.to_dict()

    assert ["Forge (12 j)", "Mairie"] == spec["encoding"]["y"]["sort"]
    assert [9.0, 3.0, 1.0] == [value["kwh_m2"] for value in rows_of(spec)]


def test_rooms_keep_their_colour() -> None:
    """A room has one colour in both charts, whoever else is in them; two of a name are told apart."""
    zones = ["b01-room", "b02-room"]
    twin = Zone("b02-room", "b02", "Salle du conseil", 40.0)
    estate = replace(small_estate(), zones={**small_estate().zones, "b02-room": twin})
    co2 = rooms_chart(CO2, [RoomValue(NOW, zone, 700.0) for zone in zones], zones, SPAN, estate, SPEAKER)
    people = rooms_chart(PEOPLE, [RoomValue(NOW, "b02-room", 2.0)], zones, SPAN, estate, SPEAKER)

    assert ["Salle du conseil (b01-room)", "Salle du conseil (b02-room)"] == [name for name, _ in co2.legend]
    assert co2.legend == people.legend


def test_every_chart_is_valid_and_draws() -> None:
    """Every chart satisfies Vega-Lite's schema and becomes a picture, in both languages."""
    estate = small_estate()
    room = [RoomValue(NOW, "b01-room", 700.0), RoomValue(NOW + 600_000, "b01-room", None)]
    for language in ("fr", "en"):
        speaker = Speaker(choose(language, ""), SPEAKER.zone)
        for drawing in (
            charts.load_chart([LoadStep(NOW, "", 3000.0, 1000.0)], SPAN, speaker),
            charts.days_chart([DayUse("2026-11-23", "gas", 1e6, 0.0)], ["2026-11-22", "2026-11-23"], speaker),
            charts.ranking_chart([Ranked("b01", 4.0, 0.25, 28)], estate, 28, speaker),
            *(rooms_chart(quantity, room, ["b01-room"], SPAN, estate, speaker) for quantity in ROOM_QUANTITIES),
            trend_chart({"a": [(NOW, 1.0), (NOW + STEP_MS, 2.0)]}, {"a": "A"}, "A", SPAN, STEP_MS, speaker),
        ):
            spec = {**drawing.chart.to_dict(), "width": 300}

            assert vl_convert.vegalite_to_svg(spec).startswith("<svg")


def test_language() -> None:
    """The URL decides, else the browser's wish, else French."""
    assert ["en", "fr", "en", "fr", "fr", "en"] == [
        choose("en", "fr"),
        choose(None, ""),
        choose(None, "de, en-GB;q=0.8, fr;q=0.2"),
        choose(None, "en;q=0.1, fr-CA;q=0.9"),
        choose(None, "de"),
        choose(None, "en-US,en"),
    ]


def test_figures() -> None:
    """Numbers are written as the language does, in the unit people read."""
    assert ["5\u202f461\u00a0kW", "12,3\u00a0kW", "30,3\u00a0MWh", "1,5\u00a0kWh"] == [
        SPEAKER.power(5_461_000),
        SPEAKER.power(12_340),
        SPEAKER.energy(30_300_000),
        SPEAKER.energy(1_500),
    ]
