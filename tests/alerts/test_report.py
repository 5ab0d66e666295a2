"""Devices' health as points, and what of it is news. Budgets' levels are in test_run.py."""

from dataclasses import replace

from alerts.report import SILENT_AFTER, News, health_points
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

    assert {"talks": 0.0, "stopped": 1.0} == {point.device: point.value for point in found}
    assert {(NOW, "b01", "room")} == {(point.at_ms, point.building, point.zone) for point in found}


def test_news() -> None:
    """A state is said when it changes, once more in each hour of the clock, and again as long as nobody took it."""
    news, ten = News(), ms(2026, 11, 25, 10)
    loud = Point("meter", "", "health.silent", 0.0, ten, "b01", "")
    quiet = loud._replace(value=1.0)
    untold = news.of([loud], ten)
    told = []
    for minute, point in ((0, loud), (5, loud), (10, quiet), (15, quiet), (60, quiet), (65, quiet)):
        now_ms = ten + minute * 60_000
        new = news.of([point], now_ms)
        news.said(new)
        told += [(minute, each.value) for each in new]

    assert [loud] == untold
    assert [(0, 0.0), (10, 1.0), (60, 1.0)] == told
