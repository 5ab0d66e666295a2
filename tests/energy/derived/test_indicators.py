"""Indicators on figures that can be checked on paper; without data none, with the reason, never 0."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.derived.days import Hours, day_facts
from energy.derived.found import NO_DEGREES, NO_METER, NO_PEOPLE, NO_WATER, Inputs
from energy.derived.french import FRENCH
from energy.derived.indicator_query import Scope, read
from energy.derived.indicators import INDICATORS, indicators
from energy.derived.together import area, together
from energy.meters.steps import Steps
from energy.settle import Settlement
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS
from estate.model import Device, Placement
from store.base import Store
from store.state import State
from tests.energy.derived.test_derive import NOW_MS, said, site
from tests.energy.sites import PARIS, START_MS, meter, ms

NOTHING = Hours(np.empty(0, np.int64), np.empty(0, np.bool_))


def by_day(*amounts: int, guessed: int = 0) -> Steps:
    starts = START_MS + DAY_MS * np.arange(len(amounts), dtype=np.int64)
    return Steps.of(starts, np.array(amounts, np.int64), np.full(len(amounts), guessed, np.int64))


def inputs(**amounts: Steps) -> Inputs:
    """Ten days of a place of 100 m² whose sensors watch all of it."""
    known = {**amounts, **together(amounts)}
    if "energy" in known:
        known["area"] = area(known["energy"].starts, 100.0)
    return Inputs(10, 100.0, known, 1.0, 1.0, START_MS, PARIS)


def value(name: str, **amounts: Steps) -> float | None:
    return indicators(inputs(**amounts))[name].value


def test_load_factor_on_the_day_of_25_hours() -> None:
    """1 kW throughout 25 October 2026 is 25 kWh: a load factor of 1."""
    day = np.array([ms("2026-10-25 00:00")])
    drawn, peak = (Steps.of(day, np.array([amount]), np.array([0])) for amount in (25_000, 1000))

    assert 1.0 == value("load_factor", peak=peak, electricity=drawn)


def test_mean_of_the_day_of_25_hours() -> None:
    """100 Wh a quarter throughout: 400 W, on 25 October 2026 as on any day; of half a day there is no mean."""
    start = ms("2026-10-25 00:00")
    quarters = start + STEP_MS * np.arange(100 + 48, dtype=np.int64)
    drawn = Steps.of(quarters, np.full(148, 100), np.zeros(148, np.int64))
    found = day_facts({"electricity": drawn}, STEP_MS, NOTHING, PARIS)

    assert ([start], [400]) == (found["mean"].starts.tolist(), found["mean"].amounts.tolist())


def steps(*amounts: int) -> Steps:
    starts = START_MS + STEP_MS * np.arange(len(amounts), dtype=np.int64)
    return Steps.of(starts, np.array(amounts, np.int64), np.zeros(len(amounts), np.int64))


@pytest.mark.parametrize(
    ("name", "expected", "amounts"),
    [
        ("energy_m2", 0.35, {"in_all": by_day(10_000, 20_000), "gas": by_day(5000)}),
        ("energy_m2_year", 0.35 / 2 * 365, {"in_all": by_day(10_000, 20_000), "gas": by_day(5000)}),
        ("base_load", 3.0, {"base": by_day(200, 400)}),
        ("peak", 900.0, {"peak": by_day(500, 900, 300)}),
        ("load_factor", 0.5, {"peak": by_day(1000, 1000), "electricity": by_day(12_000, 12_000)}),
        ("energy_person_hour", 2.5, {"in_all": by_day(10_000, 9999), "people": by_day(4 * 3600)}),
        ("empty_share", 25.0, {"empty": by_day(100, 400), "watched": by_day(1000, 1000)}),
        ("heating_dd17", 20.0, {"gas": by_day(24_000), "degree17": by_day(12_000)}),
        ("heating_dd18", 10.0, {"gas": by_day(6000), "heat": by_day(6000), "degree18": by_day(12_000)}),
        ("self_consumption", 80.0, {"used_here": by_day(400), "pv": by_day(500)}),
        ("self_sufficiency", 40.0, {"used_here": by_day(400), "in_all": by_day(1000)}),
        ("utilisation", 25.0, {"used": by_day(3600), "usable": by_day(4 * 3600)}),
        ("water_person_day", 50.0, {"water": by_day(100), "people": by_day(16 * 3600)}),
        ("co2_800", 2.0, {"co2_800": by_day(3600, 3600), "aired": by_day(7200, 7200)}),
        ("co2_1500", 0.0, {"co2_1500": by_day(0, 0), "aired": by_day(7200, 7200)}),
        ("completeness", 95.0, {"received": by_day(95, 95), "expected": by_day(100, 100)}),
    ],
)
def test_on_paper(name: str, expected: float, amounts: dict[str, Steps]) -> None:
    """Each indicator of round figures."""
    assert expected == pytest.approx(value(name, **amounts))


def test_every_indicator_has_an_example() -> None:
    """No row of the table without a figure above."""
    (marked,) = (mark for mark in test_on_paper.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]

    assert [*INDICATORS] == [example[0] for example in marked.args[1]]


def test_without_data_none_with_the_reason() -> None:
    """A place of which nothing is known has no figure at all, and says why."""
    found = indicators(inputs())

    assert [None] * len(INDICATORS) == [each.value for each in found.values()]
    assert all(each.reason for each in found.values())
    assert (NO_METER, NO_WATER) == (found["energy_m2"].reason, found["water_person_day"].reason)


def test_summer_has_no_heating_by_degree_day() -> None:
    """No degree day: no figure, where a division would have none."""
    assert NO_DEGREES == indicators(inputs(gas=by_day(100), degree17=by_day(0)))["heating_dd17"].reason


def test_people_of_a_corner_do_not_stand_for_the_building() -> None:
    """Head counts in 40 % of the zones' area tell nothing of the energy per person of all."""
    some = inputs(in_all=by_day(1000), people=by_day(3600))._replace(counted=0.4)

    assert NO_PEOPLE == indicators(some)["energy_person_hour"].reason


