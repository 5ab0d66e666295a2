"""Each rule of dashboards finds what breaks it, and nothing else in the real ones."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from dashboards.grafana.lint import problems
from tests.dashboards.grafana.boards import Board, boards

Break = Callable[[Board], object]


def _panel(board: Board, number: int = 0) -> Board:
    found: Board = board["panels"][number]
    return found


def _query(change: Callable[[str], str], number: int = 0) -> Break:
    def broken(board: Board) -> None:
        target = _panel(board, number)["targets"][0]
        target["query"] = change(target["query"])

    return broken


def _variable(board: Board) -> Board:
    found: Board = next(each for each in board["templating"]["list"] if each["type"] == "query")
    return found


def _override(board: Board, number: int) -> Board:
    found: Board = _panel(board, FLOWS)["fieldConfig"]["overrides"][number]
    return found


LOAD, FLOWS, TOP = 6, 8, 9  # curves by building, bars by carrier, a table of buildings
BROKEN: dict[str, Break] = {
    "uid 'other' is not that of its file": lambda board: board.update(uid="other"),
    "it may be edited": lambda board: board.update(editable=True),
    "panel id 1 stands 2 times": lambda board: _panel(board, 1).update(id=1),
    "a panel has no id": lambda board: _panel(board).update(id=None),
    "title 'load_now' is not readable": lambda board: _panel(board).update(title="load_now"),
    "title '' is not readable": lambda board: _panel(board).update(title=""),
    "stands twice": lambda board: _panel(board).update(title=_panel(board, 1)["title"]),
    "the description does not say": lambda board: _panel(board).update(description="Load."),
    "is cut off in a panel 4 wide": lambda board: _panel(board).update(title="Electric load of the site"),
    "unit 'humidity' is unknown": lambda board: _panel(board)["fieldConfig"]["defaults"].update(unit="humidity"),
    "unit 'suffix: h' is unknown": lambda board: _panel(board)["fieldConfig"]["defaults"].update(unit="suffix: h"),
    "its bars do not begin at 0": lambda board: _panel(board, FLOWS)["fieldConfig"]["defaults"]["custom"].pop(
        "axisSoftMin"
    ),
    "override 'steam' matches nothing": lambda board: _override(board, 1).update(
        matcher={"id": "byName", "options": "steam"}
    ),
    "2 series of one colour": lambda board: _override(board, 1).update(properties=_override(board, 2)["properties"]),
    "sorted by 'Power', which is no column": lambda board: _panel(board, TOP)["options"].update(
        sortBy=[{"displayName": "Power"}]
    ),
    "a link asks for 'pace', which is no variable": lambda board: _panel(board, LOAD)["fieldConfig"]["defaults"].update(
        links=[{"url": "/d/microville-building-en?${pace:queryparam}"}]
    ),
    "a link asks for building, which is no tag": _query(
        lambda query: query.replace('"building", "meter"', '"meter"'), LOAD
    ),
    "unit 'kWh' is unknown": lambda board: _panel(board)["fieldConfig"]["defaults"].update(unit="kWh"),
    "overlap": lambda board: _panel(board, 1)["gridPos"].update(x=0),
    "wider than the grid": lambda board: _panel(board)["gridPos"].update(w=30),
    "more than one statement": _query(lambda query: f"{query}; {query}"),
    "write $interval": _query(lambda query: query.replace("$interval", "${__interval}"), LOAD),
    "a table of two tags": lambda board: _panel(board)["targets"][0].update(
        query='SELECT sum("amount") FROM "allocation" WHERE $timeFilter GROUP BY "tenant", "carrier"',
        resultFormat="table",
    ),
    "a variable of two measurements": lambda board: _variable(board).update(
        query='SHOW TAG VALUES FROM "climate", "occupancy" WITH KEY = "zone"'
    ),
    "$building without braces": _query(lambda query: f"{query} /$building/"),
    "a window without fill()": _query(lambda query: query.replace(" fill(null)", ""), LOAD),
    "a window without tz()": _query(lambda query: query.replace(" tz('Europe/Paris')", "", 1), LOAD),
    "no least interval": lambda board: _panel(board, LOAD).update(interval=None),
    "a heat map draws fill(null)": lambda board: _panel(board, LOAD).update(type="heatmap"),
    "does not keep to the time shown": _query(lambda query: query.replace("$timeFilter", "time > 0"), LOAD),
    "measurement 'consumptions' is unknown": _query(lambda query: query.replace('"consumption"', '"consumptions"')),
    "'amounts' is no field of consumption": _query(lambda query: query.replace('"amount"', '"amounts"')),
    "carrier 'elektricity' is unknown": _query(lambda query: query.replace("'electricity'", "'elektricity'")),
    "every '2h' is unknown": _query(lambda query: query.replace("'15m'", "'2h'")),
    "variable 'lod' is not one of the dashboard": _query(lambda query: query.replace("${load}", "${lod}"), LOAD),
    "is not escaped: write ${name:regex}": lambda board: _variable(board).update(
        query='SHOW TAG VALUES FROM "consumption" WITH KEY = "meter" WHERE "role" =~ /^${carrier}$/'
    ),
    "refId A stands twice": lambda board: _panel(board, LOAD)["targets"][1].update(refId="A"),
    "its data source is not": lambda board: _panel(board)["targets"][0].update(datasource={"uid": "mine"}),
    "is no tag that the query groups by": lambda board: _panel(board)["targets"][0].update(alias="$tag_zone"),
    "a link leads to microville-cellar-en": lambda board: board["links"][0].update(url="/d/microville-cellar-en?"),
}


def _named(found: dict[str, Board]) -> dict[str, Board]:
    return {f"en/{name}.json": board for name, board in found.items()}


def test_the_real_ones() -> None:
    """They keep all rules."""
    assert [] == problems(_named(boards()))


@pytest.mark.parametrize("words", BROKEN)
def test_rule(words: str) -> None:
    """A board that breaks it is found, in words."""
    found = {**boards(), "site": deepcopy(boards()["site"])}
    BROKEN[words](found["site"])

    assert [line for line in problems(_named(found)) if words in line]


def test_uid_once() -> None:
    """Two boards of one uid."""
    assert "uid microville-site-en stands 2 times" in problems(_named({**boards(), "again": boards()["site"]}))
