"""MQTT to store with real parts: what is acknowledged is durable (law 2), and every message has its account (law 1)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estate.model import Point
from ingest import ingester as ingester_module
from ingest import spool
from ingest.ingester import Ingester
from ingest.ledger import Ledger
from ingest.session import Session
from sensors.model import Reason
from store.base import Series, StoreRefused, StoreUnavailable
from store.duck import DuckStore
from store.state import State
from tests.ingest.proxy import Proxy, proxy
from tests.ingest.sending import send
from tests.ingest.values import BEGIN_MS, END_MS, NOW_MS, message, payload, pipeline, settings
from tests.servers import Server, mosquitto
from tests.waiting import until

BAD = 666.0
"""The power that a refusing store will not take."""


class BalkyStore(DuckStore):
    """A real store that does as told before it writes: waits at its gate, and raises what `before` raises."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = asyncio.Event()
        self.gate.set()
        self.before: Callable[[Sequence[Point]], None] = lambda points: None
        self.asked: list[float] = []  # the values of every write tried, in order

    async def write(self, points: Sequence[Point]) -> None:
        self.asked += [point.value for point in points]
        await self.gate.wait()
        self.before(points)
        await super().write(points)

    async def values(self) -> list[float]:
        """What is stored, in order of time."""
        rows = await self.series(Series("electricity.power", BEGIN_MS, END_MS, None))
        return [float(value) for row in rows for value in row.values]


def away(points: Sequence[Point]) -> None:
    raise StoreUnavailable("store example: connection refused")


def refuse_bad(points: Sequence[Point]) -> None:
    if BAD in [point.value for point in points]:
        raise StoreRefused("value 666 is cursed")


def agree(points: Sequence[Point]) -> None:
    pass


class Line:
    """A running ingester and its surroundings."""

    def __init__(self, broker: Server, between: Proxy, store: BalkyStore, state: State) -> None:
        self.broker, self.between, self.store, self.state = broker, between, store, state
        self.ledger = Ledger()
        self._session = Session(settings(between.port), lambda: NOW_MS)
        self.ingester = Ingester(self._session, pipeline(), store, state, self.ledger, lambda: NOW_MS)

    async def say(self, *values: float) -> None:
        """Readings of these powers, each with a time of its own, in the broker's hands when this returns."""
        await send(self.broker.port, [payload(value, instant(value)) for value in values])

    @property
    def acknowledged(self) -> int:
        return sum(len(ids) for ids in self.between.acknowledged())

    def connected(self) -> bool:
        return self._session.connected


