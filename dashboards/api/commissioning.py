"""Commissioning: a device is added to the inventory, and what it sent before is stored.

A running service follows the inventory by itself (`service.py`); this writes the row and waits. Without one, the
command releases the messages here.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection

from dashboards.api.models import DeviceAdded, DeviceAsked
from dashboards.configuration import Settings
from dashboards.remote import local
from estate.calendar import DAY_MS
from estate.inventory import add_device
from ingest.intake import Intake
from ingest.quarantine import Selection, count
from ingest.release import reconsider
from sensors.model import Reason
from sensors.routes import matches
from store.base import Latest, Series, Store
from store.state import State

LONGEST_S = 15.0
LOOK_S = 0.2


class Waiting:
    """The messages that were refused because a device, or what reads it, was not known."""

    def __init__(self, asked: DeviceAsked, store: Store, state: State, now_ms: int) -> None:
        self._asked = asked
        self._store = store
        self._state = state
        self._end_ms = now_ms + DAY_MS
        self._kept = self._readings = 0

    async def begin(self) -> int:
        """How many there are. Raises StoreUnavailable, before anything is changed."""
        self._readings = await self._stored()
        self._kept = await self._state.read(self._all)
        return await self._state.read(self._count)

    async def until_released(self, known: Callable[[], bool]) -> None:
        """Until the service knows the device and has released them, but not for ever: the store may be away."""
        for _ in range(round(LONGEST_S / LOOK_S)):
            if known() and not await self._state.read(self._count):
                return
            await asyncio.sleep(LOOK_S)

    async def released(self, line: int, waited: int) -> DeviceAdded:
        """What has become of them."""
        kept = await self._state.read(self._all)
        return DeviceAdded(
            device=self._asked.device,
            line=line,
            waited=waited,
            released=max(0, self._kept - kept),
            kept=kept,
            readings=await self._stored() - self._readings,
        )

    def _count(self, db: Connection) -> int:
        """Those that this row lets go, or lets be refused for a better reason."""
        reasons = [Reason.UNKNOWN_DEVICE, *([Reason.NEEDS_CODEC] if self._asked.codec else [])]
        own = sum(count(db, Selection(reason=reason, device=self._asked.device)) for reason in reasons)
        return own + self._unread(db)

    def _all(self, db: Connection) -> int:
        return count(db, Selection(device=self._asked.device)) + self._unread(db)

    def _unread(self, db: Connection) -> int:
        """Messages of the topics that the row names, which nobody read before."""
        if not self._asked.topic:
            return 0
        reason = Reason.UNKNOWN_TOPIC
        rows = db.execute("SELECT topic, count(*) FROM quarantine WHERE reason = ? GROUP BY topic", (reason,))
        return sum(number for topic, number in rows if matches(self._asked.topic, topic))

    async def _stored(self) -> int:
        """How many readings of the device the store has."""
        device = [self._asked.device]
        stored = 0
        for quantity in {point.quantity for point in await self._store.latest(Latest({"device": device}))}:
            query = Series(quantity, 0, self._end_ms, self._end_ms, "count", {"device": device})
            stored += sum(int(row.values.sum()) for row in await self._store.series(query))
        return stored


async def add_beside_service(
    folder: Path, asked: DeviceAsked, store: Store, intake: Intake, now_ms: int
) -> DeviceAdded:
    """Add the row, and wait for the service, which follows the folder. Raises NotAdded, StoreUnavailable."""
    waiting = Waiting(asked, store, intake.state, now_ms)
    waited = await waiting.begin()
    line = await asyncio.to_thread(add_device, folder, asked.cells())
    await waiting.until_released(lambda: intake.pipeline.knows(asked.device))
    return await waiting.released(line, waited)


async def add_here(settings: Settings, folder: Path, asked: DeviceAsked, now_ms: int) -> DeviceAdded:
    """Add the row, and release the messages, while no service runs. Raises NotAdded, StoreUnavailable."""
    line = add_device(folder, asked.cells())
    async with local(settings, now_ms) as here:
        waiting = Waiting(asked, here.store, here.state, now_ms)
        waited = await waiting.begin()
        await reconsider(here.intake, here.estate)
        return await waiting.released(line, waited)
