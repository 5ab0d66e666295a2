"""What delivery points, their tenants, buildings and the site cost and emit by day → rows the store keeps. Pure.

A place's rows are sums of those of delivery points (`meter#…`) and of their tenants' parts (`part#…`); a month is the
sum of its days, a year of its months. Nothing is kept of a day that comes to 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.cost.carbon import emitted
from energy.cost.facts import COSTS, ENERGY, LINES, SUBSCRIBED
from energy.cost.lines import energy_by_period
from energy.cost.money import Amounts
from energy.cost.query import Charge
from energy.cost.sums import by_building
from energy.derived.facts import ROLE, meter_of
from energy.flows.columns import columns, difference
from energy.flows.rollup import rolled
from energy.meters.steps import Steps, total
from estate.calendar import Every
from estate.model import Consumption, Estate
from estate.tariff import PRICE_UNITS, Factor
from estate.vocabulary import CARRIERS
from store.base import Span, UsageRow

PARTS = {carrier: f"part_{carrier}" for carrier in CARRIERS}
"""Carrier → the carrier of the rows of what tenants pay of it behind one delivery point."""

KIND_OF_BASIS = {
    "amount": "flat", "day": "fixed", "year": "fixed", "power": "fixed",
    "over": "overrun", "over_time": "overrun", "share": "share",
}  # fmt: skip
"""What a line is priced by → a kind of line; what is priced by period is of that."""


class Name(NamedTuple):
    """What tells a row from others of its step."""

    meter: str  # kind#place#fact, or part#point#tenant
    carrier: str  # the fact
    building: str


Rows = dict[Name, Steps]


def of_charges(estate: Estate, whole: Iterable[Charge], parts: Iterable[Charge]) -> Rows:
    """The rows of delivery points and of their tenants."""
    found: Rows = {}
    for charge in whole:
        for building, here in by_building(estate, charge):
            for fact, amount in _facts(estate, charge).items():
                name = Name(meter_of("meter", charge.meter, fact), fact, building)
                _put(found, name, charge, amount * here)
    for charge in parts:
        for building, here in by_building(estate, charge):
            carrier = PARTS[estate.meters[charge.meter].carrier]
            name = Name(meter_of("part", charge.meter, charge.tenant), carrier, building)
            _put(found, name, charge, _cost(charge) * here)
    return found


def point_of(meter: str) -> str:
    """The delivery point a row is of; "" for those of places."""
    kind, place, _ = meter.split("#", 2)
    return place if kind in ("meter", "part") else ""


def of_places(estate: Estate, points: Rows) -> Rows:
    """The sums of buildings, the site and tenants."""
    members: dict[Name, list[Steps]] = defaultdict(list)
    facts = {part: COSTS[carrier] for carrier, part in PARTS.items()}
    for (meter, carrier, building), steps in points.items():
        if carrier in facts:
            members[_tenant(estate, meter.rpartition("#")[2], facts[carrier])].append(steps)
        else:
            for name in _above(estate, building, carrier):
                members[name].append(steps)
    return {name: _summed(each) for name, each in members.items()}


def of_carbon(
    estate: Estate, own: Iterable[UsageRow], shares: Iterable[UsageRow], known: Mapping[str, Sequence[Factor]]
) -> Rows:
    """What places emit by day: `own` is the site meters' by building, `shares` the tenants'; by carrier, both."""
    members: dict[Name, list[Steps]] = defaultdict(list)
    for row in (*own, *shares):
        factors = known.get(row.tags["carrier"], ())
        if factors:
            fact = f"carbon_{row.tags['carrier']}"
            steps = Steps(row.starts, emitted(row.starts, row.amounts, factors), row.estimated)
            if "tenant" in row.tags:
                members[_tenant(estate, row.tags["tenant"], fact)].append(steps)
            else:
                for name in _above(estate, row.tags["building"], fact):
                    members[name].append(steps)
    return {name: _summed(each) for name, each in members.items()}


def longer(found: Rows, every: Every, zone: ZoneInfo) -> Rows:
    """The sums by month or year; the subscribed power is no sum, and what comes to 0 is left out."""
    names = [name for name in found if name.carrier != SUBSCRIBED]
    sums = rolled(columns((index, found[name]) for index, name in enumerate(names)), every, zone)
    sums = sums.where(sums.amounts != 0)
    present = sums.flows[np.flatnonzero(np.diff(sums.flows, prepend=-1))].tolist()
    return {names[index]: sums.of(index) for index in present}


def held(found: Iterable[UsageRow]) -> Rows:
    """Rows of the store, each group for itself."""
    return {Name(row.tags["meter"], row.tags["carrier"], row.tags["building"]): Steps(*row[1:4]) for row in found}


def compared(before: Rows, now: Rows, every: Every, settled_ms: int) -> tuple[list[Consumption], list[Span]]:
    """The rows to write, and the spans to remove before that."""
    names = list(dict.fromkeys([*before, *now]))
    number = {name: index for index, name in enumerate(names)}
    stored = columns((number[name], steps) for name, steps in before.items())
    found = difference(
        stored, np.zeros(len(stored.keys), np.bool_), columns((number[name], steps) for name, steps in now.items())
    )
    written = []
    flows = found.write.flows
    for index in flows[np.flatnonzero(np.diff(flows, prepend=-1))].tolist():
        meter, carrier, building = names[index]
        starts, amounts, shares = (column.tolist() for column in found.write.of(index))
        written += [
            Consumption(meter, "", carrier, building, ROLE, every, start, amount, share, settled_ms)
            for start, amount, share in zip(starts, amounts, shares, strict=True)
        ]
    gone = found.gone
    places = Counter(name.meter for name in names)  # rows of one name in another building lie between
    spans = [
        Span(names[index].meter, "", every, first, last + 1)
        for index, first, last in found.runs
        if places[names[index].meter] == 1
    ]
    for index, start_ms in zip(gone.flows.tolist(), gone.starts.tolist(), strict=True):
        if places[names[index].meter] > 1:
            spans.append(Span(names[index].meter, "", every, start_ms, start_ms + 1))
    return written, spans


def _facts(estate: Estate, charge: Charge) -> dict[str, Amounts]:
    """What is kept of a delivery point, day by day."""
    carrier, days = estate.meters[charge.meter].carrier, charge.days
    found: dict[str, Amounts] = {COSTS[carrier]: _cost(charge)}
    for cost in charge.costs:
        basis = PRICE_UNITS[cost.line.unit].basis
        kind = LINES[cost.line.period if basis == "amount" and cost.line.period else KIND_OF_BASIS[basis]]
        found[kind] = found.get(kind, 0) + cost.amount
    if carrier == "electricity":
        contracts = list(dict.fromkeys(cost.contract for cost in charge.costs))
        for period, amount in energy_by_period(estate, contracts, days, charge.use).items():
            found[ENERGY[period]] = amount
        for each in contracts:
            holds = (days.starts >= each.start_ms) & (days.starts < each.end_ms)
            found[SUBSCRIBED] = found.get(SUBSCRIBED, 0) + holds * each.subscribed_w
    return found


def _cost(charge: Charge) -> Amounts:
    found: Amounts = sum((cost.amount for cost in charge.costs), np.zeros(len(charge.days.starts), np.int64))
    return found


def _put(found: Rows, name: Name, charge: Charge, amount: Amounts) -> None:
    """As far as the day's energy was estimated, so is what it costs."""
    there = np.flatnonzero(amount)
    if len(there):
        used, guessed = charge.use.amount[there], charge.use.guessed[there]
        share = np.divide(guessed, used, out=np.zeros(len(there)), where=used != 0)
        of_it = np.rint(np.abs(amount[there]) * share).astype(np.int64)
        found[name] = Steps.of(charge.days.starts[there], amount[there], of_it)


def _above(estate: Estate, building: str, fact: str) -> Iterator[Name]:
    site = estate.site.id
    yield Name(meter_of("site", site, fact), fact, site)
    if building in estate.buildings:
        yield Name(meter_of("building", building, fact), fact, building)


def _tenant(estate: Estate, tenant: str, fact: str) -> Name:
    return Name(meter_of("tenant", tenant, fact), fact, estate.site.id)


def _summed(each: Sequence[Steps]) -> Steps:
    """Day by day; a day that comes to 0 is left out."""
    found = total(each)
    return found.only(found.amounts != 0)
