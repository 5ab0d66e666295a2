"""The ingester, and in its process (DuckDB admits no other) somebody who publishes a reading and asks for it."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import mqtt5

from store.base import Latest, Store
from tests.benchmarks.ours import clock, ingesting
from tests.benchmarks.part import Part, Setting
from tests.benchmarks.publisher import building, name

EVERY_S = 0.05
LOOK_S = 0.001


async def probed(setting: Setting, part: Part) -> None:
    """The ingester; at the end the latencies, in ms, are in `latencies.json` of its folder."""
    async with ingesting(setting, part) as store:
        part.ready.set()
        found = await probe(setting, part, store)
    (Path(setting.folder) / "latencies.json").write_text(json.dumps(found))


async def probe(setting: Setting, part: Part, store: Store) -> list[float]:
    """Publish one reading at a time, and ask the store until it has it; from the write to the answer, each in ms."""
    device = setting.devices - 1  # known to the estate, and silent otherwise
    topic = f"microville/{building(device)}/{name(device)}/readings"
    _, writer = await asyncio.open_connection("127.0.0.1", setting.broker)
    writer.write(mqtt5.ConnectPacket("probe", clean_start=True, keep_alive=600).write())
    found: list[float] = []
    while not part.stop.is_set():
        at_ms, began = clock(), time.perf_counter()
        text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
        payload = f'{{"time":"{text}","electricity.power":{len(found)}}}'.encode()
        packet_id = len(found) % 65_000 + 1
        writer.write(mqtt5.PublishPacket(topic, payload, qos=mqtt5.QoS.AT_LEAST_ONCE, packet_id=packet_id).write())
        await queryable(store, name(device), at_ms)
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(max(0.0, began + EVERY_S - time.perf_counter()))
    writer.close()
    return found


async def queryable(store: Store, device: str, at_ms: int) -> None:
    """Return once the store answers with the device's reading of this time; a store tells nobody when it has."""
    asked = Latest({"device": [device]})
    while all(point.at_ms < at_ms for point in await store.latest(asked)):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)
