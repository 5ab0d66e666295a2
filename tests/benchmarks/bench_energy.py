"""What settling costs: `python -m tests.benchmarks.bench_energy [store] [days]`, of 400 meters in forty buildings.

Each building has a main meter and nine zones, each let and metered behind it; all read every quarter of an hour.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from energy.settle import Settlement
from estate.calendar import DAY_MS, STEP_MS
from estate.model import FOREVER_MS, Building, Device, Estate, Lease, Meter, Placement, Point, Site, Tenant, Zone
from store.base import Store
from store.state import State
from tests.contract.conftest import STORES

BUILDINGS, ZONES = 40, 9
DAYS = 365
PASSES = 10
WH = 100


def estate() -> Estate:
    """Forty buildings of ten meters."""
    site = Site("site", "Site", ZoneInfo("Europe/Paris"))
    buildings = {f"b{n:02}": Building(f"b{n:02}", "", "office", 1000) for n in range(BUILDINGS)}
    zones = {f"{b}z{n}": Zone(f"{b}z{n}", b, "", 100) for b in buildings for n in range(ZONES)}
    places = {b: Placement(b, "", 0, FOREVER_MS) for b in buildings}
    places |= {zone.id: Placement(zone.building, zone.id, 0, FOREVER_MS) for zone in zones.values()}
    meters = {
        name: Meter(name, name, "", "electricity", "electricity.energy", 1, 900, place.building if place.zone else "")
        for name, place in places.items()
    }
    return Estate(
        site,
        buildings,
        zones,
        {name: Device(name, name, 900, "") for name in places},
        {name: [place] for name, place in places.items()},
        meters,
        {f"t-{zone}": Tenant(f"t-{zone}", "", "fr", "") for zone in zones},
        [Lease(f"t-{zone}", zone, 0, FOREVER_MS) for zone in zones],
        (),
    )


def readings(site: Estate, start_ms: int, first: int, count: int) -> Iterator[list[Point]]:
    """What all meters read at `count` instants from the `first` on: a zone 100 Wh a quarter, a building 1,000."""
    places = [(name, spans[0]) for name, spans in site.placements.items()]
    for at in range(first, first + count):
        yield [
            Point(
                name, "", "electricity.energy", float(at * WH * (1 if place.zone else 10)), start_ms + at * STEP_MS,
                place.building, place.zone,
            )
            for name, place in places
        ]  # fmt: skip


async def fill(store: Store, site: Estate, start_ms: int, count: int) -> None:
    batch: list[Point] = []
    for points in readings(site, start_ms, 0, count):
        batch += points
        if len(batch) >= 100_000:
            await store.write(batch)
            batch = []
    await store.write(batch)


async def timed(name: str, settlement: Settlement) -> float:
    """One pass, past all that has arrived."""
    begun, worked = time.perf_counter(), time.process_time()
    settled = await settlement.settle(time.time_ns() // 1_000_000 + 10_000)
    took, cpu = time.perf_counter() - begun, time.process_time() - worked
    print(
        f"{name:<46} {took:9.2f} s, {cpu:7.2f} s of CPU  {settled.meters:5} meters {settled.rows:12,} rows written",
        flush=True,
    )
    return took


async def measure(store: Store, state: State, days: int) -> None:
    site = estate()
    now_ms = time.time_ns() // 1_000_000
    start_ms, count = now_ms // STEP_MS * STEP_MS - days * DAY_MS, days * 96 - PASSES
    begun = time.perf_counter()
    await fill(store, site, start_ms, count)
    print(f"{count * len(site.meters):,} readings of {days} days written in {time.perf_counter() - begun:.0f} s")
    settlement = Settlement(store, site, state)
    await timed("everything for the first time", settlement)
    passes = []
    for at in range(PASSES):
        (points,) = readings(site, start_ms, count + at, 1)
        await store.write(points)
        passes.append(await timed("a pass: one new reading of each meter", settlement))
    print(f"{'median of the passes':<46} {median(passes):9.2f} s")
    (late,) = readings(site, start_ms, count - 3 * 96, 1)
    await store.write([late[0]._replace(value=late[0].value - 10)])
    await timed("a pass: one reading corrected, three days late", settlement)
    settlement.ask()
    await timed("rebuild", settlement)


async def main(name: str, days: int) -> None:
    with TemporaryDirectory() as folder, State(Path(folder) / "state.sqlite") as state:
        async with STORES[name](Path(folder)) as store:
            print(f"{name}: 400 meters", flush=True)
            await measure(store, state, days)


if __name__ == "__main__":
    for name in sys.argv[1:2] or STORES:
        asyncio.run(main(name, int(sys.argv[2]) if len(sys.argv) > 2 else DAYS))
