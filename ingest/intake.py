"""From messages to the store, the spool and the quarantine, every one accounted for (law 1).

Messages come from the broker, from the quarantine (released) and from imports: one way in for all.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from estate.model import Point
from ingest import spool
from ingest.ledger import Ledger
from ingest.notes import Notes, save_memory
from ingest.pipeline import Outcome, Pipeline
from ingest.quarantine import MOST_BYTES, WARN_SHARE, purge_oldest, quarantine, size
from sensors.model import Message, Reason, Rejected
from store.base import Store, StoreRefused, StoreUnavailable
from store.state import State

DRAIN_MESSAGES = 1_000
RETRY_S = 1.0
LOOK_S = 0.05

log = structlog.get_logger()


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
    ) -> None:
        self.pipeline = pipeline
        self.ledger = ledger
        self.state = state
        self.clock = clock
        self.notes = Notes(state, clock)
        self._store = store
        self.most_quarantined = most_quarantined
        self._draining = asyncio.Lock()
        self._warned = False
        self._taken = self._kept = 0  # batches
        self.releasing = asyncio.Lock()  # held by a release
        self.store_trouble = ""  # why the store is away; "" while it is there

    def take(self, messages: Sequence[Message]) -> tuple[list[Message], Outcome]:
        """Decode what the broker just gave; `keep` makes it safe."""
        self.ledger.take(len(messages))
        stamped = [self.pipeline.stamp(message) for message in messages]
        outcome = self.pipeline.process(stamped, self.clock())
        self.notes.see(stamped, outcome.decoded)
        self._taken += 1
        return stamped, outcome

    async def keep(self, messages: Sequence[Message], outcome: Outcome) -> None:
        """Make messages in flight safe: in the store and the quarantine, or in the spool.

        Raises sqlite3.OperationalError when even that fails; then nothing has changed, and it may be tried again.
        """
        await save_memory(self.state, self.pipeline.memory)
        try:
            if self.store_trouble and self.ledger.spooled and outcome.points:
                raise StoreUnavailable(self.store_trouble)
            done = await self._write(messages, outcome)
        except StoreUnavailable as error:
            self._store_lost(error)
            await self.state.run(lambda db: spool.spool(db, messages))
            self.ledger.spool(len(messages))
        else:
            if outcome.points:
                self._store_found()
            await self._quarantine(done.rejected)
            self.ledger.settle(done)
        self._kept += 1

    async def admit(self, messages: Sequence[Message]) -> Outcome:
        """Take messages that do not come from the broker; what is refused is for the caller to keep.

        Raises StoreUnavailable; then nothing of them has been taken.
        """
        self.ledger.take(len(messages))
        try:
            done = await self._again(messages)
        except (StoreUnavailable, asyncio.CancelledError):
            self.ledger.untake(len(messages))
            raise
        self.ledger.settle(done)
        return done

    async def hold(self, rejected: Sequence[Rejected]) -> None:
        """Keep in the quarantine what `admit` refused."""
        await self._quarantine(rejected)

    async def drain(self) -> None:
        """Bring the spool into the store, in order, whenever both are there; until cancelled."""
        while True:
            async with self._draining:
                drained = self.ledger.spooled > 0 and await self._drain_once()
            if not drained:
                await asyncio.sleep(RETRY_S)

    def between_drains(self) -> asyncio.Lock:
        """Held, the account agrees with the spool."""
        return self._draining

    async def caught_up(self) -> None:
        """Return once all that was judged before now, by a former estate maybe, is stored, spooled or quarantined."""
        taken = self._taken
        async with self._draining, self.releasing:
            pass
        while self._kept < taken:  # noqa: ASYNC110 (batches are kept in order, and soon)
            await asyncio.sleep(LOOK_S)

    async def found(self) -> None:
        """Take over what a former process left in the spool."""
        self.ledger.found(await self.state.run(spool.spooled))

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
        return await self._write(messages, self.pipeline.process(messages, self.clock()))

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
        rejected = Rejected(message, Reason.STORE_REFUSED, str(refusal), outcome.points[0].device)
        return outcome._replace(points=good, stored=[], rejected=[rejected], ignored=[])

    async def _quarantine(self, rejected: Sequence[Rejected]) -> None:
        if not rejected:
            return

        def work(db: sqlite3.Connection) -> tuple[int, int]:
            quarantine(db, rejected)
            return purge_oldest(db, self.most_quarantined), size(db).bytes

        purged, filled = await self.state.run(work)
        self._tell(rejected, purged, filled)

    async def _drain_once(self) -> bool:
        """Move the oldest messages; False if the store, or our own disk, does not let us yet."""
        try:
            entries = await self.state.run(lambda db: spool.oldest_spooled(db, DRAIN_MESSAGES))
            messages = [message for _, message in entries]
            done = await self._again(messages)
            await self.state.run(lambda db: spool.unspool(db, entries[-1][0], done.rejected))
        except (StoreUnavailable, sqlite3.OperationalError) as error:
            if isinstance(error, StoreUnavailable):
                self._store_lost(error)
            return False
        self.ledger.unspool(len(messages))
        self.ledger.settle(done)
        self._store_found()
        if done.rejected:
            self._tell(done.rejected, 0, 0)
        return True

    def _store_lost(self, error: StoreUnavailable) -> None:
        if not self.store_trouble:
            log.warning("store_unavailable", cause=str(error), next_step="spooling until it is back")
        self.store_trouble = str(error)

    def _store_found(self) -> None:
        if self.store_trouble:
            log.info("store_available", spooled=self.ledger.spooled)
        self.store_trouble = ""

    def _tell(self, rejected: Sequence[Rejected], purged: int, filled: int) -> None:
        examples = {entry.reason: entry.detail for entry in rejected}
        for reason, number in Counter(entry.reason for entry in rejected).items():
            log.warning("quarantined", reason=reason, messages=number, example=examples[reason])
        if purged:
            self.ledger.purged += purged
            log.error("quarantine_purged", messages=purged, next_step="work through `microville quarantine list`")
        fills = filled > WARN_SHARE * self.most_quarantined
        if fills and not self._warned:
            share = f"{filled / self.most_quarantined:.0%}"
            log.warning("quarantine_fills", share=share, next_step="release or purge: at 100 % the oldest go")
        self._warned = fills
