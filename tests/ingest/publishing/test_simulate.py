"""The simulation on a real broker: what it counts is what was heard, at its rate, whatever happens to the broker."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import aiomqtt
import pytest

from ingest.publishing import simulate as simulating
from ingest.publishing.simulate import Course, simulate
from ingest.settings import BrokerSettings
from sensors.simulation import FAULTS, Plan, Simulation
from tests.servers import Server, free_port, mosquitto
from tests.waiting import DEADLINE_S, until

START_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
FORMATS = ("native", "homie_5", "sparkplug_b", "tasmota", "esphome")


def simulation(rate: float, *faults: str) -> Simulation:
    return Simulation(Plan(10, FORMATS, frozenset(faults), rate, 3, ZoneInfo("Europe/Paris"), START_MS))


def settings(port: int) -> BrokerSettings:
    return BrokerSettings(url=f"mqtt://127.0.0.1:{port}")


@asynccontextmanager
async def heard(port: int) -> AsyncIterator[Counter[tuple[str, bytes]]]:
    """What comes to a subscriber of everything, by topic and payload."""
    messages: Counter[tuple[str, bytes]] = Counter()
    v5 = aiomqtt.ProtocolVersion.V5

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            messages[message.topic.value, message.payload] += 1

    async with asyncio.timeout(DEADLINE_S), aiomqtt.Client("127.0.0.1", port, protocol=v5) as client:
        await client.subscribe("#", qos=1)
        task = asyncio.create_task(listen(client))
        yield messages
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def meant(simulated: Simulation, slots: int) -> Counter[tuple[str, bytes]]:
    told = [message for number in range(slots) for message in simulated.slot(number).messages]
    return Counter((message.sent.topic, message.sent.payload) for message in (*simulated.births(), *told))


async def test_what_is_counted_was_heard(broker: Server) -> None:
    """Births and every slot's messages arrive, with all faults, and the tally counts them."""
    simulated = simulation(200, *FAULTS)
    async with heard(broker.port) as messages:
        course = await simulate(settings(broker.port), simulated, 2, asyncio.Event())
        await until(lambda: messages.total() >= course.tally.messages.total())

    assert meant(simulated, 400) == messages
    assert (400, 400, messages.total()) == (course.planned, course.slots, course.tally.messages.total())
    assert course.tally.faults["gaps"] > 0


async def test_the_rate_does_not_drift(broker: Server) -> None:
    """Two seconds' slots are published in two seconds, less the last one's wait; what is a second late would not be."""
    began = time.monotonic()
    course = await simulate(settings(broker.port), simulation(50), 2, asyncio.Event())
    took_s = time.monotonic() - began

    assert 100 == course.slots
    assert 2 - 1 / 50 <= took_s


async def test_stop(broker: Server) -> None:
    """Asked to stop, it ends at once, and has counted what was heard."""
    stop = asyncio.Event()
    async with heard(broker.port) as messages:
        running = asyncio.create_task(simulate(settings(broker.port), simulation(50), 3600, stop))
        await until(lambda: messages.total() > 30)
        stop.set()
        course = await running
        await until(lambda: messages.total() >= course.tally.messages.total())

    assert messages.total() == course.tally.messages.total()
    assert course.slots < course.planned


async def test_a_broker_that_cannot_keep_up(broker: Server) -> None:
    """It gets what it takes in the time, and how far it was behind is told."""
    course = await simulate(settings(broker.port), simulation(100_000), 1, asyncio.Event())

    assert 0 < course.slots < course.planned
    assert course.behind_s > 0.5


async def test_a_broker_that_goes_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fell due while the broker was away is published when it is back."""
    monkeypatch.setattr(simulating, "RETRY_S", (0.1,))
    monkeypatch.setattr(simulating, "BEHIND_S", DEADLINE_S)
    port = free_port()
    simulated = simulation(50)
    with mosquitto(port=port):
        running = asyncio.create_task(simulate(settings(port), simulated, 4, asyncio.Event()))
        async with heard(port) as before:
            await until(lambda: before.total() > 20)
    with mosquitto(port=port):
        course: Course = await running

    assert course.connections_lost > 0
    assert (200, meant(simulated, 200).total()) == (course.slots, course.tally.messages.total())
