"""The page of a zone: its air, its people, its indicators over a period, and its sensors."""

import asyncio
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dashboards.api.models import DeviceState
from dashboards.api.problems import Problem
from dashboards.devices import known_devices
from dashboards.language import Speaker
from dashboards.pages.drawing import as_json, drawn
from dashboards.pages.figures import Scope
from dashboards.pages.judging import Judged, indicators_of, judged
from dashboards.pages.looking import looked
from dashboards.pages.render import Pages, ms
from dashboards.pages.rooms import rooms_drawing
from dashboards.pages.static_files import StaticFiles
from dashboards.pages.view import ViewParams, check_place
from dashboards.parts import Parts
from energy.derived.facts import CO2_PPM
from energy.derived.found import Found
from energy.derived.indicators import Indicator
from estate.model import Point
from store.base import Latest, StoreUnavailable

Rows = Sequence[tuple[Indicator, Found]]

MEASURED = ("climate.co2", "climate.temperature", "climate.humidity", "occupancy.count")
"""What a zone's page draws, and the list of zones shows."""

SENSED = ("utilisation", "co2_800", "co2_1500")
"""The indicators that any zone may have by its sensors; others are shown where its meters give them."""


def zone_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/zones/{id}` and its charts."""
    router = APIRouter(include_in_schema=False)
    pages, board = Pages(parts, static), ZoneBoard(parts)

    @router.get("/zones/{zone}")
    async def zone(request: Request, zone: str, asked: Annotated[ViewParams, Query()]) -> Response:
        check_place(parts.estate, Scope("zone", zone))

        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return await board.read(Scope("zone", zone), asked, speaker)

        async def head(speaker: Speaker) -> Mapping[str, Any]:
            view = await looked(parts, Scope("zone", zone), asked, speaker)
            return {"view": view, "zone": parts.estate.zones[zone]}

        return await pages.show(request, "zone.html", asked.lang, read, head=head, here=asked.here)

    @router.get("/zones/{zone}/charts/{name}.json")
    async def chart(request: Request, zone: str, name: str, asked: Annotated[ViewParams, Query()]) -> Response:
        check_place(parts.estate, Scope("zone", zone))
        if name not in MEASURED:
            raise Problem("name", f"there is no chart {name!r}", f"there are {', '.join(MEASURED)}")
        speaker = pages.speaker(request, asked.lang)
        return await drawn(lambda: board.chart(Scope("zone", zone), name, asked, speaker))

    return router


class ZoneBoard:
    """Reads what the page shows."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def read(self, scope: Scope, asked: ViewParams, speaker: Speaker) -> Mapping[str, Any]:
        """What is measured now, the zone's devices, and its indicators over the period's whole days."""
        estate, store, state, now_ms = self._parts.estate, self._parts.store, self._parts.state, self._parts.clock()
        view = await looked(self._parts, scope, asked, speaker)
        zone = estate.zones[scope.id]
        house = copy(view)
        house.scope = Scope("building", zone.building)
        devices, held, trouble = list[DeviceState](), dict[str, Point](), ""
        found, lost = Judged([], {}), list[tuple[Indicator, Found]]()
        try:
            known, points, found, lost = await asyncio.gather(
                known_devices(estate, store, state, now_ms),
                store.latest(Latest({"zone": [scope.id], "quantity": MEASURED})),
                judged(estate, store, view, store),
                indicators_of(estate, store, house),
            )
            devices = [device for device in known if device.zone == scope.id]
            held = {point.quantity: point for point in sorted(points, key=lambda point: point.at_ms)}
        except StoreUnavailable as error:
            trouble = str(error)
        shown = [(row, each) for row, each in found.rows if row.id in SENSED or each.value is not None]
        return {
            "view": view,
            "estate": estate,
            "zone": zone,
            "devices": devices,
            "held": held,
            "measured": MEASURED,
            "co2": CO2_PPM,
            "indicators": shown,
            "before": found.before,
            "empty": _empty(found.rows, lost),
            "trouble": trouble,
            "seen": lambda at_ms: speaker.ago(at_ms, now_ms),
            "ago": lambda text: speaker.ago(ms(text), now_ms) if text else "–",
            "charts": MEASURED,
        }

    async def chart(self, scope: Scope, quantity: str, asked: ViewParams, speaker: Speaker) -> dict[str, Any] | None:
        """One quantity of a zone over the period; None where nothing was measured."""
        view = await looked(self._parts, scope, asked, speaker)
        return await as_json(await rooms_drawing(self._parts.store, view, quantity, [scope.id]))


def _empty(zone: Rows, building: Rows) -> tuple[str, Found] | None:
    """The electricity used while empty: the zone's where meters stand in it, else its building's; None of neither."""
    for kind, rows in (("zone", zone), ("building", building)):
        for row, found in rows:
            if row.id == "empty_share" and found.value is not None:
                return kind, found
    return None
