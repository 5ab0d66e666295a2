"""Points as InfluxDB line protocol: one line per measurement, series and time, values always floats.

Measurement and field are the two parts of the quantity's name; the tags are building, channel, device and zone, those
without a value left out. What is remembered of a device's channel is one small object: with many devices it lies
nowhere near the processor, and every object more costs a message more.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite

from estate.model import Point
from store.base import StoreRefused
from store.own import OWN, STORED

# Line protocol has no way to write these: a backslash there would escape what follows it. InfluxQL has none for NUL.
_UNWRITABLE = re.compile(r"[\0\n\r\ud800-\udfff]|\\(?:[,= ]|$)")
_SPECIAL = re.compile(r"([,= ])")

_COLUMNS = {name: (quantity.family, quantity.field, quantity.accounted) for name, quantity in STORED.items()}

Whose = tuple[str, str, str, str]
"""Device, channel, building and zone."""

NOTE_MS = 60_000
"""The rows of `latest` are renewed once in so long: for most messages of a busy site they cost nothing."""

LATEST_MS = 7_258_118_400_000
"""The time under which the rows of `latest` stand, 2200-01-01: one for each series, and no retention ends it."""


class Owner:
    """A device's channel at one place: what its lines share, and what was written of it. Some 500 bytes in all."""

    __slots__ = ("at", "counter", "noted", "place", "places", "tags")

    def __init__(self, whose: Whose) -> None:
        device, channel, building, zone = whose
        self.place, before, after = _place(building, zone)
        self.counter = series("", channel=channel, device=device)  # its tags in `touched`, at any place
        self.tags = f"{before}{self.counter}{after}"
        self.places: tuple[Owner, ...] = ()  # all of this channel, when there are several
        self.at = -1  # no time written is greater, ms
        self.noted: dict[str, int] = {}  # quantity → the time that its row of `latest` says

    def places_before(self, at_ms: int) -> list["Owner"]:
        """The same channel at other places, where this time may already be written."""
        return [place for place in self.places if place is not self and at_ms <= place.at]


class Batch:
    """What one batch of points comes to: its lines, the rows of `latest` to renew, the counters it touches."""

    __slots__ = ("body", "moved", "noted", "touched")

    def __init__(self) -> None:
        self.body = ""
        self.noted: dict[tuple[Owner, str], int] = {}  # owner and quantity → what was noted before
        self.touched: dict[str, int] = {}  # counter → the earliest time
        self.moved = False  # whether a point's time may already be written at another place

    def note(self, owner: Owner, quantity: str, at_ms: int) -> None:
        """Renew its row of `latest`; what the service says of itself has none."""
        if quantity not in OWN:
            self.noted.setdefault((owner, quantity), owner.noted.get(quantity, -NOTE_MS))
        owner.noted[quantity] = LATEST_MS if quantity in OWN else at_ms

    def undo(self) -> None:
        """It was not written, or nobody knows."""
        for (owner, quantity), before in self.noted.items():
            owner.noted[quantity] = before


class Encoder:
    """Turns points into lines, and remembers whose it has seen."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], Owner] = {}  # by device and channel: where it was last

    def encode(self, points: Sequence[Point]) -> Batch:
        """The batch as lines; raises StoreRefused for a name or number that line protocol cannot carry."""
        batch = Batch()
        try:
            self._fill(batch, points)
            _all_finite(batch.body, points)
        except StoreRefused:
            batch.undo()
            raise
        return batch

    def _fill(self, batch: Batch, points: Sequence[Point]) -> None:
        parts: list[str] = []
        touched = batch.touched
        whose, time, line, end = None, -1, "", ""
        fields: list[str] = []  # in the line that is being written
        for device, channel, quantity, value, at, building, zone in points:
            if at != time or whose != (device, channel, building, zone):  # mostly all points of a message share them
                whose, time, line = (device, channel, building, zone), at, ""
                owner = self.owner(whose)
                noted, counter = owner.noted, owner.counter
                if at > owner.at:
                    owner.at = at
                if owner.places and not batch.moved:
                    batch.moved = bool(owner.places_before(at))
            column = _COLUMNS.get(quantity)
            if column is None:
                raise StoreRefused(f"{quantity!r} is not a known quantity")
            family, field, accounted = column
            if family == line and field not in fields:
                parts.append(f",{field}={value}")
                fields.append(field)
            else:
                parts.append(f"{end}{family}{owner.tags} {field}={value}")
                line, end, fields = family, f" {time}\n", [field]
            if at >= noted.get(quantity, -NOTE_MS) + NOTE_MS:
                batch.note(owner, quantity, at)
            if accounted and counter:
                if at < touched.get(counter, at + 1):
                    touched[counter] = at
                counter = ""  # until the next device or time
        batch.body = "".join([*parts, end])

    def owner(self, whose: Whose) -> Owner:
        """What is remembered of it, made when it is new."""
        key, place = whose[:2], whose[2:]
        last = self._owners.get(key)
        if last is not None and last.place == place:
            return last
        places = (last.places or (last,)) if last is not None else ()
        found = next((owner for owner in places if owner.place == place), None)
        if found is None:
            found = Owner(whose)
            if places:
                places = (*places, found)
                for owner in places:
                    owner.places = places
        self._owners[key] = found
        return found


@lru_cache(10_000)
def _place(building: str, zone: str) -> tuple[tuple[str, str], str, str]:
    """The place, one object for all that stand there, and the tags before and after those of the channel."""
    return (building, zone), series("", building=building), series("", zone=zone)


def series(measurement: str, **tags: str) -> str:
    """The measurement and its tags as a line starts; raises StoreRefused for a value that cannot be written."""
    return "".join([measurement, *(f",{tag}={_escaped(value)}" for tag, value in tags.items() if value)])


def latest_lines(noted: Iterable[tuple[Owner, str]]) -> str:
    """One line per series and quantity, always the same one: when its last reading is, or up to `NOTE_MS` before."""
    return "".join(
        [f"latest{owner.tags},quantity={name} at={owner.noted[name]}.0 {LATEST_MS}\n" for owner, name in noted]
    )


def touched_lines(touched: Mapping[str, int], arrived_ms: int) -> str:
    """One line per counter, under the time of arrival: the earliest time written."""
    return "".join([f"touched{counter} from_ms={from_ms}.0 {arrived_ms}\n" for counter, from_ms in touched.items()])


@lru_cache(100_000)
def _escaped(value: str) -> str:
    if _UNWRITABLE.search(value):
        raise StoreRefused(
            f"{value[:100]!r} cannot be a tag: it holds a line break, NUL, or a backslash before ',', '=', ' ' or end"
        )
    return _SPECIAL.sub(r"\\\1", value)


def _all_finite(body: str, points: Sequence[Point]) -> None:
    """Not a number and the infinities have no place in line protocol; looked for only where the text hints at them."""
    if "nan" not in body and "inf" not in body:
        return
    for point in points:
        if not isfinite(point.value):
            raise StoreRefused(f"{point.device} {point.quantity}: {point.value} is not a finite number")
