"""A small site to compute on: numbers that can be checked on paper."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from estate.calendar import STEP_MS
from estate.model import FOREVER_MS, Building, Device, Estate, Lease, Meter, Placement, Site, Tenant, Zone

PARIS = ZoneInfo("Europe/Paris")
INTERVAL_MS = STEP_MS


def ms(text: str) -> int:
    """Local time in Paris → ms since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


START_MS = ms("2026-03-02 00:00")
MIDDAY_MS = ms("2026-03-02 12:00")


def meter(name: str = "main", submeter_of: str = "", resolution: int = 1, interval_s: int = 900) -> Meter:
    """An electricity meter that reports every quarter of an hour and counts single Wh."""
    return Meter(name, name, "", "electricity", "electricity.energy", resolution, interval_s, submeter_of)


def estate(meters: Sequence[Meter] = (meter(),), zones: dict[str, str] | None = None) -> Estate:
    """b01 of 1,000 m²: `a` leases z1 (600 m²), `b` z2 (300 m²) until midday, then `c`; `zones`: where meters are."""
    where = zones or {}
    return Estate(
        site=Site("site", "Site", PARIS),
        buildings={"b01": Building("b01", "Un", "office", 1000), "b02": Building("b02", "Deux", "event", 500)},
        zones={"z1": Zone("z1", "b01", "Un", 600), "z2": Zone("z2", "b01", "Deux", 300)},
        devices={each.device: Device(each.device, "", each.interval_s, "") for each in meters},
        placements={each.device: _placed(where.get(each.id, "b01")) for each in meters},
        meters={each.id: each for each in meters},
        tenants={name: Tenant(name, name, "fr", f"{name}@example.org") for name in "abc"},
        leases=[
            Lease("a", "z1", 0, FOREVER_MS),
            Lease("b", "z2", 0, MIDDAY_MS),
            Lease("c", "z2", MIDDAY_MS, FOREVER_MS),
        ],
        budgets=[],
    )


def _placed(where: str) -> list[Placement]:
    building, zone = ("b01", where) if where.startswith("z") else (where, "")
    return [Placement(building, zone, 0, FOREVER_MS)]


def register(values: Sequence[float], every_ms: int = INTERVAL_MS) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Readings of a register at regular times from START_MS on."""
    return START_MS + every_ms * np.arange(len(values), dtype=np.int64), np.array(values, np.float64)
