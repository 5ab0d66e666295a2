"""The questions of alerts and dashboards, answered from rows that can be added up on paper."""

import numpy as np
import pytest

from energy.derived.intensity import intensities
from energy.derived.places import Place
from energy.derived.places import rows as rows_of
from energy.derived.together import area
from energy.meters.steps import Steps
from energy.usage import against_usual, all_of, load_by_use, site_days
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
    """On two days b01, 1,000 m², used 4 kWh each, a quarter estimated: 1.46 kWh/m² a year; b02, 500 m², 5 on one."""
    days = np.array([START_MS, START_MS + DAY_MS])
    for name, square_metres, wh, of in (("b01", 1000, 4000, days), ("b02", 500, 5000, days[:1])):
        energy = Steps(of, np.full(len(of), wh), np.full(len(of), 0.25 if name == "b01" else 0.0))
        facts = {"energy": energy, "area": area(of, float(square_metres))}
        await store.write_consumption(rows_of(Place("building", name, name), facts, "1d", 0))
    found = await intensities(store, SITE, START_MS, START_MS + 2 * DAY_MS)

    assert [("b02", 0.0), ("b01", 0.25)] == [(each.building, each.estimated) for each in found]
    assert pytest.approx([3.65, 1.46]) == [each.kwh_per_m2 for each in found]


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
