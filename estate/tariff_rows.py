"""What tariffs.toml, contracts.csv and carbon.csv hold: the rows, as `estate.rows` does for the other files."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from estate.fields import CarrierName, Day, Id, MeterId, Positive, one_of
from estate.rows import Row, Span
from estate.tariff import PERIODS, PRICE_UNITS, slots
from estate.vocabulary import CARRIERS

_EXACT = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_SLOTS = "is no slots: write them like 22:00-06:00 or 01:30-07:30 12:30-14:30, `sun` for the whole of Sunday"


def _millionths(text: str, info: ValidationInfo) -> int:
    """A number of at most six decimals, in millionths; `info.context` is the file's decimal mark."""
    plain = text.replace(",", ".") if info.context == "," else text
    if not _EXACT.fullmatch(plain):
        raise ValueError(f"is no number of at most six decimals: write it like 0{info.context or '.'}1952")
    whole, _, part = plain.lstrip("-").partition(".")
    return (-1 if plain.startswith("-") else 1) * (int(whole) * 10**6 + int(part.ljust(6, "0")))


def _slots(text: str) -> str:
    try:
        slots(text)
    except ValueError:
        raise ValueError(_SLOTS) from None
    return "+".join(sorted(text.replace("+", " ").split()))


Millionths = Annotated[int, BeforeValidator(_millionths)]
SlotsText = Annotated[str, AfterValidator(_slots)]
PriceUnitName = Annotated[str, AfterValidator(one_of("unit of a price", PRICE_UNITS))]
PeriodName = Annotated[str, AfterValidator(one_of("period", PERIODS))]


class TariffRow(Row):
    name: str = Field(min_length=1, description="as people call it")
    carrier: CarrierName = Field(description="one of " + ", ".join(CARRIERS))
    line: list[dict[str, object]] = Field(min_length=1, description="its prices, one [[id.line]] each")


class LineRow(Span):
    name: str = Field(min_length=1, description="as people call it; a price that changes keeps its name")
    price: Millionths = Field(description="EUR, or percent; at most six decimals; negative for what is paid to you")
    unit: PriceUnitName = Field(description="one of " + ", ".join(PRICE_UNITS))
    period: PeriodName | None = Field(None, description="one of " + ", ".join(PERIODS) + " (empty: all time)")
    of: tuple[str, ...] = Field((), description="of a %: the names of the lines above that it is a share of")

    @model_validator(mode="after")
    def _fits(self) -> "LineRow":
        if self.period and PRICE_UNITS[self.unit].basis != "amount":
            raise ValueError(f"period {self.period!r} does not fit {self.unit}: remove it, or price an amount")
        if bool(self.of) != (self.unit == "%"):
            raise ValueError("of and the unit % go together: name the lines it is a share of")
        return self


class ContractRow(Span):
    first: Day | None = Field(None, alias="from", description="first day it is paid; may be empty (since ever) where "
                              "the tariff charges nothing by day, year or kVA")  # fmt: skip
    meter: MeterId = Field(description="the delivery point: a site meter")
    tariff: Id = Field(description="id of tariffs.toml")
    subscribed_kva: Positive | None = Field(None, description="subscribed power, kVA (kW where the tariff is per kW)")
    off_peak: SlotsText | None = Field(None, description="local hours, like 22:00-06:00 or 01:30-07:30 12:30-14:30; "
                                       "`sun`: all of Sunday")  # fmt: skip
    off_peak_summer: SlotsText | None = Field(None, description="the same from April to October, where they differ")
    peak: SlotsText | None = Field(None, description="local hours of `pte`, December to February but on Sundays")


class CarbonRow(Row):
    carrier: CarrierName = Field(description="of what: energy alone")
    first: Day | None = Field(None, alias="from", description="first day, until the next row's; empty: since ever")
    kg_per_kwh: Millionths = Field(description="kgCO₂e per kWh, at most six decimals")
    source: str = Field(min_length=1, description="whose figure, of what year")

    @model_validator(mode="after")
    def _energy(self) -> "CarbonRow":
        if CARRIERS[self.carrier].unit != "Wh":
            raise ValueError(f"{self.carrier} is not counted in kWh: remove the row")
        return self
