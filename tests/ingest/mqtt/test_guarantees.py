"""What brokers do not keep for us, or give twice: the exceptions in the Guarantees of ingest/README.md."""

import pytest

from ingest.mqtt.embedded import embedded_broker
from ingest.settings import Address
from tests.ingest.line import Line, at_work, instant
from tests.ingest.mqtt.sessions import connected, payloads, take
from tests.ingest.sending import send
from tests.ingest.values import payload
from tests.servers import free_port, mosquitto
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_line", "quick_retries")


async def test_qos_0_is_not_kept() -> None:
    """While we are away, mosquitto keeps what was published at QoS 1, and forgets the rest."""
    with mosquitto() as server:
        async with connected(server.port):
            pass
        await send(server.port, [b"lost"], qos=0)
        await send(server.port, [b"kept"])
        async with connected(server.port) as session:
            assert [b"kept"] == await payloads(session, 1)


async def test_qos_2_comes_as_1() -> None:
    """We subscribe at QoS 1: once is made by the reading's own time, not by the protocol."""
    with mosquitto() as server:
        async with connected(server.port) as session:
            await send(server.port, [b"twice sure"], qos=2)
            (message,) = await take(session, 1)

            assert (b"twice sure", 1) == (message.payload, message.qos)


async def test_embedded_broker_forgets() -> None:
    """Restarted, the embedded broker has lost what waited in it."""
    address = Address("127.0.0.1", free_port(), tls=False)
    with embedded_broker(address):
        async with connected(address.port):
            pass
        await send(address.port, [b"lost"])
    with embedded_broker(address):
        async with connected(address.port) as session:
            await send(address.port, [b"new"])

            assert [b"new"] == await payloads(session, 1)


async def test_redelivered_without_a_time(line: Line) -> None:
    """What comes again after a cut is one reading if it has a time of its own, and two if its receipt is its time."""
    async with at_work(line):
        line.store.gate.clear()
        await send(line.broker.port, [payload(1), payload(2, instant(2))])
        await until(lambda: line.store.asked != [])
        line.between.cut()
        await until(lambda: line.between.connections == 2 and line.connected())
        line.store.gate.set()
        await until(lambda: line.ledger.stored == 4)

        assert [1.0, 1.0, 2.0] == sorted(await line.store.values())
