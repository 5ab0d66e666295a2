"""What panels show is what the JSON interface answers, of the same store."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboards.parts import Parts
from energy.usage import against_usual, all_of
from estate.calendar import DAY_MS, HOUR_MS, floor, rfc3339
from store.base import Store
from store.influx import InfluxStore
from tests.dashboards.conftest import client_of
from tests.dashboards.grafana.boards import asked
from tests.dashboards.grafana.conftest import Ask
from tests.dashboards.grafana.interpolate import Looking
from tests.dashboards.grafana.sample import COUNTED, NOW, START, STRANGE, Filled

STEPS = {"every": ["1d"], "load": ["15m"]}
BY_DAY = (("site", "Who drives the load"), ("building", "Load curve"))
LOOK = Looking(START, NOW, STEPS, "15m")


@pytest.fixture
async def api(empty: Parts, filled: Filled, tmp_path: Path) -> AsyncIterator["Api"]:
    """The JSON interface over the filled InfluxDB."""
    store = InfluxStore("127.0.0.1", filled.port)
    await store.open()
    async with client_of(replace(empty, store=store, estate=filled.estate, clock=lambda: NOW)) as client:
        yield Api(client, filled, store)
    await store.close()


class Api:
    """Asks over the time that is shown."""

    def __init__(self, client: httpx.AsyncClient, filled: Filled, store: Store) -> None:
        self._client, self.zone = client, filled.estate.site.zone
        self.store, self.estate = store, filled.estate

    async def get(self, path: str, start_ms: int = START, end_ms: int = NOW, **asked: object) -> Any:
        times = {"start": rfc3339(start_ms, self.zone), "end": rfc3339(end_ms, self.zone)}
        answer = await self._client.get(f"/api/{path}", params={**times, **asked})  # type: ignore[dict-item]
        assert answer.status_code == 200, answer.text
        return answer.json()

    @staticmethod
    def ms(text: str) -> int:
        """A time of an answer, in ms."""
        return int(datetime.fromisoformat(text).timestamp() * 1000)

    async def amounts(self, tag: str, **asked: object) -> dict[str, list[float]]:
        """Consumption by group, step by step."""
        answer = await self.get("consumption", START, NOW, **asked)
        return {group["tags"][tag]: group["amount"] for group in answer}


def columns(series: list[dict[str, Any]], tag: str) -> dict[str, list[float]]:
    """The values of each group that are there."""
    return {each["tags"][tag]: [row[1] for row in each["values"] if row[1] is not None] for each in series}


def known(found: Mapping[str, Any], api: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the estate: the strange building, which is not in it, cannot be asked for."""
    return {name: found[name] for name in found if name in api}


def one(series: list[dict[str, Any]]) -> float:
    ((_, value, *_),) = series[0]["values"]
    return float(value)


async def test_consumption_by_carrier(ask: Ask, api: Api) -> None:
    """Of the site, day by day; water in m³, and what of all energy was estimated."""
    energy, estimated, water = (ask(LOOK.query(asked("site", "Consumption by carrier", number))) for number in range(3))
    shown = columns(energy, "carrier")
    shown |= {"water": [1000 * value for value in columns(water, "carrier")["water"]]}
    answer = await api.get("consumption", every="1d", by="carrier")
    guessed = [
        amount * share
        for group in answer
        if group["tags"]["carrier"] != "water"
        for amount, share in zip(group["amount"], group["estimated"], strict=True)
    ]

    assert {group["tags"]["carrier"]: group["amount"] for group in answer} == shown
    assert pytest.approx(sum(guessed)) == sum(value for _, value in estimated[0]["values"])


async def test_load_by_building(ask: Ask, api: Api) -> None:
    """The load curve is the consumption of each quarter of an hour, times four."""
    quarters = await api.amounts("building", every="15m", by="building", carrier="electricity")
    shown = columns(ask(LOOK.query(asked("site", "Who drives the load"))), "building")

    assert {name: [4 * wh for wh in amounts] for name, amounts in quarters.items()} == shown


async def test_load_of_the_site(ask: Ask, api: Api) -> None:
    """Seen from further away, the load of the site is the mean of its quarters; and from rows of hours the same."""
    (hours,) = await api.get("consumption", START + HOUR_MS, NOW - 2 * HOUR_MS, every="1h", carrier="electricity")
    loads = dict(zip(map(api.ms, hours["start"]), hours["amount"], strict=True))
    shown = []
    for number, step in enumerate(("15m", "1h")):
        look = replace(LOOK, interval="1h", chosen={**STEPS, "load": [step]})
        (series,) = ask(look.query(asked("building", "Presence and load", number)))
        shown.append({at: value for at, value in series["values"] if at in loads})
        assert [] == ask(look.query(asked("building", "Presence and load", 1 - number)))

    assert [pytest.approx(loads)] * 2 == shown


