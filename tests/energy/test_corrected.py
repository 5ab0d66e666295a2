"""What stands is what a rebuild finds: after an upgrade, a correction of the estate, a refusal; readings being gone."""

import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from energy.derived.facts import AREAS, COUNTS
from energy.flows.rows import EACH_ROW, WHOSE
from energy.settle import Settlement
from estate.calendar import DAY_MS, HOUR_MS, STEPS, floor
from estate.model import FOREVER_MS, Consumption, Device, Estate, Key, Placement, Point, Zone
from store.base import Store, StoreRefused, Usage, UsageTag
from store.duck import DuckStore
from store.runs import Runs, runs_of
from store.state import State, migrate
from tests.contract.conftest import STORES
from tests.energy.sites import PARIS, estate, meter

NOW_MS = time.time_ns() // 1_000_000 + HOUR_MS
"""Past all that arrives, by the clock that stamps arrivals."""

FIRST_MS = floor(NOW_MS - 10 * DAY_MS, "1d", PARIS)
ORDER: tuple[UsageTag, ...] = ("meter", "tenant", "carrier", "building", "role")
BOTH = estate([meter(), meter("sub")])


def read(device: str, first_day: float, days: float, wh: int = 1_000) -> list[Point]:
    """An hourly register from that day on."""
    start_ms = FIRST_MS + round(first_day * DAY_MS)
    return [
        Point(device, "", "electricity.energy", float(hour * wh), start_ms + hour * HOUR_MS, "b01", "")
        for hour in range(round(24 * days) + 1)
    ]


async def everything(store: Store, wanted: Callable[[Consumption], bool] = lambda fact: True) -> set[Consumption]:
    found = set()
    for every in STEPS:
        for of in WHOSE:
            for row in await store.usage(Usage(every, 0, NOW_MS + DAY_MS, of, by=EACH_ROW)):
                meter, tenant, carrier, building, role = (row.tags[tag] for tag in ORDER)
                for start, amount, share in zip(*(column.tolist() for column in row[1:4]), strict=True):
                    names = (meter, tenant, carrier, building, role, every)
                    found.add(Consumption(*names, start, amount, round(share, 9)))
    return {fact for fact in found if wanted(fact)}


async def after_rebuild(store: Store, state: State, of: Estate) -> set[Consumption]:
    await Settlement(store, of, state).rebuild(NOW_MS, lambda done, total: None)
    return await everything(store)


