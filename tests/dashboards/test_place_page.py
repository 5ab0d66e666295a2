"""What the page of a place says beside its figures: sub-meters, tariff periods, peaks, presence, budgets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
import vl_convert

from alerts.budget import Figures
from alerts.forecast import Forecast, Step
from alerts.state import AlertState
from dashboards.language import Speaker
from dashboards.pages import place_charts
from dashboards.pages.consumption_charts import parts_chart
from dashboards.pages.figures import Figure, Scope, by_part, compared, energy_change, figures
from dashboards.pages.figures_money import carbon_change
from dashboards.pages.period import period
from dashboards.pages.place_queries import Heated, Presence, balances, curve, heating, peaks, presence, tariffs
from dashboards.parts import Parts
from energy.derived.facts import ROLE, meter_of
from energy.usage import SITE
from estate.calendar import DAY_MS, HOUR_MS, floor, following, midnight, steps
from estate.model import Consumption
from store.base import Usage
from tests.dashboards.conftest import NOW, PARIS, client_of

MONTH_DAY = date(2026, 11, 23)
TODAY = floor(NOW, "1d", PARIS)
SATURDAY, SUNDAY = TODAY - 2 * DAY_MS, TODAY - DAY_MS
MONTH = period("month", MONTH_DAY, NOW, NOW, PARIS)
B01 = Scope("building", "b01")
SPEAKER = Speaker("en", PARIS)


MONTH_MS = floor(NOW, "1mo", PARIS)


def fact(kind: str, place: str, name: str, amount: int, day_ms: int = SUNDAY) -> Consumption:
    return Consumption(meter_of(kind, place, name), "", name, place, ROLE, "1d", day_ms, amount, 0.0)


async def test_sub_meters(filled: Parts) -> None:
    """Of 250 Wh in a quarter the kitchen takes 100: it leaves 60 %."""
    (found,) = await balances(filled.store, filled.estate, B01, MONTH)

    assert ("b01-electricity", ["b01-kitchen"]) == (found.main.id, [each.id for each in found.behind])
    assert 0.6 == found.rest / found.main.amount


async def test_load(filled: Parts) -> None:
    """1 kW by the hour, of a month; of a year by whole days, which are over."""
    load, step_ms = await curve(filled.store, filled.estate, B01, MONTH)
    year = period("year", MONTH_DAY, NOW, NOW, PARIS)
    days, day_ms = await curve(filled.store, filled.estate, B01, year)

    assert (HOUR_MS, {1000.0}) == (step_ms, set(load.watts[:-1].tolist()))
    assert (DAY_MS, [SATURDAY, SUNDAY], [1000.0] * 2) == (day_ms, days.starts.tolist(), days.watts.tolist())


async def test_tariff_periods_and_peaks(filled: Parts) -> None:
    """Energy and money of each period that has any; the day on which the peak came nearest to what is subscribed."""
    month = {"energy_hp": 600, "line_hp": 120_000_000, "energy_hc": 400}
    await filled.store.write_consumption(
        [
            *(fact("building", "b01", *each)._replace(every="1mo", start_ms=MONTH_MS) for each in month.items()),
            fact("building", "b01", "peak", 9000, SATURDAY),
            fact("building", "b01", "subscribed", 36_000, SATURDAY),
            fact("building", "b01", "peak", 8000),
            fact("building", "b01", "subscribed", 12_000),
            fact("building", "b02", "peak", 99_000),
        ]
    )
    async with client_of(filled) as client:
        page = (await client.get("/buildings/b01?lang=en")).text

    assert [("hp", 600, 120_000_000), ("hc", 400, 0)] == [
        tuple(row) for row in await tariffs(filled.store, filled.estate, B01, MONTH)
    ]
    assert [("b01", SUNDAY, 8000, 12_000)] == [
        tuple(row) for row in await peaks(filled.store, filled.estate, Scope("site"), MONTH)
    ]
    assert "60\u00a0%" in page.partition('id="tariffs"')[2].partition("</table>")[0]
    assert "67\u00a0%" in page.partition('id="peaks"')[2].partition("</table>")[0]


async def test_presence(filled: Parts) -> None:
    """1,000 Wh, of which the occupancy of 700 is known, 200 of them for nobody."""
    amounts = {"in_all": 1000, "watched": 700, "empty": 200, "zones_area": 100, "watched_area": 40}
    await filled.store.write_consumption([fact("building", "b01", name, amount) for name, amount in amounts.items()])

    assert [Presence(SUNDAY, 500, 200, 300)] == await presence(filled.store, filled.estate, B01, MONTH)


@pytest.mark.parametrize(("watched", "shown"), [(40, False), (60, True)])
async def test_a_corner_does_not_judge_the_house(filled: Parts, watched: int, shown: bool) -> None:
    """Use while empty is drawn where sensors watch half of the area, as the indicator has it, and nowhere else."""
    amounts = {"in_all": 1000, "watched": 700, "empty": 200, "zones_area": 100, "watched_area": watched}
    await filled.store.write_consumption([fact("building", "b01", name, amount) for name, amount in amounts.items()])
    async with client_of(filled) as client:
        page = (await client.get("/buildings/b01?lang=en")).text
        chart = (await client.get("/buildings/b01/charts/presence.json?lang=en")).json()

    assert (shown, shown) == ("Electricity and presence" in page, chart is not None)


async def test_heating_of_days(filled: Parts) -> None:
    """Days of gas that have degree days: 48 kWh at 12.5 °C·d."""
    await filled.store.write_consumption([fact("site", "site", "degree18", 12_500)])

    assert [Heated(SUNDAY, 48.0, 12.5, 0.0)] == await heating(filled.store, filled.estate, B01, MONTH)


async def test_compared_by_part(filled: Parts) -> None:
    """Today until 9 against yesterday until 9: b01 as before; b02 had half of it; what was not there before is not."""
    day = period("day", MONTH_DAY, NOW, NOW, PARIS)
    query = Usage("1d", *day.so_far, where={**SITE, "carrier": ["electricity"]}, by=("building", "carrier"))
    quarters = range(SUNDAY, SUNDAY + 9 * HOUR_MS, HOUR_MS // 4)
    half = [Consumption("b02-electricity", "", "electricity", "b02", "site", "15m", at, 500, 0.0) for at in quarters]
    await filled.store.write_consumption(half)
    found = {each.id: each for each in await compared(filled.store, query, day, "15m")}

    assert [0.0, 1.0] == [found[name].change for name in ("b01", "b02")]
    assert energy_change([found["b01"]._replace(former=None)]) is None
    assert 1 / 2 == energy_change([found["b01"]._replace(like=2, former=1), found["b02"]._replace(like=1, former=1)])


async def test_a_silent_meter_saves_nothing(filled: Parts) -> None:
    """Known from 1 to 10 November, then silent: nine whole days against the same nine of October, and no day more."""
    starts = [*steps(midnight(date(2026, 10, 1), PARIS), midnight(date(2026, 11, 11), PARIS), "1d", PARIS)]
    silent = [Consumption("b02-gas", "", "gas", "b02", "site", "1d", at, 100, 0.0) for at in starts]
    month = silent[-10]._replace(every="1mo", amount=1000)
    await filled.store.write_consumption([*silent, month])
    gas = next(
        each
        for each in await compared(filled.store, by_part(Scope("site"), MONTH), MONTH, "15m")
        if (each.id, each.carrier) == ("b02", "gas")
    )

    assert (1000, 900, 900, 0.0) == (gas.amount, gas.like, gas.former, gas.change)


async def test_a_silent_meter_of_several(filled: Parts) -> None:
    """The site's heat: one meter goes on with 100 Wh a day, one falls silent on the 11th; nobody saved anything."""
    october = midnight(date(2026, 10, 1), PARIS)
    until = {"b01": TODAY, "b02": midnight(date(2026, 11, 11), PARIS)}
    rows = [
        Consumption(f"{building}-heat", "", "heat", building, "site", every, at, 100, 0.0)
        for building, end_ms in until.items()
        for every in ("1d", "1mo")
        for at in steps(october, end_ms, every, PARIS)
    ]
    await filled.store.write_consumption(rows)
    heat = next(each for each in await figures(filled.store, Scope("site"), MONTH, "15m") if each.carrier == "heat")
    async with client_of(filled) as client:
        page = (await client.get("/energy?period=month&lang=en")).text

    card = page.partition('id="gaps"')[2].partition("</section>")[0]
    assert (21 + 9) * 100 == heat.former
    assert 0.0 == heat.change
    assert 'b02-heat</code></td><td class="n">12<br><small>last known on 10 November 2026' in card
    assert "All is measured" not in card


