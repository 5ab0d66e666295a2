"""Live parts of pages, by server-sent events over a real socket: bounded, and ended with the service."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from dashboards.parts import Parts
from dashboards.viewers import Viewers
from estate.model import Point
from tests.dashboards.browser import served
from tests.dashboards.conftest import NOW

EVENTS = {"Accept": "text/event-stream", "Accept-Language": "en"}


@asynccontextmanager
async def listening(client: httpx.AsyncClient, path: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The events of a page."""
    async with client.stream("GET", path, headers=EVENTS) as response:

        async def events() -> AsyncIterator[dict[str, Any]]:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

        assert "text/event-stream" in response.headers["content-type"]
        assert "no" == response.headers["x-accel-buffering"]
        yield events()


async def test_what_changes_is_told(filled: Parts) -> None:
    """First all parts of the page, then those that changed."""
    async with served(filled) as url, httpx.AsyncClient(base_url=url) as client, listening(client, "/") as events:
        first = await anext(events)
        await filled.store.write([Point("b01-electricity", "", "electricity.power", 2000.0, NOW - 1000, "b01", "")])
        then = next(told for told in [await anext(events) for _ in range(15)] if "tiles" in told["parts"])

    live = {"readiness", "last-reading", "reporting", "store", "tiles", "drivers", "alerts", "attention"}

    assert live == set(first["parts"])
    assert "2.0\u00a0kW" in then["parts"]["tiles"]
    assert "readiness" not in then["parts"]


async def test_viewers_are_bounded(filled: Parts) -> None:
    """One more than may look is told so, and has a place when another leaves."""
    parts = replace(filled, viewers=Viewers(every_s=0.05, most=1))
    async with served(parts) as url, httpx.AsyncClient(base_url=url) as client:
        async with listening(client, "/devices") as events:
            await anext(events)
            refused = await client.get("/devices", headers=EVENTS)
        async with asyncio.timeout(10):
            while parts.viewers.looking:  # noqa: ASYNC110 (the server lets go when it finds that nobody reads)
                await asyncio.sleep(0.02)
        async with listening(client, "/devices") as events:
            again = await anext(events)

    assert (503, "close one, or reload now and then") == (refused.status_code, refused.json()["next_step"])
    assert again["parts"]


async def test_ends_with_the_service(filled: Parts) -> None:
    """However long the next event is away, viewers do not hold up a stop."""
    parts = replace(filled, viewers=Viewers(every_s=3600))
    async with httpx.AsyncClient() as client:
        async with served(parts) as url:
            response = await client.send(client.build_request("GET", f"{url}/ingest", headers=EVENTS), stream=True)
            lines = response.aiter_lines()
            await anext(lines)
            began = time.monotonic()
        took = time.monotonic() - began
        rest = [line async for line in lines]

    assert took < 2
    assert [] == [line for line in rest if line and not line.startswith("data:")]
    assert 0 == parts.viewers.looking


async def test_another_estate(filled: Parts) -> None:
    """When another estate is adopted, streams of the former one end, and new ones begin."""
    parts = replace(filled, viewers=Viewers(every_s=3600))
    async with served(parts) as url, httpx.AsyncClient(base_url=url) as client:
        async with listening(client, "/zones") as events:
            await anext(events)
            parts.viewers.again()
            rest = [told async for told in events]
        async with listening(client, "/zones") as events:
            again = await anext(events)

    assert [] == rest
    assert again["parts"]


async def test_head_is_no_stream(filled: Parts) -> None:
    """Who asks for the head alone is answered."""
    async with served(filled) as url, httpx.AsyncClient(base_url=url, timeout=10) as client:
        answer = await client.head("/", headers=EVENTS)

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
