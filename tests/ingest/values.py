"""A small estate and what its devices say."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from estate.model import Building, Device, Estate, Placement, Point, Site, Zone
from ingest.pipeline import Pipeline
from ingest.settings import BrokerSettings
from sensors.model import Context, Message
from sensors.registry import CODECS
from sensors.routes import Routes

NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
HOUR_MS = 3_600_000
MOVED_MS = NOW_MS - 24 * HOUR_MS
BEGIN_MS, END_MS = NOW_MS - 365 * 24 * HOUR_MS, NOW_MS + 365 * 24 * HOUR_MS

PARIS = ZoneInfo("Europe/Paris")
METER = "b01-electricity"
MOVED = "co2-7"  # in b01, from MOVED_MS on in a room of b02
IN_A_DRAWER = "co2-8"  # known, but placed nowhere

ESTATE = Estate(
    site=Site("site", "Test site", PARIS),
    buildings={name: Building(name, name, "office", 100.0) for name in ("b01", "b02")},
    zones={"b02-1": Zone("b02-1", "b02", "Room 1", 20.0)},
    devices={name: Device(name, name, 60, "") for name in (METER, MOVED, IN_A_DRAWER)},
    placements={
        METER: [Placement("b01", "", BEGIN_MS, END_MS)],
        MOVED: [Placement("b01", "", BEGIN_MS, MOVED_MS), Placement("b02", "b02-1", MOVED_MS, END_MS)],
    },
    meters={},
    tenants={},
    leases=(),
    budgets=(),
)


def pipeline() -> Pipeline:
    return Pipeline(ESTATE, Routes(Context(PARIS), CODECS))


def topic(device: str = METER, building: str = "b01", leaf: str = "readings") -> str:
    return f"microville/{building}/{device}/{leaf}"


def instant_of(at_ms: int) -> str:
    """The time in RFC 3339."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def payload(value: float, at: str | None = None) -> bytes:
    """A power, at that time (RFC 3339) or at its receipt."""
    return json.dumps({"electricity.power": value} | ({"time": at} if at else {})).encode()


def message(
    device: str = METER,
    said: Mapping[str, object] | Sequence[Mapping[str, object]] | bytes = b'{"electricity.power": 1}',
    building: str = "b01",
    received_ms: int = NOW_MS,
    leaf: str = "readings",
) -> Message:
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Message(topic(device, building, leaf), content, received_ms, 1, False)


def point(value: float, at_ms: int = NOW_MS) -> Point:
    return Point(METER, "", "electricity.power", value, at_ms, "b01", "")


FILTERS = ["microville/#"]


def settings(port: int, **more: object) -> BrokerSettings:
    return BrokerSettings.model_validate({"url": f"mqtt://127.0.0.1:{port}", **more})
