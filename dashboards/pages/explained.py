"""How a month's figure came about, as a page to read and to print: `/explain`, what `/api/explain` answers.

The site is explained by its buildings: each leads to its own arithmetic, and that to its meters', day by day.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dashboards.api.explaining import ExplainParams, read_explanation
from dashboards.language import Speaker
from dashboards.pages import figures, figures_money
from dashboards.pages.figures import Scope
from dashboards.pages.render import Lang, Pages
from dashboards.pages.static_files import StaticFiles
from dashboards.pages.view import View, ViewParams, table
from dashboards.pages.wording import FINDINGS, KEY_NAMES, RULES
from dashboards.parts import Parts
from energy.cost.explain_query import Asked
from energy.derived.indicator_query import Kind
from energy.findings import standing
from estate.tariff import PERIODS
from estate.vocabulary import CARRIERS
from store.base import StoreUnavailable


class ExplainedParams(ExplainParams):
    lang: Lang = None


def explained_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/explain`."""
    router = APIRouter(include_in_schema=False)
    pages, board = Pages(parts, static), ExplainedBoard(parts)

    @router.get("/explain")
    async def explained(request: Request, asked: Annotated[ExplainedParams, Query()]) -> Response:
        whose = asked.asked(parts.estate, parts.clock())

        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return await board.read(asked, whose, speaker)

        async def head(speaker: Speaker) -> Mapping[str, Any]:
            return board.head(whose, speaker)

        given = asked.model_dump(exclude={"lang"}, exclude_defaults=True)
        here = urlencode(given) + "&" if given else ""
        return await pages.show(request, "explain.html", asked.lang, read, head=head, here=here)

    return router


class ExplainedBoard:
    """Reads what the page shows."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def head(self, whose: Asked, speaker: Speaker) -> dict[str, Any]:
        """Whose month."""
        view = self._view(whose, speaker)
        return {"view": view, "name": whose.id if whose.kind == "meter" else view.name(view.scope)}

    async def read(self, asked: ExplainedParams, whose: Asked, speaker: Speaker) -> Mapping[str, Any]:
        """The explanation, or of the site its buildings' figures; what was found of the meters in that month."""
        head, trouble, read = self.head(whose, speaker), "", dict[str, Any]()
        view: View = head["view"]
        try:
            read = await (self._of_site(view) if whose.kind == "site" else self._of_meters(asked, view))
        except StoreUnavailable as error:
            trouble = str(error)
        return {
            **head,
            "estate": self._parts.estate,
            "whose": whose,
            "link": lambda month="", **of: _link(speaker, month or view.month, **of),
            "before": _month(view, -1),
            "after": _month(view, 1),
            "trouble": trouble,
            "read": read,
            "carriers": CARRIERS,
            "tariff_periods": PERIODS,
            "keys": {key: speaker.say(*names) for key, names in KEY_NAMES.items()},
            "rules": {kind: speaker.say(*words) for kind, words in RULES.items()},
            "findings": {kind: speaker.say(*names) for kind, names in FINDINGS.items()},
            "api": f"/api/explain?{urlencode(_asked(whose, view.month))}",
        }

    def _view(self, whose: Asked, speaker: Speaker) -> View:
        """The month; of a meter in its building."""
        estate, now_ms = self._parts.estate, self._parts.clock()
        scope = Scope("site") if whose.kind in ("site", "meter") else Scope(cast(Kind, whose.kind), whose.id)
        first = datetime.fromtimestamp(whose.month_ms / 1000, estate.site.zone).date()
        view = View(estate, scope, ViewParams(period="month", day=first), speaker, now_ms, now_ms)
        known = estate.meters.get(whose.id) if whose.kind == "meter" else None
        place = estate.place(known.device, view.period.so_far.end_ms - 1) if known else None
        if place and place.building in estate.buildings:
            view.scope = Scope("building", place.building)
        return view

    async def _of_site(self, view: View) -> dict[str, Any]:
        estate, store, scope, period = self._parts.estate, self._parts.store, view.scope, view.period
        parts, costs, carbon = await asyncio.gather(
            figures.parts(store, scope, period, estate.step),
            figures_money.costs(estate, store, scope, period),
            figures_money.carbon(estate, store, scope, period),
        )
        return {"places": table(parts, view), "costs": costs, "carbon": carbon}

    async def _of_meters(self, asked: ExplainedParams, view: View) -> dict[str, Any]:
        parts, span = self._parts, view.period.so_far
        found = await read_explanation(parts.estate, parts.store, asked, parts.clock())
        own = {meter.meter for meter in found.meters}
        cleaned = await parts.state.read(lambda db: standing(db, *span, parts.estate.site.zone))
        shown = [(meter, each) for meter, each in cleaned if meter in own and found.kind != "tenant"]
        return {"found": found, "cleaned": shown}


def _month(view: View, steps: int) -> str:
    """The month so many before or after, like 2026-10; "" where it has not begun."""
    at = view.day.year * 12 + view.day.month - 1 + steps
    month = f"{at // 12}-{at % 12 + 1:02}"
    return month if month <= f"{view.today:%Y-%m}" else ""


def _asked(whose: Asked, month: str) -> dict[str, str]:
    return {**({whose.kind: whose.id} if whose.kind != "site" else {}), "month": month}


def _link(speaker: Speaker, month: str, **of: str) -> str:
    return f"/explain?{urlencode({**of, 'month': month, 'lang': speaker.language})}"
