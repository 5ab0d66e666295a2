"""The questions of alerts and dashboards, answered from rows that can be added up on paper."""

from energy.usage import DRAWN, intensities, load_by_use, site_days
from estate.calendar import DAY_MS, STEP_MS
from estate.model import Consumption
from store.base import Store
from tests.energy.sites import START_MS, estate

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
