"""How the value of a channel is laid out: names and numbers, written as text such as ``temperature:s2 alarm:u1``.

A part is a name, after ``@`` the channel if there is one, and after ``:`` its number, little-endian: `u` without sign,
`s` with it, `f` a real (of 2 or 4 bytes), `b` bytes that are no number; then the count of bytes.
"""

import struct
from functools import cache
from typing import NamedTuple

from sensors.bits import Cursor
from sensors.draft import Draft


class Part(NamedTuple):
    """One number."""

    name: str
    channel: str | None
    kind: str
    size: int


@cache
def parts_of(layout: str) -> tuple[Part, ...]:
    """The parts of a layout."""
    return tuple(_part(text) for text in layout.split())


@cache
def size_of(layout: str) -> int:
    """The bytes a layout takes."""
    return sum(part.size for part in parts_of(layout))


def take_parts(draft: Draft, layout: str, frame: Cursor, at_ms: int | None = None) -> None:
    """Every part of the layout, taken off the front of the frame."""
    for name, channel, kind, size in parts_of(layout):
        draft.take(name, _number(frame, kind, size), channel, at_ms)


def _part(text: str) -> Part:
    name, _, number = text.partition(":")
    name, at, channel = name.partition("@")
    return Part(name, channel if at else None, number[0], int(number[1:]))


def _number(frame: Cursor, kind: str, size: int) -> float | None:
    match kind:
        case "u":
            return frame.unsigned(size)
        case "s":
            return frame.signed(size)
        case "f":
            (value,) = struct.unpack("<e" if size == 2 else "<f", frame.take(size))
            return round(float(value), 4)
    frame.take(size)
    return None
