"""The page of ingest: where every message has gone, how fast, what waits, what was away, and what to do about it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from dashboards.account import read_account
from dashboards.api.problems import Problem
from dashboards.language import Speaker
from dashboards.pages.advice import advice
from dashboards.pages.cache import Brief
from dashboards.pages.drawing import as_json, drawn, module
from dashboards.pages.render import Lang, Pages
from dashboards.pages.static_files import StaticFiles
from dashboards.parts import Parts
from dashboards.quarantine import read_quarantine
from dashboards.reasons import REASONS
from estate.calendar import DAY_MS, HOUR_MS
from store.base import How, Series
from store.own import OWN

MINUTE_MS = 60_000
STARTS = "ingest.starts"
MOST_STARTS = 20
"""Lines in a chart that can still be told apart."""


class Window(NamedTuple):
    """How long the charts look back: by which steps lines are drawn, and by which it is told what was there."""

    length_ms: int
    step_ms: int
    fine_ms: int  # at least two of the minutes that the service notes, so that none is missing by chance
    fr: str
    en: str


Back = Literal["day", "week", "month"]
WINDOWS: dict[Back, Window] = {
    "day": Window(DAY_MS, 10 * MINUTE_MS, 2 * MINUTE_MS, "24 heures", "24 hours"),
    "week": Window(7 * DAY_MS, HOUR_MS, 10 * MINUTE_MS, "7 jours", "7 days"),
    "month": Window(30 * DAY_MS, 6 * HOUR_MS, HOUR_MS, "30 jours", "30 days"),
}


class Trend(NamedTuple):
    """One chart: quantities of the service itself."""

    fr: str
    en: str
    quantities: Sequence[str]
    unit: str = ""  # "" where that of the quantities says it


TRENDS = {
    "messages": Trend(
        "Messages par minute",
        "Messages per minute",
        ("ingest.received", "ingest.stored", "ingest.quarantined", "ingest.ignored"),
        "1/min",
    ),
    "latency": Trend("Délai jusqu’à l’enregistrement", "Time until safe", ("ingest.latency", "ingest.latency_max")),
    "waiting": Trend("En attente du stockage", "Waiting for the store", ("ingest.spooled", "ingest.in_flight")),
    "fill": Trend("Remplissage", "Fill", ("ingest.spool_fill", "ingest.quarantine_fill")),
}
PRESENCE = Trend("Courtier et base", "Broker and store", ("ingest.broker_away", "ingest.store_away"))
PARTS = {"ingest.broker_away": ("Courtier", "Broker"), "ingest.store_away": ("Base", "Store")}
CHARTS = {"presence": PRESENCE, **TRENDS}


class IngestParams(BaseModel):
    """How far the page looks back."""

    model_config = ConfigDict(extra="forbid")

    period: Back = "day"
    lang: Lang = None

    @property
    def here(self) -> str:
        return "" if self.period == "day" else f"period={self.period}&"


def ingest_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/ingest` and its charts."""
    router = APIRouter(include_in_schema=False)
    pages, brief = Pages(parts, static), Brief()

    @router.get("/ingest")
    async def ingest(request: Request, asked: Annotated[IngestParams, Query()]) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            zone, books, readiness = parts.estate.site.zone, parts.intake and parts.intake.books, parts.readiness()
            kept = await read_quarantine(parts.state, zone, 1, intake=parts.intake)
            ever = (await read_account(books, zone, parts.clock(), days=0, hours=0)).total if books else None
            return {
                "readiness": readiness,
                "advice": advice(readiness, parts.ledger, speaker),
                "ledger": parts.ledger,
                "ever": ever,
                "spool": parts.intake and parts.intake.spool_fill,
                "counts": {reason: count for reason, count in kept.counts.items() if count},
                "reasons": {reason: said.said(speaker.language) for reason, said in REASONS.items()},
                "period": asked.period,
                "periods": [(name, speaker.say(window.fr, window.en)) for name, window in WINDOWS.items()],
                "charts": [_words(name, trend, speaker) for name, trend in CHARTS.items()],
            }

        return await pages.show(request, "ingest.html", asked.lang, read, here=asked.here)

    @router.get("/ingest/charts/{name}.json")
    async def chart(request: Request, name: str, asked: Annotated[IngestParams, Query()]) -> Response:
        if name not in CHARTS:
            raise Problem("name", f"there is no chart {name!r}", f"there are {', '.join(CHARTS)}", status=404)
        speaker = pages.speaker(request, asked.lang)

        async def draw() -> dict[str, Any] | None:
            key = name, asked.period, speaker.language
            return await brief.get(key, lambda: _draw(parts, name, WINDOWS[asked.period], speaker))

        return await drawn(draw)

    return router


def _words(name: str, trend: Trend, speaker: Speaker) -> tuple[str, str, str, str]:
    say = speaker.say
    if name == "presence":
        what = say(
            "Quand ils répondaient ; un trou : le service ne tournait pas. Pointillé : un démarrage.",
            "When they answered; a hole: the service did not run. Dotted: a start.",
        )
    else:
        what = ", ".join(say(OWN[each].fr, OWN[each].en) for each in trend.quantities) + "."
    empty = say(
        "Rien encore : le service note son état chaque minute.", "Nothing yet: the service notes its state each minute."
    )
    return name, say(trend.fr, trend.en), what, empty


async def _draw(parts: Parts, name: str, window: Window, speaker: Speaker) -> dict[str, Any] | None:
    """The chart; None where nothing was noted yet."""
    trend, fine = CHARTS[name], name == "presence"
    step_ms = window.fine_ms if fine else window.step_ms
    end_ms = parts.clock() // step_ms * step_ms + step_ms
    span = end_ms - window.length_ms, end_ms
    found = await asyncio.gather(*(_values(parts, each, span, step_ms) for each in (*trend.quantities, STARTS)))
    values = dict(zip(trend.quantities, found, strict=False))
    starts = [at for at, _ in found[-1]][-MOST_STARTS:]
    if not any(values.values()):
        return None
    charts = await module("state_chart" if fine else "line_charts")
    if fine:
        named = {speaker.say(*PARTS[each]): points for each, points in values.items()}
        return await as_json(charts.presence_chart(named, span, step_ms, starts, speaker))
    names = {each: speaker.say(OWN[each].fr, OWN[each].en) for each in trend.quantities}
    title = f"{speaker.say(trend.fr, trend.en)} ({trend.unit or OWN[trend.quantities[0]].unit})"
    return await as_json(charts.trend_chart(values, names, title, span, step_ms, speaker, starts))


async def _values(parts: Parts, name: str, span: tuple[int, int], step_ms: int) -> list[tuple[int, float]]:
    """A quantity by steps, of all ingesters; messages per minute."""
    by = MINUTE_MS if name == STARTS else step_ms
    rows = await parts.store.series(Series(name, *span, by, _how(name), by=[]))
    over = step_ms / MINUTE_MS if name in TRENDS["messages"].quantities else 1
    return [
        (at, value / over) for row in rows for at, value in zip(row.times.tolist(), row.values.tolist(), strict=True)
    ]


def _how(name: str) -> How:
    """How the minutes of one step become its value."""
    if OWN[name].kind == "amount":
        return "sum"
    return "max" if OWN[name].across == "max" else "mean"
