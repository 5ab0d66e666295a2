"""The pages people open: the site's, the demo's mails, and the description of the API."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from alerts.sink import list_mails, read_mail
from alerts.words import amount, percent
from dashboards.api.models import DeviceState
from dashboards.api.params import MOST_VALUES
from dashboards.api.problems import Problem
from dashboards.api.reference import EXAMPLES, Reference
from dashboards.api.wrong import Words
from dashboards.language import Speaker
from dashboards.pages.board import PV_DAYS, Board, Live
from dashboards.pages.drawing import drawn
from dashboards.pages.figures import Scope
from dashboards.pages.looking import looked
from dashboards.pages.render import Lang, Pages, ms
from dashboards.pages.static_files import StaticFiles
from dashboards.pages.view import ViewParams
from dashboards.pages.working import work_router
from dashboards.parts import Parts
from energy.usage import all_of
from estate.vocabulary import CARRIERS
from store.influxql_panels import COMPARED_WEEKS

MAIL_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""A mail brings its own styles and pictures, and nothing else: the frame inherits this policy."""

ALERT_ROWS = 6
DRIVER_ROWS = 8


def page_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/`, `/charts/…`, `/mail` and `/docs`, and the pages for work."""
    router = APIRouter(include_in_schema=False)
    pages, board = Pages(parts, static), Board(parts)
    router.include_router(work_router(parts, pages))

    @router.get("/")
    async def page(request: Request, lang: Lang = None) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            look = await looked(parts, Scope("site"), ViewParams(period="day"), speaker)
            return {
                **_page(parts, await board.live(), speaker),
                "view": look,
                "notes": board.notes(speaker),
                "sources": board.sources(),
            }

        return await pages.show(request, "site.html", lang, read)

    @router.get("/charts/{name}.json")
    async def chart(request: Request, name: str, lang: Lang = None) -> Response:
        if name not in board.charts:
            raise HTTPException(404, f"there is no chart {name!r}; there are {', '.join(board.charts)}")
        speaker = pages.speaker(request, lang)
        return await drawn(lambda: board.chart(name, speaker))

    @router.get("/docs")
    async def docs(request: Request, lang: Lang = None) -> HTMLResponse:
        reference = Reference(request.app.openapi())
        return pages.render(
            "docs.html",
            pages.speaker(request, lang),
            operations=reference.operations,
            shape_of=reference.shape,
            answer_of=reference.answer,
            body_of=reference.body,
            examples=EXAMPLES,
            most_values=MOST_VALUES,
        )

    @router.get("/mail")
    async def mails(request: Request, lang: Lang = None) -> HTMLResponse:
        heads = await asyncio.to_thread(list_mails, _mail_folder(parts))
        return pages.render("mails.html", pages.speaker(request, lang), mails=heads)

    @router.get("/mail/{mail_id}")
    async def mail(request: Request, mail_id: str, lang: Lang = None) -> HTMLResponse:
        try:
            found = await asyncio.to_thread(read_mail, _mail_folder(parts), mail_id)
        except KeyError as error:
            fr = Words(f"il n’y a pas de courriel {mail_id!r}", "la page /mail donne la liste de ceux qu’il y a")
            raise Problem(None, f"there is no mail {mail_id!r}", "/mail lists them", fr, 404) from error
        response = pages.render("mail.html", pages.speaker(request, lang), mail=found)
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        return response

    return router


def _page(parts: Parts, live: Live, speaker: Speaker) -> dict[str, Any]:
    """What the page's template shows besides its charts."""
    estate, language = parts.estate, speaker.language
    counts = dict.fromkeys(("reporting", "silent", "never_seen", "unknown"), 0)
    for row in live.devices:
        counts[row.status] += 1
    drivers = sorted(live.against.items(), key=lambda item: -item[1].watts)
    by_urgency = sorted(live.alerts, key=lambda alert: (-alert.level, -alert.figures.share))

    def seen(row: DeviceState) -> str:
        return "–" if row.last_seen is None else speaker.ago(ms(row.last_seen), live.at_ms)

    return {
        "at": live,
        "enrolled": len(estate.devices),
        "usual": all_of(live.against.values()),
        "weeks": COMPARED_WEEKS,
        "pv_days": PV_DAYS,
        "drivers": [(Scope("building", building), each) for building, each in drivers[:DRIVER_ROWS]],
        "driving": len(drivers),
        "health": {**counts, "known": len(live.devices) - counts["unknown"]},
        "attention": [row for row in live.devices if row.status != "reporting"],
        "raised": [alert for alert in live.alerts if alert.level],
        "shown_alerts": by_urgency[:ALERT_ROWS],
        "tenant_name": lambda tenant: estate.tenants[tenant].name if tenant in estate.tenants else tenant,
        "carrier_name": lambda carrier: speaker.say(CARRIERS[carrier].fr, CARRIERS[carrier].en),
        "amount": lambda value, carrier: amount(value, carrier, language),
        "percent": lambda share: percent(share, language),
        "seen": seen,
    }


def _mail_folder(parts: Parts) -> Path:
    if parts.mail_folder is None:
        fr = Words("ici les courriels partent pour de bon", "seule la démonstration les garde")
        raise Problem(None, "mail goes out for real here", "only the demo keeps it", fr, 404)
    return parts.mail_folder
