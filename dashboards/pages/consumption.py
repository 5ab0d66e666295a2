"""The pages of consumption: what was used, at what cost, by whom, and how sure that is. Their addresses hold all."""

from collections.abc import Mapping
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import Field
from starlette.responses import Response

from dashboards.api.problems import Problem
from dashboards.language import Speaker
from dashboards.pages.consumption_board import ConsumptionBoard
from dashboards.pages.drawing import drawn
from dashboards.pages.figures import Scope
from dashboards.pages.looking import looked
from dashboards.pages.place_board import CHARTS
from dashboards.pages.render import Pages
from dashboards.pages.static_files import StaticFiles
from dashboards.pages.view import View, ViewParams, check_place, table, tiles
from dashboards.pages.wording import FINDINGS, WHY
from dashboards.parts import Parts
from energy.derived.indicator_query import Kind
from estate.tariff import PERIODS
from estate.vocabulary import CARRIERS, USES
from store.base import StoreUnavailable


class SiteParams(ViewParams):
    """`of` leads on to the page of a building, zone or tenant: what the form sends, and addresses of old."""

    of: Annotated[str, Field(pattern=r"^(site|(building|zone|tenant):.+)$")] = "site"


def consumption_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/energy`, `/buildings/{id}` and `/tenants/{id}`, and their charts."""
    router = APIRouter(include_in_schema=False)
    room = _Room(Pages(parts, static), ConsumptionBoard(parts))

    @router.get("/energy")
    async def site(request: Request, asked: Annotated[SiteParams, Query()]) -> Response:
        kind, _, id_ = asked.of.partition(":")
        if kind != "site":
            given = {name: value for name, value in request.query_params.items() if name != "of"}
            return RedirectResponse(f"{Scope(cast(Kind, kind), id_).path}?{urlencode(given)}", 303)
        return await room.page(request, Scope("site"), asked)

    @router.get("/buildings/{building}")
    async def building(request: Request, building: str, asked: Annotated[ViewParams, Query()]) -> Response:
        return await room.page(request, Scope("building", building), asked)

    @router.get("/tenants/{tenant}")
    async def tenant(request: Request, tenant: str, asked: Annotated[ViewParams, Query()]) -> Response:
        return await room.page(request, Scope("tenant", tenant), asked)

    @router.get("/energy/charts/{name}.json")
    async def site_chart(request: Request, name: str, asked: Annotated[ViewParams, Query()]) -> Response:
        return await room.chart(request, Scope("site"), name, asked)

    @router.get("/buildings/{building}/charts/{name}.json")
    async def building_chart(
        request: Request, building: str, name: str, asked: Annotated[ViewParams, Query()]
    ) -> Response:
        return await room.chart(request, Scope("building", building), name, asked)

    @router.get("/tenants/{tenant}/charts/{name}.json")
    async def tenant_chart(request: Request, tenant: str, name: str, asked: Annotated[ViewParams, Query()]) -> Response:
        return await room.chart(request, Scope("tenant", tenant), name, asked)

    return router


class _Room:
    """Shows the consumption of any place."""

    def __init__(self, pages: Pages, board: ConsumptionBoard) -> None:
        self._pages, self._board, self._parts = pages, board, pages.parts

    async def page(self, request: Request, scope: Scope, asked: ViewParams) -> Response:
        check_place(self._parts.estate, scope)

        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return await self._read(scope, asked, speaker)

        async def head(speaker: Speaker) -> Mapping[str, Any]:
            return {"view": await looked(self._parts, scope, asked, speaker)}

        return await self._pages.show(request, "consumption.html", asked.lang, read, head=head, here=asked.here)

    async def chart(self, request: Request, scope: Scope, name: str, asked: ViewParams) -> Response:
        if name not in CHARTS[scope.kind]:
            raise Problem("name", f"there is no chart {name!r}", f"there are {', '.join(CHARTS[scope.kind])}")
        check_place(self._parts.estate, scope)
        speaker = self._pages.speaker(request, asked.lang)

        async def draw() -> dict[str, Any] | None:
            return await self._board.chart(name, await self._board.view(scope, asked, speaker))

        return await drawn(draw)

    async def _read(self, scope: Scope, asked: ViewParams, speaker: Speaker) -> Mapping[str, Any]:
        estate, now_ms = self._parts.estate, self._parts.clock()
        view, found, trouble = View(estate, scope, asked, speaker, now_ms, now_ms), dict[str, Any](), ""
        try:
            view = await self._board.view(scope, asked, speaker)
            found = await self._board.read(view)
        except StoreUnavailable as error:
            trouble = str(error)
        return {
            "view": view,
            "estate": estate,
            "tiles": tiles(view, **found) if found else [],
            "table": table(found["parts"], view) if found else [],
            "read": found,
            "unread": speaker.say("Rien n’a été mesuré dans cette période.", "Nothing was measured in this period."),
            "uses": USES,
            "tariff_periods": PERIODS,
            "carriers": CARRIERS,
            "findings": {kind: speaker.say(*names) for kind, names in FINDINGS.items()},
            "registers": lambda meter, value: _register(view, meter, value),
            "reasons": {why: speaker.say(*names) for why, names in WHY.items()},
            "trouble": trouble,
        }


def _register(view: View, meter: str, value: int) -> str:
    known = view.estate.meters.get(meter) or view.estate.virtuals.get(meter)
    return view.speaker.quantity(value, CARRIERS[known.carrier].unit if known else "")
