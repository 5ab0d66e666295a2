"""Who and where: the site, its buildings, zones, devices, meters, tenants, dated leases and budgets. Values only.

Dates are days in the site's zone; a span holds from the start of its first day to the start of the day after its last.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from estate.calendar import Step
from estate.tariff import Contract, Factor, Tariff
from sensors.model import Codec, Context
from sensors.profile import Taught
from sensors.registry import CODECS
from sensors.routes import Entry, Routes

FOREVER_MS = 253_402_300_800_000
"""The end of a span that has none: 10000-01-01, in ms since the epoch."""

COMMON = "common"
"""Stands for the tenant where nobody leases: common parts and empty zones."""

MICRO = 1_000_000
"""What is no whole number of Wh or L is kept in millionths: a pulse's weight, a calorific value."""


class Site(NamedTuple):
    id: str  # stands as the building of devices that serve the whole site, such as a weather station
    name: str
    zone: ZoneInfo
    notice_fr: str = ""  # what every page must say of the data's origin, such as "replayed"
    notice_en: str = ""
    outdoor: str = ""  # the device whose climate.temperature is the outdoor air's; "" for those of the site as a whole


class Building(NamedTuple):
    id: str
    name: str
    use: str  # a key of USES
    area_m2: float  # gross internal area


class Zone(NamedTuple):
    id: str  # unique on the site
    building: str
    name: str
    area_m2: float


class Device(NamedTuple):
    id: str
    name: str
    interval_s: int  # how often it reports; silent after three times this
    source: str  # where its data come from when it is not a device on the site: shown wherever they are
    topic: str = ""  # the topic filter it publishes on, when no format's own topic names it
    codec: str = ""  # codec, or codec/model, of that topic or of the bytes in its LoRaWAN envelope


class Placement(NamedTuple):
    """Where a device is from `start_ms` until before `end_ms`; zone "" means the building as a whole."""

    building: str
    zone: str
    start_ms: int
    end_ms: int


MeterKind = Literal["register", "pulse", "interval", "power"]


class Exchange(NamedTuple):
    """A new meter in the place of an old one: both indices in the register's own unit (see Meter)."""

    at_ms: int
    final: int  # what the old register showed last
    first: int  # what the new one began with


class Calorific(NamedTuple):
    """What a volume of gas is worth from `start_ms` until the next one holds."""

    start_ms: int
    micro: int  # millionths of a Wh per litre; 1 kWh/m³ is 1 Wh/L


class Meter(NamedTuple):
    """A device and channel that registers what flows of one carrier.

    The unit of its register is the carrier's (Wh, L); of gas by volume it is L, of a pulse counter one pulse.
    """

    id: str  # the device, or device@channel
    device: str
    channel: str
    carrier: str  # a key of CARRIERS
    quantity: str  # of its readings
    resolution: int  # the smallest rise its register shows, in the register's unit
    interval_s: int  # how often it is read; longer than twice this is a gap; 0: the median of its own intervals
    submeter_of: str  # the meter it is behind, "" for a site meter
    kind: MeterKind = "register"  # what a reading is: a counter's state, of pulses, the amount of an interval, a power
    weight: int = 0  # pulse counters: millionths of a Wh or L per pulse
    rollover: int = 0  # the register's value at which it starts again from 0; 0: not known
    max_rate: float = 0.0  # greatest plausible, in W or L/h; 0: the quantity's
    exchanges: tuple[Exchange, ...] = ()  # in order of time
    calorific: tuple[Calorific, ...] = ()  # of gas by volume, in order of time

    @property
    def role(self) -> str:
        """`site` or `submeter`: sums over a building take site meters alone, so that nothing counts twice."""
        return "submeter" if self.submeter_of else "site"


class Virtual(NamedTuple):
    """A meter that is a sum and difference of others: in no sum over buildings, and shared among no tenants."""

    id: str
    carrier: str  # a key of CARRIERS
    name: str
    building: str
    zone: str  # "" for the building as a whole
    terms: tuple[tuple[int, str], ...]  # sign and meter: real ones, or virtual ones that stand before this one

    @property
    def role(self) -> str:
        return "virtual"


class Tenant(NamedTuple):
    id: str
    name: str
    language: str  # fr or en
    email: str


class Lease(NamedTuple):
    tenant: str
    zone: str
    start_ms: int
    end_ms: int


class Key(NamedTuple):
    """How a meter's consumption is split among tenants, or one tenant's part of that, while it holds."""

    meter: str
    kind: str  # a key of KEYS
    tenant: str  # "" where the kind needs no tenants
    weight: int  # thousandths; 0 where the kind needs none
    start_ms: int
    end_ms: int


class Budget(NamedTuple):
    """What a tenant plans to use of a carrier per calendar month, from one month on."""

    tenant: str
    carrier: str
    first_month: date  # its first day
    amount: int  # in the carrier's unit


