"""Writing to the DuckDB file: values under (name, time), as columns of numbers, the last write winning (law 3).

Names (device, channel, quantity …) are kept once, under a small integer each. The greatest time of each is remembered,
so that what is newer, the common case, is appended without asking the file for its like.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from estate.calendar import DAY_MS, STEPS, Every
from estate.model import Point
from sensors.quantities import QUANTITIES
from store.base import ARRIVALS_MS, Span, StoreRefused
from store.runs import Run

Rows = Sequence[Point] | Sequence[Span]

Batch = dict[str, NDArray[Any]]
"""Columns of equal length, by name."""

NEVER = np.iinfo(np.int64).min
"""Before any time: the greatest time of a name without values."""

ACCOUNTED = {row.name for row in QUANTITIES.values() if row.accounted}


class Names(dict[tuple[str, ...], int]):
    """Tuples of text → their id in the table, dense from 0; a new tuple gets the next id when it is first looked up."""

    def __init__(self, database: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
        rows = database.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()
        super().__init__((row, number) for number, row in enumerate(rows))
        self._database, self._table, self._stored = database, table, len(self)

    def __missing__(self, name: tuple[str, ...]) -> int:
        self[name] = number = len(self)
        return number

    def known(self, names: Iterable[tuple[str, ...]]) -> NDArray[np.int64]:
        """The id of each, -1 for a name that has none."""
        return np.fromiter((self.get(name, -1) for name in names), np.int64)

    def ids(self, names: Iterable[tuple[str, ...]]) -> NDArray[np.int64]:
        """The id of each; new names are written."""
        found = np.fromiter(map(self.__getitem__, names), np.int64)
        if self._stored < len(self):
            fresh = list(self)[self._stored :]
            columns = [list(range(self._stored, len(self))), *map(list, zip(*fresh, strict=True))]
            marks = ", ".join(["unnest(?)"] * len(columns))
            self._database.execute(f"INSERT INTO {self._table} SELECT {marks}", columns)
            self._stored = len(self)
        return found


class Table:
    """Values under (name, time), where the name's id is the first column."""

    def __init__(self, database: duckdb.DuckDBPyConnection, table: str, columns: str, names: Names, known: str) -> None:
        self._database, self._table, self._columns, self._names = database, table, columns, names
        self._key = columns.partition(",")[0]
        found = database.execute(known).fetchnumpy()
        self._greatest = np.full(len(names), NEVER)
        self._greatest[found["name"]] = found["time"]

    def greatest(self, batch: Batch) -> NDArray[np.int64]:
        """The greatest time there is of each row's name, or NEVER."""
        self._greatest = np.pad(self._greatest, (0, len(self._names) - len(self._greatest)), constant_values=NEVER)
        return self._greatest[batch[self._key]]

    def put(self, batch: Batch) -> None:
        """Write a batch of `in_order` over what is there under the same names and times; SQL calls it `batch`."""
        late = batch["late"] = batch["time"] <= self.greatest(batch)
        self._database.register("batch", batch)
        if late.any():
            span = [int(batch["time"][late].min()), int(batch["time"][late].max())]
            self._database.execute(
                f"DELETE FROM {self._table} t USING batch b WHERE b.late AND b.{self._key} = t.{self._key} "
                "AND b.time = t.time AND t.time BETWEEN ? AND ?",
                span,
            )
        self._database.execute(f"INSERT INTO {self._table} SELECT {self._columns} FROM batch")

    def remember(self, batch: Batch) -> None:
        """Take note of what was committed."""
        last = batch["last"]
        names, times = batch[self._key][last], batch["time"][last]
        self._greatest[names] = np.maximum(self._greatest[names], times)


