"""What InfluxDB says to a query, in MessagePack (1.x, when asked) or JSON → its series; rows of numbers as arrays.

In MessagePack a row costs InfluxDB 1.6 four fifths of what it costs in JSON and us a quarter: where the cells of many
rows stand follows, for all of them at once, from the byte that each begins with. The head of a series costs us more.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MSGPACK = "application/x-msgpack"

_MARK = 5
"""Bytes that all rows of an answer begin with: how long they are, and of the time what changes once in 35 years."""

_PLAIN = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {kind: struct.Struct(f">{code}") for kind, code in zip(range(0xCA, 0xD4), "fdBHIQbhiq", strict=True)}
_TEXTS = {0xD9: struct.Struct(">B"), 0xDA: struct.Struct(">H"), 0xDB: struct.Struct(">I")}
_LISTS = {0xDC: struct.Struct(">H"), 0xDD: struct.Struct(">I")}
_MAPS = {0xDE: struct.Struct(">H"), 0xDF: struct.Struct(">I")}

_FLOAT, _INTEGER, _NONE, _SMALL = 0xCB, 0xD3, 0xC0, 0x7F
_WIDTHS = np.zeros(256, np.int64)  # of cells in rows of numbers, by what they begin with; 0 for any other
_WIDTHS[[_FLOAT, _INTEGER]] = 9
_WIDTHS[[_NONE, *range(_SMALL + 1)]] = 1


class Table(NamedTuple):
    """One series of an answer: its measurement, its tags, and rows whose first column is the time in ms."""

    measurement: str
    tags: dict[str, str]
    columns: list[str]
    rows: NDArray[Any]  # rows × columns: float64, NaN for no value; where there are texts, objects


class CutShort(Exception):
    """The server left out rows."""


class Complaint(Exception):
    """What the server says of one statement."""


def tables(body: bytes, kind: str) -> list[Table]:
    """The series of all statements, in order; ValueError for half an answer, CutShort, or the server's Complaint."""
    found: list[tuple[dict[str, Any], list[NDArray[Any]]]] = []
    cut = False
    for result in (each for answer in _answers(body, kind) for each in answer["results"]):
        if "error" in result:
            raise Complaint(result["error"])
        for series in result.get("series", ()):
            if not cut:
                found.append((series, []))
            found[-1][1].append(_array(series))
            cut = series.get("partial", False)
    if cut:
        raise CutShort
    return [
        Table(head["name"], head.get("tags", {}), head["columns"], rows[0] if len(rows) == 1 else np.concatenate(rows))
        for head, rows in found
    ]


def said(body: bytes, kind: str) -> dict[str, Any]:
    """What InfluxDB says in an error: always an object, so an empty one for anybody else's page."""
    try:
        found = next(_answers(body, kind), None)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _answers(body: bytes, kind: str) -> Iterator[Any]:
    """The answer's chunks, each an object."""
    if kind == MSGPACK:
        yield from _Unpacked(body)
    else:
        yield from map(json.loads, body.strip().split(b"\n"))


def _array(series: dict[str, Any]) -> NDArray[Any]:
    rows = series.get("values", [])
    if isinstance(rows, np.ndarray):
        return rows
    try:
        return np.array(rows, np.float64).reshape(len(rows), len(series["columns"]))
    except (ValueError, TypeError):
        return np.array(rows, object)


class _Unpacked(Iterator[Any]):
    """Objects of MessagePack (github.com/msgpack/msgpack, spec.md of 2017), as far as InfluxDB 1.x writes them."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self._bytes = np.frombuffer(data + bytes(8), np.uint8)  # a last cell may be read beyond its end

    def __next__(self) -> Any:
        if self._at == len(self._data):
            raise StopIteration
        try:
            return self._value()
        except (IndexError, KeyError, struct.error) as error:
            raise ValueError(f"no MessagePack at byte {self._at}: {error!r}") from error

    def _value(self) -> Any:
        kind = self._data[self._at]
        self._at += 1
        if kind <= _SMALL:
            return kind
        if kind <= 0x8F:
            return self._map(kind & 15)
        if kind <= 0x9F:
            return [self._value() for _ in range(kind & 15)]
        if kind <= 0xBF:
            return self._text(kind & 31)
        if kind >= 0xE0:
            return kind - 256
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind])
        if kind in _TEXTS:
            return self._text(self._number(_TEXTS[kind]))
        if kind in _LISTS:
            return [self._value() for _ in range(self._number(_LISTS[kind]))]
        return self._map(self._number(_MAPS[kind])) if kind in _MAPS else _PLAIN[kind]

    def _number(self, of: struct.Struct) -> Any:
        (found,) = of.unpack_from(self._data, self._at)
        self._at += of.size
        return found

    def _text(self, size: int) -> str:
        end = self._at + size
        if end > len(self._data):
            raise IndexError(end)
        found = self._data[self._at : end].decode()
        self._at = end
        return found

    def _map(self, size: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(size):
            key = self._value()
            rows = self._rows(len(found["columns"])) if key == "values" else None
            found[key] = self._value() if rows is None else rows
        return found

    def _rows(self, columns: int) -> NDArray[np.float64] | None:
        """Sixteen rows of numbers or more; None, and nothing read, for fewer and any others."""
        of = _LISTS.get(self._data[self._at])
        if of is None:
            return None
        (count,) = of.unpack_from(self._data, self._at + 1)
        first = self._at + 1 + of.size
        window = self._bytes[first : first + count * (1 + 9 * columns)]
        alike = np.ones(len(window) - _MARK, np.bool_)
        for at in range(_MARK):
            alike &= window[at : at - _MARK] == window[at]
        starts = first + np.flatnonzero(alike)[:count]
        found = np.full((len(starts), columns), np.nan, order="F")
        places = starts + 1
        for column in found.T:
            kinds = self._bytes[places]
            widths = _WIDTHS[kinds]
            if not widths.all():
                return None
            self._fill(column, kinds, places + 1)
            places = places + widths
        if len(starts) < count or (places[:-1] != starts[1:]).any() or places[-1] > len(self._data):
            return None
        self._at = int(places[-1])
        return found

    def _fill(self, column: NDArray[np.float64], kinds: NDArray[np.uint8], places: NDArray[np.int64]) -> None:
        """Cells of these kinds, whose numbers begin at these places."""
        for kind, dtype in ((_FLOAT, ">f8"), (_INTEGER, ">i8")):
            if (chosen := kinds == kind).any():
                column[chosen] = self._bytes[places[chosen, None] + np.arange(8)].view(dtype)[:, 0]
        column[kinds <= _SMALL] = kinds[kinds <= _SMALL]
