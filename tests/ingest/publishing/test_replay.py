"""The replay against real brokers: everything arrives, in order of time, whatever happens to the broker."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from estate.model import Point
from ingest.mqtt.embedded import embedded_broker
from ingest.publishing import replay
from ingest.settings import Address, BrokerSettings
from sensors import history
from sensors.decode import decode
from sensors.model import Context, Message, Reading
from sensors.registry import CODECS
from sensors.routes import Routes
from tests.servers import free_port, mosquitto

DEADLINE_S = 30.0
END_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
DAY_MS = replay.DAY_MS
ROUTES = Routes(Context(ZoneInfo("Europe/Paris")), CODECS)


class Listener:
    """What a subscriber has got so far."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._news = asyncio.Event()

    def take(self, message: aiomqtt.Message) -> None:
        payload = message.payload
        assert isinstance(payload, bytes)
        self.messages.append(Message(message.topic.value, payload, END_MS, message.qos, message.retain))
        self._news.set()

    async def until(self, enough: Callable[[], bool]) -> None:
        """Wait for what has been got to be enough."""
        async with asyncio.timeout(DEADLINE_S):
            while not enough():
                self._news.clear()
                await self._news.wait()

    def readings(self) -> list[Reading]:
        return [r for message in self.messages for r in decode(message, ROUTES, END_MS).readings]

    def statuses(self) -> list[bytes]:
        """What the replay said of itself, without what the broker repeats to a new subscriber."""
        return [m.payload for m in self.messages if m.topic == replay.STATUS_TOPIC and not m.retained]


@asynccontextmanager
async def listener(port: int) -> AsyncIterator[Listener]:
    """Subscribed with a session that outlives the connection: what is said meanwhile comes with the next one."""
    heard = Listener()
    subscribed = asyncio.Event()
    task = asyncio.create_task(_listen(port, heard, subscribed))
    try:
        async with asyncio.timeout(DEADLINE_S):
            await subscribed.wait()
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listen(port: int, heard: Listener, subscribed: asyncio.Event) -> None:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 3600
    while True:
        try:
            async with aiomqtt.Client(
                "127.0.0.1",
                port,
                identifier="listener",
                protocol=aiomqtt.ProtocolVersion.V5,
                clean_start=False,
                properties=properties,
            ) as client:
                await client.subscribe("microville/#", qos=1)
                subscribed.set()
                async for message in client.messages:
                    heard.take(message)
        except aiomqtt.MqttError:
            await asyncio.sleep(0.1)  # the broker is being started again


@contextmanager
def embedded() -> Iterator[int]:
    port = free_port()
    with embedded_broker(Address("127.0.0.1", port, tls=False)):
        yield port


@contextmanager
def real() -> Iterator[int]:
    with mosquitto() as server:
        yield server.port


def settings(port: int) -> BrokerSettings:
    return BrokerSettings(url=f"mqtt://127.0.0.1:{port}")


def clock() -> Callable[[], int]:
    """A clock that starts at END_MS and runs at real speed."""
    start = time.monotonic()
    return lambda: END_MS + int((time.monotonic() - start) * 1000)


def said(since: dict[str, int]) -> Counter[Reading]:
    """What a fill must bring."""
    return Counter(r for device, from_ms in since.items() for r in history.readings(device, from_ms, END_MS))


@pytest.mark.parametrize("broker", [real, embedded])
async def test_fill_arrives_exactly_once(broker: Callable[[], AbstractContextManager[int]]) -> None:
    """A fill brings each reading of each device once, no message above 20 kB, and nothing that is refused."""
    since = dict.fromkeys(history.devices(), END_MS - 5 * DAY_MS) | {"b07-gas": END_MS - 3 * DAY_MS}
    shares: list[float] = []
    with broker() as port:
        async with listener(port) as heard:
            await replay.fill(settings(port), since, END_MS, shares.append)
            await heard.until(lambda: b"offline" in heard.statuses())

    assert said(since) == Counter(heard.readings())
    assert max(len(message.payload) for message in heard.messages) < 20_000
    assert shares == sorted(shares)
    assert shares[-1] == 1


