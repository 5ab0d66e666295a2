"""The store's steps → the explanation of one month of a tenant, a meter, a building or the site."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.cost.carbon import factors
from energy.cost.explain import (
    ExplainedDay,
    ExplainedMeter,
    ExplainedReadings,
    ExplainedShare,
    Explanation,
    Month,
    explained_carbon,
    explained_lines,
    explained_shares,
    explained_sums,
)
from energy.cost.explain import day as local_day
from energy.cost.lines import Cost
from energy.cost.money import cents_by
from energy.cost.query import Costing
from energy.cost.tariff import contracts_of
from energy.flows.allocation import delivery_point, placement_at, remainder, submeters
from energy.flows.rollup import rollup
from energy.meters.steps import Steps
from energy.usage import summed
from estate.calendar import LENGTHS, following, rfc3339
from estate.model import Estate
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES
from store.base import Series, Store, Tag, Usage, UsageRow, UsageTag

Whose = Literal["tenant", "meter", "building", "site"]


class Asked(NamedTuple):
    """Whose month."""

    kind: Whose
    id: str
    month_ms: int  # its start

    @property
    def tenant(self) -> str:
        return self.id if self.kind == "tenant" else ""


class _Found(NamedTuple):
    """What one question is answered from."""

    month: Month
    rows: Mapping[str, UsageRow]  # the steps of those asked for, by meter
    whole: Mapping[str, Steps]  # of a tenant: the steps of its meters, and of those behind them
    costs: Mapping[str, Sequence[tuple[Cost, Cost]]]  # by delivery point: each line, and the delivery point's own
    readings: ExplainedReadings | None  # of the meter that was asked for


async def explain(store: Store, estate: Estate, asked: Asked, now_ms: int) -> Explanation:
    """The month, meter by meter; where there is no contract, what was used without what it costs."""
    month = asked.month_ms, following(asked.month_ms, "1mo", estate.site.zone)
    rows = await _rows(store, estate, month, asked)
    costs = await _costs(store, estate, month, asked, rows, now_ms)
    sharing = {sub.id for meter in rows for sub in submeters(estate, estate.meters[meter])} | rows.keys()
    whole = await _steps(store, estate, month, {"meter": sorted(sharing)}) if asked.tenant and rows else {}
    readings = await _readings(store, estate, month, asked)
    found = _Found(month, rows, {meter: Steps(*row[1:4]) for meter, row in whole.items()}, costs, readings)
    points = dict.fromkeys(_point(estate, asked, meter) for meter in sorted(rows))
    meters = [_meter(estate, asked, point, found) for point in points]
    due = [(each.carrier, line.amount) for each in meters for line in each.lines]
    shown = iter(cents_by([carrier for carrier, _ in due], [amount for _, amount in due]))
    result = []
    for each in meters:
        lines = [replace(line, cents=next(shown)) for line in each.lines]
        result.append(replace(each, lines=lines, cents=sum(line.cents for line in lines)))
    return Explanation(
        asked.kind,
        asked.id,
        rfc3339(asked.month_ms, estate.site.zone)[:7],
        result,
        explained_sums(result),
        sum(each.amount for each in result),
        sum(each.cents for each in result),
        sum(each.nano_kg for each in result),
    )


async def _readings(store: Store, estate: Estate, month: Month, asked: Asked) -> ExplainedReadings | None:
    """What the meter that was asked for showed."""
    meter = estate.meters.get(asked.id) if asked.kind == "meter" else None
    if meter is None:
        return None
    where: dict[Tag, Sequence[str]] = {"device": [meter.device]}
    query = Series(meter.quantity, *month, None, "last", where, ("device", "channel"))
    rows = [row for row in await store.series(query) if row.tags["channel"] == meter.channel and len(row.times)]
    if not rows:
        return None
    (row,), zone = rows, estate.site.zone
    return ExplainedReadings(
        quantity=meter.quantity,
        unit=QUANTITIES[meter.quantity].unit,
        count=len(row.times),
        first=float(row.values[0]),
        first_at=rfc3339(int(row.times[0]), zone),
        last=float(row.values[-1]),
        last_at=rfc3339(int(row.times[-1]), zone),
    )


async def _rows(store: Store, estate: Estate, month: Month, asked: Asked) -> dict[str, UsageRow]:
    """The steps of those asked for."""
    if asked.kind == "tenant":
        return await _steps(store, estate, month, {"tenant": [asked.id]}, "tenant")
    if asked.kind == "meter":
        return await _steps(store, estate, month, {"meter": [asked.id]})
    where: dict[UsageTag, Sequence[str]] = {"role": ["site"]}
    return await _steps(store, estate, month, where | ({"building": [asked.id]} if asked.kind == "building" else {}))


async def _steps(
    store: Store,
    estate: Estate,
    month: Month,
    where: Mapping[UsageTag, Sequence[str]],
    of: Literal["meter", "tenant"] = "meter",
) -> dict[str, UsageRow]:
    found = await store.usage(Usage(estate.step, *month, of, where, ("meter",)))
    return {row.tags["meter"]: row for row in found if row.tags["meter"] in estate.meters}


async def _costs(
    store: Store, estate: Estate, month: Month, asked: Asked, rows: Mapping[str, UsageRow], now_ms: int
) -> dict[str, list[tuple[Cost, Cost]]]:
    """Lines by delivery point, worked out from the steps and not from what is kept of days."""
    costing = Costing(store, estate, *month, now_ms, kept=False)
    points = sorted({_point(estate, asked, meter) for meter in rows})
    if asked.tenant:
        charges, parts = await costing.whole_and_parts(points)
        own = {each.meter: each.costs for each in parts if each.tenant == asked.tenant}
        whole = {charge.meter: charge.costs for charge in charges}
    else:
        whole = own = {charge.meter: charge.costs for charge in await costing.meters(points)}
    return {point: [pair for pair in zip(own[point], whole[point], strict=True) if _counts(pair[0])] for point in own}


def _counts(cost: Cost) -> bool:
    return bool(cost.amount.any() or cost.quantity.any())


def _point(estate: Estate, asked: Asked, meter: str) -> str:
    """Behind what the meter's amount is priced: a sub-meter that is asked for stands for itself."""
    return meter if asked.kind == "meter" else delivery_point(estate, meter)


