"""Payloads as a page shows them: as text and as a hex dump, with the place of the error marked."""

from collections.abc import Iterator
from typing import NamedTuple

from dashboards.quarantine import as_text

TEXT_BYTES = 16 * 1024
HEX_BYTES = 1024
HEX_WIDTH = 16
"""How much of a payload a page shows, around the place of the error or from the start."""


class Marked(NamedTuple):
    """A piece of a payload with the place of the error marked; `mark` is "" when there is none in it."""

    before: str
    mark: str
    after: str


class HexRow(NamedTuple):
    """One line of a hex dump."""

    offset: str
    hex: Marked
    text: str


def marked_text(payload: bytes, at: int | None) -> Marked:
    """The payload as text around byte `at`; all of it when it is short."""
    start = max(0, (at or 0) - TEXT_BYTES // 2)
    end = start + TEXT_BYTES
    if at is None:
        return Marked(as_text(payload[start:end]), "", "")
    after = at + _character(payload[at : at + 4])
    return Marked(as_text(payload[start:at]), as_text(payload[at:after]), as_text(payload[after:end]))


def hex_rows(payload: bytes, at: int | None) -> Iterator[HexRow]:
    """A hex dump, its lines around byte `at` or the first ones."""
    first = max(0, (at or 0) // HEX_WIDTH * HEX_WIDTH - HEX_BYTES // 2)
    for start in range(first, min(len(payload), first + HEX_BYTES), HEX_WIDTH):
        row = payload[start : start + HEX_WIDTH]
        text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        shown = row.hex(" ").ljust(3 * HEX_WIDTH)
        place = 3 * (at - start) if at is not None and start <= at < start + len(row) else len(shown)
        yield HexRow(f"{start:05x}", Marked(shown[:place], shown[place : place + 2], shown[place + 2 :]), text)


def _character(payload: bytes) -> int:
    """How many bytes the first character takes; a byte that begins none stands alone."""
    for length in range(1, len(payload) + 1):
        try:
            payload[:length].decode()
        except UnicodeDecodeError:
            continue
        return length
    return 1
