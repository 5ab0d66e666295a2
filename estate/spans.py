"""Rows that hold over a span of days: which of them overlap."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from estate.rows import Span

SpanRow = TypeVar("SpanRow", bound=Span)


def overlaps(rows: Iterable[tuple[int, SpanRow]]) -> Iterator[tuple[int, SpanRow, int]]:
    """Rows that start before one that started earlier has ended, each with the line of that one."""
    reach, reach_line = date.min, 0
    for line, row in sorted(rows, key=lambda entry: (entry[1].first or date.min, entry[0])):
        if reach_line and (row.first or date.min) <= reach:
            yield line, row, reach_line
        last = row.last or date.max
        if not reach_line or last > reach:
            reach, reach_line = last, line
