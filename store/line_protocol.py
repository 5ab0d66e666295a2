"""Points as InfluxDB line protocol: one line per measurement, series and time, values always floats.

Measurement and field are the two parts of the quantity's name; the tags are building, channel, device and zone, those
without a value left out. What never changes about a series is worked out once and kept in its `Stream`.
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


Owner = tuple[str, str, str, str]
"""Device, channel, building and zone: what the streams of one message share."""

StreamKey = tuple[str, str, str, str, str]
"""Device, channel, quantity, building and zone."""

NOTE_MS = 60_000
"""The rows of `latest` are renewed once in so long: for most messages of a busy site they cost nothing."""

LATEST_MS = 7_258_118_400_000
"""The time under which the rows of `latest` stand, 2200-01-01: one for each series, and no retention ends it."""


class Counter:
    """A device's channel that is metered: what touches it names it."""

    __slots__ = ("line",)

    def __init__(self, device: str, channel: str) -> None:
        self.line = series("touched", channel=channel, device=device)  # up to its fields


class Stream:
    """One series of one quantity at one place. `rivals` are the same at other places."""

    __slots__ = ("at", "counter", "field", "key", "noted", "number", "prefix", "rivals")

    def __init__(
        self, key: StreamKey, prefix: str, rivals: list["Stream"], counter: Counter | None, number: int
    ) -> None:
        self.key = key
        self.prefix = prefix  # the line up to its fields; one object for all streams of one series
        self.field = STORED[key[2]].field
        self.counter = counter
        self.rivals = rivals
        self.number = number
        self.at = -1  # no time written is greater, ms
        self.noted = LATEST_MS if key[2] in OWN else -NOTE_MS  # the time that its row of `latest` says; OWN have none

    @property
    def tags(self) -> str:
        """As they stand in every line of the series."""
        return self.prefix[self.prefix.index(",") :]

    def places_before(self, at_ms: int) -> list["Stream"]:
        """The same quantity of the same device at other places, where this time may already be written."""
        return [rival for rival in self.rivals if rival is not self and at_ms <= rival.at]


class Batch:
    """What one batch of points comes to: its lines, the streams to note in `latest`, the counters it touches."""

    __slots__ = ("body", "moved", "noted", "touched")

    def __init__(self) -> None:
        self.body = ""
        self.noted: dict[Stream, int] = {}  # → what was noted before
        self.touched: dict[Counter, int] = {}  # → the earliest time
        self.moved = False  # whether a point's time may already be written at another place

    def undo(self) -> None:
        """It was not written, or nobody knows."""
        for stream, before in self.noted.items():
            stream.noted = before


class Encoder:
    """Turns points into lines, and remembers the streams it has seen."""

    def __init__(self) -> None:
        self._streams: dict[Owner, dict[str, Stream]] = {}  # by quantity
        self._count = 0
        self._prefixes: dict[tuple[str, str, str, str, str], str] = {}  # by family, and whose it is
        self._rivals: dict[tuple[str, str, str], list[Stream]] = {}
        self._counters: dict[tuple[str, str], Counter] = {}

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
        noted, touched = batch.noted, batch.touched
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
            if at > stream.at:
                stream.at = at
            if at >= stream.noted + NOTE_MS:
                noted.setdefault(stream, stream.noted)
                stream.noted = at
            counter = stream.counter
            if counter is not None and at < touched.get(counter, at + 1):
                touched[counter] = at
            if len(stream.rivals) > 1 and not batch.moved:
                batch.moved = bool(stream.places_before(at))
        if parts:
            parts.append(f" {time}\n")
            batch.body = "".join(parts).partition("\n")[2]

    def stream(self, key: StreamKey) -> Stream:
        """The stream of that key, made when it is new."""
        device, channel, quantity, building, zone = key
        streams = self._streams.setdefault((device, channel, building, zone), {})
        if quantity in streams:
            return streams[quantity]
        if quantity not in STORED:
            raise StoreRefused(f"{quantity!r} is not a known quantity")
        family = STORED[quantity].family
        prefix = self._prefixes.setdefault(
            (family, device, channel, building, zone),
            series(family, building=building, channel=channel, device=device, zone=zone),
        )
        rivals = self._rivals.setdefault((device, channel, quantity), [])
        self._count += 1
        stream = streams[quantity] = Stream(key, prefix, rivals, self._counter(key), self._count)
        rivals.append(stream)
        return stream

    def _counter(self, key: StreamKey) -> Counter | None:
        """The one of the device's channel, where the quantity is accounted."""
        device, channel, quantity, _, _ = key
        if not STORED[quantity].accounted:
            return None
        if (device, channel) not in self._counters:
            self._counters[device, channel] = Counter(device, channel)
        return self._counters[device, channel]


def series(measurement: str, **tags: str) -> str:
    """The measurement and its tags as a line starts; raises StoreRefused for a value that cannot be written."""
    return "".join([measurement, *(f",{tag}={_escaped(value)}" for tag, value in tags.items() if value)])


def latest_lines(streams: Iterable[Stream]) -> str:
    """One line per series, replaced as time goes on: of when its last reading is, `NOTE_MS` later at most."""
    return "".join(
        [f"latest{stream.tags},quantity={stream.key[2]} at={stream.noted}.0 {LATEST_MS}\n" for stream in streams]
    )


def touched_lines(touched: Mapping[Counter, int], arrived_ms: int) -> str:
    """One line per counter: the earliest time written, and when it arrived."""
    end = f".0,arrived_ms={arrived_ms}.0 {arrived_ms}\n"
    return "".join([f"{counter.line} from_ms={from_ms}{end}" for counter, from_ms in touched.items()])


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
