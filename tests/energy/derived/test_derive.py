"""Facts over the embedded store: derived where readings touch them, and the same as when derived anew."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from energy.derived.facts import ROLE
from energy.settle import Settlement
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS, STEPS, Every
from estate.model import COMMON, FOREVER_MS, Device, Estate, Key, Placement, Point
from store.base import Store, Usage
from store.duck import DuckStore
from store.state import State
from tests.energy.sites import START_MS, estate, meter
from tests.energy.test_settle import rows

NOW_MS = START_MS + 5 * DAY_MS


def site(*keys: Key) -> Estate:
    """The small site with a camera in each zone, a door and a CO₂ sensor in z1, and a weather station."""
    where = {
        "cam1": ("b01", "z1"),
        "cam2": ("b01", "z2"),
        "door": ("b01", "z1"),
        "air": ("b01", "z1"),
        "sky": ("site", ""),
    }
    base = estate()
    return replace(
        base,
        devices={**base.devices, **{name: Device(name, name, 900, "") for name in where}},
        placements={**base.placements, **{name: [Placement(*place, 0, FOREVER_MS)] for name, place in where.items()}},
        keys=keys,
    )


def said(
    device: str, quantity: str, values: Sequence[float], start_ms: int = START_MS, every_ms: int = STEP_MS
) -> list[Point]:
    zone = {"cam2": "z2", "sky": "", "main": ""}.get(device, "z1")
    building = "site" if device == "sky" else "b01"
    return [
        Point(device, "", quantity, value, start_ms + index * every_ms, building, zone)
        for index, value in enumerate(values)
    ]


async def of(store: Store, every: Every, meter: str) -> dict[int, int]:
    """Hours since the start → amount."""
    query = Usage(every, 0, NOW_MS, where={"meter": [meter], "role": [ROLE]}, by=("meter",))
    found = await store.usage(query)
    return {
        (start - START_MS) // HOUR_MS: amount
        for row in found
        for start, amount in zip(row.starts.tolist(), row.amounts.tolist(), strict=True)
    }


async def test_people_by_hour_day_and_year(store: Store, state: State) -> None:
    """Two people for an hour, three for the next: 2 and 3 person-hours, 5 on the day and in the year."""
    await store.write(said("cam1", "occupancy.count", [2, 2, 2, 2, 3, 3, 3, 3, 0]))
    await Settlement(store, site(), state).settle(NOW_MS)

    assert {0: 7200, 1: 10_800} == await of(store, "1h", "zone#z1#people")
    assert {0: 18_000} == await of(store, "1d", "zone#z1#people")
    assert [18_000] == [*(await of(store, "1y", "zone#z1#people")).values()]


async def test_buildings_and_the_site_have_the_sums(store: Store, state: State) -> None:
    """2 and then 3 people in z1, 1 in z2, one more at the site: 3 and 4 person-hours in b01, 4 and 5 at the site."""
    settlement = Settlement(store, site(), state)
    await store.write(said("cam1", "occupancy.count", [2, 2, 2, 2, 3, 3, 3, 3, 0]))
    await settlement.settle(NOW_MS)
    await store.write(said("cam2", "occupancy.count", [1] * 8 + [0]) + said("sky", "occupancy.count", [1] * 8 + [0]))
    await settlement.settle(NOW_MS)

    assert {0: 10_800, 1: 14_400} == await of(store, "1h", "building#b01#people")
    assert {0: 14_400, 1: 18_000} == await of(store, "1h", "site#site#people")
    assert {0: 32_400} == await of(store, "1d", "site#site#people")
    assert [25_200] == [*(await of(store, "1mo", "building#b01#people")).values()]


async def test_months_of_loads(store: Store, state: State) -> None:
    """Days of 400 W at base, the second with a step of 800 W: 800 W and 2 × 400 W·d in the month."""
    register = [100.0 * step + (100 if step > 140 else 0) for step in range(98 + 96)]
    await store.write(said("main", "electricity.energy", register))
    await Settlement(store, site(), state).settle(NOW_MS)
    month = {name: [*(await of(store, "1mo", f"site#site#{name}")).values()] for name in ("peak", "base", "based")}

    assert {"peak": [800], "base": [800], "based": [2]} == month


async def test_late_people_share_again(store: Store, state: State) -> None:
    """400 Wh by occupancy: with 1 person-hour of a and 3 of b they are 100 and 300, with 4 and 1 320 and 80."""
    settlement = Settlement(store, site(Key("main", "occupancy", "", 0, 0, FOREVER_MS)), state)
    await store.write(said("main", "electricity.energy", [0, 100, 200, 300, 400]))
    await store.write(said("cam1", "occupancy.count", [1, 1, 1, 1, 0]) + said("cam2", "occupancy.count", [3] * 4 + [0]))
    await settlement.settle(NOW_MS)
    before = await shares(store)
    late = said("cam1", "occupancy.count", [3] * 4 + [0], START_MS + HOUR_MS)
    await store.write([*late, *said("cam2", "occupancy.count", [1] * 4, START_MS)])
    await settlement.settle(NOW_MS)

    assert {"a": 100, "b": 300, COMMON: 0} == before
    assert {"a": 320, "b": 80, COMMON: 0} == await shares(store)


async def shares(store: Store) -> dict[str, int]:
    found = await store.usage(Usage("1y", 0, NOW_MS, "tenant", by=("tenant",)))
    return {row.tags["tenant"]: int(row.amounts.sum()) for row in found}


async def test_day_facts(store: Store, state: State) -> None:
    """A day of 100 Wh a quarter, 200 in one: a peak of 800 W, 400 W at base; of 96 readings due one was lost."""
    register = [100.0 * step + (100 if step > 40 else 0) for step in range(98)]
    await store.write([each for index, each in enumerate(said("main", "electricity.energy", register)) if index != 50])
    await Settlement(store, site(), state).settle(NOW_MS)

    assert (800, 400) == ((await of(store, "1d", "site#site#peak"))[0], (await of(store, "1d", "building#b01#base"))[0])
    assert (95, 96) == tuple([(await of(store, "1d", f"site#site#{name}"))[0] for name in ("received", "expected")])
    assert 0 == (await of(store, "1d", "site#site#received"))[48]


async def test_together(store: Store, state: State) -> None:
    """9,600 Wh on a day on which people are counted, and on one on which they are not, on 1,000 m² each."""
    people = [2.0 if 32 <= step < 80 else 0.0 for step in range(96)]
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(2 * 96 + 1)]))
    await store.write(said("cam1", "occupancy.count", people))
    await Settlement(store, site(), state).settle(NOW_MS)
    found = {name: await of(store, "1d", f"building#b01#{name}") for name in ("energy", "area", "mean")}
    counted = {name: await of(store, "1d", f"site#site#{name}") for name in ("counted_energy", "energy_people")}

    assert {"energy": {0: 9600, 24: 9600}, "area": {0: 1000, 24: 1000}, "mean": {0: 400, 24: 400}} == found
    assert {"counted_energy": {0: 9600}, "energy_people": {0: 86_400}} == counted


async def test_corrected_area_of_a_building(store: Store, state: State) -> None:
    """The inventory says another area of b01: all days have that, the site's too."""
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(2 * 96 + 1)]))
    before = site()
    await Settlement(store, before, state).settle(NOW_MS)
    larger = {**before.buildings, "b01": before.buildings["b01"]._replace(area_m2=1200.4)}
    await Settlement(store, replace(before, buildings=larger), state).settle(NOW_MS)

    assert [{0: 1200, 24: 1200}] * 2 == [
        await of(store, "1d", f"{place}#area") for place in ("building#b01", "site#site")
    ]


