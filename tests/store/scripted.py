"""A server that answers as InfluxDB would when it must: real ones cannot be told to refuse."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from estate.model import Point
from store.base import Series
from store.influx import InfluxStore
from tests.servers import free_port

T0 = 1_767_225_600_000
EMPTY = json.dumps({"results": [{"statement_id": 0}]}).encode()
READINGS = Series("electricity.power", T0 - 1, T0 + 10**9, None)


Answer = tuple[int, bytes]
Write = Callable[[bytes], Answer]


def point(value: float = 1.0, at_ms: int = T0, quantity: str = "electricity.power", building: str = "b01") -> Point:
    return Point("m1", "", quantity, value, at_ms, building, "")


@dataclass
class Script:
    """A server that pings, has no data, and answers writes as told; it keeps what it was sent."""

    port: int
    bodies: list[bytes] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


@asynccontextmanager
async def scripted(write: Write, version: str = "v2.7.10") -> AsyncIterator[Script]:
    """A status of 0 is half an answer."""
    script = Script(free_port())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length:")]
        body = await reader.readexactly(sum(lengths))
        status, text = 200, EMPTY
        if head.startswith("GET /ping"):
            status, text = 204, b""
        elif "write?" in head.split("\r\n")[0]:
            script.heads.append(head)
            script.bodies.append(body)
            status, text = write(body)
        missing = 0 if status else 10
        length = "" if status == 204 else f"Content-Length: {len(text) + missing}\r\n"
        start = f"HTTP/1.1 {status or 200} x\r\nX-Influxdb-Version: {version}\r\nConnection: close\r\n{length}\r\n"
        writer.write(start.encode() + text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", script.port)
    async with server:
        yield script


@asynccontextmanager
async def opened(port: int, version: int | None = None, token: str = "") -> AsyncIterator[InfluxStore]:
    store = InfluxStore("127.0.0.1", port, version=version, token=token, org="site")
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def said(status: int, **words: str) -> Write:
    return lambda body: (status, json.dumps(words).encode())
