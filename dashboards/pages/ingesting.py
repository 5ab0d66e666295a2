"""The page of ingest: where every message has gone, how fast, and what waits."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from dashboards.account import read_account
from dashboards.language import Speaker
from dashboards.pages.cache import Brief
from dashboards.pages.render import Lang, Pages, drawn
from dashboards.pages.static_files import StaticFiles
from dashboards.parts import Parts
from dashboards.quarantine import read_quarantine
from dashboards.reasons import REASONS
from store.base import How, Series
from store.own import OWN

SPAN_MS = 24 * 3_600_000
STEP_MS = 10 * 60_000


class Trend(NamedTuple):
    """One chart: quantities of the service itself over the last day."""

    fr: str
    en: str
    quantities: Sequence[str]


TRENDS = {
    "messages": Trend(
        "Messages par dix minutes",
        "Messages by ten minutes",
        ("ingest.received", "ingest.stored", "ingest.quarantined"),
    ),
    "latency": Trend("Délai jusqu’à l’enregistrement", "Time until safe", ("ingest.latency", "ingest.latency_max")),
    "waiting": Trend("En attente du stockage", "Waiting for the store", ("ingest.spooled", "ingest.in_flight")),
}


def ingest_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/ingest` and its charts."""
    router = APIRouter(include_in_schema=False)
    pages, brief = Pages(parts, static), Brief()

    @router.get("/ingest")
    async def ingest(request: Request, lang: Lang = None) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            zone, books = parts.estate.site.zone, parts.intake and parts.intake.books
            kept = await read_quarantine(parts.state, zone, 1, intake=parts.intake)
            ever = (await read_account(books, zone, parts.clock(), days=0, hours=0)).total if books else None
            return {
                "readiness": parts.readiness(),
                "ledger": parts.ledger,
                "ever": ever,
                "spool": parts.intake and parts.intake.spool_fill,
                "counts": {reason: count for reason, count in kept.counts.items() if count},
                "reasons": {reason: said.said(speaker.language) for reason, said in REASONS.items()},
                "charts": [_words(name, trend, speaker) for name, trend in TRENDS.items()],
            }

        return await pages.show(request, "ingest.html", lang, read)

    @router.get("/ingest/charts/{name}.json")
    async def chart(request: Request, name: str, lang: Lang = None) -> Response:
        if name not in TRENDS:
            raise HTTPException(404, f"there is no chart {name!r}; there are {', '.join(TRENDS)}")
        speaker = pages.speaker(request, lang)

        async def draw() -> dict[str, Any] | None:
            return await brief.get((name, speaker.language), lambda: _draw(parts, TRENDS[name], speaker))

        return await drawn(draw, speaker)

    return router


def _words(name: str, trend: Trend, speaker: Speaker) -> tuple[str, str, str, str]:
    say = speaker.say
    what = say("Le dernier jour, par pas de dix minutes : {}.", "The last day, by steps of ten minutes: {}.")
    names = ", ".join(say(OWN[each].fr, OWN[each].en).lower() for each in trend.quantities)
    empty = say(
        "Rien encore : le service note son état chaque minute.", "Nothing yet: the service notes its state each minute."
    )
    return name, say(trend.fr, trend.en), what.format(names), empty


async def _draw(parts: Parts, trend: Trend, speaker: Speaker) -> dict[str, Any] | None:
    """The chart; None where nothing was noted yet."""
    end_ms = parts.clock() // STEP_MS * STEP_MS + STEP_MS
    span = end_ms - SPAN_MS, end_ms
    queries = [Series(name, *span, STEP_MS, _how(name), by=[]) for name in trend.quantities]
    found = await asyncio.gather(*(parts.store.series(query) for query in queries))
    values = {
        name: [(at, value) for row in rows for at, value in zip(row.times.tolist(), row.values.tolist(), strict=True)]
        for name, rows in zip(trend.quantities, found, strict=True)
    }
    if not any(values.values()):
        return None
    charts = await asyncio.to_thread(__import__, "dashboards.pages.line_charts", fromlist=["line_charts"])
    names = {name: speaker.say(OWN[name].fr, OWN[name].en) for name in trend.quantities}
    unit = OWN[trend.quantities[0]].unit
    drawing = charts.trend_chart(values, names, f"{speaker.say(trend.fr, trend.en)} ({unit})", span, STEP_MS, speaker)
    json: dict[str, Any] = await asyncio.to_thread(drawing.as_json)
    return json


def _how(name: str) -> How:
    """How the minutes of one step become its value."""
    if OWN[name].kind == "amount":
        return "sum"
    return "max" if OWN[name].across == "max" else "mean"