def _meter(estate: Estate, asked: Asked, point: str, found: _Found) -> ExplainedMeter:
    zone, meter = estate.site.zone, estate.meters[point]
    rows = {name: row for name, row in found.rows.items() if _point(estate, asked, name) == point}
    steps, unit = summed(list(rows.values())), CARRIERS[meter.carrier].unit
    pairs = found.costs.get(point, ())
    lines = list(explained_lines(estate, pairs, found.month, steps.starts, unit))
    days = rollup(steps, "1d", zone)
    carbon = list(explained_carbon(days.starts, days.amounts, factors(estate, meter.carrier), zone))
    settled = max(int(row.settled.max()) for row in rows.values())
    return ExplainedMeter(
        meter=point,
        building=placement_at(estate, meter, int(steps.starts[-1])).building,
        carrier=meter.carrier,
        kind=meter.kind,
        unit=unit,
        quantity=int(steps.amounts.sum()),
        guessed=int(steps.guessed.sum()),
        steps=len(steps.starts),
        until=rfc3339(int(steps.starts[-1]) + LENGTHS[estate.step], zone),
        settled=rfc3339(settled, zone) if settled else "",
        readings=found.readings,
        days=list(_by_day(steps, days, zone)) if asked.kind in ("meter", "tenant") else [],
        priced=bool(contracts_of(estate, delivery_point(estate, point))),
        shares=[share for name, row in rows.items() for share in _shares(estate, asked, name, row, found)],
        lines=lines,
        amount=sum(line.amount for line in lines),
        cents=0,  # rounded with those of the other meters
        carbon=carbon,
        nano_kg=sum(each.nano_kg for each in carbon),
    )


def _by_day(steps: Steps, days: Steps, zone: ZoneInfo) -> Iterator[ExplainedDay]:
    first = np.searchsorted(steps.starts, [*days.starts.tolist(), np.iinfo(np.int64).max])
    for at, start in enumerate(days.starts.tolist()):
        held = slice(first[at], first[at + 1])
        amount, guessed = int(steps.amounts[held].sum()), int(steps.guessed[held].sum())
        yield ExplainedDay(local_day(start, zone), int(first[at + 1] - first[at]), amount, guessed)


def _shares(estate: Estate, asked: Asked, name: str, row: UsageRow, found: _Found) -> list[ExplainedShare]:
    """The keys of a tenant's part of what this meter alone serves."""
    if not asked.tenant or name not in found.whole:
        return []
    meter, own = estate.meters[name], found.whole[name]
    behind = [found.whole[sub.id] for sub in submeters(estate, meter) if sub.id in found.whole]
    net = Steps(own.starts, remainder(own, behind), np.zeros(len(own.starts)))
    return list(explained_shares(estate, meter, net, asked.tenant, Steps(*row[1:4])))
