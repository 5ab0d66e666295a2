"""Where commands bring readings: the service that runs, or its parts opened here when none does."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from dashboards.configuration import Settings
from dashboards.remote import Local, ask, local
from dashboards.service import clock
from estate.calendar import DAY_MS, HOUR_MS
from estate.load import load
from estate.model import Estate
from ingest.history.bulk import Taken, take_in
from ingest.history.importing import Desk
from sensors.model import Reading
from store.base import Row, Series, StoreUnavailable

_WINDOWS = ((DAY_MS, "d"), (HOUR_MS, "h"), (1000, "s"))


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[tuple[Desk, Estate]]:
    """The desk that is open now, with the estate."""
    if await ask(settings, "GET", "/healthz") is not None:
        yield _There(settings), load(settings.estate_folder)
        return
    async with local(settings, clock()) as here:
        yield _Here(here), here.estate


class _Here:
    """The parts of a service that does not run."""

    def __init__(self, parts: Local) -> None:
        self._parts = parts

    async def series(self, query: Series) -> Sequence[Row]:
        return await self._parts.store.series(query)

    async def take(self, readings: Sequence[Reading]) -> Taken:
        return await take_in(self._parts.intake, self._parts.estate, readings)


class _There:
    """A service that runs, over HTTP."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def series(self, query: Series) -> Sequence[Row]:
        asked = [("quantity", query.quantity), ("how", query.how), ("every", _window(query.every_ms))]
        asked += [("start", _instant(query.start_ms)), ("end", _instant(query.end_ms))]
        asked += [("by", tag) for tag in query.by]
        asked += [(tag, value) for tag, values in query.where.items() for value in values]
        groups = await self._ask("GET", f"/api/series?{urlencode(asked)}")
        return [Row(group["tags"], _times(group["time"]), np.array(group["value"], float)) for group in groups]

    async def take(self, readings: Sequence[Reading]) -> Taken:
        answer = await self._ask("POST", "/api/readings", {"readings": [_given(reading) for reading in readings]})
        return Taken(answer["readings"], answer["quarantined"])

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = await ask(self._settings, method, path, body)
        if answer is None:
            raise StoreUnavailable("the service that ran a moment ago has stopped; start it, and run this again")
        return answer


def _given(reading: Reading) -> dict[str, str | float]:
    device, channel, quantity, value, at_ms = reading
    return {"device": device, "channel": channel, "quantity": quantity, "value": value, "time": _instant(at_ms)}


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def _times(texts: Sequence[str]) -> NDArray[np.int64]:
    return np.array([round(datetime.fromisoformat(text).timestamp() * 1000) for text in texts], np.int64)


def _window(every_ms: int | None) -> str:
    if every_ms is None:
        return "raw"
    unit_ms, letter = next((unit, letter) for unit, letter in _WINDOWS if every_ms % unit == 0)
    return f"{every_ms // unit_ms}{letter}"