def instant(value: float) -> str:
    """A time for a value: greater values are later."""
    return datetime.fromtimestamp((NOW_MS / 1000) - 100_000 + value, UTC).isoformat()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow quickly."""
    monkeypatch.setattr(ingester_module, "RETRY_S", 0.02)


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
def state(tmp_path: Path) -> Iterator[State]:
    with State(tmp_path / "state.sqlite") as opened:
        yield opened


@pytest.fixture
def line(broker: Server, between: Proxy, store: BalkyStore, state: State) -> Line:
    return Line(broker, between, store, state)


@asynccontextmanager
async def at_work(line: Line) -> AsyncIterator[Line]:
    """Ingesting until the block ends; then everything received is accounted for."""
    task = asyncio.create_task(line.ingester.run())
    try:
        await until(lambda: line.connected() or task.done())
        yield line
        line.ingester.stop()
        await asyncio.wait_for(task, 20)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    check_accounts(line)


def check_accounts(line: Line) -> None:
    ledger = line.ledger
    counts = line.state.run_now(spool.quarantine_counts)

    assert (0, 0) == (ledger.difference, ledger.in_flight)
    assert line.state.run_now(spool.spooled) == ledger.spooled
    assert dict(ledger.quarantined) == counts


async def test_stored_then_acknowledged(line: Line) -> None:
    """Readings are in the store, counted, and acknowledged; nothing else is kept of them."""
    async with at_work(line):
        await line.say(*range(1, 101))
        await until(lambda: line.acknowledged == 100)

        assert [float(value) for value in range(1, 101)] == await line.store.values()
    assert (100, 100, 100) == (line.ledger.received, line.ledger.stored, line.ledger.readings_stored)


async def test_nothing_acknowledged_before_the_write_returns(line: Line) -> None:
    """While the store is busy with a batch, neither it nor a later one is acknowledged."""
    async with at_work(line):
        line.store.gate.clear()
        await line.say(1, 2, 3)
        await until(lambda: line.store.asked != [])
        await line.say(4)
        await until(lambda: line.ledger.received == 4)

        assert 0 == line.acknowledged
        assert (4, 4) == (line.ledger.received, line.ledger.in_flight)
        line.store.gate.set()
        await until(lambda: line.acknowledged == 4)

        assert [1.0, 2.0, 3.0, 4.0] == await line.store.values()


async def test_quarantined_then_acknowledged(line: Line) -> None:
    """What is refused is durable in the quarantine, as it came, before it is acknowledged; good readings stay."""
    refused = [b"not json", b'{"electricity.power": 7, "electricity.pwr": 1}']
    async with at_work(line):
        with closing(sqlite3.connect(line.state.path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")  # it holds the file: the quarantine has to wait
            await send(line.broker.port, refused)
            await until(lambda: line.ledger.in_flight == 2 and 7.0 in line.store.asked)

            assert 0 == line.acknowledged
        await until(lambda: line.acknowledged == 2)
        kept = await line.state.run(lambda db: spool.quarantined(db, 10))

        assert [
            (refused[1], Reason.UNKNOWN_QUANTITY),
            (refused[0], Reason.MALFORMED),
        ] == [(entry.message.payload, entry.reason) for entry in kept]
        assert [7.0] == await line.store.values()


async def test_ignored_is_counted(line: Line) -> None:
    """Control messages are acknowledged and counted, and nothing else."""
    async with at_work(line):
        await send(line.broker.port, [b"online"], to="microville/b01/b01-electricity/status")
        await until(lambda: line.acknowledged == 1)
    assert {"control": 1} == dict(line.ledger.ignored)
    assert [] == line.store.asked


async def test_store_away(line: Line) -> None:
    """Without the store readings are spooled and acknowledged; when it is back, they follow in order."""
    line.store.before = away
    async with at_work(line):
        for value in range(1, 21):
            await line.say(value)
        await until(lambda: line.acknowledged == 20)

        assert 20 == line.ledger.spooled
        assert "connection refused" in line.ingester.store_trouble
        assert "" == line.ingester.unsafe
        line.store.asked.clear()
        line.store.before = agree
        await until(lambda: line.ledger.stored == 20)

        assert [float(value) for value in range(1, 21)] == line.store.asked[-20:]
        assert "" == line.ingester.store_trouble
    assert (20, 0) == (line.ledger.received, line.ledger.spooled)


async def test_live_goes_on_while_the_spool_drains(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the store is back, a new reading does not wait behind the whole spool."""
    monkeypatch.setattr(ingester_module, "DRAIN_MESSAGES", 1)
    line.store.before = away
    async with at_work(line):
        await line.say(*range(200))
        await until(lambda: line.ledger.spooled == 200)
        line.store.asked.clear()
        line.store.before = agree
        await until(lambda: line.ingester.store_trouble == "")
        await line.say(1000)
        await until(lambda: line.ledger.stored == 201)

        assert line.store.asked.index(1000) < 200
        assert [*map(float, range(200)), 1000.0] == await line.store.values()


async def test_outage_in_the_middle(line: Line) -> None:
    """A store that comes and goes under load costs nothing: every reading once, in the end."""
    flaky = iter(range(10**9))

    def every_other(points: Sequence[Point]) -> None:
        if next(flaky) % 2:
            away(points)

    line.store.before = every_other
    async with at_work(line):
        for start in range(0, 200, 20):
            await line.say(*range(start, start + 20))
        await until(lambda: line.ledger.stored == 200)

        assert [float(value) for value in range(200)] == await line.store.values()


@pytest.mark.parametrize("position", [0, 17, 39])
async def test_culprit_is_found(line: Line, position: int) -> None:
    """One point that the store refuses among forty: it is quarantined with the store's words, the rest is stored."""
    said = [float(value) for value in range(1, 41)]
    said[position] = BAD
    line.store.before = refuse_bad
    async with at_work(line):
        await line.say(*said)
        await until(lambda: line.acknowledged == 40)
        (kept,) = await line.state.run(lambda db: spool.quarantined(db, 10))

        assert (payload(BAD, instant(BAD)), Reason.STORE_REFUSED) == (kept.message.payload, kept.reason)
        assert "cursed" in kept.detail
        assert sorted({*said} - {BAD}) == await line.store.values()
    assert (39, 39) == (line.ledger.stored, line.ledger.readings_stored)


async def test_culprit_within_a_message(line: Line) -> None:
    """Of an array with one point that the store refuses, the others are stored, and the message is quarantined."""
    array = f"[{payload(1, instant(1)).decode()}, {payload(BAD, instant(BAD)).decode()}]".encode()
    line.store.before = refuse_bad
    async with at_work(line):
        await send(line.broker.port, [array])
        await until(lambda: line.acknowledged == 1)

        assert [1.0] == await line.store.values()
    assert {Reason.STORE_REFUSED: 1} == dict(line.ledger.quarantined)


async def test_message_too_big_for_one_write(line: Line) -> None:
    """A message refused as a whole, whose every point is taken by itself, is stored: nothing of it is missing."""

    def one_by_one(points: Sequence[Point]) -> None:
        if len(points) > 1:
            raise StoreRefused("too big")

    line.store.before = one_by_one
    async with at_work(line):
        await send(
            line.broker.port, [f"[{payload(1, instant(1)).decode()}, {payload(2, instant(2)).decode()}]".encode()]
        )
        await until(lambda: line.acknowledged == 1)

        assert [1.0, 2.0] == await line.store.values()
    assert (1, 2, 0) == (line.ledger.stored, line.ledger.readings_stored, line.ledger.quarantined.total())


