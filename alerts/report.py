"""What the service says of tenants' budgets each minute and of devices every few: points as in `store/own.py`. Pure."""

from collections.abc import Iterable, Iterator

from alerts.state import AlertState
from estate.model import Estate, Point

SILENT_AFTER = 3
"""A device is silent when this many of its intervals have passed without a reading."""


def is_silent(last_ms: int, interval_s: int, now_ms: int) -> bool:
    """Whether the device should have been heard of since."""
    return now_ms - last_ms > SILENT_AFTER * interval_s * 1000


def budget_points(states: Iterable[AlertState], now_ms: int) -> Iterator[Point]:
    """Level, share used and share expected of each budget that was judged this month."""
    for state in states:
        figures = state.figures
        if figures.start_ms <= now_ms < figures.end_ms:
            yield _of_budget(state, "level", state.level, now_ms)
            yield _of_budget(state, "share", 100 * figures.share, now_ms)
            if figures.forecast:
                yield _of_budget(state, "forecast", 100 * figures.forecast.amount / figures.budget, now_ms)


def health_points(estate: Estate, latest: Iterable[Point], now_ms: int) -> Iterator[Point]:
    """Whether each device is silent, and how old its last reading is; of those that stand somewhere and ever spoke."""
    last: dict[str, int] = {}
    for point in latest:
        last[point.device] = max(point.at_ms, last.get(point.device, point.at_ms))
    for device in estate.devices.values():
        place, heard_ms = estate.place(device.id, now_ms), last.get(device.id)
        if place is None or heard_ms is None:
            continue
        age_ms = max(0, now_ms - heard_ms)  # it may have spoken since we looked at the clock
        silent = is_silent(heard_ms, device.interval_s, now_ms)
        for name, value in (("silent", float(silent)), ("age", age_ms / 1000)):
            yield Point(device.id, "", f"health.{name}", value, now_ms, place.building, place.zone)


def _of_budget(state: AlertState, name: str, percent: float, now_ms: int) -> Point:
    return Point(state.tenant, state.carrier, f"alerts.{name}", float(percent), now_ms, "", "")
