"""The sample estate's devices speak: their history first, then live, as native messages over MQTT 5 at QoS 1.

Every value is a function of time (sensors.history) and carries its time, so whatever is published again after a lost
connection or a new start says the same again (law 3).
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

import aiomqtt
import structlog

from estate.model import Point
from ingest.mqtt.connect import client_arguments
from ingest.settings import BrokerSettings
from sensors import history
from sensors.model import Reading

DAY_MS = 86_400_000
STATUS_TOPIC = "microville/site/replay/status"

IN_FLIGHT = 20  # publishes not yet acknowledged: what mosquitto allows unless told otherwise
LIVE_S = 10  # between two readings of a meter
OBJECTS = 96  # of one message at most: some 11 kB, below every broker's limit
TIMEOUT_S = 5.0  # without an acknowledgement the connection counts as lost
RETRY_S = (0.5, 1.0, 2.0, 5.0, 10.0)  # between attempts; the last holds on

log = structlog.get_logger()


class Outgoing(NamedTuple):
    topic: str
    payload: bytes


def resume(last: Iterable[Point], start_ms: int) -> dict[str, int]:
    """Where to go on for each device: after its last reading among these, at `start_ms` at the earliest.

    A reading that the device would not have said, published by hand say, does not count.
    """
    since = dict.fromkeys(history.devices(), start_ms)
    for point in last:
        said = history.readings(point.device, point.at_ms, point.at_ms + 1, LIVE_S * 1000)
        if Reading(*point[:5]) in said:
            since[point.device] = max(since[point.device], point.at_ms + 1)
    return since


async def fill(
    broker: BrokerSettings, since: Mapping[str, int], end_ms: int, progress: Callable[[float], None] = lambda _: None
) -> None:
    """Publish what each device of `since` said from its time there until before `end_ms`, as its source measured it.

    Day by day through all devices, oldest first: registers then only rise for whoever accounts them meanwhile, and no
    consumption is settled twice. `progress` gets the share done, 0 to 1. Returns when the broker has acknowledged all.
    """
    await _deliver(broker, _days(since, end_ms, progress))


async def live(
    broker: BrokerSettings,
    devices: Collection[str],
    start_ms: int,
    every_s: int = LIVE_S,
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> None:
    """Publish for ever what the devices say from `start_ms` on: meters every `every_s`, the others when due.

    What fell due while the broker was away follows when it is back; after more than an hour, meters hour by hour.
    """
    await _deliver(broker, _ticks(devices, start_ms, every_s * 1000, clock))


async def _days(
    since: Mapping[str, int], end_ms: int, progress: Callable[[float], None]
) -> AsyncIterator[list[Outgoing]]:
    first = min(since.values(), default=end_ms)
    for start_ms in range(first, end_ms, DAY_MS):
        until_ms = min(start_ms + DAY_MS, end_ms)
        yield [
            message
            for device, from_ms in since.items()
            for message in _messages(device, max(start_ms, from_ms), until_ms, history.HOUR_MS)
        ]
        progress((until_ms - first) / (end_ms - first))


async def _ticks(
    devices: Collection[str], start_ms: int, every_ms: int, clock: Callable[[], int]
) -> AsyncIterator[list[Outgoing]]:
    while True:
        now_ms = clock()
        behind = now_ms - start_ms > history.HOUR_MS
        end_ms = min(start_ms + DAY_MS, now_ms) if behind else now_ms - now_ms % every_ms + 1
        step_ms = history.HOUR_MS if behind else every_ms
        yield [message for device in devices for message in _messages(device, start_ms, end_ms, step_ms)]
        start_ms = max(start_ms, end_ms)
        if not behind:
            await asyncio.sleep((every_ms - clock() % every_ms) / 1000)


def _messages(device: str, start_ms: int, end_ms: int, every_ms: int) -> Iterator[Outgoing]:
    topic = f"microville/{history.devices()[device]}/{device}/readings"
    said = groupby(history.readings(device, start_ms, end_ms, every_ms), key=lambda reading: reading.at_ms)
    objects = [
        {"time": datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()} | {r.quantity: r.value for r in readings}
        for at_ms, readings in said
    ]
    for first in range(0, len(objects), OBJECTS):
        yield Outgoing(topic, json.dumps(objects[first : first + OBJECTS]).encode())


async def _deliver(broker: BrokerSettings, batches: AsyncIterator[Sequence[Outgoing]]) -> None:
    """Publish every batch in order; what a lost connection left unacknowledged goes first over the next one."""
    unsent: Sequence[Outgoing] = ()
    attempt = 0
    while True:
        try:
            async with _connection(broker) as client:
                await _publish(client, unsent)
                async for unsent in batches:
                    await _publish(client, unsent)
                    unsent, attempt = (), 0
            return
        except aiomqtt.MqttError as error:
            wait_s = RETRY_S[min(attempt, len(RETRY_S) - 1)]
            attempt += 1
            log.warning("replay_disconnected", broker=str(broker.address), error=str(error), retry_s=wait_s)
            await asyncio.sleep(wait_s)


@asynccontextmanager
async def _connection(broker: BrokerSettings) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client(
        **client_arguments(broker),
        will=aiomqtt.Will(STATUS_TOPIC, "offline", qos=1, retain=True),
        timeout=TIMEOUT_S,
        max_inflight_messages=IN_FLIGHT,
    ) as client:
        client.pending_calls_threshold = IN_FLIGHT  # it warns above
        await client.publish(STATUS_TOPIC, "online", qos=1, retain=True)
        try:
            yield client
        finally:
            with suppress(aiomqtt.MqttError):  # a broker that is gone must not hide why we leave, a cancellation say
                await client.publish(STATUS_TOPIC, "offline", qos=1, retain=True)


async def _publish(client: aiomqtt.Client, messages: Sequence[Outgoing]) -> None:
    """Returns when the broker has acknowledged them all; raises MqttError when that cannot be known."""
    for first in range(0, len(messages), IN_FLIGHT):
        publishes = (client.publish(*message, qos=1) for message in messages[first : first + IN_FLIGHT])
        for outcome in await asyncio.gather(*publishes, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
