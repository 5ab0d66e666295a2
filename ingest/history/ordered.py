"""The values of a file in order of time, each once, whatever the order of its rows.

A file whose series go from the oldest row to the newest is read as it stands. Any other is sorted on disk, in bounded
memory: what stands twice counts once, and two values of one time are a problem.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

from ingest.history.tabular import Cell, Problems, Sheet

_CACHE_KIB = 16_384

Progress = Callable[[int], None]
"""Hears how many bytes of the file were read."""


class Disordered(Exception):
    """A row is not later than the one before it of its series."""


class Ordered:
    """A sheet that gives each series in order of time."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._sorted: sqlite3.Connection | None = None
        self._names: list[tuple[str, str]] = []
        self.repeated = 0  # values that stand there more than once, where that was looked at

    def cells(self, problems: Problems, progress: Progress = lambda read: None) -> Iterator[Cell]:
        """The good values, those of one series in order of time. Raises Disordered: then `sort`, and begin again."""
        if self._sorted:
            yield from self._once(self._sorted, problems)
            return
        last: dict[tuple[str, str], int] = {}
        for cell in self._sheet.cells(problems, progress):
            series = cell.name, cell.quantity
            if cell.at_ms <= last.get(series, -1):
                raise Disordered
            last[series] = cell.at_ms
            yield cell

    def sort(self, problems: Problems, progress: Progress) -> None:
        """Bring all into order, in a file without a name that goes with this object."""
        table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        table.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        table.execute("PRAGMA journal_mode = OFF")
        table.execute("CREATE TABLE cells (at_ms INTEGER, series INTEGER, line INTEGER, value REAL)")
        try:
            table.execute("BEGIN")
            table.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", self._rows(problems, progress))
            table.execute("COMMIT")
            table.execute("CREATE INDEX by_time ON cells (at_ms, series, line, value)")
        except sqlite3.OperationalError as error:
            step = "make room in the temporary folder, or sort its rows by time"
            problems.add(0, f"is not in order, and cannot be sorted on disk ({error}): {step}")
        self._sorted = table

    def _rows(self, problems: Problems, progress: Progress) -> Iterator[tuple[int, int, int, float]]:
        known: dict[tuple[str, str], int] = {}
        for cell in self._sheet.cells(problems, progress):
            number = known.setdefault((cell.name, cell.quantity), len(known))
            yield cell.at_ms, number, cell.line, cell.value
        self._names = list(known)

    def _once(self, table: sqlite3.Connection, problems: Problems) -> Iterator[Cell]:
        self.repeated, before, first = 0, (-1, -1), (0, 0.0)
        for at_ms, number, line, value in table.execute(
            "SELECT at_ms, series, line, value FROM cells ORDER BY at_ms, series, line"
        ):
            if (at_ms, number) != before:
                before, first = (at_ms, number), (line, value)
                name, quantity = self._names[number]
                yield Cell(line, name, quantity, at_ms, value)
            elif value == first[1]:
                self.repeated += 1
            else:
                moment = datetime.fromtimestamp(at_ms / 1000, self._sheet.zone).isoformat()
                told = f"{self._names[number][0]} is {value:.12g} here and {first[1]:.12g} at line {first[0]}"
                problems.add(line, f"{told}, both at {moment}: keep one row")
