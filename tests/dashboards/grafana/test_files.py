"""The dashboards' files: what the code makes, in both languages, as far as Grafana can be known without one."""

from pathlib import Path

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.grafana import build, check, write
from dashboards.grafana.lint import queries
from estate.load import load
from estate.settings import sample_path
from tests.dashboards.grafana.boards import Board, boards

COMMITTED = Path(__file__).parents[3] / "deploy" / "grafana" / "dashboards"
SITE = load(sample_path()).site


def test_committed() -> None:
    """The files under deploy are what the code makes."""
    assert [] == check(COMMITTED, SITE)


def test_drift(tmp_path: Path) -> None:
    """A changed, missing or unknown file is told; writing puts all right."""
    write(tmp_path, SITE)
    (tmp_path / "en" / "site.json").write_text("{}")
    (tmp_path / "fr" / "site.json").unlink()
    (tmp_path / "fr" / "old.json").write_text("{}")
    drift = check(tmp_path, SITE)
    write(tmp_path, SITE)

    assert ["en/site.json: out of date", "fr/old.json: no such dashboard", "fr/site.json: missing"] == [
        line.removeprefix(f"{tmp_path}/") for line in drift
    ]
    assert [] == check(tmp_path, SITE)


def test_by_the_hour(tmp_path: Path) -> None:
    """Where consumption is settled by the hour, no query asks for quarters."""
    assert not [name for name, text in build(SITE, "1h").items() if "'15m'" in text]


def test_one_source() -> None:
    """French and English ask the same, panel by panel, and say it in other words."""
    french, english = boards("fr"), boards("en")

    assert _asked(french) == _asked(english)
    assert {"CO₂", "Signal"} == _titles(french) & _titles(english)


def _asked(of: dict[str, Board]) -> list[list[str]]:
    return [[query.query for query in queries(board)] for board in of.values()]


def _titles(of: dict[str, Board]) -> set[str]:
    return {panel["title"] for board in of.values() for panel in board["panels"]}


@pytest.mark.parametrize("name", boards())
def test_schema(name: str) -> None:
    """The SDK, which is made from Grafana's own schema, reads back what it wrote."""
    board = boards()[name]
    read = Dashboard.from_json(board)

    assert (board["uid"], len(board["panels"])) == (read.uid, len(read.panels or []))


def test_periods_keep_what_is_chosen() -> None:
    """Today, Month, Year and All time lead to the same dashboard, with what is chosen and the rows that serve."""
    links = [link for link in boards()["building"]["links"] if link["type"] == "link"]
    every = [link["url"].partition("var-every=")[2].partition("&")[0] for link in links]

    assert ["Today", "Month", "Year", "All time"] == [link["title"] for link in links]
    assert ["1h", "1d", "1mo", "1y"] == every
    assert all(
        "${building:queryparam}" in link["url"] and "/d/microville-building-en?" in link["url"] for link in links
    )


def test_drill_down() -> None:
    """Site → Building → Zone, keeping the time and the rows that serve it."""
    ways = {
        name: {link["url"].partition("?")[0] for panel in board["panels"] for link in _links(panel)}
        for name, board in boards().items()
    }

    assert {"/d/microville-building-en"} == ways["site"]
    assert {"/d/microville-zone-en"} == ways["building"]
    assert [] == [
        link["url"]
        for board in boards().values()
        for panel in board["panels"]
        for link in _links(panel)
        if not all(kept in link["url"] for kept in ("${__url_time_range}", "${every:queryparam}", "${load:queryparam}"))
    ]


def _links(panel: Board) -> list[Board]:
    config = panel["fieldConfig"]
    columns = [p["value"] for each in config["overrides"] for p in each["properties"] if p["id"] == "links"]
    return [*config["defaults"].get("links", []), *(link for links in columns for link in links)]
