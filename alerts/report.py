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
    """Whether each device that stands somewhere now is silent, and how old its last reading is if it ever had one."""
    last: dict[str, int] = {}
    for point in latest:
        last[point.device] = max(point.at_ms, last.get(point.device, point.at_ms))
    for device in estate.devices.values():
        place = estate.place(device.id, now_ms)
        if place is None:
            continue
        heard_ms = last.get(device.id)
        silent = heard_ms is None or is_silent(heard_ms, device.interval_s, now_ms)
        yield Point(device.id, "", "health.silent", float(silent), now_ms, place.building, place.zone)
        if heard_ms is not None:
            age_s = max(0, now_ms - heard_ms) / 1000  # it may have spoken since we looked at the clock
            yield Point(device.id, "", "health.age", age_s, now_ms, place.building, place.zone)


def _of_budget(state: AlertState, name: str, percent: float, now_ms: int) -> Point:
    return Point(state.tenant, state.carrier, f"alerts.{name}", float(percent), now_ms, "", "")
