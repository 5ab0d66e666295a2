"""Messages into the store: their points are written, and what the store refuses for good is found by halving."""

import asyncio
from collections.abc import Callable, Sequence

from estate.model import Point
from ingest.account import events
from ingest.account.books import Books
from ingest.pipeline import Outcome, Pipeline
from sensors.model import Message, Reason, Rejected
from store.base import Store, StoreRefused, StoreUnavailable


class Writer:
    """The one way into the store, and what is known of whether it is there."""

    def __init__(self, pipeline: Pipeline, store: Store, books: Books, clock: Callable[[], int]) -> None:
        self._pipeline = pipeline
        self._store = store
        self._books = books
        self._clock = clock
        self.trouble = ""  # why the store is away; "" while it is there

    async def write(self, messages: Sequence[Message], outcome: Outcome, within_s: float | None = None) -> Outcome:
        """Write the points; what became of the messages then. A write that takes longer than `within_s` has failed.

        Raises StoreUnavailable.
        """
        if not outcome.points:
            return outcome
        try:
            await self._put(outcome.points, within_s)
        except StoreRefused:
            if len(messages) == 1:
                return await self._write_singly(messages[0], outcome, within_s)
            middle = len(messages) // 2
            halves = [await self.again(part, within_s) for part in (messages[:middle], messages[middle:])]
            return joined(halves)
        return outcome

    async def again(self, messages: Sequence[Message], within_s: float | None = None) -> Outcome:
        """The same for messages that are to be decoded first."""
        return await self.write(messages, self._pipeline.process(messages, self._clock()), within_s)

    def lost(self, error: StoreUnavailable) -> None:
        """A write has failed."""
        if not self.trouble:
            self._books.record(events.store_lost(str(error)))
        self.trouble = str(error)

    def found(self) -> None:
        """A write has succeeded."""
        if self.trouble:
            self._books.record(events.store_found(self._books.ledger.spooled))
        self.trouble = ""

    async def _write_singly(self, message: Message, outcome: Outcome, within_s: float | None) -> Outcome:
        good: list[Point] = []
        refusal: StoreRefused | None = None
        for point in outcome.points:
            try:
                await self._put([point], within_s)
                good.append(point)
            except StoreRefused as error:
                refusal = error
        if refusal is None:  # too much for one write, that was all
            return outcome
        rejected = Rejected(message, Reason.STORE_REFUSED, str(refusal), outcome.points[0].device)
        return outcome._replace(points=good, stored=[], rejected=[rejected], ignored=[])

    async def _put(self, points: Sequence[Point], within_s: float | None) -> None:
        try:
            async with asyncio.timeout(within_s):
                await self._store.write(points)
        except TimeoutError as error:
            raise StoreUnavailable(f"the store has not taken a write within {within_s:g} s") from error


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of all of them, in their order."""
    return Outcome(*([entry for part in parts for entry in part] for parts in zip(*outcomes, strict=True)))