async def test_load_by_day(ask: Ask, api: Api) -> None:
    """Seen by day, the load of a building is its day's energy by the hours of the day; of today there is none yet."""
    start, end = floor(START + DAY_MS, "1d", api.zone), floor(NOW, "1d", api.zone)
    answer = await api.get("consumption", start, end, every="1d", by="building", carrier="electricity")
    means = {group["tags"]["building"]: [round(wh / 24) for wh in group["amount"]] for group in answer}
    look = replace(LOOK, start_ms=start, interval="12h", chosen={**STEPS, "load": ["1d"]})
    shown = [columns(ask(look.query(asked(board, panel, 2))), "building") for board, panel in BY_DAY]

    assert [{name: pytest.approx(watts, abs=1) for name, watts in means.items()}] * 2 == shown


async def test_ranking_by_area(ask: Ask, api: Api, filled: Filled) -> None:
    """The building of the greatest energy by area is told as /api/indicators has it."""
    start, end = floor(START + DAY_MS, "1d", api.zone), floor(NOW, "1d", api.zone)
    (table,) = ask(Looking(start, end - 1, STEPS, "1h").query(asked("energy", "Those that use most, by m²")))
    shown = {row[2]: row[1] for row in table["values"] if row[2] in filled.estate.buildings}
    answered = {}
    for building in shown:
        answer = await api.get("indicators", start, end - 1, of="building", id=building)
        answered[building] = next(row["value"] for row in answer["indicators"] if row["id"] == "energy_m2_year")

    assert {name: pytest.approx(value) for name, value in answered.items()} == shown
    assert len(shown) >= 9


async def test_load_now(ask: Ask, api: Api) -> None:
    """How much now is the last quarter of an hour, whatever time is shown and however wide its windows are."""
    quarters = await api.get("consumption", NOW - DAY_MS, NOW, every="15m", carrier="electricity")
    year = replace(LOOK, start_ms=NOW - 365 * DAY_MS, interval="12h")
    (series,) = ask(year.query(asked("site", "Electric load")))
    at, shown = series["values"][-1]

    assert (api.ms(quarters[0]["start"][-1]), 4 * quarters[0]["amount"][-1]) == (at, shown)


async def test_against_usual(ask: Ask, api: Api) -> None:
    """The last hour against the same hour a week ago, as the page has it; of the weeks before there is nothing."""
    loads = []
    for end in (NOW, NOW - 7 * DAY_MS):
        (group,) = await api.get("consumption", end - HOUR_MS, end, every="15m", carrier="electricity")
        loads.append(sum(group["amount"]) / len(group["amount"]))

    shown = one(ask(LOOK.query(asked("site", "Against usual"))))
    page = all_of((await against_usual(api.store, api.estate, "electricity", NOW)).values())

    assert pytest.approx(loads[0] / loads[1] - 1) == shown
    assert page is not None
    assert pytest.approx(page.change) == shown


async def test_allocation(ask: Ask, api: Api) -> None:
    """What each tenant used, day by day."""
    drawn = ["electricity", "gas", "heat", "cooling"]
    answer = await api.get("consumption", every="1d", by=["tenant", "carrier"], carrier=drawn)
    totals: dict[str, float] = {}
    for group in answer:
        name = group["tags"]["tenant"]
        totals[name] = totals.get(name, 0) + sum(group["amount"])
    shown = columns(ask(LOOK.query(asked("tenants", "Consumption by tenant"))), "tenant")

    assert {name: total for name, total in totals.items() if total} == known(
        {name: sum(values) for name, values in shown.items() if sum(values)}, totals
    )


async def test_ranking(ask: Ask, api: Api) -> None:
    """The ten buildings that used most, and most first as the table sorts them."""
    days = await api.amounts("building", every="1d", by="building", carrier="electricity")
    most = sorted(((sum(amounts), name) for name, amounts in days.items()), reverse=True)[:10]
    (table,) = ask(LOOK.query(asked("site", "Buildings that use most")))

    assert sorted(most) == sorted((row[1], row[2]) for row in table["values"])


@pytest.mark.parametrize(("panel", "quantity"), [("CO₂", "climate.co2"), ("Temperature", "climate.temperature")])
async def test_rooms(ask: Ask, api: Api, panel: str, quantity: str) -> None:
    """A room's curve is /api/series, window by window; what hangs outside all rooms is not among them."""
    start = NOW - NOW % HOUR_MS - DAY_MS
    look = replace(LOOK, start_ms=start, end_ms=NOW - 1, interval="30m")  # Grafana shows the end as well
    groups = await api.get("series", start, NOW, quantity=quantity, by="zone", every="30m")
    answered = {group["tags"]["zone"]: group["value"] for group in groups if group["tags"]["zone"]}
    shown = columns(ask(look.query(asked("zone", panel))), "zone")

    assert {name: pytest.approx(values) for name, values in answered.items()} == known(shown, answered)


