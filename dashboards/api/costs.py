"""Cost and carbon as the API answers them."""

from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import numpy as np
from fastapi import APIRouter, Query
from pydantic import Field

from dashboards.api.cost_models import CarbonGroup, CostAnswer, CostGroup, FactorUsed, cost_line
from dashboards.api.params import ConsumptionParams, check_ids, check_size, count_steps
from dashboards.api.problems import Problem, ProblemDetails
from dashboards.parts import Parts
from energy.cost.carbon_query import Emitted, emissions
from energy.cost.kept_query import MonthlyCosting
from energy.cost.money import cents, decimal
from energy.cost.query import Costing
from energy.cost.sums import Group, grouped
from energy.cost.tariff import contracts_of
from energy.flows.allocation import delivery_point
from energy.meters.cleaned import Times
from estate.calendar import Every, following, rfc3339, steps
from estate.model import Estate, Meter
from estate.vocabulary import CARRIERS
from store.base import Store, Usage

SHORTEST = ("1d", "1mo", "1y")


class CostParams(ConsumptionParams):
    every: Annotated[
        Literal["15m", "1h", "1d", "1mo", "1y"],
        Field(description="1d, 1mo or 1y, in the site's zone."),
    ] = "1mo"


def cost_router(parts: Parts) -> APIRouter:
    """`/api/cost` and `/api/carbon`; never cached."""
    router = APIRouter(
        prefix="/api",
        tags=["api"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )
    estate, store, zone = parts.estate, parts.store, parts.estate.site.zone

    @router.get("/cost")
    async def cost(asked: Annotated[CostParams, Query()]) -> CostAnswer:
        """What the site, its buildings, tenants or meters cost by the estate's tariffs, line by line."""
        return await read_cost(estate, store, asked, parts.clock())

    @router.get("/carbon")
    async def carbon(asked: Annotated[ConsumptionParams, Query()]) -> list[CarbonGroup]:
        """What it emits, by dated factors with their source; carriers without a factor are absent."""
        check_ids(estate, {"building": asked.building, "tenant": asked.tenant, "meter": asked.meter})
        start_ms, end_ms = asked.span(parts.clock(), estate)
        check_size("every", count_steps(start_ms, end_ms, asked.every, zone) * len(estate.meters))
        query = Usage(asked.every, start_ms, end_ms, asked.of, asked.where(), asked.groups)
        return [_carbon(found, zone) for found in await emissions(store, estate, query)]

    return router


async def read_cost(estate: Estate, store: Store, asked: CostParams, now_ms: int) -> CostAnswer:
    """The costs of what is asked for, and the delivery points of which nobody has said what they cost."""
    check_ids(estate, {"building": asked.building, "tenant": asked.tenant, "meter": asked.meter})
    if asked.every not in SHORTEST:
        raise Problem("every", f"costs by {asked.every} do not exist", "ask for 1d, 1mo or 1y")
    zone = estate.site.zone
    start_ms, end_ms = asked.span(now_ms, estate)
    check_size("every", count_steps(start_ms, end_ms, "1d", zone) * len(estate.meters))
    edges = _edges(start_ms, min(end_ms, now_ms), asked.every, zone)
    meters = [meter for meter in estate.meters.values() if _asked_for(estate, meter, asked)]
    if len(edges) < 2:
        return CostAnswer(groups=[], unpriced=[])
    of = Costing if asked.every == "1d" else MonthlyCosting
    costing = of(store, estate, int(edges[0]), int(edges[-1]), now_ms)
    names = [meter.id for meter in meters]
    charges = await (costing.tenants(names, asked.tenant) if asked.of == "tenant" else costing.meters(names))
    wanted = [charge for charge in charges if not asked.tenant or charge.tenant in asked.tenant]
    groups = grouped(estate, wanted, asked.groups, edges)
    unpriced = [meter.id for meter in meters if meter.role == "site" and not contracts_of(estate, meter.id)]
    if unpriced and asked.tenant:
        shares = Usage(asked.every, start_ms, end_ms, "tenant", {"tenant": asked.tenant}, ("meter",))
        own = {row.tags["meter"] for row in await store.usage(shares)} & estate.meters.keys()
        unpriced = sorted({delivery_point(estate, meter) for meter in own} & set(unpriced))
    return CostAnswer(groups=[_cost(group, edges, zone) for group in groups], unpriced=unpriced)


def _asked_for(estate: Estate, meter: Meter, asked: CostParams) -> bool:
    """Delivery points; sub-meters only by their name, and never of tenants."""
    buildings = {place.building for place in estate.placements[meter.device]}
    return (
        (meter.id in asked.meter if asked.meter else meter.role == "site")
        and (meter.role == "site" or asked.of == "meter")
        and (not asked.carrier or meter.carrier in asked.carrier)
        and (not asked.building or bool(buildings & {*asked.building}))
    )


def _edges(start_ms: int, end_ms: int, every: Every, zone: ZoneInfo) -> Times:
    """The starts of the steps that start in [start, end), and the end of the last."""
    found = [start for start in steps(start_ms, end_ms, every, zone) if start >= start_ms]
    return np.array([*found, *(following(last, every, zone) for last in found[-1:])], np.int64)


def _cost(group: Group, edges: Times, zone: ZoneInfo) -> CostGroup:
    unit = CARRIERS[group.tags["carrier"]].unit
    shown = [cents(step) for step in np.array([line.amount for line in group.lines]).T.tolist()]
    by_line = [list(each) for each in zip(*shown, strict=True)]
    share = np.divide(group.guessed, group.quantity, out=np.zeros(len(group.quantity)), where=group.quantity != 0)
    return CostGroup(
        tags=dict(group.tags),
        start=[rfc3339(start, zone) for start in edges[:-1].tolist()],
        quantity=group.quantity.tolist(),
        quantity_unit=unit,
        estimated=np.clip(share, 0, 1).tolist(),
        amount=group.amount.tolist(),
        cents=[sum(step) for step in shown] or [0] * len(group.amount),
        lines=[cost_line(line, unit, own) for line, own in zip(group.lines, by_line, strict=True)],
    )


def _carbon(found: Emitted, zone: ZoneInfo) -> CarbonGroup:
    row = found.row
    used: Sequence[FactorUsed] = [
        FactorUsed(
            start=rfc3339(each.start_ms, zone),
            kg_per_kwh=decimal(each.micro),
            source=each.source,
            source_fr=each.source_fr or each.source,
        )
        for each in found.factors
    ]
    return CarbonGroup(
        tags=dict(row.tags),
        start=[rfc3339(start, zone) for start in row.starts.tolist()],
        quantity=row.amounts.tolist(),
        estimated=row.estimated.tolist(),
        amount=found.nano_kg.tolist(),
        factors=list(used),
    )
