"""Templates to pages, in one request's language; the live parts of a page alone, to who asks for events."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.language import Speaker, choose
from dashboards.pages.colours import CARRIER_COLOURS, INK, hatch_id
from dashboards.pages.figures import energy_change
from dashboards.pages.opening import CUT, opened
from dashboards.pages.static_files import StaticFiles
from dashboards.parts import Parts

Lang = Annotated[str | None, Query(pattern="^(fr|en)$")]
Read = Callable[[Speaker], Awaitable[Mapping[str, Any]]]
"""Reads what a template shows."""


@cache
def _templates() -> Environment:
    """One for all routers: each template is compiled once."""
    return Environment(
        loader=PackageLoader("dashboards.pages"),
        autoescape=True,  # ids and payloads come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def _nothing(_: Speaker) -> Mapping[str, Any]:
    return {}


class Pages:
    """Renders templates for one request's language."""

    def __init__(self, parts: Parts, static: StaticFiles) -> None:
        self.parts = parts
        self._static = static
        self._templates = _templates()

    def speaker(self, request: Request, lang: str | None) -> Speaker:
        return Speaker(choose(lang, request.headers.get("accept-language", "")), self.parts.estate.site.zone)

    async def show(
        self, request: Request, template: str, lang: str | None, read: Read, *, head: Read = _nothing, here: str = ""
    ) -> Response:
        """The page; or, where events are asked for, what changes of its live parts, for as long as somebody looks.

        `head` reads what its title and heading show.
        """
        speaker = self.speaker(request, lang)

        async def whole() -> Response:
            return self.render(template, speaker, here=here, **await read(speaker))

        async def heading() -> Response:
            return self.render(template, speaker, here=here, opening=True, **await head(speaker))

        if "text/event-stream" not in request.headers.get("accept", ""):
            return await opened(request, whole(), heading)

        async def draw() -> Mapping[str, str]:
            return self._drawn(template, speaker, here, await read(speaker))[1]

        return self.parts.viewers.stream(draw, self._static.script_url)

    def render(
        self, template: str, speaker: Speaker, *, here: str = "", status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The page, never kept by a browser; `here` is what its address asks besides the language, ending in `&`."""
        html, _ = self._drawn(template, speaker, here, context)
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"})

    def _drawn(
        self, template: str, speaker: Speaker, here: str, context: Mapping[str, Any]
    ) -> tuple[str, dict[str, str]]:
        """The page, and what it holds between `{% call live("id") %}` and its end, by id."""
        site, found = self.parts.estate.site, dict[str, str]()

        def live(name: str, caller: Callable[[], Markup]) -> Markup:
            found[name] = caller()
            return Markup(found[name])  # noqa: S704 (it is escaped already: the template's own)

        context = {"opening": False, "cut": CUT, **context}
        html = self._templates.get_template(template).render(
            site=site,
            here=here,
            speaker=speaker,
            say=speaker.say,
            live=live,
            ms=ms,
            notice=speaker.say(site.notice_fr, site.notice_en),
            has_mail=self.parts.mail_folder is not None,
            energy_change=energy_change,
            hatches={hatch_id(colour): colour for colour in (*CARRIER_COLOURS.values(), INK)},
            style_url=self._static.style_url,
            script_url=self._static.script_url,
            actions_url=self._static.actions_url,
            vega_url=self._static.vega_url,
            **context,
        )
        return html, found


def ms(rfc3339: str) -> int:
    """The instant of a time that the API answers."""
    return round(datetime.fromisoformat(rfc3339).timestamp() * 1000)
