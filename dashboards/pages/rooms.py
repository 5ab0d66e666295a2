"""One quantity in rooms over a look's period: of a zone on its page, of a building's zones on its own."""

from collections.abc import Sequence
from typing import Any

from dashboards.pages import queries
from dashboards.pages.drawing import module
from dashboards.pages.period import Length, Span
from dashboards.pages.view import View
from estate.calendar import DAY_MS, HOUR_MS
from store.base import Store

WINDOWS: dict[Length, int] = {
    "day": HOUR_MS // 6,
    "week": queries.ROOM_STEP_MS,
    "month": 2 * HOUR_MS,
    "year": DAY_MS,
    "all": DAY_MS,
}
"""The step of one value, in ms."""


async def rooms_drawing(store: Store, view: View, quantity: str, zones: Sequence[str]) -> Any:
    """A line for each zone; None where nothing was measured."""
    span, every = view.period.so_far, WINDOWS[view.asked.period]
    rows = await queries.room_values(store, quantity, zones, span, every)
    if not rows:
        return None
    shown = Span(span.start_ms, max(span.end_ms, span.start_ms + every))
    charts = await module("line_charts")
    return charts.rooms_chart(quantity, rows, zones, shown, view.estate, view.speaker, view.notes)
