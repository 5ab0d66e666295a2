"""Measured values in CSV files as spreadsheets and exports write them: pure, but for reading the file line by line.

Wide: a time column and one column per series. Long: columns `time`, `device` and `value`, and perhaps `channel` and
`quantity`. The time column is the one named `time`, else the first. UTF-8 with or without a byte-order mark; "," or ";"
between cells, and a file with ";" may have decimal commas and spaces between thousands. Blank lines and lines that
start with "#" are passed over, and counted. An empty cell is no value, nor is a mark of `MISSING`. Every value that
is wrong becomes a `Problem`, and reading goes on.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from estate.problems import Problem
from ingest.history.clocks import Clock

MOST_PROBLEMS = 1_000
"""Kept of one file; the others are counted."""

_MOST_LINE = 2**20
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_THOUSANDS = str.maketrans("", "", " \u00a0\u202f")
_FRENCH_DAY = re.compile(r"\d\d/\d\d/\d{4}")

MISSING = {"", "-", "?", "na", "n/a", "nan", "null", "none"}
"""What exports write where nothing was read, in small letters."""

Item = tuple[int, str, str, float]


class Cell(NamedTuple):
    """One value."""

    line: int
    name: str  # of its series: the column's, or what device and channel say in a long file
    quantity: str  # "" when the file does not say
    at_ms: int
    value: float


class Problems:
    """What is wrong with one file."""

    def __init__(self, file: str) -> None:
        self.found: list[Problem] = []
        self.more = 0
        self._file = file

    def add(self, line: int, text: str) -> None:
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(self._file, line, text))
        else:
            self.more += 1

    def __bool__(self) -> bool:
        return bool(self.found)

    def __str__(self) -> str:
        lines = [str(problem) for problem in sorted(self.found, key=lambda problem: problem.line)]
        return "\n".join(lines + ([f"and {self.more} more"] if self.more else []))


class Times(NamedTuple):
    """How the times of a file are read."""

    zone: ZoneInfo  # of those without offset
    pattern: str = ""  # of strptime; "" for ISO 8601

    def read(self, text: str) -> datetime:
        """Raises ValueError, in words that follow the time."""
        try:
            if self.pattern:
                return datetime.strptime(text, self.pattern)  # noqa: DTZ007 (the clock knows the zone)
            return datetime.fromisoformat(text)
        except ValueError:
            if self.pattern:
                raise ValueError(f"does not fit the format {self.pattern!r}") from None
            hint = "%d/%m/%Y %H:%M" if _FRENCH_DAY.match(text) else "…"
            raise ValueError(f"is no time: write 2026-12-31T23:45, or say how with --format '{hint}'") from None


class _Header(NamedTuple):
    """What the first line says."""

    names: Sequence[str]
    line: int
    separator: str
    time: int  # where the times are
    device: int  # -1 in a wide file, as the three after it
    channel: int
    quantity: int
    value: int

    @property
    def series(self) -> Iterator[tuple[int, str]]:
        """The columns of a wide file."""
        return ((place, name) for place, name in enumerate(self.names) if place != self.time)


class Sheet:
    """One file, read as often as it is asked for, each time from its start, in bounded memory."""

    def __init__(self, path: Path, times: Times) -> None:
        self._path, self._times, self.zone = path, times, times.zone

    def columns(self, problems: Problems) -> list[str]:
        """The names of the series of a wide file; none for a long one."""
        header = next(self._rows(problems, lambda read: None), None)
        return [name for _, name in header[0].series] if header and header[0].device < 0 else []

    def cells(self, problems: Problems, progress: Callable[[int], None] = lambda read: None) -> Iterator[Cell]:
        """The good values in the order of their rows; `progress` hears how many bytes were read."""
        clocks: dict[str, Clock[list[Item]]] = {}
        for header, line, record in self._rows(problems, progress):
            if not record:
                continue
            if len(record) > len(header.names):
                cause = f"has {len(record)} cells under {len(header.names)} columns"
                problems.add(line, f"{cause}: quote the cell that holds a {header.separator!r}")
                continue
            record += [""] * (len(header.names) - len(record))
            items = _items(header, line, record, problems)
            try:
                moment = self._times.read(record[header.time])
            except ValueError as error:
                problems.add(line, f"{header.names[header.time]} {record[header.time]!r} {error}")
                continue
            key = "" if header.device < 0 else "\0".join(items[0][1:3]) if items else None
            if key is None:
                continue
            clock = clocks.get(key) or clocks.setdefault(key, Clock(self._times.zone, problems.add))
            for at_ms, sure in clock.take(line, moment, items):
                yield from (Cell(where, name, quantity, at_ms, value) for where, name, quantity, value in sure)
        for clock in clocks.values():
            for at_ms, sure in clock.end():
                yield from (Cell(where, name, quantity, at_ms, value) for where, name, quantity, value in sure)

    def _rows(self, problems: Problems, progress: Callable[[int], None]) -> Iterator[tuple[_Header, int, list[str]]]:
        """The header with an empty record, then with each row and the line it starts at."""
        starts: list[int] = []
        header: _Header | None = None
        cut: list[int] = []
        lines = _lines(self._path, problems, starts, cut, progress)
        first = next(lines, None)
        if first is None:
            problems.add(0, "has no header: its first line names the columns")
            return
        separator = ";" if ";" in first else ","
        try:
            for record in csv.reader(_chained(first, lines), delimiter=separator, strict=True):
                cells = [cell.strip() for cell in record]
                while cells and not cells[-1]:
                    cells.pop()  # empty columns that spreadsheets leave at the end
                if header is None:
                    header = _header(cells, starts[0], separator, problems)
                    if header is None:
                        return
                    yield header, starts[0], []
                elif starts[-1:] == cut and len(record) < len(header.names):
                    problems.add(starts[0], "the file ends within this row: export it again, or complete the row")
                elif cells:
                    yield header, starts[0], cells
                starts.clear()
        except csv.Error as error:
            problems.add(starts[0] if starts else 0, f"quoting is broken ({error}): close or double the quote")


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _lines(
    path: Path, problems: Problems, starts: list[int], cut: list[int], progress: Callable[[int], None]
) -> Iterator[str]:
    """The lines that hold something; `starts` gets their numbers, `cut` that of the last one where nothing ends it."""
    read, number = 0, 0
    with path.open("rb") as file:
        while content := file.readline(_MOST_LINE):
            number, read = number + 1, read + len(content)
            if number % 1000 == 0:
                progress(read)
            try:
                line = content.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                problems.add(number, "is not UTF-8: save the file as UTF-8 (in spreadsheets: 'CSV UTF-8')")
                return
            if len(content) == _MOST_LINE:
                problems.add(number, f"is longer than {_MOST_LINE} bytes: this is no table")
                return
            if line.strip() and not line.lstrip().startswith("#"):
                starts.append(number)
                if not content.endswith(b"\n"):
                    cut.append(number)
                yield line
    progress(read)


def _header(names: list[str], line: int, separator: str, problems: Problems) -> _Header | None:
    lower = [name.lower() for name in names]

    def at(name: str) -> int:
        return lower.index(name) if name in lower else -1

    for place, name in enumerate(names):
        if not name:
            problems.add(line, f"column {place + 1} has no name")
        elif names.index(name) != place:
            problems.add(line, f"column {name!r} stands twice: keep one")
    if len(names) < 2:
        problems.add(
            line, "names one column alone: a time and at least one series are needed, with , or ; between them"
        )
        return None
    if at("device") < 0:
        return _Header(names, line, separator, max(0, at("time")), -1, -1, -1, -1)
    known = ("time", "device", "channel", "quantity", "value")
    for name in names:
        if name.lower() not in known:
            problems.add(line, f"column {name!r} is unknown in a long file: remove it, known are {', '.join(known)}")
    if at("value") < 0:
        problems.add(line, "column 'value' is missing: a file with a column 'device' has one value a row")
        return None
    return _Header(names, line, separator, max(0, at("time")), at("device"), at("channel"), at("quantity"), at("value"))


def _items(header: _Header, line: int, record: Sequence[str], problems: Problems) -> list[Item]:
    """The values of one row; a cell that is empty or marked as missing is none."""
    if header.device < 0:
        return [
            (line, name, "", value)
            for place, name in header.series
            if record[place].lower() not in MISSING
            and (value := _number(header, line, name, record[place], problems)) is not None
        ]
    device = record[header.device]
    if not device:
        problems.add(line, "device is empty: fill it in")
        return []
    text = record[header.value]
    known = text.lower() not in MISSING
    value = _number(header, line, header.names[header.value], text, problems) if known else None
    channel = record[header.channel] if header.channel >= 0 else ""
    quantity = record[header.quantity] if header.quantity >= 0 else ""
    return [] if value is None else [(line, f"{device}@{channel}" if channel else device, quantity, value)]


def _number(header: _Header, line: int, column: str, text: str, problems: Problems) -> float | None:
    plain = text.translate(_THOUSANDS).replace(",", ".") if header.separator == ";" else text
    value = float(plain) if _NUMBER.fullmatch(plain) else None
    if value is None or not isfinite(value):
        mark = "," if header.separator == ";" else "."
        step = f"write it like 1234{mark}5, or leave the cell empty where nothing was read"
        problems.add(line, f"{column} {text[:40]!r} is no number: {step}")
        return None
    return value
