"""Rows of a file with their lines: grouped, and which of those that hold over a span of days overlap."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from estate.rows import Row, Span

AnyRow = TypeVar("AnyRow", bound=Row)
SpanRow = TypeVar("SpanRow", bound=Span)
Key = TypeVar("Key", bound=Hashable)


def grouped(rows: Iterable[tuple[int, AnyRow]], key: Callable[[AnyRow], Key]) -> dict[Key, list[tuple[int, AnyRow]]]:
    """The rows and their lines by what they are about, in order."""
    found: dict[Key, list[tuple[int, AnyRow]]] = defaultdict(list)
    for line, row in rows:
        found[key(row)].append((line, row))
    return found


def overlaps(rows: Iterable[tuple[int, SpanRow]]) -> Iterator[tuple[int, SpanRow, int]]:
    """Rows that start before one that started earlier has ended, each with the line of that one."""
    reach, reach_line = date.min, 0
    for line, row in sorted(rows, key=lambda entry: (entry[1].first or date.min, entry[0])):
        if reach_line and (row.first or date.min) <= reach:
            yield line, row, reach_line
        last = row.last or date.max
        if not reach_line or last > reach:
            reach, reach_line = last, line