async def test_nothing_read(filled: Parts) -> None:
    """Where no meter stands, or none was read, nothing is said to be measured."""
    estate = replace(filled.estate, buildings={**filled.estate.buildings, "b03": filled.estate.buildings["b01"]})
    async with client_of(replace(filled, estate=estate)) as client:
        empty = (await client.get("/buildings/b03?period=month&lang=en")).text
        before = (await client.get("/buildings/b01?period=month&day=2025-01-10&lang=en")).text

    cards = [page.partition('id="gaps"')[2].partition("</section>")[0] for page in (empty, before)]
    assert [True, False] == ["No meter was read here" in card for card in cards]
    assert [False, True] == ["No reading in this period</span> <code>b01-electricity" in card for card in cards]
    assert not any("All is measured" in card for card in cards)


async def test_lists_are_compared(filled: Parts) -> None:
    """Each building and tenant with its change, where all of the former period is known."""
    async with client_of(filled) as client:
        today = (await client.get("/buildings?period=day&lang=en")).text
        month = (await client.get("/buildings?period=month&lang=en")).text
        tenants = (await client.get("/tenants?period=day&lang=en")).text
        ever = (await client.get("/buildings?period=all&lang=en")).text

    assert ["0\u00a0%" in page.partition('id="list"')[2] for page in (today, tenants)] == [True, True]
    assert "0\u00a0%" not in month.partition('id="list"')[2].partition("</table>")[0]
    assert "Change" not in ever.partition('id="list"')[2]


