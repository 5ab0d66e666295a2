"""A month's figure, taken apart: which steps, whose share by which key, which price, which factor. Pure.

Everything here is computed from the steps themselves, so that it checks what `/api/consumption` and `/api/cost` say.
A tenant's explanation holds its own figures, its shares and what the delivery point pays, and nobody else's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from energy.cost.lines import COUNTED, Cost
from energy.cost.money import Amounts, cents_by, decimal
from energy.cost.tariff import in_period
from energy.flows.allocation import keyed
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import rfc3339
from estate.model import Estate, Meter
from estate.tariff import PRICE_UNITS, Factor, Tariff
from estate.vocabulary import CARRIERS

KEY_UNITS = {"area": ("m²", 100), "headcount": ("people", 1000), "fixed": ("parts", 1000), "occupancy": ("", 1)}
"""Of a key: the unit people read it in, and how many of its whole numbers that is."""

Month = tuple[int, int]
"""Its start, and that of the next, in ms."""


@dataclass(frozen=True, slots=True)
class ExplainedShare:
    """How a meter's amount was shared out, over the time one key held."""

    meter: str
    start: str
    end: str
    key: str  # area, headcount, occupancy or fixed
    part: float | None  # of the tenant; null where the key changes by day
    of: float | None
    unit: str
    amount: int  # the tenant's, in the carrier's unit
    of_amount: int  # what was shared out by this key


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """quantity × price, of which a share; a percentage is of the lines it names, day by day."""

    tariff: str
    name: str
    period: str
    start: str
    end: str
    steps: int | None  # in which the quantity flowed; null of what is no amount
    quantity: int
    quantity_unit: str
    price: str
    unit: str
    of: list[str]  # of a percentage: the lines it is of
    whole: int  # what the delivery point pays of this line, 1e-9 EUR; of amounts and percentages, the same as amount
    amount: int  # 1e-9 EUR
    cents: int


@dataclass(frozen=True, slots=True)
class ExplainedCarbon:
    """quantity × factor, while the factor held."""

    start: str
    end: str
    quantity: int  # Wh
    kg_per_kwh: str
    source: str
    source_fr: str  # the same where the estate wrote its own
    nano_kg: int  # 1e-9 kg CO₂e


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """What was used on one local day."""

    day: str
    steps: int
    quantity: int
    guessed: int


@dataclass(frozen=True, slots=True)
class ExplainedReadings:
    """The readings of one meter in the month, in the unit of their quantity."""

    quantity: str
    unit: str
    count: int
    first: float
    first_at: str
    last: float
    last_at: str


@dataclass(frozen=True, slots=True)
class ExplainedMeter:
    """What was used behind one delivery point, or through one sub-meter."""

    meter: str
    building: str
    carrier: str
    kind: str  # what a reading is: register, pulse, interval or power
    unit: str
    quantity: int
    guessed: int  # of the quantity, what was not measured
    steps: int
    until: str  # end of the last step that is settled
    settled: str  # when the last figure was settled to another one; "" when that is unknown
    readings: ExplainedReadings | None  # of a meter that was asked for; null of others, and once they are forgotten
    days: list[ExplainedDay]  # of a meter or a tenant that was asked for; they sum to the quantity
    priced: bool  # whether there is a contract; without one the cost is unknown, not zero
    shares: list[ExplainedShare]
    lines: list[ExplainedLine]
    amount: int  # 1e-9 EUR
    cents: int
    carbon: list[ExplainedCarbon]
    nano_kg: int


@dataclass(frozen=True, slots=True)
class ExplainedSum:
    """One line of a tariff, over the meters that pay it at one price."""

    carrier: str
    tariff: str
    name: str
    period: str
    meters: int  # how many
    quantity: int
    quantity_unit: str
    price: str
    unit: str
    of: list[str]  # of a percentage: the lines it is of
    amount: int  # 1e-9 EUR
    cents: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """An allocation by the estate's own prices, and no invoice."""

    kind: str  # tenant, meter, building or site
    id: str
    month: str
    meters: list[ExplainedMeter]
    lines: list[ExplainedSum]  # those of the meters, summed; their cents are rounded anew, to the same sum
    amount: int  # 1e-9 EUR
    cents: int  # the lines' cents sum to it; of each carrier they are its exact amount rounded, as `/api/cost` says
    nano_kg: int


