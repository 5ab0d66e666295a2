"""Begins a look at a place: which period that is, as the store and the clock say."""

from contextlib import suppress

from dashboards.language import Speaker
from dashboards.pages import figures
from dashboards.pages.view import View, ViewParams
from dashboards.parts import Parts
from store.base import StoreUnavailable


async def looked(parts: Parts, scope: figures.Scope, asked: ViewParams, speaker: Speaker, path: str = "") -> View:
    """The look; `path` where the page is not the place's own. Everything begins now while the store does not answer."""
    now_ms = first_ms = parts.clock()
    if asked.period == "all":
        with suppress(StoreUnavailable):
            first_ms = await figures.first_ms(parts.store, now_ms)
    view = View(parts.estate, scope, asked, speaker, now_ms, first_ms)
    view.path = path or view.path
    return view
