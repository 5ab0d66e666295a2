"""From messages to the store, the spool and the quarantine, every one accounted for (law 1).

Messages come from the broker, from the quarantine (released) and from imports: one way in for all.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence

from ingest import spool
from ingest.account import events
from ingest.account.books import Books
from ingest.account.events import Event
from ingest.account.ledger import Ledger
from ingest.delay import Delay
from ingest.drain import Drainer
from ingest.fill import Fill
from ingest.notes import Notes, save_memory
from ingest.pipeline import Outcome, Pipeline
from ingest.quarantine import MOST_BYTES, purge_oldest, quarantine, size
from ingest.writer import Writer
from sensors.model import Message, Rejected
from store.base import Store, StoreUnavailable
from store.state import State

LIVE_S = 5.0
"""A live write that takes longer goes to the spool instead; the drainer gives a slow store the time that it needs."""

LOOK_S = 0.05

MOST_SPOOLED = 4 * 1024**3
"""Bytes spooled at most unless the configuration says otherwise."""


class Intake:
    """What a process takes in."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        state: State,
        ledger: Ledger,
        clock: Callable[[], int],
        most_quarantined: int = MOST_BYTES,
        most_spooled: int = MOST_SPOOLED,
    ) -> None:
        self.pipeline = pipeline
        self.ledger = ledger
        self.state = state
        self.clock = clock
        self.notes = Notes(state, clock)
        self.books = Books(ledger, state, clock)
        self.writer = Writer(pipeline, store, self.books, clock)
        self.spool_fill = Fill(
            "spool", most_spooled, "bring the store back: when it is full, the broker keeps the rest"
        )
        self.quarantine_fill = Fill("quarantine", most_quarantined, "release or purge: at 100 % the oldest go")
        self._drainer = Drainer(state, self.books, self.writer, pipeline, self.spool_fill, clock)
        self.delay = Delay()
        self._taken = self._kept = 0  # batches
        self.releasing = asyncio.Lock()  # held by a release

    @property
    def store_trouble(self) -> str:
        """Why the store is away; "" while it is there."""
        return self.writer.trouble

    def take(self, messages: Sequence[Message]) -> tuple[list[Message], Outcome]:
        """Decode what the broker just gave; `keep` makes it safe."""
        self.books.record(events.taken(len(messages)))
        stamped = self.pipeline.stamp(messages)
        outcome = self.pipeline.process(stamped, self.clock(), self.notes.see)
        self._taken += 1
        return stamped, outcome

    async def keep(self, messages: Sequence[Message], outcome: Outcome) -> None:
        """Make messages in flight safe: in the store and the quarantine, or in the spool.

        Raises sqlite3.OperationalError or SpoolFull when even that fails; then nothing has changed, and it may be tried
        again.
        """
        await save_memory(self.state, self.pipeline.memory)
        try:
            if self.store_trouble and self.ledger.spooled and outcome.points:
                raise StoreUnavailable(self.store_trouble)
            done = await self.writer.write(messages, outcome, LIVE_S)
        except StoreUnavailable as error:
            self.writer.lost(error)
            await self.books.commit(lambda db: self._spool(db, messages))
        else:
            if outcome.points:
                self.writer.found()
            await self._end(events.settled(len(messages), done), done.rejected)
        self._kept += 1
        self.delay.note(len(messages), self.clock() - messages[0].received_ms)

    async def admit(self, messages: Sequence[Message]) -> Outcome:
        """Write messages that do not come from the broker; they count once `hold`, or the caller, has kept the rest.

        Raises StoreUnavailable.
        """
        return await self.writer.again(messages)

    async def hold(self, messages: Sequence[Message], outcome: Outcome) -> None:
        """Count messages that were admitted, once what was refused of them is in the quarantine."""
        await self._end(events.admitted(len(messages), outcome), outcome.rejected)

    async def drain(self) -> None:
        """Bring the spool into the store, in order, whenever both are there; until cancelled."""
        await self._drainer.run()

    async def caught_up(self) -> None:
        """Return once all that was judged before now, by a former estate maybe, is stored, spooled or quarantined."""
        taken, judged = self._taken, self._drainer.judged
        async with self.releasing:
            pass
        while self._kept < taken or self._drainer.settled < judged:  # noqa: ASYNC110 (both go on, and soon)
            await asyncio.sleep(LOOK_S)

    async def found(self) -> None:
        """Take over what a former process left in the spool."""
        await self.books.open()
        self.spool_fill.note(await self.state.read(spool.size))

    async def _end(self, event: Event, rejected: Sequence[Rejected]) -> None:
        """Book what has come to its end, with what goes to the quarantine."""
        if not rejected:
            self.books.record(event)
            return

        def work(db: sqlite3.Connection) -> list[Event]:
            quarantine(db, rejected)
            gone = purge_oldest(db, self.quarantine_fill.most)
            happened = [event, events.purged(gone)] if gone else [event]
            return happened + self.quarantine_fill.note(size(db).bytes)

        await self.books.commit(work)

    def _spool(self, db: sqlite3.Connection, messages: Sequence[Message]) -> list[Event]:
        waiting = spool.spool(db, messages, self.spool_fill.most)
        return [events.spooled(len(messages)), *self.spool_fill.note(waiting)]