async def test_budgets_of_a_tenant(filled: Parts) -> None:
    """Its budget, what is used of it, what is forecast, and since when an alert holds; not those of others."""
    start, end = floor(NOW, "1mo", PARIS), following(floor(NOW, "1mo", PARIS), "1mo", PARIS)
    figures = Figures(start, end, NOW, NOW, 10_000, 9_000, 0.0, (NOW, None), (), Forecast((Step(end, 12_000, 500),)))

    async def alerts() -> Sequence[AlertState]:
        states = (AlertState("baker", "electricity", 80, "measured", NOW - DAY_MS, figures),)
        return (*states, AlertState("other", "gas", 100, "measured", NOW, figures))

    async with client_of(replace(filled, alerts=alerts)) as client:
        page = (await client.get("/tenants/baker?lang=en")).text

    table = page.partition('id="budgets"')[2].partition("</table>")[0]
    for said in ("80 % measured", "since Sun 22 Nov", "10\u00a0kWh", "9.0\u00a0kWh", "12\u00a0kWh", "120\u00a0%"):
        assert said in table
    assert "gas" not in table


async def test_changed_shares_are_listed(filled: Parts) -> None:
    """A closed month of a tenant's share that changed stands on the page of its building and of the site."""
    start = floor(MONTH_MS - 1, "1mo", PARIS)
    await filled.state.run(
        lambda db: db.execute(
            "INSERT INTO change (meter, tenant, month_ms, before, after, why, from_ms, settled_ms)"
            " VALUES ('b01-electricity', 'baker', ?, 100, 90, 'corrected', ?, ?)",
            (start, start, NOW - DAY_MS),
        )
    )
    async with client_of(filled) as client:
        pages = [(await client.get(f"{path}?lang=en")).text for path in ("/energy", "/buildings/b01", "/buildings/b02")]

    assert [True, True, False] == ["share of Le Levain" in page for page in pages]


