"""The page of energy: `/energy`, what was used, at what cost, by whom, and how sure that is. Its address holds all."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from dashboards import figures, problems
from dashboards.cache import Brief
from dashboards.colours import CARRIER_COLOURS, INK
from dashboards.figures import Figure, Part, Scope
from dashboards.language import Speaker
from dashboards.params import check_ids
from dashboards.parts import Parts
from dashboards.period import LENGTHS, Length, beside, period
from dashboards.problems import Problem
from dashboards.render import Lang, Pages
from dashboards.static_files import StaticFiles
from estate.model import CARRIERS, COMMON, Estate
from store.base import StoreUnavailable

CHARTS = ("use", "parts")


class EnergyParams(BaseModel):
    """What is looked at."""

    model_config = ConfigDict(extra="forbid")

    of: Annotated[str, Field(pattern=r"^(site|building:.+|tenant:.+)$")] = "site"
    period: Length = "month"
    day: Annotated[date | None, Field(ge=date(1972, 1, 1), le=date(2199, 1, 1))] = None
    explain: str = ""
    lang: Lang = None

    @property
    def scope(self) -> Scope:
        kind, _, id_ = self.of.partition(":")
        return Scope("building" if kind == "building" else "tenant" if kind == "tenant" else "site", id_)


class View:
    """One look at the page: what is asked, by whom, and the addresses beside it."""

    def __init__(self, estate: Estate, asked: EnergyParams, speaker: Speaker, now_ms: int, first_ms: int) -> None:
        self.estate, self.asked, self.speaker, self.scope = estate, asked, speaker, asked.scope
        zone = estate.site.zone
        self.today = datetime.fromtimestamp(now_ms / 1000, zone).date()
        self.day = asked.day or self.today
        self.period = period(asked.period, self.day, now_ms, first_ms, zone)

    def link(self, path: str = "/energy", **other: str) -> str:
        """The address of this view with something else in it; "" leaves it out."""
        now = {"of": self.asked.of, "period": self.asked.period, "day": str(self.asked.day or "")}
        given = {name: value for name, value in {**now, **other}.items() if value}
        return f"{path}?{urlencode({**given, 'lang': self.speaker.language})}"

    @property
    def before(self) -> str:
        return self.link(day=str(beside(self.asked.period, self.day, -1)))

    @property
    def after(self) -> str:
        """The next period; "" where that has not begun."""
        following = beside(self.asked.period, self.day, 1)
        return self.link(day=str(following)) if following <= self.today else ""

    @property
    def title(self) -> str:
        """The period in words."""
        say, span = self.speaker.say, self.period.span
        if self.asked.period == "day":
            return self.speaker.date(span.start_ms)
        if self.asked.period == "week":
            return f"{self.speaker.date(span.start_ms)} – {self.speaker.date(span.end_ms - 1)}"
        if self.asked.period == "month":
            return self.speaker.month(span.start_ms, with_year=True)
        year = datetime.fromtimestamp(span.start_ms / 1000, self.estate.site.zone).year
        return str(year) if self.asked.period == "year" else say(f"depuis {year}", f"since {year}")

    def name(self, scope: Scope) -> str:
        """What people call the site, a building or a tenant."""
        if scope.kind == "site" or scope.id == self.estate.site.id:
            return self.speaker.say("Tout le site", "Whole site")
        if scope.id == COMMON:
            return self.speaker.say("Parties communes", "Common parts")
        known: Mapping[str, Any] = self.estate.buildings if scope.kind == "building" else self.estate.tenants
        return str(known[scope.id].name) if scope.id in known else scope.id

    def part(self, id_: str) -> Scope:
        """The scope of a part of this one: of the site or a tenant a building, of a building a tenant."""
        return Scope("tenant" if self.scope.kind == "building" else "building", id_)


class EnergyBoard:
    """Reads what the page shows; every answer is kept for a moment."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._brief = parts, Brief()

    async def view(self, asked: EnergyParams, speaker: Speaker) -> View:
        estate, store, now_ms = self._parts.estate, self._parts.store, self._parts.clock()
        scope = asked.scope
        if scope.kind != "site":
            check_ids(estate, {scope.kind: [scope.id]})
        first_ms = now_ms
        if asked.period == "all":
            first_ms = await self._brief.get("first", lambda: figures.first_ms(store, now_ms))
        return View(estate, asked, speaker, now_ms, first_ms)

    async def figures(self, view: View) -> Sequence[Figure]:
        store = self._parts.store
        return await self._brief.get(
            ("figures", view.scope, view.period),
            lambda: figures.figures(store, view.scope, view.period, self._parts.estate.step),
        )

    async def parts(self, view: View) -> Sequence[Part]:
        store = self._parts.store
        return await self._brief.get(
            ("parts", view.scope, view.period), lambda: figures.parts(store, view.scope, view.period)
        )

    async def chart(self, name: str, view: View) -> dict[str, Any] | None:
        """The chart as a specification with its data, and its legend; None when there is nothing to draw."""
        drawing = await (self._use(view) if name == "use" else self._who(view))
        if drawing is None:
            return None
        spec = await asyncio.to_thread(drawing.chart.to_dict, validate=False)
        return {"spec": spec, "legend": drawing.legend}

    async def _use(self, view: View) -> Any:
        rows, former = await figures.bars(self._parts.store, view.scope, view.period)
        rows = [row for row in rows if CARRIERS[row.carrier].unit == "Wh"]
        return (await _altair()).use_chart(rows, former, view.period, view.speaker) if rows else None

    async def _who(self, view: View) -> Any:
        rows = [part for part in await self.parts(view) if CARRIERS[part.carrier].unit == "Wh"]
        names = {row.id: view.name(view.part(row.id)) for row in rows}
        return (await _altair()).parts_chart(rows, names, view.speaker) if rows else None


