"""What each estate file holds: one pydantic model per file, one field per column. `estate.docs` documents them."""

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from estate.fields import (
    UNITS,
    CarrierName,
    CodecName,
    Day,
    DeviceId,
    Email,
    Id,
    KeyKind,
    Language,
    Line,
    MeterId,
    Month,
    NoteKind,
    Positive,
    TenantId,
    TimeZone,
    Topic,
    Unit,
    Use,
    Weight,
    Whole,
)
from estate.model import COMMON
from estate.vocabulary import CARRIERS, KEYS, NOTES, USES


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteRow(Row):
    id: Id = Field(description="stands as the building of devices that serve the whole site")
    name: str = Field(min_length=1, description="as people call it")
    time_zone: TimeZone = Field(description="IANA name; days and months are its own")
    notice_fr: str = Field("", description="what every page must say of the data's origin, in French")
    notice_en: str = Field("", description="the same in English")
    outdoor: DeviceId | None = Field(None, description="the device whose climate.temperature is the outdoor air's, "
                                     "for degree days (empty: those placed at the site)")  # fmt: skip


class BuildingRow(Row):
    building: Id = Field(description="id, unique; stands in topics")
    name: str = Field(description="as people call it")
    use: Use = Field(description="one of " + ", ".join(USES))
    area_m2: Positive = Field(description="gross internal area, m²")


class ZoneRow(Row):
    zone: Id = Field(description="id, unique on the site")
    building: Id = Field(description="the building it is part of")
    name: str = Field(description="as people call it")
    area_m2: Positive = Field(description="m²; what a building's zones leave of its area is common parts")


class Span(Row):
    """Something that holds from its first day to its last, both included; None is open."""

    first: Day | None = Field(None, alias="from", description="first day; empty: since ever")
    last: Day | None = Field(None, alias="until", description="last day, included; empty: until further notice")

    @model_validator(mode="after")
    def _in_order(self) -> "Span":
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"until {self.last} is before from {self.first}: correct one of them")
        return self


class DeviceRow(Span):
    device: DeviceId = Field(description="id, as its messages name it; a device that moved has one row per place")
    name: str = Field("", description="as people call it; in the first row of a device (empty: its id)")
    building: Id = Field(description="where it is; the site's id when it serves the whole site")
    zone: Id | None = Field(None, description="the zone it is in; empty: the building as a whole")
    interval: Whole | None = Field(None, description="s between reports; silent after three times this (empty: 900)")
    topic: Topic | None = Field(None, description="MQTT topic filter it publishes on, when no format's own topic "
                                "names it (empty: its messages do)")  # fmt: skip
    codec: CodecName | None = Field(None, description="format of those topics, or of the bytes in its LoRaWAN "
                                    "envelope: codec or codec/model (empty: the topic's)")  # fmt: skip
    source: str = Field("", description="where its data come from when it is not on the site; shown beside them")


class TenantRow(Row):
    tenant: TenantId = Field(description=f"id, unique; not `{COMMON}`")
    name: str = Field(description="as its mail is addressed")
    language: Language = Field(description="fr or en")
    email: Email = Field(description="one address, where its alerts go")


class LeaseRow(Span):
    tenant: Id = Field(description="who leases")
    zone: Id = Field(description="what")


class KeyRow(Span):
    meter: MeterId = Field(description="whose consumption is split; a meter without rows: by area")
    key: KeyKind = Field(description="by leased area, headcount, occupancy (person-hours of the tenants' zones on each "
                         "day) or fixed weights; area, headcount, occupancy or fixed")  # fmt: skip
    tenant: Id | None = Field(None, description=f"headcount and fixed, one row each: whose weight, or `{COMMON}`")
    weight: Weight | None = Field(None, description="headcount and fixed: its part, of the sum of the rows that hold")

    @model_validator(mode="after")
    def _complete(self) -> "KeyRow":
        named = (self.tenant is not None, self.weight is not None)
        if KEYS[self.key] and named != (True, True):
            raise ValueError(f"key {self.key!r} needs tenant and weight: fill in both")
        if not KEYS[self.key] and any(named):
            raise ValueError(f"key {self.key!r} takes no tenant and no weight: leave them empty, or use 'fixed'")
        return self


class NoteRow(Span):
    first: Day = Field(alias="from", description="first day")
    building: Id | None = Field(None, description="where; empty, or the site's id: the site as a whole")
    kind: NoteKind = Field(description="one of " + ", ".join(NOTES))
    text: Line = Field(min_length=1, description="one line, shown beside the charts")


class BudgetRow(Row):
    tenant: Id = Field(description="whose")
    carrier: CarrierName = Field(description="of what: one of " + ", ".join(CARRIERS))
    first_month: Month = Field(alias="from", description="month it holds from, like 2026-07, until the next row's")
    amount: Positive = Field(description="for a calendar month")
    unit: Unit = Field(description="one of " + ", ".join(UNITS))

    @property
    def in_carrier_unit(self) -> int:
        return round(self.amount * UNITS[self.unit][1])

    @model_validator(mode="after")
    def _same_unit(self) -> "BudgetRow":
        expected = CARRIERS[self.carrier].unit
        if UNITS[self.unit][0] != expected:
            fitting = ", ".join(name for name, (base, _) in UNITS.items() if base == expected)
            raise ValueError(f"unit {self.unit!r} does not fit {self.carrier}: write one of {fitting}")
        return self


def columns(model: type[Row]) -> dict[str, FieldInfo]:
    """The columns of a file by name; what a row is about first, its span last."""
    fields = sorted(model.model_fields.items(), key=lambda item: item[0] in Span.model_fields)
    return {field.alias or name: field for name, field in fields}
