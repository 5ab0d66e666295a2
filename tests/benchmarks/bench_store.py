"""What a store costs: `python -m tests.benchmarks.bench_store [store]` prints medians of one run.

CPU is that of this process: of a store in another process it is the client's share.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Iterable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from estate.model import Consumption, Point
from store.base import Latest, Series, Store, Usage
from tests.contract.conftest import STORES
from tests.contract.values import HOUR, MINUTE, T0, row

DEVICES = 400
QUANTITIES = ("electricity.power", "electricity.energy", "electricity.current", "electricity.voltage", "device.rssi")
REPORTS = 1000
POINTS = REPORTS * len(QUANTITIES)
"""In a batch."""


def batches(count: int) -> Iterator[list[Point]]:
    """Batches as they arrive: every device reports its quantities every ten seconds, in order of time."""
    for batch in range(count):
        reports = ((n, f"b{n % 40:02}") for n in range(batch * REPORTS, (batch + 1) * REPORTS))
        yield [
            Point(f"{building}-{n % DEVICES}", "", quantity, n * 0.1, T0 + n // DEVICES * 10_000, building, "hall")
            for n, building in reports
            for quantity in QUANTITIES
        ]


def quarters(count: int) -> list[Consumption]:
    """Rows of consumption of forty meters."""
    return [row(n, T0 + n // 40 * 15 * MINUTE, f"b{n % 40:02}-electricity") for n in range(count)]


async def timed(name: str, unit: str, units: int, calls: Iterable[Awaitable[object]]) -> None:
    """Await one after the other; print the median time and CPU per unit, and the longest call."""
    walls, cpus = [], []
    for call in calls:
        wall, cpu = time.perf_counter(), time.process_time()
        await call
        walls.append((time.perf_counter() - wall) * 1e6)
        cpus.append((time.process_time() - cpu) * 1e6)
    print(
        f"{name:<42} {median(walls) / units:12.2f} µs {median(cpus) / units:12.2f} µs CPU per {unit:<6}"
        f" longest call {max(walls) / 1000:8.1f} ms"
    )


async def measure(store: Store) -> None:
    day = T0 + 24 * HOUR
    await timed("write 5000 new points", "point", POINTS, map(store.write, batches(400)))
    await timed("write them again", "point", POINTS, map(store.write, batches(20)))
    await timed("write one point", "point", 1, (store.write([batch[0]]) for batch in batches(50)))
    await timed("write 5000 rows of consumption", "row", 5000, map(store.write_consumption, [quarters(5000)] * 20))
    hourly = Series("electricity.power", T0, day, HOUR, by=("building",))
    await timed("hourly power by building", "query", 1, (store.series(hourly) for _ in range(10)))
    one = Series("electricity.power", T0, day, 15 * MINUTE, where={"device": ["b07-7"]})
    await timed("quarter-hourly power of one device", "query", 1, (store.series(one) for _ in range(10)))
    await timed("latest of everything", "query", 1, (store.latest(Latest()) for _ in range(10)))
    await timed("latest of a building", "query", 1, (store.latest(Latest({"building": ["b07"]})) for _ in range(10)))
    await timed(
        "usage by building", "query", 1, (store.usage(Usage("15m", T0, day, by=("building",))) for _ in range(10))
    )
    await timed("touched", "query", 1, (store.touched(0) for _ in range(10)))


async def main(name: str) -> None:
    with TemporaryDirectory() as folder:
        async with STORES[name](Path(folder)) as store:
            print(f"{name}: {DEVICES} devices, {len(QUANTITIES)} quantities, 2 million points")
            await measure(store)


if __name__ == "__main__":
    asyncio.run(main(*(sys.argv[1:] or ["duckdb"])))
