"""Who used what a meter counted: `/api/allocation`, whose figures sum, step by step, to the main meters.

Of each group: what enters it through its main meters, less what leaves it through sub-meters elsewhere, is shared out
among its tenants and the common parts. Of one meter that is its own count, less that of the meters behind it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from dashboards.api.models import AllocationGroup, Main, Share
from dashboards.api.params import AllocationParams, check_ids, check_size, count_steps
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from energy.usage import of_meters, summed
from estate.calendar import rfc3339
from estate.model import COMMON, Estate, Meter
from estate.vocabulary import CARRIERS
from store.base import Store, Usage, UsageRow, UsageTag

Group = tuple[str, str]  # building or meter, and carrier
Whose = Literal["meter", "tenant"]


class _Found(NamedTuple):
    """The rows of one group."""

    main: list[UsageRow]
    elsewhere: list[UsageRow]
    shares: dict[str, list[UsageRow]]


async def allocation(estate: Estate, store: Store, asked: AllocationParams, now_ms: int) -> list[AllocationGroup]:
    """The groups that have rows, in order of their tags. Raises `Problem` at ids that are not in the estate."""
    check_ids(estate, {"building": asked.building, "tenant": asked.tenant, "meter": asked.meter})
    meters = _meters(estate, asked)
    start_ms, end_ms = asked.span(now_ms, estate)
    steps = count_steps(start_ms, end_ms, asked.every, estate.site.zone)
    check_size("every", steps * sum(_most_columns(estate, meter, asked) for meter in meters.values()))
    found: dict[Group, _Found] = defaultdict(lambda: _Found([], [], defaultdict(list)))

    async def rows(of: Whose, ids: Iterable[str]) -> list[UsageRow]:
        wanted = {*ids}
        where = {**of_meters(estate, wanted), "carrier": asked.carrier or list(CARRIERS)}
        if asked.tenant:
            where["tenant"] = asked.tenant
        by: tuple[UsageTag, ...] = ("meter", "building", "carrier", "tenant")
        rows = await store.usage(Usage(asked.every, start_ms, end_ms, of, where, by))
        return [row for row in rows if row.tags["meter"] in wanted]

    async def counted() -> list[UsageRow]:
        if asked.tenant:
            return []
        behind = (meter.id for meter in estate.meters.values() if upstream(estate, meter) in meters)
        return await rows("meter", [*meters, *behind])

    shares, own = await asyncio.gather(rows("tenant", meters), counted())
    for row in shares:
        if group := _group(asked, row):
            found[group].shares[row.tags["tenant"]].append(row)
    groups = {row.tags["meter"]: _group(asked, row) for row in own if row.tags["meter"] in meters}
    for row in own:
        meter = estate.meters[row.tags["meter"]]
        group = _group(asked, row) if meter.id in meters else None
        above = groups.get(upstream(estate, meter))
        if group and group != above:
            found[group].main.append(row)
        if above and group != above:
            found[above].elsewhere.append(row)
    return [_answer(estate, asked, group, found[group]) for group in sorted(found)]


def upstream(estate: Estate, meter: Meter) -> str:
    """The meter whose remainder this one lessens: that before it, of the same carrier; "" when there is none."""
    before = estate.meters.get(meter.submeter_of)
    return before.id if before and before.carrier == meter.carrier else ""


def _meters(estate: Estate, asked: AllocationParams) -> dict[str, Meter]:
    """The meters whose shares are asked for; virtual ones share nothing out."""

    def fits(meter: Meter) -> bool:
        places = {place.building for place in estate.placements[meter.device]}
        return (
            (not asked.meter or meter.id in asked.meter)
            and (not asked.carrier or meter.carrier in asked.carrier)
            and (not asked.building or not places.isdisjoint(asked.building))
        )

    return {meter.id: meter for meter in estate.meters.values() if fits(meter)}


def _group(asked: AllocationParams, row: UsageRow) -> Group | None:
    """The group of these rows; None where the meter was in a building that is not asked for."""
    if asked.building and row.tags["building"] not in asked.building:
        return None
    return row.tags[asked.groups], row.tags["carrier"]


def _most_columns(estate: Estate, meter: Meter, asked: AllocationParams) -> int:
    """How many values of one step of this meter the answer can have, at most."""
    places = {place.building for place in estate.placements[meter.device]}
    whole = estate.site.id in places
    tenants = {lease.tenant for lease in estate.leases if whole or estate.zones[lease.zone].building in places}
    return len(asked.tenant) or len(tenants) + 4


def _answer(estate: Estate, asked: AllocationParams, group: Group, found: _Found) -> AllocationGroup:
    shares = {tenant: summed(rows) for tenant, rows in found.shares.items()}
    main, elsewhere = summed(found.main), summed(found.elsewhere)
    starts = np.unique(np.concatenate([steps.starts for steps in (main, *shares.values())]))
    shared = sum((steps.at(starts).amounts for steps in shares.values()), np.zeros(len(starts), np.int64))
    amount, away = main.at(starts).amounts, elsewhere.at(starts).amounts
    rest = Main(amount=amount.tolist(), elsewhere=away.tolist(), difference=(amount - away - shared).tolist())
    return AllocationGroup(
        tags=dict(zip((asked.groups, "carrier"), group, strict=True)),
        unit=CARRIERS[group[1]].unit,
        start=[rfc3339(at_ms, estate.site.zone) for at_ms in starts.tolist()],
        settled=_settled(estate, starts, [*found.main, *(row for rows in found.shares.values() for row in rows)]),
        main=None if asked.tenant else rest,
        shares=[_share(tenant, starts, shares[tenant]) for tenant in sorted(shares, key=lambda t: (t == COMMON, t))],
    )


def _share(tenant: str, starts: Times, steps: Steps) -> Share:
    _, amounts, estimated = steps.at(starts)
    return Share(tenant=tenant, amount=amounts.tolist(), estimated=estimated.tolist())


def _settled(estate: Estate, starts: Times, rows: Sequence[UsageRow]) -> list[str | None]:
    """When the last of the rows of each step was settled to another figure; None when that is unknown."""
    last = np.zeros(len(starts), np.int64)
    for row in rows:
        np.maximum.at(last, np.searchsorted(starts, row.starts), row.settled)
    return [rfc3339(at_ms, estate.site.zone) if at_ms else None for at_ms in last.tolist()]
