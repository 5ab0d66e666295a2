"""What writing remembers, with a clock of our own."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from estate.calendar import DAY_MS
from store.duck_file import connect
from store.duck_write import Writer
from tests.contract.values import T0, point


@pytest.fixture
def database(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "a.duckdb", "1GB") as opened:
        yield opened


def arrivals(database: duckdb.DuckDBPyConnection) -> list[tuple[int, ...]]:
    return database.execute("SELECT arrived_ms FROM touched ORDER BY ALL").fetchall()


def test_arrivals_are_forgotten(database: duckdb.DuckDBPyConnection) -> None:
    """Arrivals are forgotten after seven days, looked for once a day."""
    writer = Writer(database)
    register = point(1.0, quantity="electricity.energy")
    writer.points([register], T0)
    writer.points([register], T0 + 6 * DAY_MS)
    writer.points([register], T0 + 8 * DAY_MS)

    assert [(T0 + 6 * DAY_MS,), (T0 + 8 * DAY_MS,)] == arrivals(database)


def test_a_clock_set_back(database: duckdb.DuckDBPyConnection) -> None:
    """Arrivals never go back, also not after a restart: who goes on from the last one misses nothing."""
    register = point(1.0, quantity="electricity.energy")
    Writer(database).points([register], T0)
    Writer(database).points([register], T0 - DAY_MS)

    assert [(T0,), (T0,)] == arrivals(database)
