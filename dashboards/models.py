"""What the API answers. Times are RFC 3339 with the offset of the site's zone at that time."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.quarantine import Selection
from sensors.model import Reason


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


class DeviceState(BaseModel):
    """One device: `unknown` ones are not in the estate, and were seen because their messages are in the quarantine."""

    device: str
    name: str
    building: str
    zone: str
    status: Literal["reporting", "silent", "never_seen", "unknown"]
    last_seen: str | None
    interval_s: int | None  # how often it should report; silent after three times this
    source: str  # where its data come from when it is not a device on the site
    refused: int  # messages of it in the quarantine


class Refused(BaseModel):
    """One message in the quarantine."""

    id: int
    time: str
    topic: str
    reason: str
    detail: str
    payload: str  # its first 200 bytes as text


class Quarantine(BaseModel):
    """How many messages are kept by reason (every reason is named), and the most recent ones, newest first."""

    counts: dict[str, int]
    recent: list[Refused]


class SelectionAsked(BaseModel):
    """Which messages of the quarantine: those that fit all that is given; `all` when nothing else is."""

    model_config = ConfigDict(extra="forbid")

    ids: list[int] = Field(default=[], max_length=1000)
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
