"""A Dragino payload by byte offsets, as the maker's decoders read it: numbers are big-endian."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sensors.draft import Draft, Malformed
from sensors.times import epoch_ms

RECORD = 11
"""Bytes of one entry of a device's log; its last four are the time."""

CLOCK_SET = 1_262_304_000
"""2010-01-01: a clock that shows less has never been set."""

NO_CLOCK = 0x7F000000
"""From here (2037) on the bytes are filler, such as 0x7FFFFFFF."""


class Part(NamedTuple):
    """One measurement of a frame and where it stands."""

    name: str
    at: int
    size: int = 2
    signed: bool = False
    mask: int = -1
    channel: str | None = None


class Frame:
    """The payload of a draft. Numbers past its end raise Malformed."""

    def __init__(self, draft: Draft, data: bytes, port: int | None = None) -> None:
        self.draft = draft
        self.data = data
        self.port = port

    def need(self, *lengths: int) -> None:
        """Raises Malformed unless the frame has one of these lengths."""
        if len(self.data) not in lengths:
            wanted = " or ".join(map(str, lengths))
            raise Malformed(f"{len(self.data)} bytes where {wanted} are needed")

    def unsigned(self, at: int, size: int = 2) -> int:
        """A whole number."""
        return int.from_bytes(self._bytes(at, size))

    def signed(self, at: int, size: int = 2) -> int:
        """A whole number in two's complement."""
        return int.from_bytes(self._bytes(at, size), signed=True)

    def bit(self, at: int, mask: int) -> int:
        """1 when any bit of the mask is set in that byte, else 0."""
        return int(self.unsigned(at, 1) & mask != 0)

    def clock(self, at: int) -> int | None:
        """Milliseconds of the device's clock; None when it was never set or holds filler."""
        seconds = self.unsigned(at, 4)
        return epoch_ms(seconds) if CLOCK_SET <= seconds < NO_CLOCK else None

    def take(self, name: str, raw: float | None, channel: str | None = None) -> None:
        """A measurement by its name in the tables."""
        self.draft.take(name, raw, channel)

    def parts(self, layout: Sequence[Part]) -> None:
        """Every measurement of a layout."""
        for name, at, size, signed, mask, channel in layout:
            raw = self.signed(at, size) if signed else self.unsigned(at, size) & mask
            self.take(name, raw, channel)

    def records(self) -> Iterator["Frame"]:
        """The entries of a log, each at its own time; those that were never written are none. Raises Malformed."""
        if not self.data or len(self.data) % RECORD:
            raise Malformed(f"{len(self.data)} bytes are no whole log entries of {RECORD}")
        for start in range(0, len(self.data), RECORD):
            record = Frame(self.draft, self.data[start : start + RECORD], self.port)
            self.draft.at_ms = record.clock(7)
            if self.draft.at_ms is None:
                self.draft.absent("log entry without time")
            else:
                yield record
        self.draft.at_ms = None

    def _bytes(self, at: int, size: int) -> bytes:
        if at + size > len(self.data):
            raise Malformed(f"ends after {len(self.data)} bytes where at least {at + size} are needed")
        return self.data[at : at + size]


Reader = Callable[[Frame], None]


def log_of(layout: Sequence[Part]) -> Reader:
    """The reader of a log whose entries all have one layout."""

    def read(frame: Frame) -> None:
        for record in frame.records():
            record.parts(layout)

    return read


def status(frame: Frame) -> None:
    """Port 5 of most models: model, firmware, band, and the battery's millivolts in the sixth and seventh byte."""
    frame.take("BAT", frame.unsigned(5))


def control(frame: Frame) -> None:
    """Settings and identities: nothing measured."""
    frame.draft.control()


def unpublished(frame: Frame) -> None:
    """A log whose layout the maker publishes without names or not at all."""
    frame.take("history", None)


def collected(frame: Frame) -> None:
    """Port 7: the battery, and samples taken at times that the frame does not tell."""
    frame.take("BatV", frame.unsigned(0) & 0x3FFF)
    frame.take("collected", None)