def explained_lines(
    estate: Estate, found: Sequence[tuple[Cost, Cost]], month: Month, starts: Times, unit: str
) -> Iterator[ExplainedLine]:
    """Each line with the delivery point's own, over a month; `starts` are the steps that are settled."""
    zone = estate.site.zone
    for cost, whole in found:
        line, contract = cost.line, cost.contract
        basis = PRICE_UNITS[line.unit].basis
        span = max(line.start_ms, contract.start_ms, month[0]), min(line.end_ms, contract.end_ms, month[1])
        tariff = estate.tariffs[contract.tariff]
        pays = cost if basis in ("amount", "share") else whole
        yield ExplainedLine(
            tariff=contract.tariff,
            name=line.name,
            period=line.period,
            start=day(span[0], zone),
            end=day(span[1] - 1, zone),
            steps=_steps(cost, tariff, starts[(starts >= span[0]) & (starts < span[1])], zone),
            quantity=int(cost.quantity.sum()),
            quantity_unit=COUNTED.get(basis, unit),
            price=decimal(line.price),
            unit=line.unit,
            of=list(line.of),
            whole=int(pays.amount.sum()),
            amount=int(cost.amount.sum()),
            cents=0,  # rounded with those of the other meters
        )


def explained_sums(meters: Sequence[ExplainedMeter]) -> list[ExplainedSum]:
    """The lines of all meters, in the order of the carriers and tariffs."""
    found: dict[tuple[str, ...], list[ExplainedLine]] = {}
    for meter in meters:
        for line in meter.lines:
            key = meter.carrier, line.tariff, line.name, line.period, line.price, line.unit
            found.setdefault(key, []).append(line)
    names = sorted(found, key=lambda key: (list(CARRIERS).index(key[0]), key[1]))  # stable: lines as they stand
    shown = cents_by([carrier for carrier, *_ in names], [sum(line.amount for line in found[key]) for key in names])
    return [_sum(key[0], found[key], own) for key, own in zip(names, shown, strict=True)]


def _sum(carrier: str, lines: Sequence[ExplainedLine], shown: int) -> ExplainedSum:
    first = lines[0]
    return ExplainedSum(
        carrier=carrier,
        tariff=first.tariff,
        name=first.name,
        period=first.period,
        meters=len(lines),
        quantity=sum(line.quantity for line in lines),
        quantity_unit=first.quantity_unit,
        price=first.price,
        unit=first.unit,
        of=first.of,
        amount=sum(line.amount for line in lines),
        cents=shown,
    )


def explained_shares(estate: Estate, meter: Meter, net: Steps, tenant: str, part: Steps) -> Iterator[ExplainedShare]:
    """By which keys the tenant had its part of what the meter alone serves."""
    for first, end, kind, weights in keyed(estate, meter, net.starts):
        unit, whole = KEY_UNITS[kind]
        start_ms, last_ms = int(net.starts[first]), int(net.starts[end - 1])
        own = (part.starts >= start_ms) & (part.starts <= last_ms)
        if not own.any():
            continue
        yield ExplainedShare(
            meter=meter.id,
            start=rfc3339(start_ms, estate.site.zone),
            end=rfc3339(last_ms, estate.site.zone),
            key=kind,
            part=weights.get(tenant, 0) / whole if unit else None,
            of=sum(weights.values()) / whole if unit else None,
            unit=unit,
            amount=int(part.amounts[own].sum()),
            of_amount=int(net.amounts[first:end].sum()),
        )


def explained_carbon(
    days: Times, amounts: Amounts, factors: Sequence[Factor], zone: ZoneInfo
) -> Iterator[ExplainedCarbon]:
    """The days of each factor."""
    ends = [*(each.start_ms for each in factors[1:]), int(days[-1]) + 1][: len(factors)]
    for factor, end_ms in zip(factors, ends, strict=True):
        held = (days >= factor.start_ms) & (days < end_ms)
        if amounts[held].any():
            quantity = int(amounts[held].sum())
            span = day(int(days[held][0]), zone), day(int(days[held][-1]), zone)
            sources = factor.source, factor.source_fr or factor.source
            yield ExplainedCarbon(*span, quantity, decimal(factor.micro), *sources, quantity * factor.micro)


def day(at_ms: int, zone: ZoneInfo) -> str:
    """The local day."""
    return datetime.fromtimestamp(at_ms / 1000, zone).date().isoformat()


def _steps(cost: Cost, tariff: Tariff, starts: Times, zone: ZoneInfo) -> int | None:
    """In how many steps a line's amount flowed."""
    if PRICE_UNITS[cost.line.unit].basis != "amount":
        return None
    return int(in_period(starts, cost.line, cost.contract, tariff, zone).sum())
