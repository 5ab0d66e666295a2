"""Templates to pages, in one request's language."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboards.language import Speaker, choose
from dashboards.pages.static_files import StaticFiles
from dashboards.parts import Parts

Lang = Annotated[str | None, Query(pattern="^(fr|en)$")]


class Pages:
    """Renders templates for one request's language."""

    def __init__(self, parts: Parts, static: StaticFiles) -> None:
        self.parts = parts
        self._static = static
        self._templates = Environment(
            loader=PackageLoader("dashboards.pages"),
            autoescape=True,  # ids and payloads come from outside
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def speaker(self, request: Request, lang: str | None) -> Speaker:
        return Speaker(choose(lang, request.headers.get("accept-language", "")), self.parts.estate.site.zone)

    def render(
        self, template: str, speaker: Speaker, *, here: str = "", status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The page, never kept by a browser; `here` is what its address asks besides the language, ending in `&`."""
        site = self.parts.estate.site
        html = self._templates.get_template(template).render(
            site=site,
            here=here,
            speaker=speaker,
            say=speaker.say,
            notice=speaker.say(site.notice_fr, site.notice_en),
            has_mail=self.parts.mail_folder is not None,
            style_url=self._static.style_url,
            script_url=self._static.script_url,
            actions_url=self._static.actions_url,
            vega_url=self._static.vega_url,
            **context,
        )
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store", "Vary": "Accept-Language"})


def ms(rfc3339: str) -> int:
    """The instant of a time that the API answers."""
    return round(datetime.fromisoformat(rfc3339).timestamp() * 1000)
