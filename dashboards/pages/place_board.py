"""Reads what the page of a place shows beside its figures: by kind of place, and by chart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from dashboards.pages import place_queries, queries
from dashboards.pages.drawing import module
from dashboards.pages.judging import Judged
from dashboards.pages.period import WHOLE, Span
from dashboards.pages.rooms import rooms_drawing
from dashboards.pages.view import View
from dashboards.parts import Parts
from energy.derived.intensity import intensities
from energy.derived.ratios import HEATING
from store.base import Latest

Judging = Callable[[View], Awaitable[Judged]]

CHARTS: Mapping[str, Sequence[str]] = {
    "site": ("use", "parts", "presence", "heating"),
    "building": ("load", "use", "parts", "co2", "temperature", "presence", "heating"),
    "tenant": ("use", "parts", "presence"),
}
"""The charts of each kind of place."""

ROOM_CHARTS = {"co2": "climate.co2", "temperature": "climate.temperature"}

BEST = 5
"""How many buildings are the best, and how many the worst."""

MOST_PEAKS = 10

LEAST_DAYS = 10
"""A line through fewer days says little."""


class PlaceBoard:
    """Reads the sections of one kind of place."""

    def __init__(self, parts: Parts, judging: Judging) -> None:
        self._parts, self._judging = parts, judging

    async def read(self, view: View) -> dict[str, Any]:
        """What this kind of place has; the others' is none. A chart that could never be drawn is left out."""
        estate, store, scope, period = self._parts.estate, self._parts.store, view.scope, view.period
        charts = [name for name in CHARTS[scope.kind] if name not in await self._lacking(view)]
        found: dict[str, Any] = {
            **dict.fromkeys(("tariffs", "peaks", "ranked", "balances", "budgets")),
            "charts": charts,
        }
        if scope.kind == "tenant":
            return {**found, "budgets": [alert for alert in await self._parts.alerts() if alert.tenant == scope.id]}
        tariffs, peaks = await asyncio.gather(
            place_queries.tariffs(store, estate, scope, period), place_queries.peaks(store, estate, scope, period)
        )
        found |= {"tariffs": tariffs, "peaks": peaks[:MOST_PEAKS]}
        if scope.kind == "building":
            return {**found, "balances": await place_queries.balances(store, estate, scope, period)}
        ranked = await intensities(store, estate, *period.so_far, WHOLE[period.length])
        return {**found, "ranked": (ranked[: -BEST - 1 : -1], ranked[:BEST]) if len(ranked) > 2 * BEST else None}

    async def _lacking(self, view: View) -> set[str]:
        """The charts of which there is nothing to draw here, or too little in so short a period."""
        lacking, carriers = set(), {meter.carrier for meter in self._parts.estate.meters.values()}
        if view.scope.kind == "building":
            where: Latest = Latest({"quantity": [*ROOM_CHARTS.values()], "building": [view.scope.id]})
            measured = {point.quantity for point in await self._parts.store.latest(where) if point.zone}
            lacking = {name for name, quantity in ROOM_CHARTS.items() if quantity not in measured}
            carriers = {meter.carrier for meter in self._parts.estate.meters.values() if view.stands_in(meter.id)}
        if carriers.isdisjoint(HEATING) or view.asked.period in ("day", "week"):
            lacking.add("heating")
        return lacking if await self._judged(view) else lacking | {"presence"}

    async def _judged(self, view: View) -> bool:
        """Whether sensors reach far enough for the place to be judged by its people, as the indicator has it."""
        found = {row.id: each for row, each in (await self._judging(view)).rows}
        return "empty_share" in found and found["empty_share"].value is not None

    async def chart(self, name: str, view: View) -> Any:
        """The drawing; None when there is nothing to draw."""
        if name in ROOM_CHARTS:
            return await self._rooms(ROOM_CHARTS[name], view)
        draw = {"load": self._load, "presence": self._presence, "heating": self._heating}[name]
        return await draw(view, await module("place_charts"))

    async def _load(self, view: View, charts: ModuleType) -> Any:
        estate, span = self._parts.estate, view.period.so_far
        load, step_ms = await place_queries.curve(self._parts.store, estate, view.scope, view.period)
        if not len(load.starts):
            return None
        found = {row.id: each for row, each in (await self._judging(view)).rows}
        base = found["base_load"].value if "base_load" in found else None
        base_w = None if base is None else base * estate.buildings[view.scope.id].area_m2
        shown = Span(span.start_ms, max(span.end_ms, span.start_ms + step_ms))
        return charts.curve_chart(load, step_ms, base_w, shown, view.speaker, view.notes)

    async def _presence(self, view: View, charts: ModuleType) -> Any:
        if not await self._judged(view):
            return None
        rows = await place_queries.presence(self._parts.store, self._parts.estate, view.scope, view.period)
        labels = (await module("consumption_charts")).bar_labels(
            view.period, view.speaker, place_queries.whole(view.period)
        )
        return charts.presence_chart(rows, labels, view.speaker) if rows else None

    async def _heating(self, view: View, charts: ModuleType) -> Any:
        rows = await place_queries.heating(self._parts.store, self._parts.estate, view.scope, view.period)
        return charts.heating_chart(rows, view.speaker) if len(rows) >= LEAST_DAYS else None

    async def _rooms(self, quantity: str, view: View) -> Any:
        points = await self._parts.store.latest(Latest({"quantity": [quantity], "building": [view.scope.id]}))
        zones = sorted({point.zone for point in points if point.zone in view.estate.zones})[: queries.MOST_ROOMS]
        return await rooms_drawing(self._parts.store, view, quantity, zones)
