"""The pages for work: what was refused and why; and the devices (`sensing.py`)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.api.models import MessageId
from dashboards.language import Speaker
from dashboards.pages.payload import HEX_BYTES, hex_rows, marked_text
from dashboards.pages.render import Lang, Pages, ms
from dashboards.pages.sensing import device_router
from dashboards.parts import Parts
from dashboards.quarantine import byte_of_error, read_quarantine, read_refused
from dashboards.reasons import REASONS
from ingest.fill import WARN_SHARE
from ingest.quarantine import Selection
from sensors.model import Reason

PAGE_ROWS = 50


def work_router(parts: Parts, pages: Pages) -> APIRouter:
    """`/quarantine`, `/quarantine/{id}` and `/devices`."""
    router = APIRouter(include_in_schema=False)
    zone, can_write = parts.estate.site.zone, parts.intake is not None

    def shared(speaker: Speaker) -> dict[str, Any]:
        return {
            "writable": can_write,
            "at": lambda text: speaker.moment(ms(text)),
            "link": _links(speaker),
            "reasons": {reason: said.said(speaker.language) for reason, said in REASONS.items()},
        }

    @router.get("/quarantine")
    async def quarantine(
        request: Request,
        reason: Reason | None = None,
        device: str = "",
        before: MessageId | None = None,
        lang: Lang = None,
    ) -> HTMLResponse:
        speaker = pages.speaker(request, lang)
        selection = Selection(reason=reason, device=device, below=before)
        kept = await read_quarantine(parts.state, zone, PAGE_ROWS, selection, parts.intake)
        share = kept.size_bytes / kept.limit_bytes if kept.limit_bytes else None
        return pages.render(
            "quarantine.html",
            speaker,
            here=_query(reason=reason, device=device, before=before),
            **shared(speaker),
            kept=kept,
            reason=reason,
            device=device,
            before=before,
            share=share,
            fills=share is not None and share > WARN_SHARE,
            older=kept.recent[-1].id if len(kept.recent) == PAGE_ROWS else None,
            asked={"reason": reason, "device": device} if reason or device else {"all": True},
        )

    @router.get("/quarantine/{number}")
    async def refused(request: Request, number: MessageId, lang: Lang = None) -> HTMLResponse:
        speaker = pages.speaker(request, lang)
        found = await read_refused(parts.state, zone, number)
        if found is None:
            return pages.render("gone.html", speaker, **shared(speaker), number=number, status=404)
        entry, row = found
        at = byte_of_error(entry.message.payload, entry.detail)
        return pages.render(
            "refused.html",
            speaker,
            **shared(speaker),
            row=row,
            text=marked_text(entry.message.payload, at),
            dump=list(hex_rows(entry.message.payload, at)),
            whole=row.size_bytes <= HEX_BYTES,
        )

    router.include_router(device_router(parts, pages, shared))
    return router


def _links(speaker: Speaker) -> Callable[..., str]:
    """Makes the address of a page in the reader's language, from its path and what is asked of it."""

    def link(path: str, **asked: object) -> str:
        return f"{path}?{_query(**asked)}lang={speaker.language}"

    return link


def _query(**asked: object) -> str:
    given = {name: str(value) for name, value in asked.items() if value}
    return urlencode(given) + "&" if given else ""
