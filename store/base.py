"""What every store promises: one protocol, queries as data, two families of errors.

Law 3: writing the same point or row twice changes nothing; for one identity the last write wins, also when its place
has been corrected since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from estate.calendar import DAY_MS, Every
from estate.model import Consumption, Note, Point

How = Literal["mean", "min", "max", "last", "sum", "count"]
Tag = Literal["building", "zone", "device", "channel"]
UsageTag = Literal["building", "meter", "tenant", "carrier", "role"]


ARRIVALS_MS = 7 * DAY_MS
"""How long `touched` knows at least what arrived: accounting that slept longer rebuilds."""


class StoreUnavailable(Exception):
    """The store does not answer, or not now: the same write may succeed later."""


class StoreRefused(Exception):
    """The store will never take this write as it is; the message holds the store's own words."""


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one quantity over [start_ms, end_ms), by group.

    Within a window, each device's channel is first aggregated by `how`; then those of one group are combined as the
    quantity's row says (`across`). Windows are aligned to the epoch; one without values is absent, never zero.
    """

    quantity: str
    start_ms: int
    end_ms: int
    every_ms: int | None  # the window; None for the readings as they are (then `by` must hold device and channel)
    how: How = "mean"
    where: Mapping[Tag, Sequence[str]] = field(default_factory=dict)  # tag → the values allowed
    by: Sequence[Tag] = ("building", "zone", "device", "channel")


@dataclass(frozen=True, slots=True)
class Latest:
    """The last value of each device, channel and quantity that sensors measure; of the service's own there is none."""

    where: Mapping[Tag | Literal["quantity"], Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """Consumption by step over [start_ms, end_ms) (steps that start there), summed by group.

    `of` says whose rows: the meters' own, or the shares of tenants. Group by carrier, or filter one: units differ.
    """

    every: Every
    start_ms: int
    end_ms: int
    of: Literal["meter", "tenant"] = "meter"
    where: Mapping[UsageTag, Sequence[str]] = field(default_factory=dict)
    by: Sequence[UsageTag] = ("building", "meter", "carrier", "role")


class Row(NamedTuple):
    """One group of a series, in order of time."""

    tags: Mapping[str, str]  # one entry for each tag of `by`; "" where the points have none
    times: NDArray[np.int64]  # ms since the epoch: the window's start, or the reading's time
    values: NDArray[np.float64]


class UsageRow(NamedTuple):
    """One group of consumption, in order of time."""

    tags: Mapping[str, str]
    starts: NDArray[np.int64]  # ms since the epoch
    amounts: NDArray[np.int64]  # in the carrier's unit
    estimated: NDArray[np.float64]  # what of the amount was not measured, 0 to 1, as `share` says of a sum
    settled: NDArray[np.int64]  # ms since the epoch: when the last of the rows was written anew; 0 when that is unknown


def share(
    amounts: NDArray[np.int64] | NDArray[np.float64],
    guessed: NDArray[np.int64] | NDArray[np.float64],
    nothing: NDArray[np.float64],
) -> NDArray[np.float64]:
    """What of each amount was not measured, 0 to 1, by the size of its estimated parts; of 0 without any, `nothing`.

    Parts of both signs make up for each other in the amount, not in what is unsure of it: at most, all of it is.
    """
    found = np.where(guessed > 0, 1.0, nothing)
    return np.minimum(np.divide(guessed, np.abs(amounts), out=found, where=amounts != 0), 1.0)


class Span(NamedTuple):
    """The rows of one meter, or of a tenant's share of it, that start in [start_ms, end_ms)."""

    meter: str
    tenant: str  # "" for the meter's own
    every: Every
    start_ms: int
    end_ms: int


class Touched(NamedTuple):
    """A write reached accounted readings of this device's channel, from `from_ms` on: they are to be settled anew."""

    device: str
    channel: str
    from_ms: int
    arrived_ms: int


class Store(Protocol):
    """Where points and consumption live. Every call raises StoreUnavailable or StoreRefused, and nothing else."""

    async def open(self) -> None:
        """Connect, and create or migrate what is missing."""
        ...

    async def write(self, points: Sequence[Point]) -> None:
        """Make the points durable, with their `latest` and `touched` rows: all of them, or an error.

        A repeated (device, channel, quantity, at_ms) replaces the earlier value, also one under another place.
        """
        ...

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        """Make the rows durable; a repeated (meter, tenant, every, start_ms) replaces the earlier row."""
        ...

    async def remove_consumption(self, spans: Sequence[Span]) -> None:
        """Remove the rows of these spans."""
        ...

    async def forget_readings(self, before_ms: int) -> None:
        """Remove all readings of before then; of what has been silent since, the last value may be known no longer."""
        ...

    async def keep_notes(self, notes: Sequence[Note]) -> None:
        """Hold these notes and no others, for programs that know the store alone; of those there are none on DuckDB."""
        ...

    async def series(self, query: Series) -> list[Row]:
        """The groups that have values, in order of their tags."""
        ...

    async def latest(self, query: Latest) -> list[Point]:
        """The last point of each device, channel and quantity, ordered by them."""
        ...

    async def usage(self, query: Usage) -> list[UsageRow]:
        """The groups that have rows, in order of their tags."""
        ...

    async def touched(self, since_ms: int) -> list[Touched]:
        """What arrived at or after `since_ms` of what is accounted: by channel, the earliest time and last arrival."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of the store."""
        ...
