"""How complete the readings of each device are by day: those that came, of those due by its interval.

The definition is that of the fact `received` (energy/derived), of devices instead of places: readings of one quantity,
more than expected count as expected, whole days alone. Nothing is due of a day before a device was placed or heard.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from estate.calendar import DAY_MS, HOUR_MS
from estate.model import Estate
from store.base import Latest, Series, Store, Tag

BEFORE_MS = 30 * DAY_MS
"""A device that was heard so long before the first day was there already."""

MOST_NAMED = 500
"""Devices that a query names; of more it asks for all."""

Days = NDArray[np.int64]


class Received(NamedTuple):
    """By day: the readings that came, and those that were due; 0 where nothing was."""

    got: Days
    due: Days

    def __add__(self, other: "Received") -> "Received":  # type: ignore[override]
        return Received(self.got + other.got, self.due + other.due)

    @property
    def share(self) -> float:
        """Of all days; 1 where nothing was due."""
        return float(self.got.sum()) / float(self.due.sum()) if self.due.any() else 1.0


async def received(estate: Estate, store: Store, midnights: Sequence[int]) -> dict[str, Received]:
    """Of each device of the estate that was ever heard; the days are those between the midnights."""
    by_quantity: dict[str, list[str]] = defaultdict(list)
    for device, quantity in (await _counted_by(estate, store)).items():
        by_quantity[quantity].append(device)
    span = midnights[0], midnights[-1]
    parts = await asyncio.gather(
        *(_counts(store, quantity, devices, span, midnights) for quantity, devices in by_quantity.items())
    )
    counts = {device: got for part in parts for device, got in part.items()}
    late = {
        quantity: [device for device in devices if device in counts and not counts[device][0]]
        for quantity, devices in by_quantity.items()
    }
    earlier = midnights[0] - BEFORE_MS, midnights[0]
    heard = await asyncio.gather(
        *(_counts(store, quantity, devices, earlier, earlier) for quantity, devices in late.items() if devices)
    )
    known = {device for part in heard for device in part}
    found = {}
    for device in (device for devices in by_quantity.values() for device in devices):
        got = counts.get(device, np.zeros(len(midnights) - 1, np.int64))
        first = int(np.argmax(got > 0)) if got.any() and device not in known else 0
        due = _due(estate, device, midnights)
        due[:first] = 0
        found[device] = Received(np.minimum(got, due), due)
    return found


async def _counted_by(estate: Estate, store: Store) -> dict[str, str]:
    """By which of its quantities a device is counted: its meter's, else the first that is not of its own health."""
    found: dict[str, str] = {}
    for point in await store.latest(Latest()):
        best = found.get(point.device, point.quantity)
        found[point.device] = min(best, point.quantity, key=lambda name: (name.startswith("device."), name))
    metered = {meter.device: meter.quantity for meter in estate.meters.values()}
    return {device: metered.get(device, found[device]) for device in sorted(found) if device in estate.devices}


async def _counts(
    store: Store, quantity: str, devices: Collection[str], span: tuple[int, int], midnights: Sequence[int]
) -> dict[str, Days]:
    """The readings of each device that has some, by day: of the channel that has the most."""
    where: dict[Tag, Sequence[str]] = {"device": list(devices)} if len(devices) <= MOST_NAMED else {}
    asked, found = set(devices), dict[str, Days]()
    for tags, times, values in await store.series(
        Series(quantity, *span, HOUR_MS, "count", where, ("device", "channel"))
    ):
        if (device := tags["device"]) in asked:
            day = np.searchsorted(midnights, times, side="right") - 1
            got = np.bincount(day, values, len(midnights) - 1).astype(np.int64)
            found[device] = np.maximum(got, found[device]) if device in found else got
    return found


def _due(estate: Estate, device: str, midnights: Sequence[int]) -> Days:
    """The readings due on each day on which the device stands somewhere."""
    intervals = [meter.interval_s for meter in estate.meters.values() if meter.device == device and meter.interval_s]
    interval_s = max(intervals, default=estate.devices[device].interval_s)
    starts, ends = np.array(midnights[:-1]), np.array(midnights[1:])
    placed = np.zeros(len(starts), np.bool_)
    for place in estate.placements.get(device, ()):
        placed |= (starts >= place.start_ms) & (ends <= place.end_ms)
    due: Days = np.where(placed, (ends - starts) // (1000 * interval_s), 0).astype(np.int64)
    return due


def by_building(estate: Estate, found: Mapping[str, Received], now_ms: int) -> dict[str, Received]:
    """The devices of each building together."""
    sums: dict[str, Received] = {}
    for device, days in found.items():
        place = estate.place(device, now_ms)
        name = place.building if place else ""
        sums[name] = sums[name] + days if name in sums else days
    return sums
