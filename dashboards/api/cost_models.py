"""What the API answers of cost and carbon. Amounts are exact integers; cents are what people are shown."""

from pydantic import BaseModel

from energy.cost.lines import COUNTED
from energy.cost.money import decimal
from energy.cost.sums import LineSum
from estate.tariff import PRICE_UNITS


class CostLine(BaseModel):
    """One line of a tariff, step by step: quantity × price is the amount, but for shares of it and rounding to 1e-9."""

    tariff: str
    name: str
    period: str  # hp, hc, hph, hch, hpb, hcb, pte; "" for all time
    price: str  # EUR, or percent, per unit
    unit: str
    quantity: list[int]
    quantity_unit: str
    amount: list[int]  # 1e-9 EUR
    cents: list[int]


class CostGroup(BaseModel):
    """What one group costs, step by step. The lines sum to it, exactly and in cents."""

    tags: dict[str, str]
    start: list[str]
    quantity: list[int]  # as /api/consumption has it
    quantity_unit: str
    estimated: list[float]  # the share of the quantity that was not measured, 0 to 1
    amount: list[int]  # 1e-9 EUR
    cents: list[int]
    lines: list[CostLine]


class CostAnswer(BaseModel):
    """An allocation by the user's own prices, and no invoice."""

    groups: list[CostGroup]
    unpriced: list[str]  # delivery points asked for that have no contract: their cost is unknown, not zero


class FactorUsed(BaseModel):
    """What a carrier emits, from a time on."""

    start: str
    kg_per_kwh: str
    source: str
    source_fr: str  # the same where the estate wrote its own


class CarbonGroup(BaseModel):
    """What one group emits, step by step: amount × factor; what a factor is of, its source says."""

    tags: dict[str, str]
    start: list[str]
    quantity: list[int]  # Wh, as /api/consumption has it
    estimated: list[float]
    amount: list[int]  # 1e-9 kg CO₂e
    factors: list[FactorUsed]


def cost_line(found: LineSum, carrier_unit: str, cents: list[int]) -> CostLine:
    line = found.cost.line
    return CostLine(
        tariff=found.cost.contract.tariff,
        name=line.name,
        period=line.period,
        price=decimal(line.price),
        unit=line.unit,
        quantity=found.quantity.tolist(),
        quantity_unit=COUNTED.get(PRICE_UNITS[line.unit].basis, carrier_unit),
        amount=found.amount.tolist(),
        cents=cents,
    )
