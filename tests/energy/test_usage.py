"""The questions of alerts and dashboards, answered from rows that can be added up on paper."""

from energy.usage import DRAWN, against_usual, all_of, intensities, load_by_use, site_days
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS
from estate.model import Consumption
from store.base import Store
from tests.energy.sites import START_MS, estate, ms

SITE = estate()


def row(meter: str, every: str, start_ms: int, amount: int) -> Consumption:
    return Consumption(meter, "", "electricity", "b01", "site", every, start_ms, amount, 0.0)


async def test_load_is_power_by_use(store: Store) -> None:
    """250 Wh in a quarter are 1,000 W; what is behind a site meter does not count twice."""
    await store.write_consumption(
        [
            row("m", "15m", START_MS, 250),
            row("n", "15m", START_MS, 50)._replace(building="b02"),
            row("s", "15m", START_MS, 70)._replace(role="submeter"),
        ]
    )
    found = await load_by_use(store, SITE, "electricity", START_MS, START_MS + STEP_MS)

    assert {"event": [200.0], "office": [1000.0]} == {use: load.watts.tolist() for use, load in found.items()}


async def test_buildings_by_energy_per_area(store: Store) -> None:
    """b01, 1,000 m²: 3 kWh and 1 kWh of gas are 0.004 kWh/m², a quarter of them estimated; b02, 500 m²: 0.01."""
    await store.write_consumption(
        [
            row("m", "1d", START_MS, 3000),
            row("g", "1d", START_MS, 1000)._replace(carrier="gas", estimated=1.0),
            row("p", "1d", START_MS, 9000)._replace(carrier="pv"),
            row("n", "1d", START_MS, 5000)._replace(building="b02"),
        ]
    )
    found = await intensities(store, SITE, START_MS, START_MS + DAY_MS)

    assert [("b02", 0.01, 0.0), ("b01", 0.004, 0.25)] == [tuple(each) for each in found]
    assert "pv" not in DRAWN


async def test_days_of_the_site(store: Store) -> None:
    """By carrier, all buildings together."""
    await store.write_consumption([row("m", "1d", START_MS, 3), row("n", "1d", START_MS, 4)._replace(building="b02")])

    assert [7] == (await site_days(store, START_MS, START_MS + DAY_MS))["electricity"].amounts.tolist()


async def test_against_comparable_days(store: Store) -> None:
    """1,600 W on Monday since 10 where 1,000, 2,000 and 1,800 W were usual: equal; half of it estimated.

    A meter whose last step is not settled counts by those that are; one that knows no Monday before is left out. The
    clocks went forward in between.
    """
    now = ms("2026-03-30 11:00")
    start = ms("2026-03-30 10:00")
    quarters = [row("m", "15m", start + step * STEP_MS, 400)._replace(estimated=0.5) for step in range(4)]
    quarters += [row("n", "15m", start + step * STEP_MS, 500)._replace(building="b02") for step in range(3)]
    quarters += [row("new", "15m", start + step * STEP_MS, 900) for step in range(4)]
    mondays = (("m", 23, 250), ("m", 9, 500), ("m", 2, 450), ("n", 23, 400))
    before = [
        row(meter, "15m", ms(f"2026-03-{day:02} 10:00") + step * STEP_MS, wh)
        for meter, day, wh in mondays
        for step in range(4)
    ]
    before += [row("m", "15m", ms("2026-03-23 09:45"), 9000)]
    await store.write_consumption([*quarters, *before])
    found = await against_usual(store, SITE, "electricity", now)

    assert {"b01": (1600.0, 1600.0, 0.5), "b02": (2000.0, 1600.0, 0.0)} == {
        building: tuple(each) for building, each in found.items()
    }
    assert 0.0 == found["b01"].change
    assert 3200 == all_of([found["b01"], found["b01"]._replace(usual=0.0)]).watts  # type: ignore[union-attr]
    assert all_of([]) is None
    assert {} == await against_usual(store, SITE, "electricity", now + HOUR_MS)
