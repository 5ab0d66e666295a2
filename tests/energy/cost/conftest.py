"""Costs are kept by either store: each of these tests runs on both, on one InfluxDB with a database each."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from store.base import Store
from store.duck import DuckStore
from store.influx import InfluxStore
from tests.servers import Server, influxd

_NUMBERS = count()


@pytest.fixture(scope="package")
def influxdb() -> Iterator[Server]:
    """An InfluxDB 1.x for all of them."""
    with influxd() as server:
        yield server


@pytest.fixture(params=["duckdb", "influxdb"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, influxdb: Server) -> AsyncIterator[Store]:
    """A real store, empty and open."""
    opened: Store
    if request.param == "duckdb":
        opened = DuckStore(tmp_path / "test.duckdb")
    else:
        opened = InfluxStore("127.0.0.1", influxdb.port, bucket=f"costs{next(_NUMBERS)}")
    await opened.open()
    yield opened
    await opened.close()
