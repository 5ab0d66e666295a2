"""What the API's queries may ask, checked at the border, and turned into the store's queries.

No answer holds more than `MOST_VALUES` values: how many a query would give is worked out before the store is asked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dashboards.api.problems import Problem
from dashboards.api.wrong import AT_PAGE, Words
from estate.calendar import DAY_MS, HOUR_MS, LENGTHS, Every, floor, following, kept
from estate.model import COMMON, Estate
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES
from store.base import How, Latest, Tag, UsageTag
from store.own import OWN, STORED

MOST_VALUES = 200_000
"""The most values one answer holds: 40 meters at 15 minutes for 52 days; some 10 MB of JSON."""

_UNIT_MS = {"s": 1000, "m": 60_000, "h": HOUR_MS, "d": DAY_MS}
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(?P<offset>Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)
_USUAL_HOW: dict[str, How] = {"gauge": "mean", "counter": "last", "state": "max", "amount": "sum"}
_NO_TIME = "is no RFC 3339 time, such as 2026-11-23T08:15:00+01:00"
_USUAL_STEPS: dict[Every, int] = {"15m": 96, "30m": 96, "1h": 7 * 24, "1d": 35, "1mo": 13, "1y": 5}


def _instant(text: object) -> object:
    """The instant in ms. A `+` that was not encoded arrives as a space: it is read as what was meant."""
    if not isinstance(text, str):
        return text
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", text)
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(_NO_TIME)
    if found["offset"] is None:
        raise ValueError("has no offset; add Z or the offset, such as +01:00")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:  # the 31st of February
        raise ValueError(_NO_TIME) from error
    if not 1970 < moment.year < 2200:
        raise ValueError("is out of range; ask for a time between 1971 and 2199")
    return round(moment.timestamp() * 1000)


def _window(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}[smhd]|raw", text):
        raise ValueError("is no window: write a whole number and s, m, h or d, such as 15m, or raw")
    return text


def _quantity(name: str) -> str:
    if name not in QUANTITIES:
        raise ValueError(f"is no quantity; there are {', '.join(QUANTITIES)}")
    return name


def _stored(name: str) -> str:
    return name if name in OWN else _quantity(name)


def _carrier(name: str) -> str:
    if name not in CARRIERS:
        raise ValueError(f"is no carrier; there are {', '.join(CARRIERS)}")
    return name


Instant = Annotated[int, BeforeValidator(_instant), Field(json_schema_extra={"type": "string", "format": "date-time"})]
QuantityName = Annotated[str, BeforeValidator(_quantity)]
StoredName = Annotated[str, BeforeValidator(_stored)]
CarrierName = Annotated[str, BeforeValidator(_carrier)]
Buildings = Annotated[list[str], Field(description="Building ids; repeat the parameter for several. Default: all.")]
Zones = Annotated[list[str], Field(description="Zone ids; repeat for several. Default: all.")]
Devices = Annotated[list[str], Field(description="Device ids; repeat for several. Default: all.")]
End = Annotated[Instant | None, Field(description="Until before this time. Default: now.")]


class Params(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LatestParams(Params):
    building: Buildings = []
    device: Devices = []
    quantity: Annotated[list[QuantityName], Field(description="Quantities, such as `climate.co2`. Default: all.")] = []

    def where(self) -> dict[Tag | Literal["quantity"], Sequence[str]]:
        asked: dict[Tag | Literal["quantity"], Sequence[str]] = {
            "building": self.building,
            "device": self.device,
            "quantity": self.quantity,
        }
        return {tag: values for tag, values in asked.items() if values}


class NotesParams(Params):
    building: Annotated[
        list[str], Field(description="Of these buildings, and of the site as a whole. Default: all.")
    ] = []
    start: Annotated[Instant | None, Field(description="Those that end after this time. Default: all.")] = None
    end: Annotated[Instant | None, Field(description="Those that begin before this time. Default: all.")] = None


class SeriesParams(Params):
    quantity: Annotated[StoredName, Field(description="One quantity, such as `electricity.power`, `ingest.received`.")]
    building: Buildings = []
    zone: Zones = []
    device: Devices = []
    start: Annotated[
        Instant | None,
        Field(
            description="From this time on; the window that holds it is the first, and may begin before it. "
            "Default: 24 hours before the end."
        ),
    ] = None
    end: End = None
    every: Annotated[
        str,
        BeforeValidator(_window),
        Field(description="The window, such as `10s`, `15m`, `1h`, `1d` (aligned to UTC), or `raw` for the readings."),
    ] = "15m"
    how: Annotated[
        How | None,
        Field(
            description="Within a window. Default: mean of a gauge, last of a counter, max of a state, sum of amounts."
        ),
    ] = None
    by: Annotated[
        list[Tag],
        Field(description="One group for each value of these tags; devices of one group are combined."),
    ] = ["building", "zone", "device", "channel"]

    @property
    def every_ms(self) -> int | None:
        return None if self.every == "raw" else int(self.every[:-1]) * _UNIT_MS[self.every[-1]]

    @property
    def usual_how(self) -> How:
        return self.how or _USUAL_HOW[STORED[self.quantity].kind]

    @property
    def groups(self) -> list[Tag]:
        """What tells the groups apart: raw readings are not combined, so each keeps its device and channel."""
        own: list[Tag] = ["device", "channel"] if self.every_ms is None else []
        return list(dict.fromkeys([*self.by, *own]))

    def where(self) -> dict[Tag, Sequence[str]]:
        asked: dict[Tag, Sequence[str]] = {"building": self.building, "zone": self.zone, "device": self.device}
        return {tag: ids for tag, ids in asked.items() if ids}

    def members(self) -> Latest:
        """The last points of the devices that are asked for: their groups are those of the answer."""
        where: dict[Tag | Literal["quantity"], Sequence[str]] = dict(self.where().items())
        where["quantity"] = [self.quantity]
        return Latest(where)

    def span(self, now_ms: int) -> tuple[int, int]:
        """[start, end) in ms."""
        end_ms = now_ms if self.end is None else self.end
        return _span(end_ms - DAY_MS if self.start is None else self.start, end_ms, self.end is None)


class StepParams(Params):
    """A span of steps of consumption, and of what is worked out from it."""

    carrier: Annotated[list[CarrierName], Field(description="Of these carriers. Default: all.")] = []
    start: Annotated[
        Instant | None,
        Field(description="Steps that start from here on. Default: 96 of 15 or 30 min, 7 or 35 days, 13 months back."),
    ] = None
    end: End = None
    every: Annotated[Every, Field(description="The step, in the site's zone.")] = "1h"

    def span(self, now_ms: int, estate: Estate) -> tuple[int, int]:
        """[start, end) in ms; the default start is the start of a step."""
        if self.every not in (steps := kept(estate.step)):
            detail = f"consumption is settled by {estate.step} here, and not kept by {self.every}"
            raise Problem("every", detail, f"ask for {', '.join(steps)}")
        end_ms = now_ms if self.end is None else self.end
        if self.start is not None:
            return _span(self.start, end_ms, self.end is None)
        back = {**LENGTHS, "1d": DAY_MS, "1mo": 30.5 * DAY_MS, "1y": 366 * DAY_MS}[self.every]
        return floor(end_ms - round(back * (_USUAL_STEPS[self.every] - 1)), self.every, estate.site.zone), end_ms


class ConsumptionParams(StepParams):
    building: Annotated[
        list[str], Field(description="Of these buildings: their site meters alone, so that nothing counts twice.")
    ] = []
    tenant: Annotated[list[str], Field(description="The shares of these tenants; `common` for the common parts.")] = []
    meter: Annotated[list[str], Field(description="Of these meters, sub-meters included.")] = []
    by: Annotated[
        list[Literal["building", "tenant", "meter", "carrier"]],
        Field(description="One group for each value of these. Default: what was asked for. Carrier always is one."),
    ] = []

    @property
    def groups(self) -> list[UsageTag]:
        """What tells the groups apart: units differ by carrier, and a meter that is asked for is never summed."""
        asked: list[UsageTag] = [tag for tag in ("building", "tenant", "meter") if getattr(self, tag)]
        chosen: Iterable[UsageTag] = self.by or asked
        needed: list[UsageTag] = ["meter", "carrier"] if self.meter else ["carrier"]
        return list(dict.fromkeys([*chosen, *needed]))

    @property
    def of(self) -> Literal["meter", "tenant"]:
        return "tenant" if self.tenant or "tenant" in self.by else "meter"

    def where(self) -> dict[UsageTag, Sequence[str]]:
        """The rows to read. Whatever sums meters takes site meters; shares of tenants never overlap."""
        asked: dict[UsageTag, Sequence[str]] = {
            "building": self.building,
            "tenant": self.tenant,
            "meter": self.meter,
            "carrier": self.carrier,
        }
        if self.of == "meter":
            asked["role"] = ["site", "submeter", "virtual"] if "meter" in self.groups else ["site"]
        return {tag: values for tag, values in asked.items() if values}


class AllocationParams(StepParams):
    building: Annotated[list[str], Field(description="Of the meters of these buildings. Default: of all.")] = []
    meter: Annotated[list[str], Field(description="Of these meters.")] = []
    tenant: Annotated[
        list[str],
        Field(
            description="The shares of these tenants alone, `common` for the common parts: then without what the "
            "meters counted, which would tell of their neighbours."
        ),
    ] = []
    by: Annotated[
        Literal["building", "meter"] | None,
        Field(description="One group for each of these and each carrier. Default: meter if meters are asked for."),
    ] = None

    @property
    def groups(self) -> Literal["building", "meter"]:
        return self.by or ("meter" if self.meter else "building")


def _span(start_ms: int, end_ms: int, until_now: bool) -> tuple[int, int]:
    if start_ms >= end_ms and until_now:
        raise Problem("start", "start lies in the future", "give an earlier start, or an end after it")
    if start_ms >= end_ms:
        raise Problem("start", "start is not before end", "give an earlier start, or a later end")
    return start_ms, end_ms


def check_ids(estate: Estate, asked: Mapping[str, Sequence[str]]) -> None:
    """Refuse what the estate does not know, naming it; `asked` maps a parameter to the ids given."""
    known: dict[str, Iterable[str]] = {
        "building": {*estate.buildings, estate.site.id},
        "zone": estate.zones,
        "device": estate.devices,
        "meter": {*estate.meters, *estate.virtuals},
        "tenant": {*estate.tenants, COMMON},
    }
    for parameter, ids in asked.items():
        for unknown in (given for given in ids if given not in known[parameter]):
            raise Problem(
                parameter,
                f"{parameter} {unknown!r} is not in the estate",
                "GET /api/devices lists the devices with their buildings and zones; `microville check` the rest",
                Words(f"« {unknown} » n’est pas dans l’inventaire", AT_PAGE),
            )


def check_size(parameter: str, values: int) -> None:
    """Refuse what would answer more than `MOST_VALUES` values."""
    if values > MOST_VALUES:
        raise Problem(
            parameter,
            f"some {values} values are more than the {MOST_VALUES} of one answer",
            "ask for longer steps, a shorter span or fewer groups",
        )


def count_steps(start_ms: int, end_ms: int, every: Every, zone: ZoneInfo) -> int:
    """About how many steps of consumption touch the span."""
    first = floor(start_ms, every, zone)
    return (end_ms - start_ms) // (following(first, every, zone) - first) + 2