async def test_culprit_in_the_spool(line: Line) -> None:
    """A point in the spool that the store refuses does not hold up those behind it."""
    line.store.before = away
    async with at_work(line):
        await line.say(1, BAD, 2)
        await until(lambda: line.ledger.spooled == 3)
        line.store.before = refuse_bad
        await until(lambda: line.ledger.spooled == 0)

        assert [1.0, 2.0] == await line.store.values()
    assert {Reason.STORE_REFUSED: 1} == dict(line.ledger.quarantined)


async def test_disk_full(line: Line) -> None:
    """With store and disk both unable to keep anything nothing is acknowledged; with room again, all is well."""
    line.store.before = away
    async with at_work(line):
        await fill(line.state)
        await send(line.broker.port, [payload(1, instant(1)) + b" " * 20_000])
        await until(lambda: line.ingester.unsafe != "")

        assert "full" in line.ingester.unsafe
        assert (0, 1, 0) == (line.acknowledged, line.ledger.in_flight, line.ledger.spooled)
        await line.state.run(lambda db: db.execute("PRAGMA max_page_count = 1000000"))
        await until(lambda: line.acknowledged == 1)

        assert ("", 1) == (line.ingester.unsafe, line.ledger.spooled)


async def test_disk_full_then_store_back(line: Line) -> None:
    """When it is the store that recovers first, readings go there, and no trouble remains."""
    line.store.before = away
    async with at_work(line):
        await fill(line.state)
        await send(line.broker.port, [payload(1, instant(1)) + b" " * 20_000])
        await until(lambda: line.ingester.unsafe != "")
        line.store.before = agree
        await until(lambda: line.acknowledged == 1)

        assert [1.0] == await line.store.values()
        assert ("", "") == (line.ingester.unsafe, line.ingester.store_trouble)


async def test_file_held_by_another(line: Line) -> None:
    """While another process holds the instance's file nothing is acknowledged nor lost; then all goes on."""
    line.store.before = away
    async with at_work(line):
        await line.say(1, 2, 3)
        await until(lambda: line.ledger.spooled == 3)
        await line.state.run(lambda db: db.execute("PRAGMA busy_timeout = 0"))
        with closing(sqlite3.connect(line.state.path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            line.store.before = agree
            await line.say(4)
            await until(lambda: "locked" in line.ingester.unsafe)

            assert 3 == line.acknowledged
        await until(lambda: line.acknowledged == 4 and line.ledger.stored == 4)

        assert [1.0, 2.0, 3.0, 4.0] == await line.store.values()


async def fill(state: State) -> None:
    """Let the file grow no further."""

    def limit(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")

    await state.run(limit)


@pytest.mark.parametrize("trouble", [agree, away])
async def test_stop_under_load(line: Line, trouble: Callable[[Sequence[Point]], None]) -> None:
    """Stopped in the middle, what was received is stored or spooled; the next run has the rest from the broker."""
    line.store.before = trouble
    async with at_work(line):
        await line.say(*range(1000))
        await until(lambda: line.ledger.received > 0)
    again = Line(line.broker, line.between, line.store, line.state)
    line.store.before = agree
    async with at_work(again):
        await until(lambda: again.ledger.spooled == 0 and again.ledger.stored + line.ledger.stored >= 1000)

        assert [float(value) for value in range(1000)] == await line.store.values()


async def test_stop_while_draining(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while the spool drains, the account agrees with what is left in it."""
    monkeypatch.setattr(ingester_module, "DRAIN_MESSAGES", 1)
    line.store.before = away
    async with at_work(line):
        await line.say(*range(50))
        await until(lambda: line.ledger.spooled == 50)
        line.store.before = agree
        await until(lambda: line.ledger.stored > 3)


async def test_spool_of_a_former_process(line: Line) -> None:
    """Messages found in the spool at a start count as received again, and are brought into the store."""
    left = [message(said=payload(value, instant(value))) for value in (1, 2)]
    await line.state.run(lambda db: spool.spool(db, left))
    async with at_work(line):
        await until(lambda: line.ledger.spooled == 0)

        assert [1.0, 2.0] == await line.store.values()
    assert (2, 2) == (line.ledger.received, line.ledger.stored)


async def test_programming_error_is_loud(line: Line) -> None:
    """An error that no store may raise ends the ingester with it; nothing is acknowledged."""

    def broken(points: Sequence[Point]) -> None:
        raise TypeError("a bug")

    line.store.before = broken
    task = asyncio.create_task(line.ingester.run())
    await until(line.connected)
    await line.say(1)
    await until(task.done)

    with pytest.raises(ExceptionGroup) as raised:
        await task
    assert raised.group_contains(TypeError, match="a bug")
    assert 0 == line.acknowledged