def test_says_what_was_estimated_and_covered() -> None:
    """1,000 of 4,000 Wh were not measured, on two of ten days; the fraction can be checked."""
    found = indicators(inputs(in_all=by_day(2000, 2000, guessed=500)))["energy_m2"]

    assert (0.25, 0.2, 4000, 100) == (found.estimated, found.coverage, found.above, found.below)


def test_photovoltaic_with_an_export_meter() -> None:
    """Made 100 and 100, fed in 0 and 70, drawn 50 and 0: used 130 on the spot, 180 in all."""
    flows = {"electricity": steps(50, 0), "pv": steps(100, 100), "export": steps(0, 70)}
    found = day_facts(flows, STEP_MS, NOTHING, PARIS)

    assert ([130], [180]) == (found["used_here"].amounts.tolist(), found["in_all"].amounts.tolist())


def test_photovoltaic_without_an_export_meter() -> None:
    """Made 100 and 100, used 150 and 30: of each step the lesser, 130. The month's sums would have said 180."""
    found = day_facts({"electricity": steps(150, 30), "pv": steps(100, 100)}, STEP_MS, NOTHING, PARIS)

    assert ([130], [180]) == (found["used_here"].amounts.tolist(), found["in_all"].amounts.tolist())


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=200))
def test_photovoltaic_used_is_bounded(pairs: list[tuple[int, int]]) -> None:
    """What is used on the spot is neither more than was made nor more than was used (D315-4)."""
    used, made = (steps(*column) for column in zip(*pairs, strict=True))
    found = day_facts({"electricity": used, "pv": made}, STEP_MS, NOTHING, PARIS)
    here = int(found["used_here"].amounts.sum())

    assert 0 <= here <= min(int(used.amounts.sum()), int(made.amounts.sum()))