async def test_broker_restart_loses_nothing(tmp_path: Path) -> None:
    """A fill whose broker is stopped and started again half-way brings every reading all the same."""
    since = dict.fromkeys(history.devices(), END_MS - 10 * DAY_MS)
    with mosquitto(folder=tmp_path, persistence=True) as server:
        async with asyncio.TaskGroup() as group, listener(server.port) as heard:
            fill = group.create_task(replay.fill(settings(server.port), since, END_MS))
            await heard.until(lambda: len(heard.messages) > 100)
            server.process.terminate()
            await asyncio.to_thread(server.process.wait)
            assert not fill.done()
            with mosquitto(folder=tmp_path, persistence=True, port=server.port):
                await fill
                await heard.until(lambda: heard.statuses().count(b"online") == 2 and heard.statuses()[-1] == b"offline")
    expected = set(said(since))

    assert expected == set(heard.readings())


async def test_live_starts_before_its_broker() -> None:
    """Ticks that fell due before the broker was there are said when it is: none is skipped, none said otherwise."""
    port = free_port()
    live = asyncio.create_task(replay.live(settings(port), ["b01-electricity"], END_MS, 1, clock()))
    await asyncio.sleep(0)
    with mosquitto(port=port):
        async with listener(port) as heard:
            await heard.until(lambda: len(heard.readings()) >= 8)
            await stopped(live)
    times = [reading.at_ms for reading in heard.readings()][::2]
    expected = history.readings("b01-electricity", END_MS, times[-1] + 1, 1000)

    assert expected == heard.readings()


async def test_live_catches_up_by_the_hour() -> None:
    """More than an hour behind, meters follow hour by hour, and then at the live step."""
    start_ms = END_MS - 3 * history.HOUR_MS
    with mosquitto() as server:
        async with listener(server.port) as heard:
            live = asyncio.create_task(replay.live(settings(server.port), ["b02-gas"], start_ms, 1, clock()))
            await heard.until(lambda: len(heard.readings()) >= 5)
            await stopped(live)
    last_ms = heard.readings()[-1].at_ms
    hours = history.readings("b02-gas", start_ms, END_MS)

    assert hours == heard.readings()[:3]
    assert history.readings("b02-gas", END_MS, last_ms + 1, 1000)[-2:] == heard.readings()[-2:]


async def test_sampled_devices_speak_when_due() -> None:
    """Rooms and weather keep their own times, also in between the ticks of the meters."""
    devices = ["room-a-air", "site-weather"]
    start_ms = END_MS - history.HOUR_MS // 2
    expected = [r for device in devices for r in history.readings(device, start_ms, END_MS)]
    with mosquitto() as server:
        async with listener(server.port) as heard:
            live = asyncio.create_task(replay.live(settings(server.port), devices, start_ms, 1, clock()))
            await heard.until(lambda: len(heard.readings()) >= len(expected))
            await stopped(live)

    assert expected == heard.readings()


async def test_last_will() -> None:
    """A replay that dies says so: its status turns from online to offline."""
    expected = [b"online", b"offline"]
    with mosquitto() as server:
        code = (
            "import asyncio; from ingest.settings import BrokerSettings; from ingest.publishing import replay;"
            f"asyncio.run(replay.live(BrokerSettings(url='mqtt://127.0.0.1:{server.port}'), [], 0))"
        )
        async with listener(server.port) as heard:
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
            await heard.until(lambda: b"online" in heard.statuses())
            process.kill()
            await process.wait()
            await heard.until(lambda: b"offline" in heard.statuses())

    assert expected == heard.statuses()


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_resume_after_what_the_device_said() -> None:
    """A device goes on after its own last reading, whatever somebody published in its name meanwhile."""
    start = END_MS - 35 * DAY_MS
    at_ms = END_MS - 10 * DAY_MS
    own = history.readings("b01-electricity", at_ms, at_ms + 3_600_000)
    by_hand = Point("b01-electricity", "", "electricity.power", 1250.0, END_MS, "b01", "")
    points = [Point(*reading, "b01", "") for reading in own] + [by_hand]

    since = replay.resume(points, start)

    assert own[-1].at_ms + 1 == since["b01-electricity"]
    assert start == since["b02-electricity"]