async def test_carbon_of_last_year(filled: Parts) -> None:
    """Twice the electricity a year ago, as much gas: (48 × 0.0461 + 96 × 0.215) ÷ (96 × 0.0461 + 96 × 0.215) − 1."""
    week = period("week", date(2026, 11, 16), NOW, NOW, PARIS)
    unknown = await carbon_change(filled.estate, filled.store, B01, week)
    days = [midnight(date(2025, 11, day), PARIS) for day in (21, 22)]
    drawn = [
        Consumption(f"b01-{carrier}", "", carrier, "b01", "site", "1d", at, 48_000, 0.0)
        for at in days
        for carrier in ("electricity", "gas")
    ]
    await filled.store.write_consumption(drawn)
    change = await carbon_change(filled.estate, filled.store, B01, week)

    assert unknown is None
    assert change is not None
    assert -0.0883 == round(change, 4)


async def test_a_zone_right_now(filled: Parts) -> None:
    """What is measured there, when, and what the decree says of it; use while empty is its building's."""
    amounts = {"in_all": 1000, "watched": 700, "empty": 210, "zones_area": 100, "watched_area": 60}
    await filled.store.write_consumption([fact("building", "b01", name, amount) for name, amount in amounts.items()])
    async with client_of(filled) as client:
        page = (await client.get("/zones/b01-room?lang=en")).text

    tiles = page.partition('id="tiles"')[2].partition("</dl>")[0]
    for said in ("830", "to watch", "30.0", "of its building"):
        assert said in tiles


async def test_zones_are_compared(filled: Parts) -> None:
    """The hours above 800 ppm of Sunday 22 beside those of the 22 before; of Saturday it knows no former one."""
    month_before = midnight(date(2026, 10, 22), PARIS) - SUNDAY
    sunday = [fact("zone", "b01-room", name, amount) for name, amount in (("co2_800", 7200), ("aired", 36_000))]
    former = [row._replace(start_ms=row.start_ms + month_before, amount=row.amount * 2) for row in sunday]
    async with client_of(filled) as client:
        pages = []
        for more in (sunday, former, [row._replace(start_ms=row.start_ms - DAY_MS) for row in sunday]):
            await filled.store.write_consumption(more)
            pages.append((await client.get("/zones?lang=en")).text.partition('id="list"')[2])

    assert [True, True, True] == ["2.00\u00a0h" in pages[0], "2.00\u00a0h" in pages[1], "4.00\u00a0h" in pages[2]]
    assert ["before:" in page for page in pages] == [False, True, False]
    assert "<small>before: 4.00\u00a0h" in pages[1]


def test_what_is_fed_in_is_below_zero() -> None:
    """Of 15 kWh 3 were fed in: the bar of its tenant reaches 12 above what lies below, half of that estimated."""
    parts = [Figure("a", "electricity", 15_000, 0), Figure("a", "export", 3000, 1500)]
    drawn = parts_chart(parts, {"a": "A"}, SPEAKER).chart.to_dict()

    assert [15.0, -1.5, -1.5] == [value["kwh"] for value in drawn["data"]["values"]]


def test_charts_are_valid_and_draw() -> None:
    """Both charts satisfy Vega-Lite's schema and become pictures."""
    rows = [Heated(SUNDAY + day * DAY_MS, 40.0 + day, 10.0 + day, day / 10) for day in range(4)]
    for drawing in (
        place_charts.presence_chart([Presence(SUNDAY, 500, 200, 0)], {SUNDAY: "Sun 22"}, SPEAKER),
        place_charts.heating_chart(rows, SPEAKER),
    ):
        assert vl_convert.vegalite_to_svg({**drawing.chart.to_dict(), "width": 300}).startswith("<svg")
