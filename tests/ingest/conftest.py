"""For the tests of ingest."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ingest import drain, ingester
from ingest.mqtt import session
from store.state import State
from tests.ingest.line import BalkyStore, Line
from tests.ingest.proxy import Proxy, proxy
from tests.servers import Server, mosquitto


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost connection is tried again at once."""
    monkeypatch.setattr(session, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(session, "LONGEST_WAIT_S", 0.1)


@pytest.fixture
def quick_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow quickly."""
    monkeypatch.setattr(ingester, "RETRY_S", 0.02)
    monkeypatch.setattr(drain, "RETRY_S", 0.02)


@pytest.fixture
def broker() -> Iterator[Server]:
    with mosquitto(max_inflight=0) as server:
        yield server


@pytest.fixture
async def between(broker: Server) -> AsyncIterator[Proxy]:
    async with proxy(broker.port) as relay:
        yield relay


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[BalkyStore]:
    opened = BalkyStore(tmp_path / "test.duckdb")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def line(broker: Server, between: Proxy, store: BalkyStore, state: State) -> Line:
    return Line(broker, between, store, state)
