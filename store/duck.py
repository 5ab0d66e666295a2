"""The embedded store: one DuckDB file, one process, one writer; reads go on cursors of their own and never hold it up.

What `write` has returned is in the file's write-ahead log, synchronised to the disk.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from estate.model import Consumption, Note, Point
from store.base import Latest, Row, Series, Span, StoreUnavailable, Touched, Usage, UsageRow
from store.duck_file import connect, gives_up, plain_errors
from store.duck_sql import TOUCHED, Statement, is_each_row, of_latest, of_series, of_usage
from store.duck_usage import each_row
from store.duck_write import Writer
from store.runs import runs_of

T = TypeVar("T")


class DuckStore:
    """A `store.base.Store` in a file. `memory_limit` bounds DuckDB's caches and queries, in its words: "1GB"."""

    def __init__(self, path: Path, memory_limit: str = "1GB") -> None:
        self.path, self._memory_limit = path, memory_limit
        self._database: duckdb.DuckDBPyConnection | None = None
        self._writer: Writer | None = None
        self._closed = False
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="duck-write")
        self._read_threads = ThreadPoolExecutor(3, thread_name_prefix="duck-read")

    async def open(self) -> None:
        await self._change(lambda writer: None)

    async def write(self, points: Sequence[Point]) -> None:
        if points:
            await self._change(lambda writer: writer.points(points, time.time_ns() // 1_000_000))

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        if rows:
            await self._change(lambda writer: writer.consumption(runs_of(rows)))

    async def remove_consumption(self, spans: Sequence[Span]) -> None:
        if spans:
            await self._change(lambda writer: writer.remove(spans))

    async def forget_readings(self, before_ms: int) -> None:
        await self._change(lambda writer: writer.forget_readings(before_ms))

    async def keep_notes(self, notes: Sequence[Note]) -> None:
        """Nobody else reads the file."""

    async def series(self, query: Series) -> list[Row]:
        width = len(query.by)
        return [
            Row(dict(zip(query.by, row, strict=False)), *row[width:]) for row in await self._lists(of_series(query))
        ]

    async def usage(self, query: Usage) -> list[UsageRow]:
        if is_each_row(query):
            return await self._ask(lambda database: each_row(database, query))
        width = len(query.by)
        return [
            UsageRow(dict(zip(query.by, row, strict=False)), *row[width:]) for row in await self._lists(of_usage(query))
        ]

    async def latest(self, query: Latest) -> list[Point]:
        return [Point(*row) for row in await self._rows(of_latest(query))]

    async def touched(self, since_ms: int) -> list[Touched]:
        return [Touched(*row) for row in await self._rows(Statement(TOUCHED, {"since": since_ms}))]

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._close)

    async def _rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        return await self._ask(lambda database: database.execute(statement.sql, statement.parameters).fetchall())

    async def _lists(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Rows whose lists come as numpy columns."""
        columns = await self._ask(lambda database: database.execute(statement.sql, statement.parameters).fetchnumpy())
        return list(zip(*columns.values(), strict=True))

    async def _ask(self, of: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        def work() -> T:
            with plain_errors(self.path):
                if self._database is None:
                    raise StoreUnavailable(f"store {self.path}: it is not open")
                with self._database.cursor() as cursor:
                    return of(cursor)

        return await self._on(self._read_threads, work)

    async def _change(self, work: Callable[[Writer], None]) -> None:
        def guarded() -> None:
            try:
                with plain_errors(self.path):
                    work(self._ready())
            except StoreUnavailable as error:
                # DuckDB gives up a database whose file it could not write or make out; the next call opens it again.
                if gives_up(error.__cause__):
                    self._let_go()
                raise

        await self._on(self._write_thread, guarded)

    async def _on(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreUnavailable(f"store {self.path}: it is closed")
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    def _ready(self) -> Writer:
        if self._database is None:
            self._database = connect(self.path, self._memory_limit)
        if self._writer is not None and not self._writer.sound:
            self._writer.database.close()  # rolls back
            self._writer = None
        if self._writer is None:
            self._writer = Writer(self._database.cursor())
        return self._writer

    def _let_go(self) -> None:
        for connection in (self._writer and self._writer.database, self._database):
            if connection:
                connection.close()
        self._writer = self._database = None

    def _close(self) -> None:
        self._read_threads.shutdown()
        self._write_thread.shutdown()
        self._let_go()
