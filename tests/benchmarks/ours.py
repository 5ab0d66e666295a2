"""The measured parts of ours: the session alone, and the ingester as it runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from estate.model import FOREVER_MS, Device, Estate, Placement, Point, Site
from ingest.account.ledger import Ledger
from ingest.ingester import Ingester
from ingest.intake import Intake
from ingest.mqtt.session import Session
from ingest.pipeline import Pipeline
from ingest.settings import BrokerSettings
from sensors.model import Context
from store.base import Store
from store.settings import StoreSettings, open_store
from store.state import State
from tests.benchmarks.part import Part, Setting
from tests.benchmarks.publisher import building, name

ZONE = ZoneInfo("Europe/Paris")
DAY_MS = 86_400_000


class Nothing:
    """A store that keeps nothing and takes no time."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def write(self, points: Sequence[Point]) -> None:
        await asyncio.sleep(0)


def estate(devices: int) -> Estate:
    """As many devices as the load has, all placed."""
    names = {name(number): building(number) for number in range(devices)}
    places = {device: [Placement(where, f"{where}-hall", 0, FOREVER_MS)] for device, where in names.items()}
    known = {device: Device(device, device, 1, "") for device in names}
    return Estate(Site("site", "Load", ZONE), {}, {}, known, places, {}, {}, [], [])


def clock() -> int:
    return time.time_ns() // 1_000_000


def connection(setting: Setting) -> BrokerSettings:
    return BrokerSettings(
        url=f"mqtt://127.0.0.1:{setting.broker}", client_id=setting.client_id, share=setting.share, stateful=False
    )


async def session(setting: Setting, part: Part) -> None:
    """Our session: messages are handed out in batches, and acknowledged by the batch."""
    ours = Session(connection(setting), ["microville/#"], clock)
    connecting = asyncio.create_task(ours.run())
    receiving = asyncio.create_task(_receive(ours, part))
    await _connected(ours)
    part.ready.set()
    await part.stop.wait()
    ours.finish()
    await receiving
    connecting.cancel()
    with suppress(asyncio.CancelledError):
        await connecting


async def _receive(ours: Session, part: Part) -> None:
    received = 0
    part.done = lambda: received
    while batch := await ours.receive():
        ours.ack(batch)
        received += len(batch.messages)


async def ingester(setting: Setting, part: Part) -> None:
    """Everything between broker and store, as `microville up` wires it, subscribed to all formats."""
    async with ingesting(setting, part):
        part.ready.set()
        await part.stop.wait()


@asynccontextmanager
async def ingesting(setting: Setting, part: Part) -> AsyncIterator[Store]:
    """The ingester at work, and its store."""
    store = open_store(StoreSettings(url=setting.store)) if setting.store else cast(Store, Nothing())
    await store.open()
    broker, ledger, here = connection(setting), Ledger(), estate(setting.devices)
    routes = here.routes(Context(ZONE, 400 * DAY_MS))
    with State(Path(setting.folder) / "state.sqlite") as state:
        ours = Session(broker, broker.filters(routes.filters()), clock)
        ingester = Ingester(ours, Intake(Pipeline(here, routes), store, state, ledger, clock))
        part.done = lambda: ledger.stored
        running = asyncio.create_task(ingester.run())
        await _connected(ours)
        yield store
        ingester.stop()
        await running
    await store.close()
    assert ledger.received == ledger.stored, ledger


async def _connected(ours: Session) -> None:
    while not ours.connected:  # noqa: ASYNC110 (the session has no event for it)
        await asyncio.sleep(0.01)
