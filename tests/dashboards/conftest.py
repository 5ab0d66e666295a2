"""A small site with known numbers, in a real DuckDB file and a real state file."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from alerts.state import AlertState
from dashboards.app import create_app
from dashboards.health import Readiness
from dashboards.parts import Parts
from dashboards.viewers import Viewers
from energy.derived.facts import meter_of
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS, STEPS, floor
from estate.model import FOREVER_MS, Building, Consumption, Device, Estate, Meter, Placement, Point, Site, Tenant, Zone
from ingest.account.ledger import IGNORED, QUARANTINED, Ledger
from ingest.intake import Intake
from ingest.pipeline import Pipeline
from ingest.quarantine import quarantine
from sensors.model import Context, Message, Reason, Rejected, Unused
from store.duck import DuckStore
from store.state import State
from tests.dashboards.browser import chromium, served

PARIS = ZoneInfo("Europe/Paris")
NOW = 1_795_421_220_000
"""2026-11-23T08:07:00Z, a Monday; 09:07 in Paris."""

QUARTER_WH = {"b01-electricity": 250, "b01-kitchen": 100, "b01-gas": 500, "b02-electricity": 1000}
"""What each meter registers in every quarter of an hour of the last two days; b01-kitchen is behind b01-electricity."""

HOUR = floor(NOW - 2 * HOUR_MS, "1h", PARIS)
GUESSED = [
    Consumption("b02-electricity", "", "electricity", "b02", "site", every, start, 4000, 0.5)
    for every, start in (("1h", HOUR), ("1d", floor(HOUR, "1d", PARIS)))
]
"""An hour of which half was estimated, and its day."""

HOSTILE = "<img src=x onerror=alert(1)>"

LONG = "campus/" + "north-wing-ventilation-unit" * 6 + "/readings"


def _meter(meter: str, behind: str = "") -> Meter:
    carrier = "gas" if meter.endswith("gas") else "electricity"
    return Meter(meter, meter, "", carrier, f"{carrier}.energy", 1, 900, behind)


def small_estate() -> Estate:
    devices = [*QUARTER_WH, "room-air", "room-people"]
    places = {device: Placement(device[:3], "", 0, FOREVER_MS) for device in QUARTER_WH}
    places |= {device: Placement("b01", "b01-room", 0, FOREVER_MS) for device in ("room-air", "room-people")}
    meters = [_meter(meter, "b01-electricity" if meter == "b01-kitchen" else "") for meter in QUARTER_WH]
    return Estate(
        site=Site("site", "Petite ville", PARIS, "Mesures rejouées.", "Replayed readings."),
        buildings={
            "b01": Building("b01", "Mairie", "office", 100.0),
            "b02": Building("b02", "Forge", "workshop", 50.0),
        },
        zones={"b01-room": Zone("b01-room", "b01", "Salle du conseil", 40.0)},
        devices={device: Device(device, f"Appareil {device}", 900, "replayed 2022") for device in devices},
        placements={device: (place,) for device, place in places.items()},
        meters={meter.id: meter for meter in meters},
        tenants={"baker": Tenant("baker", "Le Levain", "fr", "baker@example.org")},
        leases=(),
        budgets=(),
    )


def by_area() -> list[Consumption]:
    """What the buildings used on the two days that are over, and their areas, as settlement derives them."""
    found: list[Consumption] = []
    for day in (floor(NOW - days * DAY_MS, "1d", PARIS) for days in (2, 1)):
        for building, area in (("b01", 100), ("b02", 50)):
            used = 96 * sum(wh for name, wh in QUARTER_WH.items() if name in _MAIN[building])
            for fact, amount in (("energy", used), ("area", area)):
                meter = meter_of("building", building, fact)
                found.append(Consumption(meter, "", fact, building, "derived", "1d", day, amount, 0.0))
    return found


_MAIN = {"b01": ("b01-electricity", "b01-gas"), "b02": ("b02-electricity",)}


def rows() -> list[Consumption]:
    """Two days of every meter at every step, one quarter estimated, and a tenant's half of b01."""
    start = floor(NOW - 2 * DAY_MS, "1d", PARIS)
    found: list[Consumption] = []
    for meter, amount in QUARTER_WH.items():
        role = "submeter" if meter == "b01-kitchen" else "site"
        carrier = "gas" if meter.endswith("gas") else "electricity"
        for tenant, part in {"": amount, **({"baker": amount // 2} if meter == "b01-electricity" else {})}.items():
            for every in STEPS:
                sums: dict[int, int] = {}
                for at in range(start, floor(NOW, "15m", PARIS), STEP_MS):
                    step = floor(at, every, PARIS)
                    sums[step] = sums.get(step, 0) + part
                found += [
                    Consumption(meter, tenant, carrier, meter[:3], role, every, at, wh, _guessed(every, at))
                    for at, wh in sums.items()
                ]
    return found


def _guessed(every: str, at_ms: int) -> float:
    return 0.5 if every == "15m" and at_ms == floor(NOW - HOUR_MS, "15m", PARIS) else 0.0


def points() -> list[Point]:
    """Live power of both buildings, and a room with an hour of CO₂, a hole, and another hour."""
    minutes = [*range(0, 60, 10), *range(180, 240, 10)]
    found = [
        Point("room-air", "", "climate.co2", 600.0 + minute, NOW - 240 * 60_000 + minute * 60_000, "b01", "b01-room")
        for minute in minutes
    ]
    found.append(Point("room-people", "", "occupancy.count", 3.0, NOW - 60_000, "b01", "b01-room"))
    found.append(Point("b01-electricity", "", "electricity.power", 1000.0, NOW - 5_000, "b01", ""))
    found.append(Point("b02-electricity", "", "electricity.power", 4000.0, NOW - 50 * 60_000, "b02", ""))
    found.append(Point("b01-kitchen", "", "electricity.power", 400.0, NOW - 5_000, "b01", ""))
    return found


def minutes() -> list[Point]:
    """What the service noted of itself in the last two hours, with a start and a time without the store."""
    said = {
        "received": 30,
        "stored": 28,
        "quarantined": 2,
        "ignored": 0,
        "latency": 12,
        "latency_max": 90,
        "spooled": 0,
    }
    said |= {"in_flight": 1, "spool_fill": 0, "quarantine_fill": 3, "broker_away": 0, "store_away": 0}
    found = [Point("ingest", "", "ingest.starts", 1.0, NOW - HOUR_MS, "", "")]
    for back in range(120):
        away = {"store_away": 1, "spooled": 30 * (40 - back)} if 30 < back < 40 else {}
        at_ms = NOW - back * 60_000
        found += [
            Point("ingest", "", f"ingest.{name}", float(value), at_ms, "", "") for name, value in (said | away).items()
        ]
    return found


def registers() -> list[Point]:
    """Three days of a meter, of which half a day is missing."""
    return [
        Point("b02-electricity", "", "electricity.energy", 1e6 - back, NOW - back * STEP_MS, "b02", "")
        for back in range(4, 3 * 96)
        if not 120 < back < 168
    ]


def fill_quarantine(state: State) -> None:
    """Two messages of a stranger with a hostile name, one malformed of a device that is known, one of a long topic."""

    def kept(topic: str, payload: bytes, ago_ms: int, reason: Reason, detail: str, device: str = "") -> Rejected:
        return Rejected(Message(topic, payload, NOW - ago_ms, 1, False), reason, detail, device)

    stranger = f"microville/b01/{HOSTILE}/readings"
    rejected = [
        kept(stranger, b"{}", 2000, Reason.UNKNOWN_DEVICE, "not in the estate", HOSTILE),
        kept(stranger, b"{}", 1000, Reason.UNKNOWN_DEVICE, "not in the estate", HOSTILE),
        kept("microville/b01/b01-gas/readings", b"\xff not json", 3000, Reason.MALFORMED, "Invalid JSON", "b01-gas"),
        kept(LONG, b"{}" * 60, 4000, Reason.UNKNOWN_TOPIC, f"{LONG!r} is not read"),
    ]
    state.run_now(lambda db: quarantine(db, rejected))


def busy_ledger() -> Ledger:
    counts = {"received": 100, "stored": 80, "in_flight": 3, "spooled": 4, "readings": 240, "released": 5}
    quarantined = {QUARANTINED[Reason.MALFORMED]: 7, QUARANTINED[Reason.UNKNOWN_DEVICE]: 2}
    return Ledger({**counts, **quarantined, IGNORED[Unused.CONTROL]: 4})


async def no_alerts() -> Sequence[AlertState]:
    return ()


@asynccontextmanager
async def starting(folder: Path) -> AsyncIterator[Parts]:
    """The parts of a service that has just started: nothing measured yet."""
    store, state = DuckStore(folder / "store.duckdb", memory_limit="200MB"), State(folder / "state.sqlite")
    await store.open()
    estate, ledger = small_estate(), Ledger()
    pipeline = Pipeline(estate, estate.routes(Context(estate.site.zone)))
    intake = Intake(pipeline, store, state, ledger, lambda: NOW)
    parts = Parts(estate, store, ledger, intake, state, lambda: Readiness("ready", ""), None, lambda: NOW, no_alerts)
    yield replace(parts, viewers=Viewers(every_s=0.3))
    await store.close()
    state.close()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Parts]:
    """The parts of a service that has run for two days."""
    async with starting(folder) as parts:
        await parts.store.write_consumption([*rows(), *by_area()])
        await parts.store.write(points())
        fill_quarantine(parts.state)
        yield replace(parts, ledger=busy_ledger())


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Parts]:
    async with starting(tmp_path) as parts:
        yield parts


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Parts]:
    async with running(tmp_path) as parts:
        yield parts


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of one service with history, for all tests that only look."""
    async with running(tmp_path_factory.mktemp("served")) as parts:
        await parts.store.write_consumption(GUESSED)
        await parts.store.write([*minutes(), *registers()])
        async with served(parts) as url:
            yield url


def client_of(parts: Parts) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(parts)), base_url="http://127.0.0.1:8112")


@pytest.fixture
async def client(filled: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(filled) as opened:
        yield opened
