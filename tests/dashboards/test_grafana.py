"""The Grafana dashboards: every query of every panel answers over a real InfluxDB, with the figures of the store."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from dashboards.grafana import build, check, write
from estate.calendar import STEP_MS, STEPS, floor, following
from estate.model import Consumption, Point
from store.base import Series, Usage
from store.influx import InfluxStore
from tests.servers import Server, influxd

ZONE = ZoneInfo("Europe/Paris")
START = 1_772_319_600_000  # 2026-03-01 in Paris, so that the month begins with the data
END = START + 3 * 86_400_000
MINUTE = 60_000
COMMITTED = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"


def consumption() -> list[Consumption]:
    """Three days of two buildings, one with a sub-meter that must not count, and gas; at every step."""
    meters = {"b01": ("electricity", "site", 250), "b02": ("electricity", "site", 1000)}
    meters |= {"b02-kitchen": ("electricity", "submeter", 400), "b02-gas": ("gas", "site", 3000)}
    rows = []
    for meter, (carrier, role, amount) in meters.items():
        for every in STEPS:
            at = floor(START, every, ZONE)
            while at < END:
                end = following(at, every, ZONE)
                whole = (min(end, END) - max(at, START)) // STEP_MS * amount
                rows.append(Consumption(meter, "", carrier, meter[:3], role, every, at, whole, 0.0))
                at = end
    return rows


def points() -> list[Point]:
    """Two rooms' CO₂ and people, every five minutes."""
    found = []
    for number, at in enumerate(range(START, END, 5 * MINUTE)):
        for zone, base in (("r1", 420.0), ("r2", 600.0)):
            found.append(Point(f"{zone}-air", "", "climate.co2", base + number % 50, at, "b01", zone))
            found.append(Point(f"{zone}-count", "", "occupancy.count", float(number % 7), at, "b01", zone))
    return found


def panels() -> list[Any]:
    return [
        pytest.param(panel, id=f"{name}-{panel['id']}")
        for name, text in build().items()
        for panel in json.loads(text)["panels"]
    ]


@pytest.fixture
async def filled() -> AsyncIterator[tuple[Server, InfluxStore]]:
    with influxd() as server:
        store = InfluxStore("127.0.0.1", server.port)
        await store.open()
        await store.write(points())
        await store.write_consumption(consumption())
        yield server, store
        await store.close()


async def ask(server: Server, panel: dict[str, Any], interval: str = "15m") -> list[dict[str, Any]]:
    """The series of the panel's query, its macros replaced as Grafana replaces them."""
    (target,) = panel["targets"]
    query = target["query"].replace("$timeFilter", f"time >= {START}ms and time <= {END}ms")
    query = query.replace("${__interval}", interval)
    form = {"db": "microville", "epoch": "ms", "q": query}
    url = f"http://127.0.0.1:{server.port}/query"
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Token "}) as session,
        session.post(url, data=form) as got,
    ):
        (result,) = (await got.json())["results"]
    assert "error" not in result, result
    return list(result.get("series", []))


def by_number(number: int) -> dict[str, Any]:
    return dict(json.loads(build()["overview-en.json"])["panels"][number - 1])


@pytest.mark.parametrize("panel", panels())
def test_dressed(panel: dict[str, Any]) -> None:
    """Every panel has a title, a description, a unit, a query, and no data source of its own."""
    assert all((panel["title"], panel["description"], panel["fieldConfig"]["defaults"]["unit"], panel["targets"]))
    assert {"type": "influxdb", "uid": "${datasource}"} == panel["datasource"] == panel["targets"][0]["datasource"]


def test_names() -> None:
    """Every dashboard has a uid of its own, and every panel a number of its own."""
    boards = [json.loads(text) for text in build().values()]

    assert len(boards) == len({board["uid"] for board in boards})
    for board in boards:
        numbers = [panel["id"] for panel in board["panels"]]
        assert list(range(1, len(numbers) + 1)) == numbers


async def test_every_query_answers(filled: tuple[Server, InfluxStore]) -> None:
    """Every query of every panel of every dashboard is answered, and has something to show."""
    server, _ = filled
    boards = [json.loads(text) for text in build().values()]
    answers = [(panel["title"], await ask(server, panel)) for board in boards for panel in board["panels"]]

    assert [] == [title for title, series in answers if not any(found["values"] for found in series)]


async def test_load(filled: tuple[Server, InfluxStore]) -> None:
    """The load is the store's consumption by quarter of an hour, in W, of site meters alone."""
    server, store = filled
    where = {"role": ["site"], "carrier": ["electricity"]}
    rows = await store.usage(Usage("15m", START, END, where=where, by=("building",)))  # type: ignore[arg-type]
    shown = await ask(server, by_number(1))

    assert {
        row.tags["building"]: [[int(at), int(amount) * 4] for at, amount in zip(row.starts, row.amounts, strict=True)]
        for row in rows
    } == {found["tags"]["building"]: found["values"] for found in shown}
    assert {"b01": 1000, "b02": 4000} == {found["tags"]["building"]: found["values"][0][1] for found in shown}


async def test_load_in_wider_windows(filled: tuple[Server, InfluxStore]) -> None:
    """Seen from further away, the load is the mean of its quarters, not their sum."""
    server, _ = filled
    shown = await ask(server, by_number(1), interval="6h")

    assert {1000, 4000} == {value for found in shown for _, value in found["values"]}


async def test_days_and_month(filled: tuple[Server, InfluxStore]) -> None:
    """Days and the month are rows of the site's zone, and add up."""
    server, _ = filled
    days = {found["tags"]["carrier"]: found["values"] for found in await ask(server, by_number(2))}
    month = {found["tags"]["building"]: found["values"] for found in await ask(server, by_number(3))}

    assert [[START + day * 86_400_000, 96 * 1250] for day in range(3)] == days["electricity"]
    assert [96 * 3000] * 3 == [amount for _, amount in days["gas"]]
    assert {"b01": [[START, 288 * 250]], "b02": [[START, 288 * 1000]]} == month


async def test_rooms(filled: tuple[Server, InfluxStore]) -> None:
    """A room's curve is the store's own series."""
    server, store = filled
    (row,) = await store.series(Series("climate.co2", START, END, 900_000, where={"zone": ["r2"]}, by=("zone",)))
    shown = {found["tags"]["zone"]: found["values"] for found in await ask(server, by_number(4))}

    assert [[int(at), float(value)] for at, value in zip(row.times, row.values, strict=True)] == shown["r2"]


async def test_last_seen(filled: tuple[Server, InfluxStore]) -> None:
    """The table of sensors tells when each was last heard."""
    server, _ = filled
    shown = {found["tags"]["device"]: found["values"][0][1] for found in await ask(server, by_number(6))}

    assert dict.fromkeys(("r1-air", "r1-count", "r2-air", "r2-count"), END - 5 * MINUTE) == shown


def test_committed() -> None:
    """The files under deploy are what the code makes."""
    assert [] == check(COMMITTED)


def test_drift(tmp_path: Path) -> None:
    """A changed, missing or unknown file is told; writing puts all right."""
    write(tmp_path)
    (tmp_path / "overview-en.json").write_text("{}")
    (tmp_path / "overview-fr.json").unlink()
    (tmp_path / "old.json").write_text("{}")
    drift = check(tmp_path)
    write(tmp_path)

    assert ["old.json: no such dashboard", "overview-en.json: out of date", "overview-fr.json: missing"] == [
        line.removeprefix(f"{tmp_path}/") for line in drift
    ]
    assert [] == check(tmp_path)
