"""Devices' health as points. Budgets' levels are in test_run.py."""

from dataclasses import replace

from alerts.report import SILENT_AFTER, health_points
from estate.model import Device, Placement, Point
from tests.alerts.values import estate, ms

NOW = ms(2026, 11, 25)
HOUR_S = 3600
PLACED = replace(
    estate(),
    devices={name: Device(name, name, HOUR_S, "") for name in ("talks", "stopped", "never", "drawer")},
    placements={name: [Placement("b01", "room", 0, 2 * NOW)] for name in ("talks", "stopped", "never")},
)


def heard(device: str, age_ms: int) -> Point:
    return Point(device, "", "climate.co2", 500.0, NOW - age_ms, "b01", "room")


def test_health() -> None:
    """A device is silent after three intervals; one that never spoke, or lies in a drawer, is not expected to speak."""
    limit_ms = SILENT_AFTER * HOUR_S * 1000
    latest = [heard("talks", limit_ms + 9), heard("talks", limit_ms), heard("stopped", limit_ms + 1)]
    found = list(health_points(PLACED, [*latest, heard("drawer", 0)], NOW))

    assert {"talks": 0.0, "stopped": 1.0} == {
        point.device: point.value for point in found if point.quantity == "health.silent"
    }
    assert {"talks": limit_ms / 1000, "stopped": (limit_ms + 1) / 1000} == {
        point.device: point.value for point in found if point.quantity == "health.age"
    }
    assert {(NOW, "b01", "room")} == {(point.at_ms, point.building, point.zone) for point in found}
