"""A session to test: against either broker, kept connected, its messages taken."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress

import pytest

from ingest.mqtt.embedded import embedded_broker
from ingest.mqtt.held import Batch
from ingest.mqtt.session import Session
from ingest.settings import Address
from sensors.model import Message
from tests.ingest.values import FILTERS, NOW_MS, settings
from tests.servers import free_port, mosquitto
from tests.waiting import DEADLINE_S, until

Broker = Callable[[], AbstractContextManager[int]]


@contextmanager
def real() -> Iterator[int]:
    with mosquitto() as server:
        yield server.port


@contextmanager
def embedded() -> Iterator[int]:
    port = free_port()
    with embedded_broker(Address("127.0.0.1", port, tls=False)):
        yield port


either = pytest.mark.parametrize("broker", [real, embedded])


def made(port: int, **more: object) -> Session:
    broker = settings(port, **more)
    return Session(broker, broker.filters(dict.fromkeys(FILTERS, False)), lambda: NOW_MS)


@asynccontextmanager
async def running(*sessions: Session) -> AsyncIterator[None]:
    """Keep the sessions connected; an error of theirs is one of the test."""
    tasks = [asyncio.create_task(session.run()) for session in sessions]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def connected(port: int, **more: object) -> AsyncIterator[Session]:
    session = made(port, **more)
    async with running(session):
        await until(lambda: session.connected)
        yield session


async def next_batch(session: Session) -> Batch:
    async with asyncio.timeout(DEADLINE_S):
        batch = await session.receive()
    assert batch is not None
    return batch


async def take(session: Session, count: int, *, ack: bool = True) -> list[Message]:
    """The next messages, at least this many."""
    messages: list[Message] = []
    while len(messages) < count:
        batch = await next_batch(session)
        messages += batch.messages
        if ack:
            session.ack(batch)
    return messages


async def payloads(session: Session, count: int) -> list[bytes]:
    """Those of the next messages, acknowledged."""
    return [message.payload for message in await take(session, count)]


def numbered(count: int, width: int = 1) -> list[bytes]:
    return [str(number).encode().rjust(width) for number in range(count)]