@pytest.fixture(params=sorted(STORES))
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Either store, open and empty."""
    async with STORES[request.param](tmp_path) as opened:
        yield opened


async def test_upgrade(store: Store, tmp_path: Path) -> None:
    """Rows as a former version worked them out, with its state file: put right by the first pass, once."""
    await store.write(read("main", 0, 3))
    with State(tmp_path / "new.sqlite") as state:
        await Settlement(store, BOTH, state).settle(NOW_MS)
    right = await everything(store)
    with closing(sqlite3.connect(tmp_path / "former.sqlite")) as db:
        migrate(db, 11)
        db.execute("ATTACH ? AS new", (str(tmp_path / "new.sqlite"),))
        for table in ("settled", "cursor", "derived", "priced"):
            db.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")
        db.commit()
    await store.write_consumption([
        Consumption("main", "", "electricity", "b01", "site", "1d", FIRST_MS, 24_000, 1.0),
        Consumption("site#site#based", "", "based", "site", "derived", "1d", FIRST_MS, 7, 0.0),
    ])  # fmt: skip
    with State(tmp_path / "former.sqlite") as state:
        await Settlement(store, BOTH, state).settle(NOW_MS)
        again = await Settlement(store, BOTH, state).settle(NOW_MS)

    assert right == await everything(store)
    assert 0 == again.rows


async def test_a_meter_that_left_is_in_no_fact(either: Store, state: State) -> None:
    """`main` was read from the first day on, `sub` from the fifth: without `main` the days before have no load."""
    await either.write(read("main", 0, 8) + read("sub", 4, 4))
    await Settlement(either, BOTH, state).settle(NOW_MS)
    days = [fact.start_ms for fact in await everything(either, _of("site#site#in_all", "1d"))]
    without = estate([meter("sub")])
    await Settlement(either, without, state).settle(NOW_MS)
    left = [fact.start_ms for fact in await everything(either, _of("site#site#in_all", "1d"))]
    months = {fact.amount for fact in await everything(either, _of("site#site#in_all", "1y"))}
    stands = await everything(either)

    assert (FIRST_MS, FIRST_MS + 4 * DAY_MS) == (min(days), min(left))
    assert 96_000 == sum(months)
    assert await after_rebuild(either, state, without) == stands


async def test_the_last_meter_left(store: Store, state: State) -> None:
    """Of an estate without meters no load stands, nor what was to be read."""
    await store.write(read("main", 0, 3))
    await Settlement(store, estate(), state).settle(NOW_MS)
    before = await everything(store, lambda fact: "#" in fact.meter)
    await Settlement(store, estate([]), state).settle(NOW_MS)

    assert before
    assert set() == await everything(store, lambda fact: "#" in fact.meter)


async def test_counts_outlive_their_readings(either: Store, state: State) -> None:
    """Readings of the first five days, and half of the sixth, are kept no longer: a rebuild leaves the counts."""
    await either.write(read("main", 0, 9))
    await Settlement(either, BOTH, state).settle(NOW_MS)
    before = await everything(either, _counts)
    await either.forget_readings(FIRST_MS + 5 * DAY_MS + DAY_MS // 2)
    await Settlement(either, BOTH, state).rebuild(NOW_MS, lambda done, total: None)

    assert {FIRST_MS, FIRST_MS + DAY_MS} <= {fact.start_ms for fact in before}
    assert before == await everything(either, _counts)


async def test_a_late_reading_is_counted_on_the_first_day(store: Store, state: State) -> None:
    """Where no readings were forgotten, the first day of all counts what comes late."""
    every = read("main", 0, 3)
    await store.write([point for place, point in enumerate(every) if place != 5])
    await Settlement(store, BOTH, state).settle(NOW_MS)
    before = await everything(store, _of("site#site#received", "1d"))
    await store.write(every[5:6])
    await Settlement(store, BOTH, state).settle(NOW_MS)
    after = await everything(store, _of("site#site#received", "1d"))

    assert [23, 24] == [fact.amount for found in (before, after) for fact in found if fact.start_ms == FIRST_MS]


def _of(meter: str, every: str) -> Callable[[Consumption], bool]:
    return lambda fact: (fact.meter, fact.every) == (meter, every)


def _counts(fact: Consumption) -> bool:
    return fact.carrier in COUNTS


def sensed(*keys: Key) -> Estate:
    """A camera in each zone, and a meter in the building without any."""
    base, where = estate([meter(), meter("sub")], {"sub": "b02"}), {"cam1": "z1", "cam2": "z2"}
    places = {name: [Placement("b01", zone, 0, FOREVER_MS)] for name, zone in where.items()}
    devices = {name: Device(name, name, 3600, "") for name in where}
    return replace(base, devices={**base.devices, **devices}, placements={**base.placements, **places}, keys=keys)


def seen(device: str, zone: str, people: int, hours: int = 30) -> list[Point]:
    return [
        Point(device, "", "occupancy.count", float(people), FIRST_MS + hour * HOUR_MS, "b01", zone)
        for hour in range(hours)
    ]


@pytest.mark.parametrize("zone", [Zone("z1", "b01", "Un", 500), Zone("z3", "b01", "Trois", 50)])
async def test_corrected_zones(store: Store, state: State, zone: Zone) -> None:
    """An area, or a zone more: the areas of buildings and the site are those of a rebuild."""
    await store.write(read("main", 0, 2) + seen("cam1", "z1", 2))
    await Settlement(store, sensed(), state).settle(NOW_MS)
    before = await everything(store, lambda fact: fact.carrier in AREAS)
    corrected = replace(sensed(), zones={**sensed().zones, zone.id: zone})
    await Settlement(store, corrected, state).settle(NOW_MS)
    stands = await everything(store)

    assert before != {fact for fact in stands if fact.carrier in AREAS}
    assert await after_rebuild(store, state, corrected) == stands


async def test_a_submeter_of_another_zone(store: Store, state: State) -> None:
    """It stood in z2 all along: what z1 used is what z2 did, although nobody's share changes."""
    meters = [meter(), meter("sub", submeter_of="main"), meter("other")]
    wrong, right = (replace(estate(meters, {"sub": zone, "other": "b02"}), leases=[]) for zone in ("z1", "z2"))
    await store.write(read("main", 0, 2) + read("sub", 0, 2, wh=100))
    await Settlement(store, wrong, state).settle(NOW_MS)
    await Settlement(store, right, state).settle(NOW_MS)
    stands = await everything(store)

    assert {"zone#z2#in_all"} == {each.meter for each in stands if each.meter in ("zone#z1#in_all", "zone#z2#in_all")}
    assert await after_rebuild(store, state, right) == stands


class Choosy(DuckStore):
    """A store that refuses some rows for a while, and takes those that come before them in the same write."""

    refused = ("", "")

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        runs = runs_of(rows)
        names = [(run.meter, run.every) for run in runs]
        first = names.index(self.refused) if self.refused in names else len(names)
        if first:
            await super().write_consumption(Runs(runs[:first]))
        if first < len(names):
            raise StoreRefused("bad row")


@pytest.mark.parametrize("refused", [("main", "1d"), ("zone#z2#people", "1h"), ("site#site#in_all", "1d")])
async def test_refused_rows_are_made_up_for(tmp_path: Path, state: State, refused: tuple[str, str]) -> None:
    """Rows that a store refuses at first hold up nothing else; once it takes them, facts and costs follow."""
    site = sensed(Key("main", "occupancy", "", 0, 0, FOREVER_MS))
    store = Choosy(tmp_path / "test.duckdb")
    await store.open()
    settlement = Settlement(store, site, state)
    await store.write(read("main", 0, 2) + seen("cam1", "z1", 1) + seen("cam2", "z2", 2))
    await settlement.settle(NOW_MS)
    await store.write(read("main", 1, 1, wh=1_500)[12:] + seen("cam1", "z1", 3, 9) + seen("cam2", "z2", 1, 9))
    store.refused = refused
    with pytest.raises(StoreRefused, match="bad row"):
        await settlement.settle(NOW_MS)
    store.refused = ("", "")
    await settlement.settle(NOW_MS)
    stands = await everything(store)
    rebuilt = await after_rebuild(store, state, site)
    await store.close()

    assert rebuilt == stands
