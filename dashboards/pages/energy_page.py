"""The page of energy: `/energy`, what was used, at what cost, by whom, and how sure that is. Its address holds all."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from dashboards.api import problems
from dashboards.api.problems import Problem
from dashboards.pages.colours import CARRIER_COLOURS, INK
from dashboards.pages.energy_board import EnergyBoard
from dashboards.pages.energy_view import EnergyParams, View, table, tiles
from dashboards.pages.render import Pages, ms
from dashboards.pages.static_files import StaticFiles
from dashboards.parts import Parts
from estate.vocabulary import CARRIERS
from store.base import StoreUnavailable

CHARTS = ("use", "parts")

KEY_NAMES = {
    "area": ("par surface", "by area"),
    "headcount": ("par tête", "by head"),
    "occupancy": ("par heures de présence", "by hours of presence"),
    "fixed": ("par parts convenues", "by agreed parts"),
}
WHY = {
    "completed": ("complété par des relevés tardifs", "completed by late readings"),
    "corrected": ("relevés tardifs ou corrigés", "late or corrected readings"),
    "recomputed": ("recalculé", "recomputed"),
}
FINDINGS = {
    "noise": ("recul dans la résolution", "fell within its resolution"),
    "outlier": ("relevé hors de sa ligne, écarté", "off its line, set aside"),
    "reset": ("remise à zéro", "reset"),
    "rollover": ("passage par zéro", "rolled over"),
    "exchange": ("compteur remplacé", "exchanged"),
    "exchange_unclear": ("index de dépose contredit par les relevés", "final index contradicts the readings"),
    "impossible_rise": ("hausse impossible, estimée", "impossible rise, estimated"),
    "negative_power": ("puissance négative, non comptée", "negative power, not counted"),
    "negative_virtual": ("compteur virtuel négatif", "negative virtual meter"),
    "negative_remainder": ("parties communes négatives", "negative common parts"),
}
"""What a key splits by, what was found of a meter, and why a closed month changed, in French and in English."""


def energy_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/energy` and its charts."""
    router = APIRouter(include_in_schema=False)
    pages, board = Pages(parts, static), EnergyBoard(parts)
    estate = parts.estate

    @router.get("/energy")
    async def energy(request: Request, asked: Annotated[EnergyParams, Query()]) -> HTMLResponse:
        speaker, now_ms = pages.speaker(request, asked.lang), parts.clock()
        view, read, trouble = View(estate, asked, speaker, now_ms, now_ms), dict[str, Any](), ""
        try:
            view = await board.view(asked, speaker)
            read = await board.read(view)
        except StoreUnavailable as error:
            trouble = str(error)
        return pages.render(
            "energy.html",
            speaker,
            here=view.link("").removeprefix("?").rpartition("lang=")[0],
            view=view,
            estate=estate,
            tiles=tiles(view, **read) if read else [],
            table=table(read["parts"], view) if read else [],
            read=read,
            carriers=CARRIERS,
            hatches=sorted({*CARRIER_COLOURS.values(), INK}),
            keys={key: speaker.say(*names) for key, names in KEY_NAMES.items()},
            findings={kind: speaker.say(*names) for kind, names in FINDINGS.items()},
            registers=lambda meter, value: _register(view, meter, value),
            reasons={why: speaker.say(*names) for why, names in WHY.items()},
            ms=ms,
            trouble=trouble,
        )

    @router.get("/energy/{name}.json")
    async def chart(request: Request, name: str, asked: Annotated[EnergyParams, Query()]) -> JSONResponse:
        if name not in CHARTS:
            raise Problem("name", f"there is no chart {name!r}", f"there are {', '.join(CHARTS)}")
        speaker = pages.speaker(request, asked.lang)
        try:
            drawing = await board.chart(name, await board.view(asked, speaker))
        except StoreUnavailable as error:
            said = speaker.say("le stockage ne répond pas :", "the store does not answer:")
            return problems.answer(503, f"{said} {error}")
        return JSONResponse(drawing, headers={"Cache-Control": "no-store"})

    return router


def _register(view: View, meter: str, value: int) -> str:
    known = view.estate.meters.get(meter) or view.estate.virtuals.get(meter)
    return view.speaker.quantity(value, CARRIERS[known.carrier].unit if known else "")