class Writer:
    """What writing remembers of one open file; once no longer `sound`, to be made anew from what the file holds."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database
        self.sound = True
        self._series = Names(database, "series", "device, channel, quantity")
        self._places = Names(database, "place", "building, zone")
        self._flows = Names(database, "flow", "meter, tenant, every")
        self._kinds = Names(database, "kind", "building, carrier, role")
        self._readings = Table(
            database, "reading", "series, place, time, value", self._series, "SELECT series AS name, time FROM latest"
        )
        self._consumption = {every: self._of_step(every) for every in STEPS}
        ((self._arrived_ms,),) = database.execute("SELECT coalesce(max(arrived_ms), 0) FROM touched").fetchall()
        self._prune_ms = 0  # when next to forget old arrivals

    def points(self, points: Sequence[Point], now_ms: int) -> None:
        """Write readings with their `latest` and `touched` rows. Raises StoreRefused for a value that is no number."""
        value, time = _column(points, "value", np.float64), _column(points, "at_ms", np.int64)
        finite = np.isfinite(value)
        if not finite.all():
            raise StoreRefused(f"not a value that can be stored: {points[int(np.argmin(finite))]}")
        accounted = np.fromiter(map(ACCOUNTED.__contains__, _of(points, "quantity")), np.bool_)
        with self._transaction():
            series = self._series.ids(_of(points, "device", "channel", "quantity"))
            place = self._places.ids(_of(points, "building", "zone"))
            batch = in_order({"series": series, "place": place, "time": time, "value": value, "accounted": accounted})
            greatest = self._readings.greatest(batch)
            batch["first"] = batch["last"] & (greatest == NEVER)
            batch["newer"] = batch["last"] & (greatest != NEVER) & (batch["time"] >= greatest)
            self._readings.put(batch)
            self._put_latest(batch)
            self._put_touched(batch, now_ms)
        self._readings.remember(batch)

    def consumption(self, runs: Sequence[Run]) -> None:
        """Write rows of consumption."""
        lengths = [len(run.starts) for run in runs]
        columns = ("starts", "amounts", "estimated", "settled")
        time, amount, estimated, settled = (np.concatenate([getattr(run, name) for run in runs]) for name in columns)
        step = np.repeat(np.array([STEPS.index(run.every) for run in runs], np.int8), lengths)
        with self._transaction():
            flow = np.repeat(self._flows.ids((run.meter, run.tenant, run.every) for run in runs), lengths)
            kind = np.repeat(self._kinds.ids((run.building, run.carrier, run.role) for run in runs), lengths)
            numbers = {"time": time, "amount": amount, "estimated": estimated, "settled_ms": settled}
            batches = _by_step(in_order({"flow": flow, "kind": kind, "step": step, **numbers}))
            for every, batch in batches.items():
                self._consumption[every].put(batch)
        for every, batch in batches.items():
            self._consumption[every].remember(batch)

    def remove(self, spans: Sequence[Span]) -> None:
        """Remove the consumption of these spans."""
        flow = self._flows.known((span.meter, span.tenant, span.every) for span in spans)
        batch = {"flow": flow} | {name: _column(spans, name, np.int64) for name in ("start_ms", "end_ms")}
        with self._transaction():
            self.database.register("batch", batch)
            for every in {span.every for span in spans}:
                self.database.execute(
                    f"DELETE FROM consumption_{STEPS[STEPS.index(every)]} c USING batch b "
                    "WHERE c.flow = b.flow AND c.time >= b.start_ms AND c.time < b.end_ms"
                )

    def forget_readings(self, before_ms: int) -> None:
        """Remove the readings of before then; `latest` keeps the last of each, and so its greatest time."""
        with self._transaction():
            self.database.execute("DELETE FROM reading WHERE time < ?", [before_ms])

    def _of_step(self, every: Every) -> Table:
        """The rows of one step are a table of their own: the few long ones are found without passing over the short."""
        table = f"consumption_{every}"
        known = f"SELECT flow AS name, max(time) AS time FROM {table} GROUP BY flow"
        return Table(self.database, table, "flow, kind, time, amount, estimated, settled_ms", self._flows, known)

    def _put_latest(self, batch: Batch) -> None:
        if batch["newer"].any():
            self.database.execute(
                "UPDATE latest SET place = b.place, time = b.time, value = b.value FROM batch b "
                "WHERE b.newer AND b.series = latest.series"
            )
        if batch["first"].any():
            self.database.execute("INSERT INTO latest SELECT series, place, time, value FROM batch WHERE first")

    def _put_touched(self, batch: Batch, now_ms: int) -> None:
        self._arrived_ms = max(self._arrived_ms, now_ms)  # never back, whatever the clock does: readers go on from it
        if now_ms >= self._prune_ms:
            self._prune_ms = now_ms + DAY_MS
            self.database.execute("DELETE FROM touched WHERE arrived_ms < ?", [now_ms - ARRIVALS_MS])
        if batch["accounted"].any():
            self.database.execute(
                "INSERT INTO touched SELECT series, min(time), ? FROM batch WHERE accounted GROUP BY series",
                [self._arrived_ms],
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.sound = False
        self.database.begin()
        yield
        self.database.commit()
        self.sound = True


def in_order(batch: Batch) -> Batch:
    """Sort by name (the first column) and time; of the rows that repeat both the last stays. `last`: of its name."""
    names = next(iter(batch.values()))
    order = np.lexsort((batch["time"], names))
    rows = order[_ends(names[order]) | _ends(batch["time"][order])]
    return {name: column[rows] for name, column in batch.items()} | {"last": _ends(names[rows])}


def _by_step(batch: Batch) -> dict[Every, Batch]:
    """The rows of each step that has any."""
    found = ((STEPS[step], batch["step"] == step) for step in np.unique(batch["step"]).tolist())
    return {every: {name: column[chosen] for name, column in batch.items()} for every, chosen in found}


def _of(rows: Rows, *fields: str) -> Iterator[Any]:
    """These fields of each row, as a tuple where they are several: `zip(*rows)` is twice as slow on 200,000 rows."""
    return map(itemgetter(*map(rows[0]._fields.index, fields)), rows)


def _column(rows: Rows, field: str, dtype: type[np.generic]) -> NDArray[Any]:
    return np.fromiter(_of(rows, field), dtype, len(rows))


def _ends(values: NDArray[Any]) -> NDArray[np.bool_]:
    """True where a run of equal values ends."""
    return np.append(values[1:] != values[:-1], True)
