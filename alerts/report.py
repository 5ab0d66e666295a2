"""What the service says of tenants' budgets and of devices: points as in `store/own.py`. Pure.

A state is said when it changes, and once in each hour of the clock: a year of a thousand devices is read in a moment,
what is older than an hour is of what is no more, and each hour has all of them. `store.influxql_shown.STANDING` is
how far back that has to be looked for.
"""

from collections.abc import Iterable, Iterator

from alerts.state import AlertState
from estate.calendar import HOUR_MS
from estate.model import Estate, Point

SILENT_AFTER = 3
"""A device is silent when this many of its intervals have passed without a reading."""


class News:
    """Which points say what has not been said this hour."""

    def __init__(self) -> None:
        self._said = dict[tuple[str, str, str], float]()  # value by device, channel and quantity
        self._hour = 0

    def of(self, points: Iterable[Point], now_ms: int) -> list[Point]:
        """Those that say something new."""
        if now_ms // HOUR_MS != self._hour:
            self._hour = now_ms // HOUR_MS
            self._said.clear()
        return [point for point in points if self._said.get(_name(point)) != point.value]

    def said(self, points: Iterable[Point]) -> None:
        """They are in the store."""
        self._said.update((_name(point), point.value) for point in points)


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
    """Whether each device is silent, of those that stand somewhere and ever spoke."""
    last: dict[str, int] = {}
    for point in latest:
        last[point.device] = max(point.at_ms, last.get(point.device, point.at_ms))
    for device in estate.devices.values():
        place, heard_ms = estate.place(device.id, now_ms), last.get(device.id)
        if place is None or heard_ms is None:
            continue
        silent = float(is_silent(heard_ms, device.interval_s, now_ms))
        yield Point(device.id, "", "health.silent", silent, now_ms, place.building, place.zone)


def _name(point: Point) -> tuple[str, str, str]:
    return point.device, point.channel, point.quantity


def _of_budget(state: AlertState, name: str, percent: float, now_ms: int) -> Point:
    return Point(state.tenant, state.carrier, f"alerts.{name}", float(percent), now_ms, "", "")
