"""MQTT to store: decode, write, then acknowledge (law 2).

A batch is acknowledged when its points are committed in the store or, the store being away, its messages in the spool;
what is refused is durable in the quarantine first. The next batch fills and is decoded while one is written.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from estate.model import Point
from ingest import spool
from ingest.ledger import Ledger
from ingest.pipeline import Outcome, Pipeline
from ingest.session import Batch, Session
from sensors.model import Message, Reason, Rejected
from store.base import Store, StoreRefused, StoreUnavailable
from store.state import State

DRAIN_MESSAGES = 1_000
RETRY_S = 1.0

log = structlog.get_logger()


class Ingester:
    """One subscription into one store."""

    def __init__(
        self,
        session: Session,
        pipeline: Pipeline,
        store: Store,
        state: State,
        ledger: Ledger,
        clock: Callable[[], int],
    ) -> None:
        self._session = session
        self._pipeline = pipeline
        self._store = store
        self._state = state
        self._ledger = ledger
        self._clock = clock
        self._draining = asyncio.Lock()
        self.store_trouble = ""  # why the store is away; "" while it is there
        self.unsafe = ""  # why messages cannot even be kept here; "" while they can

    async def run(self) -> None:
        """Work until `stop`; what was received by then is accounted for when this returns."""
        self._ledger.found(await self._state.run(spool.spooled))
        async with asyncio.TaskGroup() as group:
            helpers = [group.create_task(self._session.run()), group.create_task(self._drain())]
            await self._consume(group)
            async with self._draining:  # between two of its steps, for then the account agrees with the spool
                for helper in helpers:
                    helper.cancel()

    def stop(self) -> None:
        """Take nothing more from the broker, and let `run` end."""
        self._session.finish()

    async def _consume(self, group: asyncio.TaskGroup) -> None:
        writing: asyncio.Task[None] | None = None
        while batch := await self._session.receive():
            self._ledger.take(len(batch.messages))
            messages = [self._pipeline.stamp(message) for message in batch.messages]
            outcome = self._pipeline.process(messages, self._clock())
            if writing:
                await writing
            writing = group.create_task(self._commit(batch, messages, outcome))
        if writing:
            await writing

    async def _commit(self, batch: Batch, messages: list[Message], outcome: Outcome) -> None:
        while True:
            try:
                await self._keep(messages, outcome)
                break
            except sqlite3.OperationalError as error:  # disk full, say: hold the batch, the broker keeps the rest
                self._cannot_keep(error)
                await asyncio.sleep(RETRY_S)
        self.unsafe = ""
        self._session.ack(batch)

    async def _keep(self, messages: list[Message], outcome: Outcome) -> None:
        """In the store and the quarantine, or in the spool."""
        try:
            if self.store_trouble and self._ledger.spooled and outcome.points:
                raise StoreUnavailable(self.store_trouble)
            done = await self._write(messages, outcome)
        except StoreUnavailable as error:
            self._store_lost(error)
            await self._state.run(lambda db: spool.spool(db, messages))
            self._ledger.spool(len(messages))
        else:
            if outcome.points:
                self._store_found()
            await self._quarantine(done.rejected)
            self._ledger.settle(done)

    async def _write(self, messages: Sequence[Message], outcome: Outcome) -> Outcome:
        """Write the points; what the store refuses for good is found by halving, and rejected."""
        if not outcome.points:
            return outcome
        try:
            await self._store.write(outcome.points)
        except StoreRefused:
            if len(messages) == 1:
                return await self._write_singly(messages[0], outcome)
            middle = len(messages) // 2
            halves = [await self._again(messages[:middle]), await self._again(messages[middle:])]
            return Outcome(*(first + second for first, second in zip(*halves, strict=True)))
        return outcome

    async def _again(self, messages: Sequence[Message]) -> Outcome:
        return await self._write(messages, self._pipeline.process(messages, self._clock()))

    async def _write_singly(self, message: Message, outcome: Outcome) -> Outcome:
        good: list[Point] = []
        refusal: StoreRefused | None = None
        for point in outcome.points:
            try:
                await self._store.write([point])
                good.append(point)
            except StoreRefused as error:
                refusal = error
        if refusal is None:  # too much for one write, that was all
            return outcome
        return Outcome(good, [], [Rejected(message, Reason.STORE_REFUSED, str(refusal))], [])

    async def _quarantine(self, rejected: Sequence[Rejected]) -> None:
        if rejected:
            await self._state.run(lambda db: spool.quarantine(db, rejected))
            _tell(rejected)

    async def _drain(self) -> None:
        """Bring the spool into the store, in order, whenever both are there."""
        while True:
            async with self._draining:
                drained = self._ledger.spooled > 0 and await self._drain_once()
            if not drained:
                await asyncio.sleep(RETRY_S)

    async def _drain_once(self) -> bool:
        """Move the oldest messages; False if the store, or our own disk, does not let us yet."""
        try:
            entries = await self._state.run(lambda db: spool.oldest_spooled(db, DRAIN_MESSAGES))
            messages = [message for _, message in entries]
            done = await self._again(messages)
            await self._state.run(lambda db: spool.unspool(db, entries[-1][0], done.rejected))
        except (StoreUnavailable, sqlite3.OperationalError) as error:
            if isinstance(error, StoreUnavailable):
                self._store_lost(error)
            return False
        self._ledger.unspool(len(messages))
        self._ledger.settle(done)
        self._store_found()
        _tell(done.rejected)
        return True

    def _store_lost(self, error: StoreUnavailable) -> None:
        if not self.store_trouble:
            log.warning("store_unavailable", cause=str(error), next_step="spooling until it is back")
        self.store_trouble = str(error)

    def _store_found(self) -> None:
        if self.store_trouble:
            log.info("store_available", spooled=self._ledger.spooled)
        self.store_trouble = ""

    def _cannot_keep(self, error: sqlite3.OperationalError) -> None:
        if not self.unsafe:
            log.error(
                "cannot_keep_messages", cause=str(error), next_step="make room; nothing is acknowledged until then"
            )
        self.unsafe = str(error)


def _tell(rejected: Sequence[Rejected]) -> None:
    examples = {entry.reason: entry.detail for entry in rejected}
    for reason, count in Counter(entry.reason for entry in rejected).items():
        log.warning("quarantined", reason=reason, messages=count, example=examples[reason])
