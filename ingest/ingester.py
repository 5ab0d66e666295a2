"""MQTT to store: decode, write, then acknowledge (law 2).

A batch is acknowledged when its points are committed in the store or, the store being away, its messages in the spool;
what is refused is durable in the quarantine first. The next batch fills and is decoded while one is written.
"""

import asyncio
import gc
import sqlite3
from collections.abc import Sequence

import structlog

from ingest.intake import Intake
from ingest.mqtt.held import Batch
from ingest.mqtt.session import Session
from ingest.pipeline import Outcome
from ingest.spool import SpoolFull
from sensors.model import Message

RETRY_S = 1.0
FEW_COLLECTIONS = 50_000
"""Objects made and not yet freed before the garbage collector looks at them: a few batches, some megabytes."""

log = structlog.get_logger()


class Ingester:
    """One subscription into one intake."""

    def __init__(self, session: Session, intake: Intake) -> None:
        self._session = session
        self._intake = intake
        self.unsafe = ""  # why messages cannot even be kept here; "" while they can

    async def run(self) -> None:
        """Work until `stop`; what was received by then is accounted for when this returns."""
        _spare_collector()
        await self._intake.found()
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(work)
                for work in (
                    *(self._session.run(), self._intake.drain()),
                    *(self._intake.notes.run(), self._intake.books.run()),
                )
            ]
            await self._consume(group)
            for helper in helpers:
                helper.cancel()
        await self._intake.notes.save()
        await self._intake.books.save()

    def stop(self) -> None:
        """Take nothing more from the broker, and let `run` end."""
        self._session.finish()

    async def _consume(self, group: asyncio.TaskGroup) -> None:
        writing: asyncio.Task[None] | None = None
        while batch := await self._session.receive():
            messages, outcome = self._intake.take(batch.messages)
            for request in outcome.requests:
                self._session.publish(request)
            if writing:
                await writing
            writing = group.create_task(self._commit(batch, messages, outcome))
        if writing:
            await writing

    async def _commit(self, batch: Batch, messages: Sequence[Message], outcome: Outcome) -> None:
        while True:
            try:
                await self._intake.keep(messages, outcome)
                break
            except SpoolFull as error:  # hold the batch, the broker keeps the rest
                self._cannot_keep(str(error))
            except sqlite3.OperationalError as error:  # disk full, say: the same
                self._cannot_keep(f"{error}; make room on the disk")
            await asyncio.sleep(RETRY_S)
        if self.unsafe:
            log.info("can_keep_messages_again")
        self.unsafe = ""
        self._session.ack(batch)

    def _cannot_keep(self, cause: str) -> None:
        if not self.unsafe:
            log.error("cannot_keep_messages", cause=cause, next_step="nothing is acknowledged until then")
        self.unsafe = cause


def _spare_collector() -> None:
    """Let the garbage collector pass over what the start made, and seldom look at messages that come and go.

    They hold no cycles, so that they are freed without it; looking at them took a third of the CPU per message.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(FEW_COLLECTIONS)
