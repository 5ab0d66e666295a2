"""MQTT to store with real parts: what is acknowledged is durable (law 2), and every message has its account (law 1)."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest

from estate.model import Point
from ingest import drain, quarantine, spool
from sensors.model import Reason
from tests.ingest.line import Line, agree, at_work, away, instant
from tests.ingest.sending import send
from tests.ingest.values import message, payload
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_line")


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
        await line.say(1)
        await until(lambda: line.store.asked != [])
        await line.say(2)
        await until(lambda: line.ledger.received == 2)

        assert 0 == line.acknowledged
        assert (2, 2) == (line.ledger.received, line.ledger.in_flight)
        line.store.gate.set()
        await until(lambda: line.acknowledged == 2)

        assert [1.0, 2.0] == await line.store.values()


async def test_quarantined_then_acknowledged(line: Line) -> None:
    """What is refused is durable in the quarantine, as it came, before it is acknowledged; good readings stay."""
    refused = [b'{"electricity.power": 7, "electricity.pwr": 1}', b"not json"]  # in one batch or two
    async with at_work(line):
        with closing(sqlite3.connect(line.state.path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")  # it holds the file: the quarantine has to wait
            await send(line.broker.port, refused)
            await until(lambda: line.ledger.in_flight == 2 and 7.0 in line.store.asked)

            assert 0 == line.acknowledged
        await until(lambda: line.acknowledged == 2)
        kept = await line.state.run(lambda db: quarantine.quarantined(db, 10))

        assert [
            (refused[1], Reason.MALFORMED),
            (refused[0], Reason.UNKNOWN_QUANTITY),
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
        assert "connection refused" in line.intake.store_trouble
        assert "" == line.ingester.unsafe
        line.store.asked.clear()
        line.store.before = agree
        await until(lambda: line.ledger.stored == 20)

        assert [float(value) for value in range(1, 21)] == line.store.asked[-20:]
        await until(lambda: line.intake.store_trouble == "")
    assert (20, 0) == (line.ledger.received, line.ledger.spooled)


async def test_live_goes_on_while_the_spool_drains(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the store is back, a new reading does not wait behind the whole spool."""
    monkeypatch.setattr(drain, "PART_MESSAGES", 1)
    line.store.before = away
    async with at_work(line):
        await line.say(*range(200))
        await until(lambda: line.ledger.spooled == 200)
        line.store.asked.clear()
        line.store.before = agree
        await until(lambda: line.intake.store_trouble == "")
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
    monkeypatch.setattr(drain, "PART_MESSAGES", 1)
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
