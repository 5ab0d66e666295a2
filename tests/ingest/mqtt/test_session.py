"""The session against real brokers: in order, acknowledged when told to, within bounds."""

import asyncio

import pytest

from ingest.mqtt import held as held_module
from ingest.mqtt import link
from ingest.mqtt import session as session_module
from tests.ingest.mqtt.sessions import (
    Broker,
    connected,
    either,
    made,
    next_batch,
    numbered,
    payloads,
    running,
    take,
)
from tests.ingest.proxy import proxy
from tests.ingest.sending import send
from tests.ingest.values import NOW_MS, topic
from tests.servers import Server, free_port, mosquitto
from tests.waiting import DEADLINE_S, until

pytestmark = pytest.mark.usefixtures("quick_retries")


@either
async def test_receives_in_order(broker: Broker) -> None:
    """Messages come in order, and once."""
    with broker() as port:
        async with connected(port) as session:
            await send(port, numbered(500))

            assert numbered(500) == await payloads(session, 500)


async def test_acknowledged_does_not_come_again() -> None:
    """What was acknowledged is over: the next connection brings what is new."""
    with mosquitto() as server:
        async with connected(server.port) as session:
            await send(server.port, numbered(500))
            await take(session, 500)
        await until(lambda: gone(server))
        async with connected(server.port) as session:
            await send(server.port, [b"afterwards"])

            assert [b"afterwards"] == await payloads(session, 1)


def gone(server: Server) -> bool:
    """Whether the broker has read all that the session sent, its goodbye included."""
    return "Client microville-ingest disconnected." in server.log


@either
async def test_unacknowledged_comes_again(broker: Broker) -> None:
    """What was handed out and not acknowledged is delivered again to the next connection of the same client."""
    with broker() as port:
        async with connected(port) as session:
            await send(port, numbered(10))
            await take(session, 10, ack=False)
        async with connected(port) as session:
            assert numbered(10) == await payloads(session, 10)


@either
async def test_while_away_the_broker_keeps(broker: Broker) -> None:
    """What is published while the session is away is delivered when it is back."""
    with broker() as port:
        async with connected(port):
            pass
        await send(port, numbered(15))
        async with connected(port) as session:
            assert numbered(15) == await payloads(session, 15)


async def test_message_as_it_came() -> None:
    """Topic, payload, QoS and time of receipt are the message's; live messages published as retained look live."""
    with mosquitto() as server:
        async with connected(server.port) as session:
            await send(server.port, [b"\x00\xff"], to="microville/b01/x/readings", retain=True)
            await send(server.port, [b"lightly"], qos=0)
            messages = await take(session, 2)

    assert [
        ("microville/b01/x/readings", b"\x00\xff", NOW_MS, 1, False),
        (topic(), b"lightly", NOW_MS, 0, False),
    ] == messages


async def test_retained_before_subscribing() -> None:
    """A value retained from before the subscription is marked as such, and does not come again on a reconnect."""
    with mosquitto() as server:
        await send(server.port, [b"old"], retain=True)
        async with connected(server.port) as session:
            messages = await take(session, 1)
        await until(lambda: gone(server))
        async with connected(server.port) as session:
            await send(server.port, [b"new"])

            assert [b"new"] == await payloads(session, 1)

    assert [(b"old", True)] == [(message.payload, message.retained) for message in messages]


async def test_acknowledged_when_told() -> None:
    """PUBACKs go out when told to and not before, in the order in which the messages came."""
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
    monkeypatch.setattr(held_module, "BATCH_MESSAGES", 4)
    with mosquitto() as server:
        async with proxy(server.port) as between, connected(between.port) as session:
            await send(server.port, numbered(10))
            before = await next_batch(session)
            between.cut()
            await until(lambda: between.connections == 2 and session.connected)
            session.ack(before)
            seen = before.messages
            while [message.payload for message in seen].count(b"9") < 2:
                seen += await take(session, 1)
            await until(lambda: len(between.acknowledged()[1]) == 10)
            await send(server.port, [b"last"])
            await take(session, 1)
            await until(lambda: len(between.acknowledged()[1]) == 11)

            assert [] == between.acknowledged()[0]
            assert {*numbered(10)} == {message.payload for message in seen}


