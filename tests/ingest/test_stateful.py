"""Formats with state, through a real broker: asked for their births, remembered across restarts, never shared."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiomqtt

from estate.model import Device, Estate, Placement
from ingest.account.ledger import Ledger
from ingest.ingester import Ingester
from ingest.intake import Intake
from ingest.mqtt.session import Session
from ingest.notes import load_memory
from ingest.pipeline import Pipeline
from ingest.quarantine import ALL, count
from ingest.release import enlighten
from sensors.model import Context, Message, Reason
from store.state import State
from tests.ingest.line import BalkyStore
from tests.ingest.sending import send
from tests.ingest.values import ESTATE, PARIS, settings
from tests.sensors.test_corpus import CORPUS, message_of
from tests.servers import Server
from tests.waiting import DEADLINE_S, until

DEVICE = "Courcy/Gateway/TGBT"
AT_COURCY: Estate = replace(
    ESTATE,
    devices={DEVICE: Device(DEVICE, DEVICE, 60, "")},
    placements={DEVICE: [Placement("b01", "", 0, 4_000_000_000_000)]},
)
BIRTH, DATA = (message_of(CORPUS / "sparkplug_b" / case) for case in ("dbirth_units", "ddata_aliases"))
NOW_MS = DATA.received_ms


class Process:
    """One ingester, from its start to its end."""

    def __init__(self, broker: Server, store: BalkyStore, state: State, **more: object) -> None:
        context = Context(PARIS, memory=state.run_now(load_memory))
        routes = AT_COURCY.routes(context)
        self.settings = settings(broker.port, **more)
        self.ledger = Ledger()
        self.session = Session(self.settings, self.settings.filters(routes.filters()), lambda: NOW_MS)
        self.intake = Intake(Pipeline(AT_COURCY, routes), store, state, self.ledger, lambda: NOW_MS)
        self.ingester = Ingester(self.session, self.intake)


@asynccontextmanager
async def at_work(process: Process) -> AsyncIterator[Process]:
    task = asyncio.create_task(process.ingester.run())
    try:
        await until(lambda: process.session.connected or task.done())
        yield process
        process.ingester.stop()
        await asyncio.wait_for(task, DEADLINE_S)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def publish(broker: Server, *messages: Message) -> None:
    for message in messages:
        await send(broker.port, [message.payload], to=message.topic)


async def test_asks_for_the_birth(broker: Server, store: BalkyStore, state: State) -> None:
    """Data without a birth make us ask the node for one, once; when it comes, they are stored after all."""
    async with aiomqtt.Client("127.0.0.1", broker.port) as node, at_work(Process(broker, store, state)) as process:
        await node.subscribe("spBv1.0/+/NCMD/#")
        await publish(broker, DATA, DATA)
        await until(lambda: process.ledger.quarantined[Reason.NEEDS_BIRTH] == 2)
        await node.publish("spBv1.0/Courcy/NCMD/end")
        asked = [str(message.topic) for message in [await anext(node.messages) for _ in range(2)]]
        await publish(broker, BIRTH)
        await until(lambda: process.ledger.stored == 1)
        done = await enlighten(process.intake)
        left = await state.read(lambda db: count(db, ALL))

    assert ["spBv1.0/Courcy/NCMD/Gateway", "spBv1.0/Courcy/NCMD/end"] == asked
    assert (2, 0) == (done.released, left)
    assert 0 == process.ledger.difference


async def test_remembers_across_a_restart(broker: Server, store: BalkyStore, tmp_path: Path) -> None:
    """A birth heard by a former process gives meaning to data heard by the next."""
    with State(tmp_path / "own.sqlite") as first:
        async with at_work(Process(broker, store, first)) as process:
            await publish(broker, BIRTH)
            await until(lambda: process.ledger.stored == 1)
    with State(tmp_path / "own.sqlite") as second:
        async with at_work(Process(broker, store, second)) as process:
            await publish(broker, DATA)
            await until(lambda: process.ledger.stored == 1)


async def test_overlapping_filters_count_once(broker: Server, store: BalkyStore, state: State) -> None:
    """A device's own topics overlap with a format's: its message is received once, and acknowledged all the same."""
    process = Process(broker, store, state)
    process.session.subscribe([*process.settings.filters({"+/status/+": False}), "shelly-1/#"])
    async with at_work(process):
        await send(broker.port, [b'{"id": 0}'] * 100, to="shelly-1/status/switch:0")
        await until(lambda: process.ledger.received >= 100 and process.ledger.in_flight == 0)
        await send(broker.port, [b"{}"], to="shelly-1/status/switch:1")
        await until(lambda: process.ledger.received >= 101)

    assert 101 == process.ledger.received


async def test_one_of_those_that_share_takes_it(
    broker: Server, store: BalkyStore, state: State, tmp_path: Path
) -> None:
    """Of two ingesters with one share, the one that is to take formats with state hears all of them, and alone."""
    with State(tmp_path / "other.sqlite") as its_own:
        one = Process(broker, store, state, share="g", client_id="one")
        other = Process(broker, store, its_own, share="g", client_id="other", stateful=False)
        async with at_work(one), at_work(other):
            await publish(broker, BIRTH, *[DATA] * 20)
            await until(lambda: one.ledger.stored == 21)

    assert 0 == other.ledger.received
