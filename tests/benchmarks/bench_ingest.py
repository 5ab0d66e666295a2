"""What a message costs: `python -m tests.benchmarks.bench_ingest` prints medians and ratios of one run.

Native messages of three quantities go from a real mosquitto through the ingester into nothing, DuckDB and a real
InfluxDB. Beside them, alternating, runs a bare receiver that decodes MQTT and acknowledges: the floor. CPU is that of
the ingesting process; publisher, broker and store share the same machine.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

from estate.model import FOREVER_MS, Device, Estate, Placement, Point, Site
from ingest.ingester import Ingester
from ingest.intake import Intake
from ingest.ledger import Ledger
from ingest.pipeline import Pipeline
from ingest.session import Session
from ingest.settings import BrokerSettings
from sensors.model import Context
from sensors.registry import CODECS
from sensors.routes import Routes
from store.base import Store
from store.duck import DuckStore
from store.influx import InfluxStore
from store.state import State
from tests.benchmarks.publisher import name
from tests.servers import influxd, mosquitto

MESSAGES = 60_000
DEVICES = 400
ROUNDS = 3
DEADLINE_S = 120

ZONE = ZoneInfo("Europe/Paris")


class Cost(NamedTuple):
    cpu_us: float  # per message, of this process
    per_s: float


class Nothing:
    """A store that keeps nothing and takes no time."""

    async def write(self, points: Sequence[Point]) -> None:
        await asyncio.sleep(0)


def estate() -> Estate:
    """As many devices as the load has, all placed."""
    places = {
        name(n): [Placement(f"b{n % 40 + 1:02}", f"b{n % 40 + 1:02}-hall", 0, FOREVER_MS)] for n in range(DEVICES)
    }
    devices = {device: Device(device, device, 1, "") for device in places}
    return Estate(Site("site", "Load", ZONE), {}, {}, devices, places, {}, {}, [], [])


def clock() -> int:
    return time.time_ns() // 1_000_000


async def bare(session: Session) -> None:
    """Decode MQTT and acknowledge, nothing else."""
    connecting = asyncio.create_task(session.run())
    received = 0
    while received < MESSAGES:
        batch = await session.receive()
        assert batch
        received += len(batch.messages)
        session.ack(batch)
    connecting.cancel()


async def whole(session: Session, store: Store, folder: Path) -> None:
    """The ingester as it runs."""
    ledger = Ledger()
    with State(folder / "state.sqlite") as state:
        pipeline = Pipeline(estate(), Routes(Context(ZONE), CODECS))
        ingester = Ingester(session, Intake(pipeline, store, state, ledger, clock))
        running = asyncio.create_task(ingester.run())
        await until(lambda: ledger.stored == MESSAGES)
        ingester.stop()
        await running
    assert ledger.received == MESSAGES, ledger


async def run(port: int, qos: int, work: Callable[[Session], Awaitable[None]]) -> Cost:
    """Publish MESSAGES and take them in."""
    broker = BrokerSettings(url=f"mqtt://127.0.0.1:{port}", client_id=f"bench-{time.time_ns()}")
    session = Session(broker, ["microville/#"], clock)
    command = ["-m", "tests.benchmarks.publisher", *map(str, (port, MESSAGES, qos, DEVICES))]
    publisher = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE)
    assert publisher.stdin
    assert publisher.stdout
    await publisher.stdout.readline()
    async with asyncio.timeout(DEADLINE_S):
        working = asyncio.ensure_future(work(session))
        await until(lambda: session.connected)
        cpu, wall = time.process_time(), time.perf_counter()
        publisher.stdin.write(b"go\n")
        await working
        cost = Cost((time.process_time() - cpu) * 1e6 / MESSAGES, MESSAGES / (time.perf_counter() - wall))
        await publisher.wait()
    return cost


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 (what is waited for sets no event, and 10 ms do not matter here)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    await store.open()
    yield store
    await store.close()


async def measure(port: int, influx_port: int, folder: Path) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {}
    for turn in range(ROUNDS):
        here = folder / str(turn)
        here.mkdir()
        for qos in (0, 1):
            costs.setdefault(f"QoS {qos} bare receiver", []).append(await run(port, qos, bare))
            nothing = cast(Store, Nothing())
            into_nothing = await run(port, qos, lambda session: whole(session, nothing, here))  # noqa: B023
            costs.setdefault(f"QoS {qos} into nothing", []).append(into_nothing)
        stores: dict[str, Store] = {
            "DuckDB": DuckStore(here / "duck"),
            "InfluxDB": InfluxStore("127.0.0.1", influx_port, bucket=f"b{turn}"),
        }
        for title, store in stores.items():
            async with opened(store):
                cost = await run(port, 1, lambda session: whole(session, store, here))  # noqa: B023
            costs.setdefault(f"QoS 1 into {title}", []).append(cost)
    return costs


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        broker = stack.enter_context(mosquitto(max_inflight=0, settings=["max_queued_messages 0"]))
        influx = stack.enter_context(influxd())
        costs = asyncio.run(measure(broker.port, influx.port, folder))
    floor = median(cost.cpu_us for cost in costs["QoS 1 bare receiver"])
    for title, measured in costs.items():
        cpu = median(cost.cpu_us for cost in measured)
        rate = median(cost.per_s for cost in measured)
        print(f"{title:<24} {cpu:6.1f} µs CPU a message, {cpu / floor:5.1f} × the floor, {rate:8.0f} messages/s")


if __name__ == "__main__":
    main()
