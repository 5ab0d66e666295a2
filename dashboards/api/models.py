"""What the API answers. Times are RFC 3339 with the offset of the site's zone at that time."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.quarantine import Selection
from sensors.model import Reason

MessageId = Annotated[int, Field(ge=1, lt=2**63)]  # as SQLite counts them


class LatestValue(BaseModel):
    """The last reading of one quantity of one channel of one device."""

    building: str
    zone: str  # "" when the device serves the building as a whole
    device: str
    channel: str
    quantity: str
    value: float
    unit: str
    time: str


class SeriesGroup(BaseModel):
    """The values of one group, in order of time; a window without readings is absent, never zero."""

    tags: dict[str, str]
    time: list[str]  # the window's start, or the reading's own time
    value: list[float]


class ConsumptionGroup(BaseModel):
    """What one group consumed, step by step; a step that is not settled yet is absent, never zero."""

    tags: dict[str, str]
    unit: str
    start: list[str]
    amount: list[int]
    estimated: list[float]  # the share of the amount that was not measured, 0 to 1
    settled: list[str | None]  # when the figure was last settled to another one; null when that is unknown
    integrated: bool | None = None  # of one meter: whether it is summed up from power, which no register counted


class DatedNote(BaseModel):
    """What happened on the site and may show in its figures."""

    building: str  # the site's id: the site as a whole
    kind: str
    text: str
    start: str
    end: str | None  # the first instant after it; null while it goes on


class Share(BaseModel):
    """What one tenant used of it, step by step."""

    tenant: str  # `common` for the common parts
    amount: list[int]
    estimated: list[float]  # the share of the amount that was not measured, 0 to 1


class Main(BaseModel):
    """What there was to share out, step by step."""

    amount: list[int]  # counted by the main meters
    elsewhere: list[int]  # of it, counted by meters behind them that share it out themselves
    difference: list[int]  # amount less elsewhere less all shares: 0 once all of them are settled


class AllocationGroup(BaseModel):
    """Who used what; a step of which nothing is settled is absent, never zero."""

    tags: dict[str, str]
    unit: str
    start: list[str]
    settled: list[str | None]  # when a figure of the step was last settled to another one; null when that is unknown
    main: Main | None  # None when some tenants alone were asked for
    shares: list[Share]


class Unmapped(BaseModel):
    """A measurement of a device that nobody mapped: it is in no codec's table."""

    name: str  # as at the source
    messages: int  # that had it


class Finding(BaseModel):
    """What looks wrong of a device, although each of its messages may be right."""

    kind: Literal["clock", "two_topics", "two_registers", "wrong_building", "wrong_time"]
    detail: str
    time: str  # when it was last seen


class DeviceState(BaseModel):
    """One device: `unknown` ones are not in the estate, and were seen because their messages are in the quarantine."""

    device: str
    name: str
    building: str
    zone: str
    status: Literal["reporting", "silent", "never_seen", "unknown"]
    first_seen: str | None  # of an unknown one: the oldest message that is kept
    last_seen: str | None
    interval_s: int | None  # how often it should report; silent after three times this
    every_s: float | None  # of an unknown one: how often it does, the median of its last messages
    source: str  # where its data come from when it is not a device on the site
    refused: int  # messages of it in the quarantine
    format: str  # codec, or codec/model; "" when the topic tells
    topic: str  # of an unknown one: of its last message
    last_message: str  # of an unknown one: what its last message says, as far as it can be decoded
    building_claimed: str  # of an unknown one: the building its topic names
    battery: float | None  # %
    rssi: float | None  # dBm
    snr: float | None  # dB
    clock_s: float | None = None  # by how much its clock is behind, negative ahead; null where it told no time of late
    unmapped: list[Unmapped]  # the twenty most frequent
    findings: list[Finding]  # of the last 24 hours


class Refused(BaseModel):
    """One message in the quarantine."""

    id: int
    time: str
    device: str  # "" when it is not known whose it is
    topic: str
    reason: str
    detail: str
    payload: str  # its first 200 bytes as text


class RefusedWhole(Refused):
    """One message in the quarantine, whole up to 256 KiB."""

    qos: int
    retained: bool
    size_bytes: int  # of the payload
    hex: str
    place: str  # the text around the error with → before it; "" when the detail names no place
    place_byte: int | None


