"""The lists of buildings, zones and tenants, each leading to the page of one."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from alerts.state import AlertState
from alerts.words import amount, percent
from dashboards.language import Speaker
from dashboards.pages import figures, queries
from dashboards.pages.figures import Figure, Scope
from dashboards.pages.judging import OF_ZONES, Judged, zones_judged
from dashboards.pages.looking import looked
from dashboards.pages.render import Pages
from dashboards.pages.static_files import StaticFiles
from dashboards.pages.view import View, ViewParams
from dashboards.pages.zones import MEASURED
from dashboards.parts import Parts
from energy.derived.facts import CO2_PPM
from energy.derived.indicators import INDICATORS
from estate.model import Point
from estate.vocabulary import CARRIERS, USES
from store.base import Latest, StoreUnavailable


def list_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/buildings`, `/tenants` and `/zones`."""
    router = APIRouter(include_in_schema=False)
    pages, lists = Pages(parts, static), Lists(parts)

    @router.get("/buildings")
    async def buildings(request: Request, asked: Annotated[ViewParams, Query()]) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return await lists.buildings(asked, speaker)

        async def head(speaker: Speaker) -> Mapping[str, Any]:
            return {"view": await looked(parts, Scope("site"), asked, speaker, "/buildings")}

        return await pages.show(request, "buildings.html", asked.lang, read, head=head, here=asked.here)

    @router.get("/tenants")
    async def tenants(request: Request, asked: Annotated[ViewParams, Query()]) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return await lists.tenants(asked, speaker)

        async def head(speaker: Speaker) -> Mapping[str, Any]:
            return {"view": await looked(parts, Scope("site"), asked, speaker, "/tenants")}

        return await pages.show(request, "tenants.html", asked.lang, read, head=head, here=asked.here)

    @router.get("/zones")
    async def zones(request: Request, asked: Annotated[ViewParams, Query()]) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return await lists.zones(asked, speaker)

        async def head(speaker: Speaker) -> Mapping[str, Any]:
            return {"view": await looked(parts, Scope("site"), asked, speaker, "/zones")}

        return await pages.show(request, "zones.html", asked.lang, read, head=head, here=asked.here)

    return router


class Lists:
    """Reads what the lists show."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def buildings(self, asked: ViewParams, speaker: Speaker) -> Mapping[str, Any]:
        """Each building with its use, its area, what it used in the period, and kWh/m² of the last whole days."""
        estate, store, now_ms = self._parts.estate, self._parts.store, self._parts.clock()
        view = await looked(self._parts, Scope("site"), asked, speaker, "/buildings")
        used, ranked, trouble = list[Figure](), list[queries.Ranked](), ""
        try:
            used, ranked = await asyncio.gather(
                figures.parts(store, Scope("site"), view.period, estate.step), queries.ranking(estate, store, now_ms)
            )
        except StoreUnavailable as error:
            trouble = str(error)
        return {
            **_listed(view, used, trouble),
            "rows": list(estate.buildings.values()),
            "uses": {use: speaker.say(*names) for use, names in USES.items()},
            "ranked": {each.building: each for each in ranked},
            "zones_of": _by_building(estate.zones),
            "days": queries.RANKED_DAYS,
        }

    async def tenants(self, asked: ViewParams, speaker: Speaker) -> Mapping[str, Any]:
        """Each tenant with what it used in the period, and its budgets, the most advanced first."""
        store, language = self._parts.store, speaker.language
        view = await looked(self._parts, Scope("site"), asked, speaker, "/tenants")
        used, trouble = list[Figure](), ""
        try:
            used = await figures.tenants(store, view.period, self._parts.estate.step)
        except StoreUnavailable as error:
            trouble = str(error)
        alerts: dict[str, list[AlertState]] = defaultdict(list)
        for alert in await self._parts.alerts():
            alerts[alert.tenant].append(alert)

        def advanced(tenant: str) -> tuple[float, float]:
            of = alerts.get(tenant, [])
            level = max((each.level for each in of), default=-1)
            return -level, -max((each.figures.share for each in of), default=-1.0)

        return {
            **_listed(view, used, trouble),
            "rows": sorted(self._parts.estate.tenants.values(), key=lambda tenant: (advanced(tenant.id), tenant.name)),
            "alerts": alerts,
            "percent": lambda share: percent(share, language),
            "budgeted": lambda value, carrier: amount(value, carrier, language),
        }

    async def zones(self, asked: ViewParams, speaker: Speaker) -> Mapping[str, Any]:
        """Each zone with what was last measured there, and how it fared in the period; those with sensors first."""
        estate, store = self._parts.estate, self._parts.store
        view = await looked(self._parts, Scope("site"), asked, speaker, "/zones")
        held: dict[str, dict[str, Point]] = defaultdict(dict)
        found, trouble = dict[str, Judged](), ""
        try:
            points, found = await asyncio.gather(
                store.latest(Latest({"quantity": MEASURED})), zones_judged(estate, store, view.period)
            )
            for point in points:
                if point.zone and point.at_ms >= held[point.zone].get(point.quantity, point).at_ms:
                    held[point.zone][point.quantity] = point
        except StoreUnavailable as error:
            trouble = str(error)
        return {
            "view": view,
            "estate": estate,
            "trouble": trouble,
            "held": held,
            "judged": {
                zone: {row.id: (row, each, own.before.get(row.id)) for row, each in own.rows}
                for zone, own in found.items()
            },
            "of_zones": [INDICATORS[name] for name in OF_ZONES],
            "measured": MEASURED,
            "co2": CO2_PPM,
            "rows": sorted(estate.zones.values(), key=lambda zone: (zone.id not in held, zone.building, zone.name)),
            "now_ms": self._parts.clock(),
        }


def _listed(view: View, used: Sequence[Figure], trouble: str) -> dict[str, Any]:
    """What a list shows of consumption."""
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    for part in used:
        found[part.id][part.carrier] = part
    columns = [carrier for carrier in CARRIERS if any(carrier in parts for parts in found.values())]
    return {"view": view, "trouble": trouble, "used": found, "columns": columns, "carriers": CARRIERS}


def _by_building(zones: Mapping[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for zone in zones.values():
        found[zone.building].append(zone)
    return found
