"""Settlement as the API shows it: closed months that changed, and rebuilds."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Query

from dashboards.api.actions import json_only
from dashboards.api.models import MonthChanged, RebuildAsked, RebuildState
from dashboards.api.params import Instant, check_ids
from dashboards.api.problems import Problem, ProblemDetails
from dashboards.parts import Parts
from energy.changes import Change, listed
from energy.settle import Progress, Settlement
from estate.calendar import rfc3339
from estate.model import Estate
from estate.vocabulary import CARRIERS
from store.state import State


def settling_router(parts: Parts) -> APIRouter:
    """`/api/changes` and `/api/rebuild`."""
    router = APIRouter(
        prefix="/api",
        tags=["api"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )

    def settlement() -> Settlement:
        if parts.settlement is None:
            raise Problem("only", "this process does not settle", "ask the one that runs with --only energy")
        return parts.settlement

    @router.get("/changes")
    async def changes(
        since: Annotated[Instant | None, Query(description="Settled from then on. Default: all.")] = None,
    ) -> list[MonthChanged]:
        """Closed months whose figure has changed, by meter and tenant, the last change first."""
        return await read_changes(parts.state, parts.estate, since or 0)

    @router.get("/rebuild")
    async def rebuilding() -> RebuildState:
        """How far the last rebuild that was asked for is."""
        return rebuild_state(settlement().rebuilding, parts.estate.site.zone)

    @router.post("/rebuild", dependencies=[Depends(json_only)])
    async def rebuild(asked: Annotated[RebuildAsked, Body()]) -> RebuildState:
        """Compute consumption again from the readings; what is right already is left as it is."""
        check_ids(parts.estate, {"meter": asked.meters})
        if virtual := [meter for meter in asked.meters if meter in parts.estate.virtuals]:
            raise Problem("meters", f"meter {virtual[0]!r} is made of others", "rebuild those: it follows them")
        settlement().ask(asked.meters)
        return rebuild_state(settlement().rebuilding, parts.estate.site.zone)

    return router


async def read_changes(state: State, estate: Estate, since_ms: int) -> list[MonthChanged]:
    """Those settled since then, the newest first."""
    return [_changed(each, estate) for each in await state.read(lambda db: listed(db, since_ms))]


def rebuild_state(progress: Progress, zone: ZoneInfo) -> RebuildState:
    """The progress as the API says it."""
    kept: Mapping[str, str] = {meter: rfc3339(at_ms, zone) for meter, at_ms in progress.kept_before.items()}
    given: dict[str, Any] = {**progress._asdict(), "kept_before": kept}
    return RebuildState(**given)


def _changed(change: Change, estate: Estate) -> MonthChanged:
    zone, meter = estate.site.zone, estate.meters.get(change.meter) or estate.virtuals.get(change.meter)
    return MonthChanged(
        meter=change.meter,
        tenant=change.tenant,
        carrier=meter.carrier if meter else "",
        unit=CARRIERS[meter.carrier].unit if meter else "",
        month=rfc3339(change.month_ms, zone)[:7],
        before=change.before,
        after=change.after,
        why=change.why,
        readings_from=rfc3339(change.from_ms, zone) if change.from_ms else None,
        settled=rfc3339(change.settled_ms, zone),
    )
