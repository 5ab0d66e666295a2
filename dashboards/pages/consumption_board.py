"""Reads what the page of energy shows; its figures are kept for a moment."""

import asyncio
from collections.abc import Sequence
from typing import Any

from dashboards.api.models import MonthChanged
from dashboards.api.settling import read_changes
from dashboards.language import Speaker
from dashboards.pages import figures, figures_money
from dashboards.pages.cache import Brief, KeptUsage
from dashboards.pages.drawing import as_json, module
from dashboards.pages.judging import Judged, judged
from dashboards.pages.place_board import PlaceBoard
from dashboards.pages.view import View, ViewParams
from dashboards.parts import Parts
from energy.findings import standing
from estate.calendar import DAY_MS
from estate.vocabulary import CARRIERS


class ConsumptionBoard:
    """Reads what the page shows; its figures are kept for a moment."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._brief = parts, Brief()
        self._usage = KeptUsage(parts.store, self._brief)
        self._place = PlaceBoard(parts, self._judged)

    async def view(self, scope: figures.Scope, asked: ViewParams, speaker: Speaker) -> View:
        estate, store, now_ms = self._parts.estate, self._parts.store, self._parts.clock()
        first_ms = now_ms
        if asked.period == "all":
            first_ms = await self._brief.get("first", lambda: figures.first_ms(store, now_ms))
        return View(estate, scope, asked, speaker, now_ms, first_ms)

    async def read(self, view: View) -> dict[str, Any]:
        """The figures, who used what, cost, carbon, what was estimated, and the changes of closed months."""
        estate, store = self._parts.estate, self._parts.store

        async def all_of_it() -> dict[str, Any]:
            found = await asyncio.gather(
                figures.figures(self._usage, view.scope, view.period, estate.step),
                self._used(view),
                figures_money.costs(estate, store, view.scope, view.period),
                figures_money.carbon(estate, store, view.scope, view.period),
                figures.meters(self._usage, view.scope, view.period),
                self._judged(view),
                self._place.read(view),
                figures_money.carbon_change(estate, store, view.scope, view.period),
            )
            names = ("figures", "parts", "costs", "carbon", "meters", "judged", "place", "carbon_change")
            return dict(zip(names, found, strict=True))

        read = await self._brief.get(("all", view.scope, view.asked.period, view.period.span), all_of_it)
        return {
            **read,
            **read["place"],
            "gaps": figures.gaps(read["meters"]),
            "unread": self._unread(view, read["meters"]),
            **await self._noted(view),
        }

    def _unread(self, view: View, counted: Sequence[figures.Counted]) -> list[str]:
        """The site meters that stand here at the end of the period, and of which it knows nothing."""
        estate, until_ms = self._parts.estate, view.period.so_far.end_ms - 1
        known, found = {each.id for each in counted}, list[str]()
        for meter in estate.meters.values() if view.scope.kind in ("site", "building") else ():
            place = estate.place(meter.device, until_ms) if meter.role == "site" and meter.id not in known else None
            if place and (view.scope.kind == "site" or place.building == view.scope.id):
                found.append(meter.id)
        return found

    async def _noted(self, view: View) -> dict[str, Any]:
        """What was cleaned in the period, and closed months that changed. A tenant's view has no meters of others."""
        span, scope = view.period.so_far, view.scope
        found = await self._parts.state.read(lambda db: standing(db, *span, self._parts.estate.site.zone))
        cleaned = [(meter, each) for meter, each in found if scope.kind == "site" or view.stands_in(meter)]
        return {"changes": await self.changes(view), "cleaned": cleaned if scope.kind != "tenant" else []}

    async def _judged(self, view: View) -> Judged:
        key = ("indicators", view.scope, view.asked.period, view.period.span)
        return await self._brief.get(key, lambda: judged(self._parts.estate, self._parts.store, view, self._usage))

    async def changes(self, view: View) -> list[MonthChanged]:
        """Closed months whose figure changed in the last year: of these meters, and of tenants' shares of them."""
        scope, parts = view.scope, self._parts
        found = await read_changes(parts.state, parts.estate, parts.clock() - 366 * DAY_MS)
        if scope.kind == "tenant":
            return [each for each in found if each.tenant == scope.id]
        return [each for each in found if scope.kind == "site" or view.stands_in(each.meter)]

    async def chart(self, name: str, view: View) -> dict[str, Any] | None:
        """The chart as a specification with its data, and its legend; None when there is nothing to draw."""
        own = {"use": self._use, "parts": self._who}
        drawing = await (own[name](view) if name in own else self._place.chart(name, view))
        return await as_json(drawing)

    async def _use(self, view: View) -> Any:
        rows, former = await figures.bars(self._parts.store, view.scope, view.period)
        rows = [row for row in rows if CARRIERS[row.carrier].unit == "Wh"]
        return (
            (await module("consumption_charts")).use_chart(rows, former, view.period, view.speaker, view.notes)
            if rows
            else None
        )

    async def _used(self, view: View) -> list[figures.Figure]:
        """Who used what: the page and its chart ask together."""
        key = ("parts", view.scope, view.asked.period, view.period.span)
        return await self._brief.get(
            key, lambda: figures.parts(self._usage, view.scope, view.period, self._parts.estate.step)
        )

    async def _who(self, view: View) -> Any:
        rows = [part for part in await self._used(view) if CARRIERS[part.carrier].unit == "Wh"]
        names = {row.id: view.name(view.part(row.id)) for row in rows}
        return (await module("consumption_charts")).parts_chart(rows, names, view.speaker) if rows else None