class Note(NamedTuple):
    """What happened on the site and may show in its figures, for charts to say."""

    start_ms: int
    end_ms: int
    building: str  # the site's id: of the site as a whole
    kind: str  # a key of NOTES
    text: str  # one line, in the words and language of whoever wrote it


class Point(NamedTuple):
    """A reading with its place: what the store keeps. (device, channel, quantity, at_ms) is its identity."""

    device: str
    channel: str
    quantity: str
    value: float
    at_ms: int
    building: str
    zone: str


class Consumption(NamedTuple):
    """What flowed through a meter in one step, or a tenant's share of it.

    (meter, tenant, every, start_ms) is its identity. Rows with tenant "" are the meter's own; the rows of its tenants
    (COMMON among them) sum exactly to its own less that of its sub-meters.
    """

    meter: str
    tenant: str
    carrier: str
    building: str
    role: str  # the meter's: site, submeter, virtual or removed; derived for what is no consumption
    every: str  # the step: one of estate.calendar.STEPS
    start_ms: int
    amount: int  # in the carrier's unit
    estimated: float  # the share of the amount that was not measured, 0 to 1
    settled_ms: int = 0  # when it was last settled to another figure than before; 0: unknown


@dataclass(frozen=True)
class Estate:
    """Everything known of the site, by id. Immutable: a changed estate is a new one."""

    site: Site
    buildings: Mapping[str, Building]
    zones: Mapping[str, Zone]
    devices: Mapping[str, Device]
    placements: Mapping[str, Sequence[Placement]]  # by device, in order of start, without overlap
    meters: Mapping[str, Meter]
    tenants: Mapping[str, Tenant]
    leases: Sequence[Lease]
    budgets: Sequence[Budget]
    profiles: Sequence[Taught] = ()
    keys: Sequence[Key] = ()
    tariffs: Mapping[str, Tariff] = field(default_factory=dict)
    contracts: Sequence[Contract] = ()
    carbon: Sequence[Factor] = ()  # what overrides the built-in factors
    step: Step = "15m"  # the shortest that consumption is settled by
    virtuals: Mapping[str, Virtual] = field(default_factory=dict)  # each after those it is made of
    notes: Sequence[Note] = ()  # in order of start
    _spans: dict[str, tuple[list[int], Sequence[Placement]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _budgets: dict[tuple[str, str], list[Budget]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        # Devices that stand alike share one entry: where each message's is looked up, few places are near at hand.
        alike: dict[tuple[Placement, ...], tuple[list[int], Sequence[Placement]]] = {}
        for device, spans in self.placements.items():
            self._spans[device] = alike.setdefault(tuple(spans), ([span.start_ms for span in spans], spans))
        for budget in sorted(self.budgets, key=lambda budget: budget.first_month):
            self._budgets.setdefault((budget.tenant, budget.carrier), []).append(budget)

    def knows(self, device: str) -> bool:
        return device in self.devices

    @property
    def codecs(self) -> Mapping[str, Codec]:
        """Every codec there is here, by name: those of the code and those taught by profiles."""
        return {**CODECS, **{profile.codec.name: profile.codec for profile in self.profiles}}

    def routes(self, context: Context, first: Sequence[Entry] = ()) -> Routes:
        """Who reads which topic here: these, devices that name a topic, profiles, then the formats' own topics."""
        devices = self.devices.values()
        own = [Entry(device.topic, device.codec, device.id) for device in devices if device.topic]
        codecs = {device.id: device.codec for device in devices if device.codec}
        entries = [*first, *own, *(profile.entry for profile in self.profiles)]
        return Routes(context._replace(zone=self.site.zone, codecs=codecs), self.codecs, entries)

    def place(self, device: str, at_ms: int) -> Placement | None:
        """Where the device was at that time; None if it was nowhere, or is unknown."""
        found = self._spans.get(device)
        if not found:
            return None
        starts, spans = found
        index = bisect_right(starts, at_ms) - 1
        if index < 0:
            return None
        placement = spans[index]
        return placement if at_ms < placement.end_ms else None

    def budget(self, tenant: str, carrier: str, month: date) -> Budget | None:
        """The budget that holds in the month of that day; None if none was set by then."""
        holding = [row for row in self._budgets.get((tenant, carrier), ()) if row.first_month <= month]
        return holding[-1] if holding else None

    def noted(self, start_ms: int, end_ms: int, buildings: Collection[str] = ()) -> list[Note]:
        """The notes that hold at some time of [start_ms, end_ms), of these buildings and of the site; of none: all."""
        wanted = {*buildings, self.site.id}
        held = (note for note in self.notes if note.start_ms < end_ms and note.end_ms > start_ms)
        return [note for note in held if not buildings or note.building in wanted]