@pytest.mark.parametrize(
    ("board", "panel", "indicator", "of"),
    [
        ("site", "Photovoltaic share", "self_sufficiency", ""),
        ("circularity", "Self-consumption", "self_consumption", ""),
        ("building", "Data completeness", "completeness", "b07"),
        ("building", "Base load", "base_load", "b01"),
        ("building", "Energy by area and year", "energy_m2_year", "b04"),
        ("building", "By person-hour", "energy_person_hour", "b12"),
        ("building", "Peak power", "peak", "b01"),
    ],
)
async def test_indicators(ask: Ask, api: Api, filled: Filled, board: str, panel: str, indicator: str, of: str) -> None:
    """Over whole days, each figure is the indicator of that name; power by area times the area."""
    start, end = floor(START + DAY_MS, "1d", api.zone), floor(NOW, "1d", api.zone)
    place = {"of": "building", "id": of} if of else {}
    (answer,) = [
        row for row in (await api.get("indicators", start, end - 1, **place))["indicators"] if row["id"] == indicator
    ]
    area = filled.estate.buildings[of].area_m2 if answer["unit"] == "W/m²" else 1
    look = Looking(start, end - 1, {**STEPS, "building": [of]} if of else STEPS, "1h")

    assert pytest.approx(answer["value"] * area) == one(ask(look.query(asked(board, panel))))


@pytest.mark.parametrize(
    ("board", "panel", "figure"),
    [
        ("building", "Used while empty", 65),
        ("building", "By person-hour", 2 / 16),
        ("circularity", "Water by person-day", 120 / 2),
    ],
)
def test_where_sensors_reach(ask: Ask, board: str, panel: str, figure: float) -> None:
    """What depends on people is told of b12 and the strange building, half watched, and not of b02 with three rooms.

    A day on which nobody came counts: what is used then is used for those who come on others.
    """
    shown = {series["tags"]["building"]: one([series]) for series in ask(LOOK.query(asked(board, panel)))}

    assert {STRANGE, "b12"} == {*shown} - {COUNTED}
    assert pytest.approx(figure) == shown[STRANGE]


async def test_enough_over_the_period(ask: Ask, api: Api) -> None:
    """Whether sensors reach far enough is asked of all days together, as the API asks: 60 % of two, 40 % of one."""
    end = floor(NOW, "1d", api.zone)
    first, second = floor(end - 2 * DAY_MS, "1d", api.zone), floor(end - DAY_MS, "1d", api.zone)
    found = []
    for until in (end, second):
        answer = await api.get("indicators", first, until - 1, of="building", id=COUNTED)
        (row,) = [row for row in answer["indicators"] if row["id"] == "energy_person_hour"]
        look = Looking(first, until - 1, {**STEPS, "building": [COUNTED]}, "1h")
        shown = ask(look.query(asked("building", "By person-hour")))
        found.append((row["value"], one(shown) if shown else None))
    (answered, drawn), alone = found

    assert pytest.approx(answered) == drawn
    assert (None, None) == alone


def test_against_a_year_before(ask: Ask) -> None:
    """Of 3 against 2 emitted 52 weeks before it says a half more; without that year, or with a day of it, nothing."""
    end = replace(LOOK, start_ms=NOW - 3 * DAY_MS)
    query = asked("circularity", "Emissions, year on year")
    chosen = ([STRANGE], ["b02"], [STRANGE, "b02"])
    shown = [ask(replace(end, chosen={**STEPS, "building": names}).query(query)) for names in chosen]
    rows = [[series["values"][0][1] for series in found] for found in shown]

    assert [[pytest.approx(0.5)], [], []] == rows


async def test_costs(ask: Ask, api: Api) -> None:
    """What the days of a building cost, and emit."""
    start, end = floor(START + DAY_MS, "1d", api.zone), floor(NOW, "1d", api.zone)
    of: dict[str, object] = {"building": "b02", "every": "1d"}
    cost, carbon = [await api.get(name, start, end, **of) for name in ("cost", "carbon")]
    look = Looking(start, end - 1, {**STEPS, "building": ["b02"]}, "1h")

    for panel, groups in (("Cost", cost["groups"]), ("Emissions, kg CO₂e", carbon)):
        total = sum(sum(group["amount"]) for group in groups) / 1e9

        assert pytest.approx(total) == one(ask(look.query(asked("energy", panel))))
