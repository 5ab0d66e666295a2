"""Rows of a file with their lines: grouped, and which of them hold when, of those that hold over days."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date, timedelta
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


def edges(row: Span) -> list[date]:
    """Its first day, and the first after it."""
    after = [row.last + timedelta(1)] if row.last and row.last < date.max else []
    return [row.first or date.min, *after]


def holds(row: Span, day: date) -> bool:
    return (row.first or date.min) <= day <= (row.last or date.max)


def meet(one: Span, other: Span) -> bool:
    """Whether they have a day in common."""
    first = max(one.first or date.min, other.first or date.min)
    return first <= min(one.last or date.max, other.last or date.max)


def overlaps(rows: Iterable[tuple[int, SpanRow]]) -> Iterator[tuple[int, SpanRow, int]]:
    """Rows that start before one that started earlier has ended, each with the line of that one."""
    reach, reach_line = date.min, 0
    for line, row in sorted(rows, key=lambda entry: (entry[1].first or date.min, entry[0])):
        if reach_line and (row.first or date.min) <= reach:
            yield line, row, reach_line
        last = row.last or date.max
        if not reach_line or last > reach:
            reach, reach_line = last, line
