"""The part of the JSON interface that is worked out from readings: consumption, and who used it."""

from typing import Annotated

from fastapi import APIRouter, Query

from dashboards.api.allocation import allocation
from dashboards.api.models import AllocationGroup, ConsumptionGroup
from dashboards.api.params import AllocationParams, ConsumptionParams, check_ids, check_size, count_steps
from dashboards.api.problems import ProblemDetails
from dashboards.parts import Parts
from estate.calendar import rfc3339
from estate.model import Estate
from estate.vocabulary import CARRIERS
from store.base import Usage, UsageRow


def usage_router(parts: Parts) -> APIRouter:
    """`/api/consumption` and `/api/allocation`; never cached."""
    router = APIRouter(
        prefix="/api",
        tags=["api"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )
    estate, store, zone = parts.estate, parts.store, parts.estate.site.zone

    @router.get("/consumption")
    async def consumption(asked: Annotated[ConsumptionParams, Query()]) -> list[ConsumptionGroup]:
        """What the site, its buildings, tenants or meters consumed, step by step, with what of it was estimated."""
        real = [meter for meter in asked.meter if meter not in estate.virtuals]
        check_ids(estate, {"building": asked.building, "tenant": asked.tenant, "meter": real})
        start_ms, end_ms = asked.span(parts.clock(), estate)
        check_size("every", count_steps(start_ms, end_ms, asked.every, zone) * _most_groups(asked, estate))
        query = Usage(asked.every, start_ms, end_ms, asked.of, asked.where(), asked.groups)
        return [_consumption(row, estate) for row in await store.usage(query)]

    @router.get("/allocation")
    async def allocated(asked: Annotated[AllocationParams, Query()]) -> list[AllocationGroup]:
        """Who used what the meters counted, by tenant; step by step it sums to the meters."""
        return await allocation(estate, store, asked, parts.clock())

    return router


def _most_groups(asked: ConsumptionParams, estate: Estate) -> int:
    """How many groups the answer can have, at most."""
    of = {id_: meter.carrier for each in (estate.meters, estate.virtuals) for id_, meter in each.items()}
    meters = asked.meter or list(of)
    carriers = len({of[meter] for meter in meters} & set(asked.carrier or CARRIERS))
    most = {
        "building": len(asked.building or estate.buildings),
        "tenant": len(asked.tenant) or len(estate.tenants) + 1,
        "meter": len(meters),
        "carrier": 1 if "meter" in asked.groups else carriers,  # a meter has one carrier
    }
    groups = 1
    for tag in asked.groups:
        groups *= most[tag]
    return groups


def _consumption(row: UsageRow, estate: Estate) -> ConsumptionGroup:
    zone, of = estate.site.zone, estate.meters.get(row.tags.get("meter", ""))
    return ConsumptionGroup(
        tags=dict(row.tags),
        unit=CARRIERS[row.tags["carrier"]].unit,
        start=[rfc3339(start_ms, zone) for start_ms in row.starts.tolist()],
        amount=row.amounts.tolist(),
        estimated=row.estimated.tolist(),
        integrated=of.kind == "power" if of else None,
        settled=[rfc3339(settled_ms, zone) if settled_ms else None for settled_ms in row.settled.tolist()],
    )