async def test_same_client_id_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes with one client id push each other out, ever more slowly, and are told what to do about it."""
    monkeypatch.setattr(session_module, "LONGEST_WAIT_S", 5.0)
    with mosquitto() as server:
        async with proxy(server.port) as between:
            first, second = made(between.port), made(between.port)
            async with running(first, second):
                await until(lambda: "its own client_id" in first.trouble + second.trouble)
                await asyncio.sleep(1)

            assert between.connections < 20


@pytest.mark.parametrize(("bound", "value"), [("HELD_MESSAGES", 50), ("HELD_BYTES", 500_000)])
async def test_bounded_without_a_drop(bound: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its bound the session reads no further; as acknowledgements make room, everything comes, in order."""
    messages = numbered(1000, width=10_000)
    one_read = 256 * 1024 // 10_000 + 1  # what the event loop may have read before it was told
    with mosquitto(max_inflight=0) as server:
        async with connected(server.port, client_id="other") as other:
            monkeypatch.setattr(held_module, bound, value)
            async with connected(server.port) as session:
                await send(server.port, messages)
                await take(other, len(messages))
                held = await next_batch(session)

                assert 50 <= len(held.messages) <= 50 + one_read
                session.ack(held)
                rest = await payloads(session, len(messages) - len(held.messages))

    assert messages == [message.payload for message in held.messages] + rest


async def test_pause_is_not_taken_for_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that has not read its socket for longer than the keep-alive keeps its connection all the same."""
    monkeypatch.setattr(link, "KEEP_ALIVE_S", 2)
    monkeypatch.setattr(held_module, "HELD_MESSAGES", 5)
    with mosquitto(max_inflight=0) as server:
        async with proxy(server.port) as between, connected(between.port) as session:
            await send(server.port, numbered(10))
            batch = await next_batch(session)
            pings = 3
            await until(lambda: between.pings() >= pings)
            session.ack(batch)
            await send(server.port, [b"last"])
            await payloads(session, 11 - len(batch.messages))

            assert 1 == between.connections


async def test_silent_broker_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that lets nothing through any more, and says nothing, is given up within the keep-alive."""
    monkeypatch.setattr(link, "KEEP_ALIVE_S", 2)
    with mosquitto() as server:
        async with proxy(server.port) as between, connected(between.port) as session:
            between.silence()
            await until(lambda: "fallen silent" in session.trouble)
            await until(lambda: session.connected)
            await send(server.port, [b"through"])

            assert [b"through"] == await payloads(session, 1)


async def test_finish() -> None:
    """After `finish` what is held is handed out, then None; the broker keeps what was not acknowledged."""
    with mosquitto() as server:
        async with connected(server.port) as session:
            await send(server.port, numbered(10)[:4])
            await take(session, 4)
            await send(server.port, numbered(10)[4:])
            session.finish()
            held = []
            while batch := await session.receive():
                held += batch.messages
            await send(server.port, [b"later"])

            assert None is await session.receive()
        await until(lambda: gone(server))
        async with connected(server.port) as session:
            rest = await payloads(session, 7)

    assert numbered(10)[4 : 4 + len(held)] == [message.payload for message in held]
    assert [*numbered(10)[4:], b"later"] == rest


async def test_crumbs_and_stalls() -> None:
    """Bytes that come one by one, and a line that stalls, change neither the messages nor their acknowledgements."""
    with mosquitto() as server:
        async with proxy(server.port) as between:
            between.crumbs = True
            async with connected(between.port) as session:
                await send(server.port, numbered(30))
                first = await payloads(session, 10)
                between.flowing.clear()
                await send(server.port, [b"during"])
                between.flowing.set()
                rest = await payloads(session, 31 - len(first))
                await until(lambda: len(between.acknowledged()[0]) == 31)

            assert [*numbered(30), b"during"] == first + rest
            assert 1 == between.connections


async def test_finish_ends_a_wait() -> None:
    """`finish` also ends a `receive` that waits for a message."""
    session = made(free_port())
    waiting = asyncio.create_task(session.receive())
    await asyncio.sleep(0)
    session.finish()

    assert None is await asyncio.wait_for(waiting, DEADLINE_S)


@either
async def test_shared_subscription(broker: Broker) -> None:
    """Sessions of one group share the messages: each goes to one of them."""
    with broker() as port:
        async with (
            connected(port, share="g", client_id="one") as one,
            connected(port, share="g", client_id="two") as two,
        ):
            await send(port, numbered(100))
            seen: list[bytes] = []
            while len(seen) < 100:
                first = [asyncio.ensure_future(payloads(session, 1)) for session in (one, two)]
                done, pending = await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                for task in pending:
                    task.cancel()
                seen += [payload for task in done for payload in task.result()]

    assert sorted(numbered(100)) == sorted(seen)
