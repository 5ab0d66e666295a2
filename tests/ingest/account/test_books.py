"""The ledger in the state file balances at every instant, whenever the process ends, and however."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.calendar import DAY_MS, HOUR_MS
from ingest import spool
from ingest.account import books, events
from ingest.account.books import Books, totals
from ingest.account.events import Event
from ingest.account.ledger import Ledger, difference
from store.state import State
from tests.ingest.account.test_ledger import outcome
from tests.ingest.values import NOW_MS, message
from tests.waiting import until

HOUR = NOW_MS - NOW_MS % HOUR_MS
MESSAGES = [message(said=str(n).encode()) for n in range(5)]


def opened(state: State, now_ms: int = NOW_MS) -> Books:
    return Books(Ledger(), state, lambda: now_ms)


def spooling(count: int = len(MESSAGES)) -> books.Work:
    """Work that puts so many messages into the spool."""

    def work(db: sqlite3.Connection) -> Sequence[Event]:
        spool.spool(db, MESSAGES[:count])
        return [events.spooled(count)]

    return work


async def test_by_hour_and_since_ever(state: State) -> None:
    """Counts are kept by hour, and added up over processes; what is not in the file yet is told all the same."""
    first, second = opened(state), opened(state, NOW_MS + HOUR_MS)
    for each in (first, second):
        each.record(events.taken(3))
        each.record(events.settled(3, outcome(3, [], [])))
    await first.save()
    owing = await second.account(0)
    await second.save()
    saved = await second.account(0)
    later = await second.account(HOUR + 1)

    one = Counter({"received": 3, "stored": 3, "readings": 3})
    assert one + one == owing.total == saved.total
    assert {HOUR: one, HOUR + HOUR_MS: one} == saved.hours
    assert [HOUR + HOUR_MS] == list(later.hours)


async def test_failed_write_stays_owed(state: State) -> None:
    """While the file cannot be written nothing is lost and nothing counts twice."""
    ours = opened(state)
    ours.record(events.taken(5))
    await state.run(lambda db: db.execute("PRAGMA busy_timeout = 0"))
    with closing(sqlite3.connect(state.path, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await ours.commit(spooling())
        await ours.save()
        kept = dict(ours.ledger.counts)
    await ours.commit(spooling())

    assert {"received": 5, "in_flight": 5} == kept
    assert {"received": 5, "in_flight": 0, "spooled": 5} == await state.read(totals) == dict(ours.ledger.counts)


async def test_cancelled_while_writing(state: State) -> None:
    """Who waits for a write may be cancelled: the write counts once it is done, in the process as in the file."""
    ours = opened(state)
    ours.record(events.taken(5))
    with closing(sqlite3.connect(state.path, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(ours.commit(spooling()))
        await until(lambda: not ours.ledger.owed())
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await ours.save()

    assert writing.cancelled()
    assert {"received": 5, "in_flight": 0, "spooled": 5} == await state.read(totals) == dict(ours.ledger.counts)


async def test_taken_over(state: State) -> None:
    """What a dead process was working on is interrupted; what it spooled is received, and waits, in the next."""
    dead = opened(state)
    dead.record(events.taken(9))
    await dead.commit(spooling())
    ours = opened(state)
    await ours.open()
    counts = await state.read(totals)

    assert (9, 5, 4, 0) == tuple(counts[name] for name in ("received", "spooled", "interrupted", "in_flight"))
    assert (5, 5, 4, 0) == (
        ours.ledger.received,
        ours.ledger.spooled,
        ours.ledger.interrupted,
        ours.ledger.difference,
    )


async def test_spool_changed_by_hand(state: State) -> None:
    """Rows that nobody booked are found at the next start, and booked; rows that are gone stay as a difference."""
    await state.run(lambda db: spool.spool(db, MESSAGES))
    ours = opened(state)
    await ours.open()
    found = await state.read(totals)
    await state.run(lambda db: db.execute("DELETE FROM spool WHERE id > 2"))
    again = opened(state)
    await again.open()
    left = await state.read(totals)

    assert {"received": 5, "spooled": 5} == found == dict(ours.ledger.counts)
    assert {"received": 2, "spooled": 2} == dict(again.ledger.counts)
    assert (2, 3) == (left["spooled"], difference(left))
    assert 2 * (spool.ROW_BYTES + len(MESSAGES[0].topic) + 1) == await state.read(spool.size)


async def test_old_hours_become_days(state: State) -> None:
    """After 400 days the hours of a day are one row; nothing else changes."""
    old = HOUR - 500 * DAY_MS
    old -= old % DAY_MS
    hours = {old + n * HOUR_MS: {"received": 1, "stored": 1} for n in (0, 1, 23, 24)}
    await state.run(lambda db: books.write(db, hours))
    before = await state.read(totals)
    ours = opened(state)
    await ours.open()
    found = await ours.account(0)

    assert {old: 3, old + DAY_MS: 1} == {hour: booking["stored"] for hour, booking in found.hours.items()}
    assert before == found.total


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["take", "settle", "spool", "drain", "save", "crash"]), max_size=30))
def test_any_end(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    """Whatever happens, and wherever it ends: file and process balance, and the file's spooled are the spool's rows."""
    asyncio.run(_live(tmp_path_factory.mktemp("state") / "state.sqlite", steps))


async def _live(path: Path, steps: Sequence[str]) -> None:
    state = State(path)
    ours = opened(state)
    await ours.open()
    for step in steps:
        if step == "crash":
            state.close()
            state = State(path)
            ours = opened(state)
            await ours.open()
        else:
            await _step(ours, state, step)
        written, rows = state.run_now(totals), state.run_now(spool.spooled)

        assert (0, 0) == (difference(written), ours.ledger.difference)
        assert rows == written["spooled"] == ours.ledger.spooled
    state.close()


async def _step(ours: Books, state: State, step: str) -> None:
    flying = min(3, ours.ledger.in_flight)
    match step:
        case "take":
            ours.record(events.taken(4))
        case "settle":
            ours.record(events.settled(flying, outcome(flying, [], [])))
        case "spool":
            await ours.commit(spooling(flying))
        case "save":
            await ours.save()
        case "drain":
            part = await state.read(lambda db: spool.next_spooled(db, 0, 2, 10**6))

            def work(db: sqlite3.Connection) -> Sequence[Event]:
                spool.unspool(db, part, [])
                return [events.drained(len(part.messages), outcome(len(part.messages), [], []))]

            await ours.commit(work)
