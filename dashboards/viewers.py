"""Live parts of pages, by server-sent events: a page's own address answers them to whoever asks for an event stream.

Each event holds the parts that changed, so that a page left open stays true, and one that was cut off is whole again
with the first event of its next connection. The number of viewers is bounded, and all of them end with the service.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from fastapi.responses import StreamingResponse
from starlette.responses import Response

from dashboards.api.problems import STOPPING, Fault, details
from dashboards.api.wrong import Words
from store.base import StoreRefused, StoreUnavailable
from store.state import StateUnusable

EVERY_S = 10.0
CHART_TURNS = 6
"""Charts are drawn anew every so many events: each minute."""

MOST = 64
"""Viewers at one time; each is a connection, and a page rendered every ten seconds."""

AGAIN_MS = 2000
"""How long a browser waits before it connects again."""

ENDING = (StoreUnavailable, StoreRefused, StateUnusable, sqlite3.OperationalError)
"""What ends a stream: the next request is answered with the cause."""

Parts = Mapping[str, str]
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept, Accept-Language"}


class Viewers:
    """Those who look at pages of this process now."""

    def __init__(self, every_s: float = EVERY_S, most: int = MOST) -> None:
        self._every_s, self._most = every_s, most
        self._ended = asyncio.Event()
        self._closed = False
        self.looking = 0

    def again(self) -> None:
        """End all streams: what they show is of a former estate. Browsers come back at once."""
        self._ended.set()
        self._ended = asyncio.Event()

    def close(self) -> None:
        """End all streams, for good: the service stops."""
        self._closed = True
        self._ended.set()

    def stream(self, draw: Callable[[], Awaitable[Parts]], assets: str) -> Response:
        """The parts that `draw` gives, whenever they change; `assets` names the script that understands them."""
        if self._closed:
            return details(STOPPING)
        if self.looking >= self._most:
            return details(
                Fault(503, Words(f"{self._most} pages are open already", "close one, or reload now and then"))
            )
        return StreamingResponse(self._events(draw, assets), media_type="text/event-stream", headers=HEADERS)

    async def _events(self, draw: Callable[[], Awaitable[Parts]], assets: str) -> AsyncIterator[str]:
        ended, told, turn = self._ended, dict[str, str](), 0
        self.looking += 1
        try:
            yield f"retry: {AGAIN_MS}\n\n"
            while not ended.is_set():
                parts = dict(await draw())
                changed = {name: html for name, html in parts.items() if told.get(name) != html}
                told, charts = parts, turn > 0 and turn % CHART_TURNS == 0
                yield f"data: {json.dumps({'parts': changed, 'charts': charts, 'assets': assets})}\n\n"
                turn += 1
                await _either(ended, self._every_s)
        except ENDING:
            return
        finally:
            self.looking -= 1


async def _either(ended: asyncio.Event, seconds: float) -> None:
    """Wait for the end, or so long."""
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return
