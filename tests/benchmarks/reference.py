"""The reference: what a good engineer writes in an afternoon with aiomqtt, pydantic, influxdb-client and aiohttp.

It stores the same three fields under the same tags, in batches as large as ours or larger, which favours it: what came
while the last write was under way and for 50 ms more, up to 2,000 messages. It does not know the estate, keeps no
latest values, no spool, no quarantine and no account; and aiomqtt acknowledges before a message is stored, so that a
crash loses what was queued.

InfluxDB 1.6.7 has no /api/v2/write (it came with 1.8), which is all that influxdb-client's write API posts to. So its
`Point` makes the lines as there, and aiohttp, which is below that API too, posts them to /write: a little less work.
"""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import aiomqtt
from influxdb_client.client.write.point import Point
from influxdb_client.domain.write_precision import WritePrecision
from pydantic import AwareDatetime, BaseModel, Field

from ingest.mqtt.held import BATCH_MESSAGES
from tests.benchmarks.part import Part, Setting

GATHER_S = 0.05


class Payload(BaseModel):
    """A native message, as far as this load goes."""

    time: AwareDatetime
    power: float | None = Field(None, alias="electricity.power", allow_inf_nan=False)
    energy: float | None = Field(None, alias="electricity.energy", allow_inf_nan=False)
    voltage: float | None = Field(None, alias="electricity.voltage", allow_inf_nan=False)


def point(topic: str, payload: bytes) -> Any:
    _, building, device, _ = topic.split("/")
    reading = Payload.model_validate_json(payload)
    made: Any = Point("electricity")  # type: ignore[no-untyped-call]  # the client leaves it untyped
    made.tag("building", building).tag("device", device)
    made.field("power", reading.power).field("energy", reading.energy).field("voltage", reading.voltage)
    return made.time(reading.time, WritePrecision.MS)


class Writer:
    """Writes what has gathered, again and again."""

    def __init__(self, store: str) -> None:
        parts = urlsplit(store)
        self._url = f"http://{parts.netloc}/write"
        self._parameters = {"db": dict(parse_qsl(parts.query))["bucket"], "precision": "ms"}
        self._gathered: list[Any] = []
        self._came = asyncio.Event()
        self.done = 0

    def add(self, made: Any) -> None:
        self._gathered.append(made)
        self._came.set()

    async def run(self) -> None:
        async with aiohttp.ClientSession(raise_for_status=True) as http:
            while True:
                await self._came.wait()
                if len(self._gathered) < BATCH_MESSAGES:
                    await asyncio.sleep(GATHER_S)
                batch, self._gathered = self._gathered[:BATCH_MESSAGES], self._gathered[BATCH_MESSAGES:]
                if not self._gathered:
                    self._came.clear()
                lines = "\n".join(made.to_line_protocol() for made in batch)
                async with http.post(self._url, params=self._parameters, data=lines.encode()):
                    self.done += len(batch)


async def reference(setting: Setting, part: Part) -> None:
    writer = Writer(setting.store)
    part.done = lambda: writer.done
    writing = asyncio.create_task(writer.run())
    client = aiomqtt.Client(
        "127.0.0.1", setting.broker, identifier=setting.client_id, protocol=aiomqtt.ProtocolVersion.V5
    )
    async with client:
        await client.subscribe("microville/#", qos=setting.qos)
        receiving = asyncio.create_task(_receive(client, writer))
        part.ready.set()
        await part.stop.wait()
        receiving.cancel()
        writing.cancel()
        await asyncio.wait([receiving, writing])


async def _receive(client: aiomqtt.Client, writer: Writer) -> None:
    async for message in client.messages:
        assert isinstance(message.payload, bytes)
        writer.add(point(str(message.topic), message.payload))
