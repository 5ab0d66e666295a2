"""`/api/indicators`: what a place's figures say of its use, each with its formula, its source and how sure it is."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dashboards.api.params import Instant, Params, check_ids
from dashboards.api.problems import Problem, ProblemDetails
from dashboards.parts import Parts
from energy.derived.found import Found
from energy.derived.indicator_query import Kind, Scope, read
from energy.derived.indicators import INDICATORS, Indicator, indicators
from estate.calendar import DAY_MS, floor, following, rfc3339
from estate.model import Estate

USUAL_DAYS = 30
MOST_DAYS = 3700
"""The longest period of one answer: ten years."""


class IndicatorParams(Params):
    of: Annotated[Kind, Field(description="What the indicators are of.")] = "site"
    id: Annotated[str, Field(description="Of which building, zone or tenant. The site needs none.")] = ""
    start: Annotated[
        Instant | None,
        Field(description="From the local day that holds this time on. Default: 30 days before the end."),
    ] = None
    end: Annotated[
        Instant | None,
        Field(description="Until the end of the local day before this time. Default: until today, which is not over."),
    ] = None

    def scope(self, estate: Estate, now_ms: int) -> Scope:
        """The place and its whole days. Raises `Problem` at an id that is not in the estate, or an empty period."""
        if self.of != "site" or self.id:
            known = {"site": [estate.site.id]}.get(self.of)
            if known and self.id not in known:
                raise Problem("id", f"the site is {known[0]!r}, not {self.id!r}", "leave id out, or name a building")
            if not self.id:
                raise Problem("id", f"no {self.of} is named", "give the id of one, as `microville check` lists them")
            if not known:
                check_ids(estate, {self.of: [self.id]})
        zone = estate.site.zone
        today = floor(now_ms, "1d", zone)
        end_ms = min(today, _day_after(self.end, estate) if self.end is not None else today)
        usual = floor(end_ms - USUAL_DAYS * DAY_MS + DAY_MS // 2, "1d", zone)
        start_ms = usual if self.start is None else floor(self.start, "1d", zone)
        if start_ms >= end_ms:
            raise Problem("start", "no whole day that is over lies between start and end", "give an earlier start")
        if end_ms - start_ms > MOST_DAYS * DAY_MS:
            raise Problem("start", "the period is longer than ten years", "give a later start")
        return Scope(self.of, self.id or estate.site.id, start_ms, end_ms)


class Words(BaseModel):
    fr: str
    en: str


class IndicatorAnswer(BaseModel):
    """One indicator. `value` is none where data are missing, never 0 for it; `reason` says what is missing."""

    id: str
    label: Words
    meaning: Words
    formula: str
    source: str
    unit: str
    value: float | None
    reason: Words | None
    estimated: float  # the share of its data that was not measured, 0 to 1
    coverage: float  # the share of the days that have its data, 0 to 1
    above: float | None  # the figure above the line of the fraction, in Wh, L, W, s or readings
    below: float | None  # and the one below, in m², person·s, m°C·d, Wh, s or readings
    time: str | None  # when, of a peak


class IndicatorsAnswer(BaseModel):
    """The indicators of one place over whole local days."""

    of: Kind
    id: str
    start: str
    end: str  # the start of the day after the last
    area_m2: float  # of a tenant: what it leased over the days, on average
    indicators: list[IndicatorAnswer]


def indicator_router(parts: Parts) -> APIRouter:
    """`/api/indicators`; never cached."""
    router = APIRouter(
        prefix="/api",
        tags=["api"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )

    @router.get("/indicators")
    async def indicators_of(asked: Annotated[IndicatorParams, Query()]) -> IndicatorsAnswer:
        """What the figures of the site, a building, a zone or a tenant say of its use, over any whole days."""
        estate = parts.estate
        scope = asked.scope(estate, parts.clock())
        inputs = await read(parts.store, estate, scope)
        found = indicators(inputs)
        return IndicatorsAnswer(
            of=scope.kind,
            id=scope.id,
            start=rfc3339(scope.start_ms, estate.site.zone),
            end=rfc3339(scope.end_ms, estate.site.zone),
            area_m2=inputs.area_m2,
            indicators=[_answer(row, found[row.id], estate) for row in INDICATORS.values()],
        )

    return router


def _answer(row: Indicator, found: Found, estate: Estate) -> IndicatorAnswer:
    return IndicatorAnswer(
        id=row.id,
        label=Words(fr=row.fr, en=row.en),
        meaning=Words(fr=row.meaning_fr, en=row.meaning_en),
        formula=row.formula,
        source=row.source,
        unit=row.unit,
        value=found.value,
        reason=Words(fr=found.reason.fr, en=found.reason.en) if found.reason else None,
        estimated=found.estimated,
        coverage=found.coverage,
        above=found.above,
        below=found.below,
        time=rfc3339(found.at_ms, estate.site.zone) if found.at_ms is not None else None,
    )


def _day_after(at_ms: int, estate: Estate) -> int:
    """The start of the day itself when it begins then, else of the next: the days until before that time."""
    day = floor(at_ms, "1d", estate.site.zone)
    return day if day == at_ms else following(day, "1d", estate.site.zone)
