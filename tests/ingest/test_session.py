"""The session against real brokers: nothing is lost, nothing is acknowledged early, memory is bounded."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from ingest import link
from ingest import session as session_module
from ingest.embedded import embedded_broker
from ingest.session import Batch, Session
from ingest.settings import Address
from tests.ingest.proxy import proxy
from tests.ingest.sending import send
from tests.ingest.values import NOW_MS, settings, topic
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


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow quickly."""
    monkeypatch.setattr(session_module, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(session_module, "LONGEST_WAIT_S", 0.1)


def made(port: int, **more: object) -> Session:
    return Session(settings(port, **more), lambda: NOW_MS)


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


async def take(session: Session, count: int, *, ack: bool = True) -> list[bytes]:
    """The payloads of the next messages, this many."""
    payloads: list[bytes] = []
    while len(payloads) < count:
        batch = await next_batch(session)
        payloads += [message.payload for message in batch.messages]
        if ack:
            session.ack(batch)
    return payloads


def numbered(count: int, width: int = 1) -> list[bytes]:
    return [str(number).encode().rjust(width) for number in range(count)]


@either
async def test_receives_in_order_and_acknowledges(broker: Broker) -> None:
    """Messages come in order and once; what was acknowledged does not come again with the next connection."""
    with broker() as port:
        async with connected(port) as session:
            await send(port, numbered(500))

            assert numbered(500) == await take(session, 500)
        async with connected(port) as session:
            await send(port, [b"afterwards"])

            assert [b"afterwards"] == await take(session, 1)


@either
async def test_unacknowledged_comes_again(broker: Broker) -> None:
    """What was handed out and not acknowledged is delivered again to the next connection of the same client."""
    with broker() as port:
        async with connected(port) as session:
            await send(port, numbered(30))
            await take(session, 10)
            rest = 30 - 10
            await take(session, 1, ack=False)
        async with connected(port) as session:
            again = await take(session, rest - 10)

    assert numbered(30)[-len(again) :] == again


@either
async def test_while_away_the_broker_keeps(broker: Broker) -> None:
    """What is published while the session is away is delivered when it is back."""
    with broker() as port:
        async with connected(port):
            pass
        await send(port, numbered(15))
        async with connected(port) as session:
            assert numbered(15) == await take(session, 15)


@either
async def test_message_as_it_came(broker: Broker) -> None:
    """Topic, payload, QoS and time of receipt are the message's; live messages published as retained look live."""
    with broker() as port:
        async with connected(port) as session:
            await send(port, [b"\x00\xff"], to="microville/b01/x/readings", retain=True)
            await send(port, [b"lightly"], qos=0)
            batches = [await next_batch(session), await next_batch(session)]

    assert [
        ("microville/b01/x/readings", b"\x00\xff", NOW_MS, 1, False),
        (topic(), b"lightly", NOW_MS, 0, False),
    ] == [message for batch in batches for message in batch.messages]


async def test_retained_before_subscribing() -> None:
    """A value retained from before the subscription is marked as such, and does not come again on a reconnect."""
    with mosquitto() as server:
        await send(server.port, [b"old"], retain=True)
        async with connected(server.port) as session:
            batch = await next_batch(session)
            session.ack(batch)
        async with connected(server.port) as session:
            await send(server.port, [b"new"])

            assert [b"new"] == await take(session, 1)

    assert [(b"old", True)] == [(message.payload, message.retained) for message in batch.messages]


async def test_acknowledged_in_order_of_delivery() -> None:
    """PUBACKs go out when told to, not before, in the order in which the messages came."""
    with mosquitto(max_inflight=0) as server:
        async with proxy(server.port) as between, connected(between.port) as session:
            await send(server.port, numbered(100))
            batches = [await next_batch(session)]
            while sum(len(batch.messages) for batch in batches) < 100:
                batches.append(await next_batch(session))

            assert [[]] == between.acknowledged()
            for batch in batches:
                session.ack(batch)
            await until(lambda: len(between.acknowledged()[0]) == 100)

            assert [[number for batch in batches for number in batch.packet_ids]] == between.acknowledged()


async def test_old_deliveries_are_not_acknowledged_on_a_new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a cut, neither what was handed out nor what was held before is acknowledged: its ids mean others now."""
    monkeypatch.setattr(session_module, "BATCH_MESSAGES", 4)
    with mosquitto() as server:
        async with proxy(server.port) as between, connected(between.port) as session:
            await send(server.port, numbered(10))
            handed_out = await next_batch(session)
            between.cut()
            await until(lambda: not session.connected)
            await until(lambda: session.connected)
            session.ack(handed_out)
            seen = list(handed_out.messages)
            while [message.payload for message in seen].count(b"9") < 2:
                batch = await next_batch(session)
                seen += batch.messages
                session.ack(batch)
            await until(lambda: len(between.acknowledged()[1]) == 10)

            assert [] == between.acknowledged()[0]
            assert set(numbered(10)) == {message.payload for message in seen}


async def test_absent_broker_is_waited_for() -> None:
    """Without a broker at the start the trouble is told; once it is there, messages come."""
    port = free_port()
    session = made(port)
    async with running(session):
        await until(lambda: str(port) in session.trouble)

        assert not session.connected
        with mosquitto(port=port):
            await until(lambda: session.connected)
            await send(port, [b"first"])

            assert [b"first"] == await take(session, 1)
            assert "" == session.trouble


async def test_broker_restart_loses_nothing(tmp_path: Path) -> None:
    """A broker that stops and comes back with its memory delivers what was not acknowledged, and what is new."""
    with mosquitto(folder=tmp_path, persistence=True) as server:
        async with connected(server.port) as session:
            await send(server.port, numbered(40))
            await take(session, 5)
            await take(session, 1, ack=False)
            server.process.terminate()
            await asyncio.to_thread(server.process.wait)
            await until(lambda: not session.connected)

            assert "server shutting down" in session.trouble
            with mosquitto(folder=tmp_path, persistence=True, port=server.port):
                await until(lambda: session.connected)
                await send(server.port, [b"after"])
                payloads: list[bytes] = []
                while b"after" not in payloads:
                    payloads += await take(session, 1)

    assert set(numbered(40)[20:]) | {b"after"} <= set(payloads)


async def test_wrong_password(tmp_path: Path) -> None:
    """A wrong password is told, with what to check; it is tried again, and holds once the broker takes it."""
    passwords = tmp_path / "passwords"
    allow(passwords, "the right one")
    with mosquitto(settings=[f"password_file {passwords}"]) as server:
        session = made(server.port, username="ingest", password="a new one")
        async with running(session):
            await until(lambda: "refuses us" in session.trouble)

            assert "check [broker] username" in session.trouble
            assert "a new one" not in session.trouble
            allow(passwords, "a new one")
            server.process.send_signal(1)  # SIGHUP: it reads its passwords again
            await until(lambda: session.connected)


def allow(passwords: Path, password: str) -> None:
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", passwords, "ingest", password], check=True, capture_output=True)


async def test_same_client_id_twice() -> None:
    """Two processes with one client id push each other out, and each says what to do about it."""
    with mosquitto() as server:
        first, second = made(server.port), made(server.port)
        async with running(first, second):
            await until(lambda: "client_id of its own" in first.trouble)


@pytest.mark.parametrize(("bound", "value"), [("HELD_MESSAGES", 50), ("HELD_BYTES", 500_000)])
async def test_bounded_without_a_drop(bound: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its bound the session reads no further; as acknowledgements make room, everything comes, in order."""
    monkeypatch.setattr(session_module, bound, value)
    messages = numbered(1000, width=10_000)
    one_read = 256 * 1024 // 10_000 + 1  # what the event loop may have read before it was told
    with mosquitto(max_inflight=0) as server:
        async with connected(server.port) as session, connected(server.port, client_id="other") as other:
            await send(server.port, messages)
            monkeypatch.setattr(session_module, bound, value)
            await drained(other, len(messages))
            held = await next_batch(session)

            assert 50 <= len(held.messages) <= 50 + one_read
            session.ack(held)
            payloads = [message.payload for message in held.messages]

            assert messages == payloads + await take(session, len(messages) - len(payloads))


async def drained(session: Session, count: int) -> None:
    """Somebody else has been sent everything."""
    assert count == len(await take(session, count))
