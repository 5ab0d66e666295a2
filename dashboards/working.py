"""The pages for work: what was refused and why, and the devices, with forms to add the unknown ones."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.devices import known_devices, unknown_devices
from dashboards.language import Speaker
from dashboards.models import DeviceState, MessageId
from dashboards.parts import Parts
from dashboards.quarantine import as_text, byte_of_error, read_quarantine, read_refused
from dashboards.reasons import REASONS
from dashboards.render import Lang, Pages, ms
from ingest.quarantine import WARN_SHARE, Selection
from sensors.model import Reason
from sensors.registry import CODECS
from store.base import StoreUnavailable

PAGE_ROWS = 50
FORMS = 50
"""Unknown devices shown; the list of all is behind `microville devices --unknown`."""

TEXT_BYTES = 16 * 1024
HEX_ROWS = 64
HEX_WIDTH = 16
"""How much of a payload a page shows, around the place of the error or from the start."""

URGENCY = {"silent": 0, "never_seen": 1, "reporting": 2, "unknown": 3}

KINDS = {
    "clock": ("horloge fausse", "wrong clock"),
    "two_topics": ("deux sujets", "two topics"),
    "two_registers": ("deux index", "two registers"),
}
"""What may look wrong of a device, in French and in English."""


class Marked(NamedTuple):
    """A piece of a payload with the place of the error marked; `mark` is "" when there is none in it."""

    before: str
    mark: str
    after: str


class HexRow(NamedTuple):
    """One line of a hex dump."""

    offset: str
    hex: Marked
    text: str


def work_router(parts: Parts, pages: Pages) -> APIRouter:
    """`/quarantine`, `/quarantine/{id}` and `/devices`."""
    router = APIRouter(include_in_schema=False)
    zone, can_write = parts.estate.site.zone, parts.web.loopback and parts.intake is not None

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
            whole=row.size_bytes <= HEX_ROWS * HEX_WIDTH,
        )

    @router.get("/devices")
    async def devices(request: Request, lang: Lang = None) -> HTMLResponse:
        speaker, now_ms = pages.speaker(request, lang), parts.clock()
        known, trouble = list[DeviceState](), ""
        try:
            known = await known_devices(parts.estate, parts.store, parts.state, now_ms)
        except StoreUnavailable as error:
            trouble = str(error)
        unknown = await unknown_devices(parts.estate, parts.state, now_ms)
        return pages.render(
            "devices.html",
            speaker,
            **shared(speaker),
            estate=parts.estate,
            sample=parts.estate_folder is None,
            can_add=can_write and parts.estate_folder is not None,
            kinds={kind: speaker.say(*names) for kind, names in KINDS.items()},
            codecs=sorted(CODECS),
            trouble=trouble,
            unknown=unknown[:FORMS],
            unknown_more=max(0, len(unknown) - FORMS),
            findings=[(row, finding) for row in (*unknown, *known) for finding in row.findings],
            known=sorted(known, key=lambda row: (URGENCY[row.status], row.device)),
            ago=lambda text: speaker.ago(ms(text), now_ms) if text else "–",
        )

    return router


def marked_text(payload: bytes, at: int | None) -> Marked:
    """The payload as text around byte `at`; all of it when it is short."""
    start = max(0, (at or 0) - TEXT_BYTES // 2)
    end = start + TEXT_BYTES
    if at is None:
        return Marked(as_text(payload[start:end]), "", "")
    after = at + _character(payload[at : at + 4])
    return Marked(as_text(payload[start:at]), as_text(payload[at:after]), as_text(payload[after:end]))


def hex_rows(payload: bytes, at: int | None) -> Iterator[HexRow]:
    """A hex dump, its lines around byte `at` or the first ones."""
    first = max(0, (at or 0) // HEX_WIDTH - HEX_ROWS // 2) * HEX_WIDTH
    for start in range(first, min(len(payload), first + HEX_ROWS * HEX_WIDTH), HEX_WIDTH):
        row = payload[start : start + HEX_WIDTH]
        text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        shown = row.hex(" ").ljust(3 * HEX_WIDTH)
        place = 3 * (at - start) if at is not None and start <= at < start + len(row) else len(shown)
        yield HexRow(f"{start:05x}", Marked(shown[:place], shown[place : place + 2], shown[place + 2 :]), text)


def _character(payload: bytes) -> int:
    """How many bytes the first character takes; a byte that begins none stands alone."""
    for length in range(1, len(payload) + 1):
        try:
            payload[:length].decode()
        except UnicodeDecodeError:
            continue
        return length
    return 1


def _links(speaker: Speaker) -> Callable[..., str]:
    """Makes the address of a page in the reader's language, from its path and what is asked of it."""

    def link(path: str, **asked: object) -> str:
        return f"{path}?{_query(**asked)}lang={speaker.language}"

    return link


def _query(**asked: object) -> str:
    given = {name: str(value) for name, value in asked.items() if value}
    return urlencode(given) + "&" if given else ""
