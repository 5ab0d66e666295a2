"""Points as InfluxDB line protocol: one line per measurement, series and time, values always floats.

Measurement and field are the two parts of the quantity's name; the tags are building, channel, device and zone, those
without a value left out. What never changes about a series is worked out once and kept in its `Stream`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite

from estate.calendar import DAY_MS
from estate.model import Consumption, Point
from sensors.quantities import QUANTITIES
from store.base import StoreRefused

# Line protocol has no way to write these: a backslash there would escape what follows it. InfluxQL has none for NUL.
_UNWRITABLE = re.compile(r"[\0\n\r\ud800-\udfff]|\\(?:[,= ]|$)")
_SPECIAL = re.compile(r"([,= ])")


Owner = tuple[str, str, str, str]
"""Device, channel, building and zone: what the streams of one message share."""


class Stream:
    """One series of one quantity at one place, and the last it has written. `rivals` are the same at other places."""

    __slots__ = ("at", "counter", "field", "key", "latest", "number", "prefix", "reach", "rivals", "value")

    def __init__(self, key: tuple[str, str, str, str, str], prefix: str, rivals: list["Stream"], number: int) -> None:
        device, channel, name, building, zone = key
        quantity = QUANTITIES[name]
        self.key = key  # device, channel, quantity, building, zone
        self.prefix = prefix  # the line up to its fields; one object for all streams of one series
        self.field = quantity.field
        self.counter = (device, channel) if quantity.accounted else None
        self.latest = series("latest", building=building, channel=channel, device=device, quantity=name, zone=zone)
        self.rivals = rivals
        self.number = number
        self.at = -1  # the greatest time written, ms
        self.value = 0.0  # and the value then
        self.reach = -1  # the greatest time of a write that failed, and may have been done all the same

    def places_before(self, at_ms: int) -> list["Stream"]:
        """The same quantity of the same device at other places, where this time may already be written."""
        return [rival for rival in self.rivals if rival is not self and at_ms <= max(rival.at, rival.reach)]


class Batch:
    """What one batch of points comes to: its lines, the streams whose last value it moves, the counters it touches."""

    __slots__ = ("body", "fresh", "moved", "touched")

    def __init__(self) -> None:
        self.body = ""
        self.fresh: dict[Stream, tuple[int, float]] = {}  # each with the time and value it had before
        self.touched: dict[tuple[str, str], int] = {}  # device and channel → the earliest time
        self.moved = False  # whether a point's time may already be written at another place

    def undo(self) -> None:
        """It was not written, or nobody knows: the streams' last values are what they were."""
        for stream, (at, value) in self.fresh.items():
            stream.reach = max(stream.reach, stream.at)
            stream.at, stream.value = at, value


class Encoder:
    """Turns points into lines, and remembers the streams it has seen."""

    def __init__(self) -> None:
        self._streams: dict[Owner, dict[str, Stream]] = {}  # by quantity
        self._count = 0
        self._prefixes: dict[tuple[str, str, str, str, str], str] = {}
        self._rivals: dict[tuple[str, str, str], list[Stream]] = {}

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
        fresh, touched = batch.fresh, batch.touched
        streams: dict[str, Stream] = {}
        owner, prefix, time, number = None, "", -1, 0
        for device, channel, quantity, value, at, building, zone in points:
            if owner != (device, channel, building, zone):  # mostly all points of a message share them
                owner = (device, channel, building, zone)
                streams = self._streams.setdefault(owner, {})
            stream = streams.get(quantity)
            if stream is None:
                stream = self.stream((device, channel, quantity, building, zone))
            if stream.prefix is prefix and at == time and stream.number > number:  # rising: no field twice in a line
                parts.append(f",{stream.field}={value}")
            else:
                parts.append(f" {time}\n{stream.prefix} {stream.field}={value}")
                prefix, time = stream.prefix, at
            number = stream.number
            if at >= stream.at:
                if stream not in fresh:
                    fresh[stream] = stream.at, stream.value
                stream.at, stream.value = at, value
            if stream.counter is not None and at < touched.get(stream.counter, at + 1):
                touched[stream.counter] = at
            if len(stream.rivals) > 1 and not batch.moved:
                batch.moved = bool(stream.places_before(at))
        if parts:
            parts.append(f" {time}\n")
            batch.body = "".join(parts).partition("\n")[2]

    def stream(self, key: tuple[str, str, str, str, str]) -> Stream:
        """The stream of device, channel, quantity, building and zone, made when it is new."""
        device, channel, quantity, building, zone = key
        streams = self._streams.setdefault((device, channel, building, zone), {})
        if quantity in streams:
            return streams[quantity]
        if quantity not in QUANTITIES:
            raise StoreRefused(f"{quantity!r} is not a known quantity")
        family = QUANTITIES[quantity].family
        prefix = self._prefixes.setdefault(
            (family, device, channel, building, zone),
            series(family, building=building, channel=channel, device=device, zone=zone),
        )
        rivals = self._rivals.setdefault((device, channel, quantity), [])
        self._count += 1
        stream = streams[quantity] = Stream(key, prefix, rivals, self._count)
        rivals.append(stream)
        return stream


def series(measurement: str, **tags: str) -> str:
    """The measurement and its tags as a line starts; raises StoreRefused for a value that cannot be written."""
    return "".join([measurement, *(f",{tag}={_escaped(value)}" for tag, value in tags.items() if value)])


def latest_lines(streams: Iterable[Stream], arrived_ms: int) -> str:
    """One line per series and day, replaced as the day goes on: the last value, its time, and when it arrived."""
    return "".join(
        f"{stream.latest} value={stream.value},at={stream.at}.0,arrived={arrived_ms}.0"
        f" {stream.at - stream.at % DAY_MS}\n"
        for stream in streams
    )


def touched_lines(touched: Mapping[tuple[str, str], int], arrived_ms: int) -> str:
    """One line per counter: the earliest time written, and when it arrived."""
    end = f"arrived_ms={arrived_ms}.0 {arrived_ms}\n"
    return "".join(f"{_touched(*counter)} from_ms={from_ms}.0,{end}" for counter, from_ms in touched.items())


@lru_cache(100_000)
def _touched(device: str, channel: str) -> str:
    return series("touched", channel=channel, device=device)


def consumption_line(row: Consumption) -> str:
    """A row of consumption, or of a tenant's share of it; whole amounts are exact as floats up to 2⁵³."""
    tags = {"building": row.building, "carrier": row.carrier, "every": row.every, "meter": row.meter, "role": row.role}
    start = series("allocation", **tags, tenant=row.tenant) if row.tenant else series("consumption", **tags)
    estimated = float(row.amount * row.estimated)
    return f"{start} amount={row.amount}.0,estimated_amount={estimated},settled={row.settled_ms}.0 {row.start_ms}\n"


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
