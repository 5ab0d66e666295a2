"""The ledger in the state file: what it counts since ever, by hour (UTC), across restarts.

What changes spool or quarantine is booked in the same transaction; the rest every few seconds, so that messages which
need no other disk write cost none. Each booking balances, so the file does at every instant, whenever we are killed.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from estate.calendar import DAY_MS, HOUR_MS
from ingest import spool
from ingest.account import events
from ingest.account.events import Event
from ingest.account.ledger import Booking, Ledger
from store.state import State

SAVE_S = 5.0
HOURS_MS = 400 * DAY_MS
"""So long hours are told apart; older ones become days, so that the file stays small."""

Work = Callable[[sqlite3.Connection], Sequence[Event]]
"""Changes spool or quarantine, and says what happened by it."""


class Account(NamedTuple):
    """Counts since ever, and of each hour that has any."""

    total: Booking
    hours: Mapping[int, Booking]  # by the hour's start, ms; a change of what is in flight or spooled may be negative


class Books:
    """Records events: in this process's ledger, in the log, and in the file."""

    def __init__(self, ledger: Ledger, state: State, clock: Callable[[], int]) -> None:
        self.ledger = ledger
        self._state = state
        self._clock = clock
        self._writing = set[asyncio.Future[Sequence[Event]]]()

    def record(self, event: Event) -> None:
        """Of what needs no place in spool or quarantine: the file has it a few seconds later."""
        if event.booking:
            self.ledger.book(event.booking, self._hour())
        event.tell()

    async def commit(self, work: Work) -> Sequence[Event]:
        """Do the work and book what happened in one transaction; what happened, durable when this returns.

        Raises sqlite3.OperationalError; then nothing has changed.
        """
        owed, hour_ms = self.ledger.pay(), self._hour()

        def transaction(db: sqlite3.Connection) -> Sequence[Event]:
            done = work(db)
            write(db, owed)
            for event in done:
                write(db, {hour_ms: event.booking})
            return done

        writing = asyncio.ensure_future(self._state.run(transaction))
        self._writing.add(writing)
        writing.add_done_callback(partial(self._committed, owed))
        return await asyncio.shield(writing)  # whoever is cancelled here: what the thread does is done, and counts

    async def save(self) -> None:
        """Write what the file does not have yet, and wait for what is being written."""
        if self.ledger.owed():
            try:
                await self.commit(lambda db: ())
            except sqlite3.OperationalError:  # it stays owed
                return
        if self._writing:
            await asyncio.wait(self._writing)

    async def run(self) -> None:
        """Save every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(SAVE_S)
            await self.save()

    async def open(self) -> None:
        """Take over what a former process left: what is in the spool, and what it was working on."""
        happened, waiting, self.ledger.interrupted = await self._state.run(lambda db: take_over(db, self._hour()))
        self.ledger.book({"received": waiting, "spooled": waiting})
        for event in happened:
            event.tell()

    async def account(self, since_ms: int) -> Account:
        """Since ever, and by hour from then on; with what the file does not have yet."""
        found = await self._state.read(lambda db: account(db, since_ms))
        total, hours = Counter(found.total), {hour: Counter(booking) for hour, booking in found.hours.items()}
        for hour_ms, booking in self.ledger.owed().items():
            _add(total, booking)
            if hour_ms >= since_ms:
                _add(hours.setdefault(hour_ms, Counter()), booking)
        return Account(total, hours)

    def _committed(self, owed: Mapping[int, Booking], writing: asyncio.Future[Sequence[Event]]) -> None:
        self._writing.discard(writing)
        if writing.cancelled():  # the process ends
            return
        if writing.exception():
            self.ledger.owe(owed)
            return
        for event in writing.result():
            self.ledger.book(event.booking)
            event.tell()

    def _hour(self) -> int:
        now_ms = self._clock()
        return now_ms - now_ms % HOUR_MS


def write(db: sqlite3.Connection, owed: Mapping[int, Booking]) -> None:
    """Add to the accounts of these hours."""
    db.executemany(
        "INSERT INTO ledger VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        [(name, hour_ms, change) for hour_ms, booking in owed.items() for name, change in booking.items() if change],
    )


def totals(db: sqlite3.Connection) -> Counter[str]:
    """What each account holds since ever."""
    return Counter(dict(db.execute("SELECT account, sum(count) FROM ledger GROUP BY account")))


def account(db: sqlite3.Connection, since_ms: int) -> Account:
    """Since ever, and by hour from then on."""
    hours: dict[int, Counter[str]] = {}
    for name, hour_ms, count in db.execute("SELECT * FROM ledger WHERE hour_ms >= ?", (since_ms,)):
        hours.setdefault(hour_ms, Counter())[name] = count
    return Account(totals(db), dict(sorted(hours.items())))


def take_over(db: sqlite3.Connection, hour_ms: int) -> tuple[list[Event], int, int]:
    """Book what a former process was working on; what that was, how many wait in the spool, all interrupted ever."""
    _fold(db, hour_ms - HOURS_MS)
    known, waiting = totals(db), spool.counted(db)
    happened = []
    if lost := known["in_flight"]:
        happened.append(events.interrupted(lost))
    if more := waiting - known["spooled"]:
        happened.append(events.found_spooled(more))
    for event in happened:
        write(db, {hour_ms: event.booking})
    return happened, waiting, known["interrupted"] + lost


def _fold(db: sqlite3.Connection, before_ms: int) -> None:
    """Older hours become days."""
    old = f"hour_ms < {before_ms} AND hour_ms % {DAY_MS} != 0"
    db.execute(
        f"INSERT INTO ledger SELECT account, hour_ms - hour_ms % {DAY_MS}, sum(count) FROM ledger WHERE {old}"
        " GROUP BY 1, 2 ON CONFLICT DO UPDATE SET count = count + excluded.count"
    )
    db.execute(f"DELETE FROM ledger WHERE {old}")


def _add(counts: Counter[str], booking: Booking) -> None:
    for name, change in booking.items():
        counts[name] += change
