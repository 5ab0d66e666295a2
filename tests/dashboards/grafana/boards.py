"""The dashboards that the tests look at, as Grafana loads them."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from dashboards.grafana import build
from dashboards.grafana.lint import Asked, queries
from estate.load import load
from estate.settings import sample_path

Board = dict[str, Any]


@cache
def boards(language: str = "en") -> dict[str, Board]:
    """By name, for the sample's site."""
    found = build(load(sample_path()).site).items()
    return {name[3:-5]: json.loads(text) for name, text in found if name.startswith(language)}


def panel(board: str, title: str) -> Board:
    """The panel of that title, in English."""
    (found,) = [each for each in boards()[board]["panels"] if each["title"] == title]
    return dict(found)


def asked(board: str, title: str, number: int = 0) -> str:
    """Its query."""
    return str(panel(board, title)["targets"][number]["query"])


def every_query() -> Iterator[tuple[str, Asked]]:
    """All of all boards, each with its board's name."""
    for name, board in boards().items():
        for query in queries(board):
            yield name, query