async def test_of_the_site_a_building_a_zone_and_a_tenant(store: Store, state: State) -> None:
    """A day of 100 Wh a quarter in b01 of 1,000 m², z1 (600 m²) a's, occupied from 8 to 20 by two people."""
    estate = site()
    people = [2.0 if 32 <= step < 80 else 0.0 for step in range(97)]
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(98)]))
    await store.write(said("cam1", "occupancy.count", people) + said("air", "climate.co2", [900.0] * 97))
    await Settlement(store, estate, state).settle(NOW_MS)

    async def found(kind: str, name: str) -> dict[str, float | None]:
        scope = Scope(kind, name, START_MS, START_MS + DAY_MS)  # type: ignore[arg-type]
        return {key: each.value for key, each in indicators(await read(store, estate, scope)).items()}

    whole, building = await found("site", "site"), await found("building", "b01")
    zone, tenant = await found("zone", "z1"), await found("tenant", "a")

    assert (9.6 / 1000, 400.0, 1.0) == (building["energy_m2"], building["peak"], building["load_factor"])
    assert whole["energy_m2"] == building["energy_m2"]
    assert [9.6 * 365 / 1000] * 2 == [each["energy_m2_year"] for each in (whole, building)]
    assert pytest.approx(0.4) == building["energy_person_hour"]  # 9.6 kWh by 24 person-hours, counted in 600 of 900 m²
    assert (50.0, 100.0) == (building["empty_share"], building["utilisation"])
    assert (12.0, 0.0, 100.0) == (zone["co2_800"], zone["co2_1500"], zone["utilisation"])
    assert None is zone["energy_m2"]
    assert (5.76 / 600, 5.76 * 365 / 600) == (tenant["energy_m2"], tenant["energy_m2_year"])  # 60 % of 9.6 kWh
    assert 100.0 == tenant["completeness"]


async def test_meter_of_a_zone(store: Store, state: State) -> None:
    """A sub-meter placed in a zone gives the zone figures of its own."""
    base, sub = site(), meter("sub", submeter_of="main")
    estate = replace(
        base,
        devices={**base.devices, "sub": Device("sub", "", 900, "")},
        placements={**base.placements, "sub": [Placement("b01", "z1", 0, NOW_MS)]},
        meters={**base.meters, "sub": sub},
    )
    await store.write(said("main", "electricity.energy", [100.0 * step for step in range(98)]))
    await store.write(said("sub", "electricity.energy", [25.0 * step for step in range(98)]))
    await Settlement(store, estate, state).settle(NOW_MS)
    found = indicators(await read(store, estate, Scope("zone", "z1", START_MS, START_MS + DAY_MS)))

    assert (2.4 / 600, 100.0) == (found["energy_m2"].value, found["peak"].value)
    assert START_MS <= (found["peak"].at_ms or 0) < START_MS + 24 * HOUR_MS


async def test_what_goes_on_to_another_zone(store: Store, state: State) -> None:
    """Of 25 Wh a quarter that go into z1, 10 go on to a meter in z2: 15 are used in z1, and nothing is twice."""
    base = site()
    subs = {"sub": meter("sub", submeter_of="main"), "on": meter("on", submeter_of="sub")}
    places = {"sub": [Placement("b01", "z1", 0, NOW_MS)], "on": [Placement("b01", "z2", 0, NOW_MS)]}
    estate = replace(
        base,
        devices={**base.devices, **{name: Device(name, "", 900, "") for name in subs}},
        placements={**base.placements, **places},
        meters={**base.meters, **subs},
    )
    for name, wh in (("main", 100.0), ("sub", 25.0), ("on", 10.0)):
        await store.write(said(name, "electricity.energy", [wh * step for step in range(98)]))
    await Settlement(store, estate, state).settle(NOW_MS)

    async def found(zone: str) -> tuple[float, float | None]:
        scope = Scope("zone", zone, START_MS, START_MS + DAY_MS)
        told = indicators(await read(store, estate, scope))
        return told["energy_m2"].above or 0.0, told["peak"].value

    assert [(96 * 15.0, 60.0), (96 * 10.0, 40.0)] == [await found("z1"), await found("z2")]


def test_in_french() -> None:
    """Every indicator has its formula and source in French, too."""
    assert set(INDICATORS) == set(FRENCH)