async def test_late_gas_is_energy(store: Store, state: State) -> None:
    """What comes days late of gas is in the energy of its day, as a rebuild has it."""
    base = site()
    gas = meter("gas")._replace(carrier="gas", quantity="gas.energy")
    estate = replace(
        base,
        devices={**base.devices, "gas": Device("gas", "", 900, "")},
        placements={**base.placements, "gas": [Placement("b01", "", 0, FOREVER_MS)]},
        meters={**base.meters, "gas": gas},
    )
    settlement = Settlement(store, estate, state)
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(97)]))
    await settlement.settle(NOW_MS)
    await store.write(
        [Point("gas", "", "gas.energy", 10.0 * step, START_MS + step * STEP_MS, "b01", "") for step in range(97)]
    )
    await settlement.settle(NOW_MS)
    live = await of(store, "1d", "building#b01#energy")
    await settlement.rebuild(NOW_MS, lambda done, all_: None)

    assert [{0: 10_560}] * 2 == [live, await of(store, "1d", "building#b01#energy")]


async def test_readings_expected_for_months(store: Store, state: State) -> None:
    """A meter that fell silent is expected to read 96 times on each of 70 days, 92 on the one of 23 hours."""
    now_ms = START_MS + 70 * DAY_MS
    await store.write(said("main", "electricity.energy", [0, 100, 200]))
    await Settlement(store, site(), state).settle(now_ms)
    query = Usage("1d", 0, now_ms, where={"meter": ["site#site#expected"], "role": [ROLE]}, by=("meter",))
    (found,) = await store.usage(query)

    assert [96] * 27 + [92] + [96] * 42 == found.amounts.tolist()


