"""The page of devices: filters in its address, many devices, and how complete their readings are."""

from dataclasses import replace

import httpx
import pytest

from dashboards.completeness import by_building, received
from dashboards.devices import LATE_S, LOW_BATTERY, WEAK_SIGNAL
from dashboards.pages.sensing import MAP_ROWS, PAGE_ROWS
from dashboards.parts import Parts
from estate.calendar import DAY_MS, STEP_MS, floor
from estate.model import FOREVER_MS, Device, Placement, Point
from tests.dashboards.conftest import NOW, PARIS, client_of

TODAY = floor(NOW, "1d", PARIS)
DAYS = [TODAY - back * DAY_MS for back in (4, 3, 2, 1, 0)]


def met(device: str, day: int, count: int, quantity: str = "climate.co2", channel: str = "") -> list[Point]:
    """So many readings of a device on one of the days."""
    return [
        Point(device, channel, quantity, 500.0, DAYS[day] + step * STEP_MS, "b01", "b01-room") for step in range(count)
    ]


async def test_received(filled: Parts) -> None:
    """Of those due by the interval; more count as due; none is due before a device was first heard."""
    said = [*met("room-air", 1, 48), *met("room-air", 3, 96), *met("room-air", 3, 96, channel="x")]
    said += [*met("room-people", 0, 96, "occupancy.count"), *met("room-people", 0, 96, "device.battery")]
    await filled.store.write([*said, *met("room-people", 2, 24, "occupancy.count")])
    found = await received(filled.estate, filled.store, DAYS)

    assert ([0, 48, 0, 96], [0, 96, 96, 96]) == (found["room-air"].got.tolist(), found["room-air"].due.tolist())
    assert [96, 0, 24, 0] == found["room-people"].got.tolist()
    assert [96] * 4 == found["room-people"].due.tolist()
    assert "b01-gas" not in found
    both = by_building(filled.estate, {name: found[name] for name in ("room-air", "room-people")}, NOW)
    assert {"b01": [96, 192, 192, 192]} == {name: days.due.tolist() for name, days in both.items()}


async def test_what_was_there_before(filled: Parts) -> None:
    """A device heard before the first of the days owes all of them."""
    await filled.store.write([Point("room-air", "", "climate.co2", 500.0, DAYS[0] - DAY_MS, "b01", "b01-room")])
    await filled.store.write(met("room-air", 3, 96))
    found = await received(filled.estate, filled.store, DAYS)

    assert [96] * 4 == found["room-air"].due.tolist()


@pytest.fixture
async def worn(filled: Parts) -> Parts:
    """A site of which one device is weak in everything."""
    health = {"device.battery": LOW_BATTERY - 1.0, "device.rssi": WEAK_SIGNAL - 1.0, "health.clock": LATE_S + 1.0}
    await filled.store.write([Point("room-air", "", name, value, NOW, "b01", "") for name, value in health.items()])
    return filled


LOOKS = {
    "": {"b01-electricity", "b01-kitchen", "b01-gas", "b02-electricity", "room-air", "room-people"},
    "of=silent": {"b02-electricity"},
    "of=never_seen": {"b01-gas"},
    "of=battery": {"room-air"},
    "of=signal": {"room-air"},
    "of=clock": {"room-air"},
    "of=refused": {"b01-gas"},
    "building=b02": {"b02-electricity"},
    "find=ROOM-p": {"room-people"},
    "of=silent&building=b01": set[str](),
}


@pytest.mark.parametrize("asked", LOOKS)
async def test_filters(worn: Parts, asked: str) -> None:
    """The address says which devices are listed; none is said to be none, with what to do."""
    async with client_of(worn) as client:
        page = (await client.get(f"/devices?{asked}&lang=en")).text
    listed = page.partition('id="known"')[2]

    assert LOOKS[asked] == {device for device in LOOKS[""] if f"<code>{device}</code>" in listed}
    assert (not LOOKS[asked]) == ("Choose others above" in listed)


async def test_health_columns(worn: Parts) -> None:
    """Battery, signal and clock stand in columns, marked where they are weak; the API says the clock, too."""
    async with client_of(worn) as client:
        page = (await client.get("/devices?find=room-air&lang=fr")).text
        (row,) = [row for row in (await client.get("/api/devices")).json() if row["device"] == "room-air"]

    assert '<span class="pill warn">19 %</span>' in page
    assert '<span class="pill warn">-121 dBm</span>' in page.replace("−", "-")
    assert '<span class="pill warn">10 minutes</span>' in page
    assert LATE_S + 1 == row["clock_s"]


async def test_thousands(filled: Parts) -> None:
    """Of many devices a page lists a hundred, and the map is of buildings; a page beyond the last is the last."""
    many = {f"n{number:04}": Device(f"n{number:04}", "", 900, "") for number in range(2000)}
    places = {device: (Placement("b02", "", 0, FOREVER_MS),) for device in many}
    estate = replace(filled.estate, devices=many, placements=places, meters={})
    await filled.store.write([Point(device, "", "climate.co2", 500.0, NOW - DAY_MS, "b02", "") for device in many])
    async with client_of(replace(filled, estate=estate)) as client:
        first, last = [(await client.get(f"/devices?lang=en&page={page}")).text for page in (1, 999)]
        chart = (await client.get("/devices/charts/completeness.json?lang=en")).json()

    assert (PAGE_ROWS, PAGE_ROWS) == (first.count("<code>n"), last.count("<code>n"))
    assert ("page 1 of 20" in first, "page 20 of 20" in last) == (True, True)
    assert len(first.encode()) < 100_000
    assert ["b02 · Forge"] == sorted({row["row"] for row in chart["spec"]["data"]["values"]})
    assert MAP_ROWS < 2000


async def test_a_wrong_filter(client: httpx.AsyncClient) -> None:
    """What is no filter is refused."""
    assert 400 == (await client.get("/devices?of=tired")).status_code
