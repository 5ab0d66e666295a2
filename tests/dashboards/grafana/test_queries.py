"""Every query of every panel, variable and annotation is answered by a real InfluxDB, whatever is chosen."""

from collections import Counter
from string import Template
from typing import Any

import pytest

from estate.calendar import DAY_MS, HOUR_MS
from tests.dashboards.grafana.boards import every_query
from tests.dashboards.grafana.conftest import Ask
from tests.dashboards.grafana.interpolate import Looking
from tests.dashboards.grafana.sample import NOW, START, STRANGE

STEPS = {"every": ["1d"], "load": ["15m"]}
HOURLY = {"every": ["1h"], "load": ["1h"]}

LOOKS = {
    "all": Looking(START, NOW, STEPS, "1h"),
    "one": Looking(
        NOW - DAY_MS, NOW, {**HOURLY, "building": ["b02"], "zone": ["b02-room-a"], "tenant": ["essor"]}, "15m"
    ),
    "several": Looking(NOW - 3 * DAY_MS, NOW, {**STEPS, "building": ["b01", "b02"], "carrier": ["gas", "pv"]}, "30m"),
    "a year": Looking(NOW - 365 * DAY_MS, NOW, {"every": ["1mo"], "load": ["1d"]}, "1d"),
    "strange": Looking(
        NOW - 2 * DAY_MS, NOW, {**STEPS, "building": [STRANGE, "b/01"], "zone": [STRANGE], "tenant": [STRANGE]}, "1h"
    ),
}

NOTHING = {
    "Emissions, one year before (CO₂e)": "the sample fills days",
    "Emissions, year on year": "the same; of one building it is in test_figures",
}
"""Panels with nothing to show of the sample, and why."""

QUERIES = list(every_query())


@pytest.mark.parametrize("look", LOOKS)
def test_answers(ask: Ask, look: str) -> None:
    """No query is an error."""
    for _, asked in QUERIES:
        ask(LOOKS[look].query(asked.query))


def test_not_empty(ask: Ask) -> None:
    """Whatever the sample has data for has something to show."""
    shown: dict[tuple[str, str], int] = {}
    for board, asked in QUERIES:
        found = ask(LOOKS["all" if "'1mo'" not in asked.query else "a year"].query(asked.query))
        place = board, asked.panel.get("title", asked.where)
        shown[place] = shown.get(place, 0) + sum(_value(row) for series in found for row in series["values"])

    assert [] == [place for place, values in shown.items() if not values and place[1] not in NOTHING]


def test_series_told_apart(ask: Ask) -> None:
    """No two curves of a panel are called the same, and none after a tag that is not there."""
    problems = set()
    for board, asked in QUERIES:
        alias = asked.target.get("alias", "")
        if "$tag_" in alias:
            tags = [series["tags"] for series in ask(LOOKS["all"].query(asked.query))]
            names = Counter(Template(alias.replace("$tag_", "$")).substitute(each) for each in tags)
            used = Template(alias.replace("$tag_", "$")).get_identifiers()
            empty = any(not each[tag] for each in tags for tag in used)
            if empty or max(names.values(), default=1) > 1:
                problems.add((board, asked.panel["title"], empty))

    assert set() == problems


def test_strange_names(ask: Ask) -> None:
    """A name of quotes, spaces, accents and signs finds what is of that name, and nothing else."""
    found: set[str] = set()
    for _, asked in QUERIES:
        if "${building:regex}" in asked.query and asked.panel:
            for series in ask(LOOKS["strange"].query(asked.query)):
                found |= {series["tags"][tag] for tag in ("building", "zone") if series.get("tags", {}).get(tag)}

    assert {STRANGE} == found


def test_variables_offer_strange_names(ask: Ask) -> None:
    """And the variables offer it as it is."""
    offered = {
        asked.where: {value for series in ask(LOOKS["all"].query(asked.query)) for _, value in series["values"]}
        for _, asked in QUERIES
        if asked.where.startswith("variable") and "carrier" not in asked.where
    }

    assert ["variable 'building'", "variable 'tenant'", "variable 'zone'"] == sorted(offered)
    assert [] == [where for where, values in offered.items() if STRANGE not in values]


def test_notes(ask: Ask) -> None:
    """A note is drawn as long as it holds, of what is chosen and of the site."""
    (query,) = {asked.query for board, asked in QUERIES if board == "building" and "annotation" in asked.where}
    hour = {"building": [STRANGE]}

    assert {"d'ici « là »"} == {row[1] for series in ask(Looking(NOW - HOUR_MS, NOW, hour).query(query))
                               for row in series["values"]}  # fmt: skip
    assert [] == ask(Looking(START - HOUR_MS, START - 1, hour).query(query))


def test_starts(ask: Ask) -> None:
    """Where an ingester started, its name is drawn across the panels of ingest."""
    (query,) = {asked.query for board, asked in QUERIES if board == "ingest" and "Starts" in asked.where}
    rows = [row for series in ask(LOOKS["all"].query(query)) for row in series["values"]]

    assert [[NOW - 30 * 60_000, 1, "microville"]] == rows


def _value(row: list[Any]) -> bool:
    return any(value is not None for value in row[1:])