async def test_empty_hours(store: Store, state: State) -> None:
    """400 Wh an hour for three hours; somebody is there in the second: 800 of 1,200 Wh were used while empty."""
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(13)]))
    await store.write(said("cam1", "occupancy.count", [0] * 4 + [1] * 4 + [0] * 5))
    await Settlement(store, site(), state).settle(NOW_MS)

    assert ({0: 1200}, {0: 800}) == (
        await of(store, "1d", "building#b01#watched"),
        await of(store, "1d", "building#b01#empty"),
    )


async def test_a_corrected_placement_leaves_nothing_behind(store: Store, state: State) -> None:
    """The camera was never in z1 but at the site: what stood of z1 and b01 is gone at every step; the site's stays."""
    counted = said("cam1", "occupancy.count", [2, 2, 2, 2, 3, 3, 3, 3, 0])
    await store.write(counted)
    await Settlement(store, site(), state).settle(NOW_MS)
    before = await of(store, "1mo", "building#b01#people")
    moved = replace(site(), placements={**site().placements, "cam1": [Placement("site", "", 0, FOREVER_MS)]})
    await store.write([point._replace(building="site", zone="") for point in counted])
    await Settlement(store, moved, state).settle(NOW_MS)
    left = {
        (every, name): found
        for every in STEPS
        for name in ("zone#z1#people", "building#b01#people", "zone#z1#observed", "building#b01#used")
        if (found := await of(store, every, name))
    }

    assert [18_000] == [*before.values()]
    assert {} == left
    assert {0: 7200, 1: 10_800} == await of(store, "1h", "site#site#people") == await of(store, "1h", "own#site#people")


async def test_a_moved_meter_leaves_no_facts_of_its_load(store: Store, state: State) -> None:
    """A meter that serves the site, and never stood in b01: the peaks of b01 are gone, day, month and year."""
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(97)]))
    await Settlement(store, site(), state).settle(NOW_MS)
    before = await of(store, "1d", "building#b01#peak")
    moved = replace(site(), placements={**site().placements, "main": [Placement("site", "", 0, FOREVER_MS)]})
    await Settlement(store, moved, state).settle(NOW_MS)

    assert {0: 400} == before
    assert [{}] * 3 == [await of(store, every, "building#b01#peak") for every in ("1d", "1mo", "1y")]
    assert {0: 400} == await of(store, "1d", "site#site#peak")


async def test_degree_days_of_the_site(store: Store, state: State) -> None:
    """A day between 2 and 8 °C, once the next has begun: 12 degree days at base 17, 13 at base 18."""
    await store.write(said("sky", "climate.temperature", [2, 8] * 12 + [5], every_ms=HOUR_MS))
    await Settlement(store, site(), state).settle(NOW_MS)

    assert {0: 12_000} == await of(store, "1d", "site#site#degree17")
    assert [13_000] == [*(await of(store, "1y", "site#site#degree18")).values()]


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.integers(0, 9), min_size=20, max_size=60), st.data())
def test_derived_in_any_order_is_derived_anew(people: list[int], data: st.DataObject) -> None:
    """Readings in any order and any number of passes come to what a rebuild gives."""
    every = said("cam1", "occupancy.count", people, every_ms=HOUR_MS // 2)
    every += said("door", "occupancy.entries", [float(sum(people[:n])) for n in range(len(people))], every_ms=HOUR_MS)
    every += said(
        "door", "occupancy.exits", [float(sum(people[: n // 2])) for n in range(len(people))], every_ms=HOUR_MS
    )
    every += said("air", "climate.co2", [400.0 + 200 * each for each in people], every_ms=HOUR_MS)
    every += said("sky", "climate.temperature", [float(each) for each in people], every_ms=HOUR_MS)
    every += said("main", "electricity.energy", [100.0 * n for n in range(len(people))], every_ms=HOUR_MS)
    shuffled = data.draw(st.permutations(every))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(every)), max_size=3)))

    async def work() -> tuple[object, object]:
        with TemporaryDirectory() as folder, State(Path(folder) / "state.sqlite") as state:
            store = DuckStore(Path(folder) / "test.duckdb")
            await store.open()
            settlement = Settlement(store, site(Key("main", "occupancy", "", 0, 0, FOREVER_MS)), state)
            for first, end in zip([0, *cuts], [*cuts, len(every)], strict=True):
                await store.write(shuffled[first:end])
                await settlement.settle(NOW_MS)
            settled = await rows(store)
            await settlement.rebuild(NOW_MS, lambda done, total: None)
            rebuilt = await rows(store)
            await store.close()
            return settled, rebuilt

    settled, rebuilt = asyncio.run(work())

    assert rebuilt == settled
