"""What the files about meters hold: meters, their exchanges, calorific values, and meters made of others."""

from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from estate.fields import (
    INDEX_UNITS,
    CarrierName,
    Day,
    Id,
    Index,
    IndexUnit,
    Measured,
    MeterId,
    MeterKindName,
    Moment,
    Positive,
    Terms,
    Whole,
)
from estate.model import MICRO, Exchange, MeterKind
from estate.rows import Row
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES

PULSES = "pulse.count"
GAS_VOLUME = "gas.volume"


class MeterRow(Row):
    meter: MeterId = Field(description="id, unique: the device's, or device@channel")
    carrier: CarrierName = Field(description="one of " + ", ".join(CARRIERS))
    kind: MeterKindName = Field("register", description="what a reading is: `register` (the state of a counter), "
                                "`pulse` (a count of pulses), `interval` (what flowed since the one before), "
                                "`power` (W, or m³/h: integrated); empty: register")  # fmt: skip
    quantity: Measured | None = Field(None, description="the quantity of its readings (empty: the carrier's; of "
                                      "`pulse` pulse.count). Gas in gas.volume is converted")  # fmt: skip
    weight: Positive | None = Field(None, description="of `pulse`: Wh or L per pulse; of gas always L, converted by "
                                    "calorific.csv")  # fmt: skip
    resolution: Whole = Field(1, description="smallest rise its register shows, in its own unit: Wh, L, pulses")
    rollover: Whole | None = Field(None, description="where its register starts again from 0, in its own unit: "
                                   "100000000 for one of five digits of kWh; empty: never")  # fmt: skip
    max_rate: Positive | None = Field(None, description="the greatest that can flow, in W, or L/h of water and of gas "
                                      "by volume (empty: what the site can draw); a faster rise is no "
                                      "consumption")  # fmt: skip
    interval: Whole | None = Field(None, description="s between readings; a gap is longer than twice this (empty: the "
                                   "device's, else the median of its last readings)")  # fmt: skip
    submeter_of: MeterId | None = Field(None, description="the meter it is behind; empty: a site meter")

    @property
    def device(self) -> str:
        return self.meter.partition("@")[0]

    @property
    def read_quantity(self) -> str:
        """The quantity of its readings."""
        usual = {"pulse": PULSES, "power": CARRIERS[self.carrier].power}
        return self.quantity or usual.get(self.kind, CARRIERS[self.carrier].register)

    @property
    def by_volume(self) -> bool:
        """Whether it counts gas by volume, to be converted."""
        return self.carrier == "gas" and (self.kind == "pulse" or self.read_quantity == GAS_VOLUME)

    @property
    def register_unit(self) -> str:
        """What its register counts: Wh, L or pulses."""
        if self.kind == "pulse":
            return "pulses"
        return "L" if self.by_volume else CARRIERS[self.carrier].unit

    @model_validator(mode="after")
    def _fits(self) -> "MeterRow":
        if fault := _misfit(self.kind, self.carrier, self.read_quantity) or _unweighed(self.kind, self.weight):
            raise ValueError(fault)
        return self


class ExchangeRow(Row):
    meter: MeterId = Field(description="which was exchanged")
    at: Moment = Field(description="local day and time, like 2026-07-01 14:30")
    final: Index = Field(description="what the old meter showed last")
    first: Index = Field(description="what the new one showed first")
    unit: IndexUnit = Field(description="of both: one of " + ", ".join(INDEX_UNITS))

    def in_zone(self, zone: ZoneInfo) -> Exchange:
        """In the register's own unit."""
        scale = INDEX_UNITS[self.unit][1]
        at_ms = int(self.at.replace(tzinfo=zone).timestamp() * 1000)
        return Exchange(at_ms, round(self.final * scale), round(self.first * scale))


class CalorificRow(Row):
    meter: MeterId | None = Field(None, description="of which meter of gas by volume; empty: of all that have "
                                  "no row of their own")  # fmt: skip
    first: Day | None = Field(None, alias="from", description="first day; empty: since ever")
    kwh_per_m3: Positive = Field(description="gross calorific value at metering conditions, kWh/m³, of the bill")

    @property
    def micro(self) -> int:
        return round(self.kwh_per_m3 * MICRO)


class VirtualRow(Row):
    meter: Id = Field(description="id, unique, also among meters.csv")
    carrier: CarrierName = Field(description="what its rows count: one of " + ", ".join(CARRIERS))
    name: str = Field("", description="as people call it (empty: its id)")
    building: Id = Field(description="where it counts; the site's id when it serves the whole site")
    zone: Id | None = Field(None, description="the zone it counts for; empty: the building as a whole")
    formula: Terms = Field(description="meters and earlier virtual meters, with + and - between spaces: "
                           "`b01-electricity + b01-pv - b01-export`")  # fmt: skip


def _misfit(kind: MeterKind, carrier: str, name: str) -> str:
    """What is wrong with a quantity as the reading of that kind of meter, "" when nothing is."""
    if kind == "pulse":
        return "" if name == PULSES else f"quantity {name!r} is no count of pulses: leave it empty"
    usual = CARRIERS[carrier].power if kind == "power" else CARRIERS[carrier].register
    if not usual:
        return f"a meter of {carrier} has no power: write another kind"
    found, expected = QUANTITIES[name], QUANTITIES[usual]
    if kind == "power":
        same = found.unit == expected.unit and found.kind == "gauge"
        return "" if same else f"quantity {name!r} is no {expected.unit} of {carrier}: use {usual!r}"
    if name == GAS_VOLUME and carrier == "gas":
        return ""
    if found.unit != expected.unit:
        return f"quantity {name!r} is in {found.unit}, {carrier} is counted in {expected.unit}: use {usual!r}"
    return "" if found.kind == "counter" else f"quantity {name!r} is no cumulative register: use {usual!r}"


def _unweighed(kind: MeterKind, weight: float | None) -> str:
    if kind == "pulse" and weight is None:
        return "weight is empty: write the Wh or L of one pulse"
    if kind != "pulse" and weight is not None:
        return f"weight is of pulse counters, and this is a meter of kind {kind}: remove it, or write pulse"
    return ""
