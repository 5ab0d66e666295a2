"""The page's script, style and chart library: under names that hold their hash, so that browsers keep them for ever."""

import asyncio
import gzip
import hashlib
from importlib.metadata import version
from importlib.resources import files
from threading import Lock

from fastapi import APIRouter, HTTPException, Request, Response

_TYPES = {"css": "text/css", "js": "text/javascript"}
_EXPORTED = "window.vegaEmbed = vegaEmbed;"
_KEPT = "public, max-age=31536000, immutable"


class StaticFiles:
    """Served from memory, compressed once."""

    def __init__(self) -> None:
        own = files("dashboards.pages") / "static"
        names = ("style.css", "page.js", "actions.js", "readings.js")
        style, script, actions, readings = ((own / name).read_bytes() for name in names)
        self.style_url, self.script_url = _url("style", "css", style), _url("page", "js", script)
        self.actions_url, self.readings_url = _url("actions", "js", actions), _url("readings", "js", readings)
        # The library takes seconds to bundle: its address comes from the bundler's version, its bytes when asked for.
        self.vega_url = _url("vega", "js", version("vl-convert-python").encode())
        own_files = {self.style_url: style, self.script_url: script}
        own_files |= {self.actions_url: actions, self.readings_url: readings}
        self._compressed = {url: gzip.compress(content) for url, content in own_files.items()}
        self._bundling = Lock()

    def router(self) -> APIRouter:
        """`/static/…`, always compressed: whatever draws the page understands gzip."""
        router = APIRouter(include_in_schema=False)

        @router.get("/static/{name}")
        async def static(request: Request, name: str) -> Response:
            url = request.url.path
            if url not in (*self._compressed, self.vega_url):
                raise HTTPException(404, "there is no such file")
            body = self._compressed.get(url) or await asyncio.to_thread(self._bundle)
            headers = {"Cache-Control": _KEPT, "Content-Encoding": "gzip"}
            return Response(body, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])

        return router

    def _bundle(self) -> bytes:
        with self._bundling:
            if self.vega_url not in self._compressed:
                import vl_convert  # 80 MB: not before somebody looks

                self._compressed[self.vega_url] = gzip.compress(vl_convert.javascript_bundle(_EXPORTED).encode())
            return self._compressed[self.vega_url]


def _url(stem: str, suffix: str, content: bytes) -> str:
    return f"/static/{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
