"""A store that is slow: live messages do not wait for it, and it gets everything all the same."""

import asyncio
from pathlib import Path

import pytest

from ingest import drain, intake
from ingest.account.ledger import Ledger
from ingest.intake import Intake
from store.base import Series
from store.influx import InfluxStore
from store.state import State
from tests.ingest.line import BalkyStore, instant
from tests.ingest.proxy import proxy
from tests.ingest.values import BEGIN_MS, END_MS, NOW_MS, message, payload, pipeline
from tests.servers import influxd
from tests.waiting import until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LIVE_S", 0.1)
    monkeypatch.setattr(drain, "RETRY_S", 0.02)


async def say(taking: Intake, *values: float) -> None:
    """Messages come, and are safe when this returns."""
    messages, outcome = taking.take([message(said=payload(value, instant(value))) for value in values])
    await taking.keep(messages, outcome)


async def test_slow_influxdb(state: State, tmp_path: Path) -> None:
    """Behind a line that delays every answer live readings go to the spool, from there into the store, each once."""
    with influxd(folder=tmp_path) as server:
        async with proxy(server.port) as between:
            store = InfluxStore("127.0.0.1", between.port)
            await store.open()
            taking = Intake(pipeline(), store, state, Ledger(), lambda: NOW_MS)
            await say(taking, 1, 2)
            between.delay_s = 0.3
            await say(taking, 3, 4)
            slow = taking.ledger.spooled, taking.store_trouble
            draining = asyncio.create_task(taking.drain())
            await until(lambda: taking.ledger.spooled == 0)
            delayed = taking.store_trouble
            between.delay_s = 0.0
            await say(taking, 5)
            rows = await store.series(Series("electricity.power", BEGIN_MS, END_MS, None))
            draining.cancel()
            await asyncio.gather(draining, return_exceptions=True)
            await store.close()

    assert (2, "the store has not taken a write within 0.1 s") == slow
    assert "" == delayed
    assert [1.0, 2.0, 3.0, 4.0, 5.0] == [value for row in rows for value in row.values]
    assert (5, 5, 0) == (taking.ledger.received, taking.ledger.stored, taking.ledger.difference)


async def test_busy_duckdb(state: State, store: BalkyStore) -> None:
    """A file that is busy for long is left to the drainer; what its thread had begun does no harm."""
    taking = Intake(pipeline(), store, state, Ledger(), lambda: NOW_MS)
    store.gate.clear()
    await say(taking, 1, 2)
    waiting = taking.ledger.spooled
    draining = asyncio.create_task(taking.drain())
    store.gate.set()
    await until(lambda: taking.ledger.stored == 2)
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)

    assert 2 == waiting
    assert [1.0, 2.0] == await store.values()