def energy_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/energy` and its charts."""
    router = APIRouter(include_in_schema=False)
    pages, board = Pages(parts, static), EnergyBoard(parts)
    estate = parts.estate

    @router.get("/energy")
    async def energy(request: Request, asked: Annotated[EnergyParams, Query()]) -> HTMLResponse:
        speaker = pages.speaker(request, asked.lang)
        found, rows, trouble = list[Figure](), list[Part](), ""
        view = View(estate, asked, speaker, parts.clock(), parts.clock())
        try:
            view = await board.view(asked, speaker)
            found, rows = list(await board.figures(view)), list(await board.parts(view))
        except StoreUnavailable as error:
            trouble = str(error)
        return pages.render(
            "energy.html",
            speaker,
            here=view.link("").removeprefix("?").rpartition("lang=")[0],
            view=view,
            lengths=LENGTHS,
            estate=estate,
            figures=found,
            tiles=tiles(found, view),
            table=_table(rows, view),
            columns=[carrier for carrier in CARRIERS if any(row.carrier == carrier for row in rows)],
            hatches=sorted({*CARRIER_COLOURS.values(), INK}),
            carriers=CARRIERS,
            trouble=trouble,
        )

    @router.get("/energy/{name}.json")
    async def chart(request: Request, name: str, asked: Annotated[EnergyParams, Query()]) -> JSONResponse:
        if name not in CHARTS:
            raise Problem("name", f"there is no chart {name!r}", f"there are {', '.join(CHARTS)}")
        speaker = pages.speaker(request, asked.lang)
        try:
            drawing = await board.chart(name, await board.view(asked, speaker))
        except StoreUnavailable as error:
            said = speaker.say("le stockage ne répond pas :", "the store does not answer:")
            return problems.answer(503, f"{said} {error}")
        return JSONResponse(drawing, headers={"Cache-Control": "no-store"})

    return router


class Tile(NamedTuple):
    """One figure at a glance."""

    name: str
    value: str
    note: str


def tiles(found: Sequence[Figure], view: View) -> list[Tile]:
    """The figures at a glance; energy is what was drawn and produced less what was fed in."""
    speaker, say = view.speaker, view.speaker.say
    energy = [figure for figure in found if CARRIERS[figure.carrier].unit == "Wh"]
    signs = [-1 if figure.carrier == "export" else 1 for figure in energy]
    total = sum(sign * figure.amount for sign, figure in zip(signs, energy, strict=True))
    guessed = sum(figure.guessed for figure in energy) / (sum(figure.amount for figure in energy) or 1)
    former = [figure.former for figure in energy]
    note = say("toutes énergies", "all carriers")
    if energy and None not in former:
        before = sum(sign * (amount or 0) for sign, amount in zip(signs, former, strict=True))
        note = say("{} sur la période précédente", "{} on the former period").format(
            speaker.change((total - before) / before) if before else "–"
        )
    return [
        Tile(say("Énergie utilisée", "Energy used"), speaker.energy(total) if energy else "–", note),
        Tile(
            say("Dont estimé", "Of it estimated"),
            speaker.share(guessed) if energy else "–",
            say("faute de relevés", "for want of readings"),
        ),
    ]


def _table(rows: Sequence[Part], view: View) -> list[tuple[Scope, dict[str, Part]]]:
    """Who used what, the greatest energy first."""
    found: dict[str, dict[str, Part]] = {}
    for row in rows:
        found.setdefault(row.id, {})[row.carrier] = row

    def energy(id_: str) -> int:
        return sum(part.amount for part in found[id_].values() if CARRIERS[part.carrier].unit == "Wh")

    return [(view.part(id_), found[id_]) for id_ in sorted(found, key=energy, reverse=True)]


async def _altair() -> Any:
    """The charts' module; importing altair takes a second, so not before somebody looks, and not on the loop."""
    return await asyncio.to_thread(__import__, "dashboards.energy_charts", fromlist=["energy_charts"])
