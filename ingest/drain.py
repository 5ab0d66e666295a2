"""The spool into the store, in order, while live messages go on; the next part is decoded while one is written."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial

import structlog

from ingest import spool
from ingest.account import events
from ingest.account.books import Books
from ingest.account.events import Event
from ingest.fill import Fill
from ingest.pipeline import Outcome, Pipeline
from ingest.spool import Part
from ingest.writer import Writer, joined
from store.base import StoreUnavailable
from store.state import State

PART_MESSAGES = 4_000
PART_BYTES = 8 * 2**20
SLICE_MESSAGES = 250
"""Decoded in one go: live messages wait no longer than for these."""

RETRY_S = 1.0

log = structlog.get_logger()


class Drainer:
    """Empties the spool whenever it and the store are there."""

    def __init__(
        self, state: State, books: Books, writer: Writer, pipeline: Pipeline, fill: Fill, clock: Callable[[], int]
    ) -> None:
        self._state, self._books, self._writer = state, books, writer
        self._pipeline, self._fill, self._clock = pipeline, fill, clock
        self._trouble = ""  # why the state file lets no part leave; "" while it does
        self.judged = self.settled = 0  # parts decoded, and parts that are in the store or to be decoded again

    async def run(self) -> None:
        """Drain until cancelled."""
        while True:
            if self._books.ledger.spooled:
                try:
                    await self._drain()
                    self._trouble = ""
                except StoreUnavailable as error:
                    self._writer.lost(error)
                except sqlite3.OperationalError as error:  # our own disk does not let us yet; the parts are still there
                    self._not_yet(str(error))
            await asyncio.sleep(RETRY_S)

    def _not_yet(self, cause: str) -> None:
        if cause != self._trouble:
            log.warning("spool_not_drained", cause=cause, next_step="make room on the disk of the state file; retrying")
        self._trouble = cause

    async def _drain(self) -> None:
        """Move parts until none is left. Raises StoreUnavailable or sqlite3.OperationalError; then go on later."""
        try:
            part = await self._next(0)
            outcome = await self._judge(part)
            while part.messages:
                following = await self._next(part.last_id)  # before this one leaves: ids begin anew in an empty spool
                moving = asyncio.create_task(self._move(part, outcome))
                try:
                    outcome = await self._judge(following)
                    await moving
                except BaseException:
                    moving.cancel()
                    await asyncio.gather(moving, return_exceptions=True)
                    raise
                part = following
        finally:
            self.settled = self.judged
        if not self._books.ledger.spooled:
            self._books.record(events.spool_empty())

    async def _next(self, after: int) -> Part:
        return await self._state.read(
            partial(spool.next_spooled, after=after, limit=PART_MESSAGES, most_bytes=PART_BYTES)
        )

    async def _judge(self, part: Part) -> Outcome:
        """Decode the part, while the one before it is written and live messages pass."""
        self.judged += 1
        outcomes = [Outcome([], [], [], [], [])]
        for first in range(0, len(part.messages), SLICE_MESSAGES):
            outcomes.append(self._pipeline.process(part.messages[first : first + SLICE_MESSAGES], self._clock()))
            await asyncio.sleep(0)
        return joined(outcomes)

    async def _move(self, part: Part, outcome: Outcome) -> None:
        """The part into the store and out of the spool."""
        done = await self._writer.write(part.messages, outcome)

        def work(db: sqlite3.Connection) -> list[Event]:
            left = spool.unspool(db, part, done.rejected)
            return [events.drained(len(part.messages), done), *self._fill.note(left)]

        await self._books.commit(work)
        self.settled += 1
        self._writer.found()
