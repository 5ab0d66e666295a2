"""A real InfluxDB that holds the sample estate: its recorded readings, settled, and what the service says of itself.

Beside it a building whose name is all that a name can be, for what is typed into queries.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from alerts.report import health_points
from energy.derived.facts import ROLE, meter_of
from energy.settle import Settlement
from estate.calendar import DAY_MS, floor
from estate.load import load
from estate.model import Consumption, Estate, Note, Point
from estate.settings import sample_path
from sensors import history
from store.base import Latest, Store
from store.influx import InfluxStore
from store.state import State

NOW = 1_795_421_220_000
"""2026-11-23T08:07:00Z, a Monday; 09:07 in Paris."""

DAYS = 9
"""So that the same hour a week ago is there."""

START = NOW - DAYS * DAY_MS

STRANGE = 'L\'Été "n° 1" (a/b) $x.*'
"""A building, zone and tenant: quotes, spaces, accents, slash, and what regular expressions and Grafana know."""

STRANGE_WH = 1_000
STRANGE_DAY = {
    "in_all": 1_000, "watched": 1_000, "empty": 300, "people": 2 * 8 * 3600, "energy": 1_000, "area": 10,
    "counted_energy": 1_000, "energy_people": 2 * 8 * 3600, "counted_water": 120, "water_people": 2 * 8 * 3600,
    "zones_area": 100, "counted_area": 60, "watched_area": 50,
}  # fmt: skip
COUNTED = "b05"
"""A building of the sample whose people are counted in 40 of 100 m² on one day, and in 80 on the next."""

COUNTED_DAYS = [
    {"counted_energy": 500_000, "energy_people": 360_000, "zones_area": 100, "counted_area": area} for area in (40, 80)
]

EMPTY_DAY = {
    **{fact: amount for fact, amount in STRANGE_DAY.items() if "water" not in fact},
    "empty": 1_000, "people": 0, "energy_people": 0,
}  # fmt: skip

_MINUTES = 30
_REPORTED = {
    "received": 60.0, "stored": 55.0, "released": 0.0, "purged": 0.0, "readings": 180.0, "in_flight": 2.0,
    "spooled": 0.0, "difference": 0.0, "spool_fill": 1.0, "quarantine_fill": 3.0, "latency": 12.0, "latency_max": 80.0,
    "broker_away": 0.0, "store_away": 0.0,
}  # fmt: skip
_REASONS = {"quarantined": ["unknown_device", "malformed"], "ignored": ["control"]}


class Filled(NamedTuple):
    """The server's port, and the estate that its database holds."""

    port: int
    estate: Estate


def fill(port: int, folder: Path) -> Filled:
    """Fill the server."""
    estate = load(sample_path())
    asyncio.run(_fill(port, folder, estate))
    return Filled(port, estate)


async def _fill(port: int, folder: Path, estate: Estate) -> None:
    store = InfluxStore("127.0.0.1", port)
    await store.open()
    try:
        await _write(store, [*recorded(estate)])
        with State(folder / "state.sqlite") as state:
            await Settlement(store, estate, state).settle(NOW)
        latest = await store.latest(Latest())
        health = [point._replace(at_ms=at) for at in _minutes(5) for point in health_points(estate, latest, NOW)]
        await _write(store, [*health, *reported(), *strange_points()])
        await store.write_consumption(strange_rows(estate))
        await store.keep_notes([*estate.notes, Note(START, NOW, STRANGE, "other", "d'ici « là »")])
    finally:
        await store.close()


async def _write(store: Store, points: list[Point]) -> None:
    for first in range(0, len(points), 20_000):
        await store.write(points[first : first + 20_000])


def recorded(estate: Estate) -> Iterator[Point]:
    """What the sample's devices say of these days."""
    for device in history.devices():
        for reading in history.readings(device, START, NOW):
            place = estate.place(device, reading.at_ms)
            assert place is not None
            yield Point(*reading, place.building, place.zone)


def reported() -> Iterator[Point]:
    """An ingester's and the alerts' last half hour, which began with a start."""
    yield Point("microville", "", "ingest.starts", 1.0, min(_minutes(1)), "", "")
    for at in _minutes(1):
        for name, value in _REPORTED.items():
            yield Point("microville", "", f"ingest.{name}", value, at, "", "")
        for name, reasons in _REASONS.items():
            for reason in reasons:
                yield Point("microville", reason, f"ingest.{name}", 1.0, at, "", "")
        for tenant, level, share in (("larkspur", 100.0, 104.0), ("essor", 0.0, 55.0)):
            yield Point(tenant, "electricity", "alerts.level", level, at, "", "")
            yield Point(tenant, "electricity", "alerts.share", share, at, "", "")
            yield Point(tenant, "electricity", "alerts.forecast", share * 1.2, at, "", "")


def strange_points() -> Iterator[Point]:
    """A room of the strange building, with quantities that the sample lacks."""
    for hours in range(48):
        at = NOW - hours * 3_600_000
        values = {"climate.co2": 700.0, "device.battery": 35.0, "device.rssi": -90.0, "health.clock": 40.0}
        values |= {"waste.mass": 120.0, "waste.fill": 60.0, "climate.humidity": 45.0, "occupancy.count": 2.0}
        for quantity, value in values.items():
            yield Point("strange-device", "", quantity, value, at, STRANGE, STRANGE)


def strange_rows(estate: Estate) -> list[Consumption]:
    """Consumption of the strange building, and all of it its tenant's: so much in each hour and each longer step.

    The facts of its yesterday: 1 kWh used, 300 Wh of it while empty, and two people there for eight hours. The day
    before, nobody came.
    """
    found = []
    for every in (estate.step, "1h", "1d", "1mo", "1y"):
        start = floor(NOW - 3_600_000, every, estate.site.zone)
        for tenant, role, amount in (
            ("", "site", STRANGE_WH),
            ("", "submeter", STRANGE_WH // 4),
            (STRANGE, "site", STRANGE_WH),
        ):
            row = Consumption(f"strange-{role}", tenant, "electricity", STRANGE, role, every, start, amount, 0.0)
            found.append(row)
    before, yesterday = (floor(NOW - days * DAY_MS, "1d", estate.site.zone) for days in (2, 1))
    found.append(Consumption("strange-water", "", "water", STRANGE, "site", "1d", yesterday, 120, 0.0))
    year_before = floor(yesterday - 52 * 7 * DAY_MS, "1d", estate.site.zone)
    days = [(before, STRANGE, EMPTY_DAY), (yesterday, STRANGE, STRANGE_DAY)]
    days += [(year_before, STRANGE, {"carbon_electricity": 2_000}), (yesterday, STRANGE, {"carbon_electricity": 3_000})]
    days += zip((before, yesterday), (COUNTED, COUNTED), COUNTED_DAYS, strict=True)
    for day, building, facts in days:
        for fact, amount in facts.items():
            meter = meter_of("building", building, fact)
            found.append(Consumption(meter, "", fact, building, ROLE, "1d", day, amount, 0.0))
    return found


def _minutes(every: int) -> range:
    return range(NOW - _MINUTES * 60_000, NOW + 1, every * 60_000)
