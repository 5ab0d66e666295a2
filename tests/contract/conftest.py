"""One suite, every store: each test runs once per row of `STORES`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from store.base import Store
from store.duck import DuckStore
from store.influx import InfluxStore
from tests.servers import influxd

Opener = Callable[[Path], AbstractAsyncContextManager[Store]]
"""Yields an opened store whose data is kept under the folder: opened again on it, it finds what it had."""


@asynccontextmanager
async def duck(folder: Path) -> AsyncIterator[Store]:
    """The embedded store, in a file."""
    store = DuckStore(folder / "contract.duckdb")
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def influx(folder: Path) -> AsyncIterator[Store]:
    """InfluxDB 1.x: a real server on the folder."""
    with influxd(folder=folder) as server:
        store = InfluxStore("127.0.0.1", server.port)
        await store.open()
        try:
            yield store
        finally:
            await store.close()


STORES: dict[str, Opener] = {"duckdb": duck, "influxdb": influx}
"""A new store adds its row here, and passes the suite."""


@pytest.fixture(params=sorted(STORES))
def opener(request: pytest.FixtureRequest) -> Opener:
    """How to open the store under test; for the tests that close and open again."""
    return STORES[request.param]


@pytest.fixture
async def store(opener: Opener, tmp_path: Path) -> AsyncIterator[Store]:
    """The store under test, open and empty."""
    async with opener(tmp_path) as opened:
        yield opened
