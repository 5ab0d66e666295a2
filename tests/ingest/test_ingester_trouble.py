"""What the store refuses, and what our own disk cannot keep: found, kept, told, and nothing else harmed."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from estate.model import Point
from ingest import quarantine
from sensors.model import Reason
from store.base import StoreRefused
from store.state import State
from tests.ingest.line import BAD, Line, agree, at_work, away, instant, refuse_bad
from tests.ingest.sending import send
from tests.ingest.values import payload
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_line")


@pytest.mark.parametrize("position", [0, 17, 39])
async def test_culprit_is_found(line: Line, position: int) -> None:
    """One point that the store refuses among forty: it is quarantined with the store's words, the rest is stored."""
    said = [float(value) for value in range(1, 41)]
    said[position] = BAD
    line.store.before = refuse_bad
    async with at_work(line):
        await line.say(*said)
        await until(lambda: line.acknowledged == 40)
        (kept,) = await line.state.run(lambda db: quarantine.quarantined(db, 10))

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
        assert ("", "") == (line.ingester.unsafe, line.intake.store_trouble)


async def test_file_held_by_another(line: Line) -> None:
    """While another process holds the instance's file nothing is acknowledged nor lost, and it is said once."""
    line.store.before = away
    with capture_logs() as said:
        async with at_work(line):
            await line.say(1, 2, 3)
            await until(lambda: line.ledger.spooled == 3)
            await line.state.run(lambda db: db.execute("PRAGMA busy_timeout = 0"))
            with closing(sqlite3.connect(line.state.path, isolation_level=None)) as another:
                another.execute("BEGIN IMMEDIATE")
                line.store.before = agree
                await line.say(4)
                await until(lambda: "locked" in line.ingester.unsafe)
                await until(lambda: "spool_not_drained" in [each["event"] for each in said])

                assert 3 == line.acknowledged
            await until(lambda: line.acknowledged == 4 and line.ledger.stored == 4)

            assert [1.0, 2.0, 3.0, 4.0] == await line.store.values()
    assert ["database is locked"] == [each["cause"] for each in said if each["event"] == "spool_not_drained"]


async def fill(state: State) -> None:
    """Let the file grow no further."""

    def limit(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")

    await state.run(limit)