class Quarantine(BaseModel):
    """How much is kept, how many by reason (every reason is named), and the most recent messages, newest first."""

    counts: dict[str, int]
    selected: int  # messages that fit the question
    size_bytes: int
    limit_bytes: int | None  # the oldest go when this is reached; None when this process does not ingest
    purged: int  # messages that went, by the bound or by hand
    recent: list[Refused]


class AccountRow(BaseModel):
    """Law 1 over some time: received is the sum of what follows down to `interrupted`, so the difference is zero.

    Of a day or an hour `in_flight` and `spooled` are changes, and may be negative.
    """

    start: str  # of the day or hour; "" since ever
    received: int
    stored: int
    quarantined: dict[str, int]  # by reason
    ignored: dict[str, int]  # by reason
    in_flight: int
    spooled: int
    interrupted: int  # a process ended over them; the broker gave those of QoS 1 again
    difference: int
    released: int  # out of the quarantine, and received again
    purged: int  # thrown away from the quarantine
    readings: int  # stored


class AccountAnswer(BaseModel):
    """The ledger: since ever, by day in the site's zone, and by hour; without those in which nothing came."""

    total: AccountRow
    days: list[AccountRow]
    hours: list[AccountRow]


class DeviceAsked(BaseModel):
    """A device to add to the inventory: the columns of `devices.csv`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    device: str = Field(min_length=1, max_length=128)
    building: str = Field(min_length=1, max_length=128)
    zone: str = Field("", max_length=128)
    name: str = Field("", max_length=200)
    interval: int | None = Field(None, ge=1, description="s between reports")
    codec: str = Field("", max_length=128)
    topic: str = Field("", max_length=512)
    source: str = Field("", max_length=500)
    first: date | None = Field(None, alias="from", description="first day; none: since ever")

    def cells(self) -> dict[str, str]:
        """The row of the inventory, without what is empty."""
        given = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: str(value) for name, value in given.items() if value != ""}


class DeviceAdded(BaseModel):
    """What adding a device did: its row, and what became of the messages that waited for it."""

    device: str
    line: int  # of its row in devices.csv
    waited: int  # messages that were refused because the device, or what reads it, was not known
    released: int  # of them, those that left the quarantine
    kept: int  # messages of the device that are in the quarantine still
    readings: int  # of the device that were stored since


class SelectionAsked(BaseModel):
    """Which messages of the quarantine: those that fit all that is given; `all` when nothing else is."""

    model_config = ConfigDict(extra="forbid")

    ids: list[MessageId] = Field(default=[], max_length=1000)
    reason: Reason | None = None
    device: str = ""
    all: bool = False

    @model_validator(mode="after")
    def _something(self) -> "SelectionAsked":
        if not (self.ids or self.reason or self.device or self.all):
            raise ValueError("selects nothing: give ids, reason or device, or all")
        return self

    def selection(self) -> Selection:
        return Selection(self.ids, self.reason, self.device)


class ReleasedAnswer(BaseModel):
    """What a release did: messages that left the quarantine, those of them stored whole, and those refused again."""

    released: int
    stored: int
    refused: int


class Mail(BaseModel):
    """A budget mail and what became of it: `queued` is tried again, `failed` was given up after three days."""

    tenant: str
    recipient: str
    subject: str
    queued: str
    status: str
    attempts: int
    error: str  # the server's last words, "" if none


class MonthChanged(BaseModel):
    """A closed month that has another figure than it had."""

    meter: str
    tenant: str  # "" for the meter's own figure
    carrier: str  # "" when the meter is no longer in the estate
    unit: str
    month: str  # like 2026-10
    before: int
    after: int
    why: str  # completed, corrected or recomputed
    readings_from: str | None  # the earliest of the readings that changed it; null for a recomputation
    settled: str


class RebuildAsked(BaseModel):
    """Which meters; none named: all."""

    model_config = ConfigDict(extra="forbid")

    meters: list[str] = Field(default=[], max_length=10_000)


class RebuildState(BaseModel):
    """How far the last rebuild is."""

    done: int  # meters
    total: int
    rows: int  # written: those that were not what the readings say
    kept_before: dict[str, str]  # by meter: rows from before then stand, their readings being kept no longer
    trouble: str  # why it waits, "" when it does not
