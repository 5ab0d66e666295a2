"""What a batch writes anew under other tags: in InfluxDB tags are part of the identity, so the old rows must go.

The new rows are written first and the old ones removed after: interrupted in between, the batch is not confirmed, and
writing it again removes them. A row is removed whole, so what else it holds is handed out, to be written along.
"""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import NamedTuple

from store.influx_http import InfluxHttp
from store.influx_tables import Table
from store.influxql import between, matches, name

Tags = tuple[tuple[str, str], ...]
"""Every tag of one series with its value, "" where it has none."""


class OldRow(NamedTuple):
    """One row under tags that no longer hold."""

    measurement: str
    tags: Tags
    at_ms: int
    fields: dict[str, float]


class Moves:
    """The rows to look for and remove, and those to keep: added one by one, found in one query per series."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, Tags], set[int]] = {}
        self._kept: dict[tuple[str, Tags], set[int]] = {}
        self.deletions: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._times)

    def add(self, measurement: str, tags: Tags, *at_ms: int) -> None:
        if at_ms:
            self._times.setdefault((measurement, tags), set()).update(at_ms)

    def keep(self, measurement: str, tags: Tags, *at_ms: int) -> None:
        """The batch writes rows here, which no deletion around them may take."""
        self._kept.setdefault((measurement, tags), set()).update(at_ms)

    async def find(self, http: InfluxHttp) -> list[OldRow]:
        """The rows that are there, and from here on the statements that remove them."""
        found: list[OldRow] = []
        for (measurement, tags), times in self._times.items():
            series = " AND ".join(matches((tag, [value]) for tag, value in tags))
            span = between(min(times), max(times) + 1)
            tables = await http.query(f"SELECT * FROM {name(measurement)} WHERE {series} AND {span} GROUP BY *")
            rows = sorted(OldRow(measurement, tags, *row) for table in tables for row in _rows(table))
            present = {row.at_ms for row in rows} | self._kept.get((measurement, tags), set())
            for start, end in _runs(sorted(present), times):
                self.deletions.append(f"DELETE FROM {name(measurement)} WHERE {series} AND {between(start, end + 1)}")
            found += [row for row in rows if row.at_ms in times]
        return found


def _rows(table: Table) -> Iterator[tuple[int, dict[str, float]]]:
    for at_ms, *values in table.rows:
        fields = zip(table.columns[1:], values, strict=True)
        numbers = {field: float(value) for field, value in fields if isinstance(value, int | float)}
        yield int(at_ms), {field: value for field, value in numbers.items() if not isnan(value)}


def _runs(present: Sequence[int], gone: set[int]) -> Iterator[tuple[int, int]]:
    """The fewest spans that hold every present time of `gone` and none that stays."""
    run: list[int] = []
    for at_ms in present:
        if at_ms in gone:
            run.append(at_ms)
        elif run:
            yield run[0], run[-1]
            run = []
    if run:
        yield run[0], run[-1]
