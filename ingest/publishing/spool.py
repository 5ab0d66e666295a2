"""What a gateway still has to publish: one small SQLite file, durable line by line, in order.

Fully synchronous: what `add` has returned survives a power cut. One process at a time.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from ingest.publishing.lines import Outgoing
from store.state import StateUnusable

T = TypeVar("T")

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS outgoing (
        id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS header (text TEXT NOT NULL);
"""
_ROW_BYTES = 50  # of the file, besides topic and payload


class PublishSpool:
    """The file. All work is done on one thread, each call in one transaction."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.DatabaseError) as error:
            raise StateUnusable(f"spool {path}: {error}; give each publisher a --spool of its own") from error
        size = f"SELECT coalesce(sum({_ROW_BYTES} + length(topic) + length(payload)), 0) FROM outgoing"
        self.bytes: int = self._db.execute(size).fetchone()[0]
        row = self._db.execute("SELECT text FROM header").fetchone()
        self.header: str = row[0] if row else ""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="publish-spool")

    def add(self, messages: Sequence[Outgoing], header: str) -> None:
        """Keep them, with the header their lines stand under; from any thread."""

        def work() -> None:
            self._db.executemany("INSERT INTO outgoing (topic, payload) VALUES (?, ?)", messages)
            if header != self.header:
                self._db.execute("DELETE FROM header")
                self._db.execute("INSERT INTO header VALUES (?)", (header,))

        self._thread.submit(self._whole, work).result()
        self.header = header
        self.bytes += sum(_size(message) for message in messages)

    async def oldest(self, limit: int, most_bytes: int) -> list[tuple[int, Outgoing]]:
        """The first ones with their ids: so many at most, and so many bytes, but one at least."""
        query = "SELECT id, topic, payload FROM outgoing ORDER BY id LIMIT ?"

        def work() -> list[tuple[int, Outgoing]]:
            found: list[tuple[int, Outgoing]] = []
            size = 0
            for number, topic, payload in self._db.execute(query, (limit,)):
                size += len(payload)
                if found and size > most_bytes:
                    break
                found.append((number, Outgoing(topic, payload)))
            return found

        return await self._run(work)

    async def remove(self, done: Sequence[tuple[int, Outgoing]]) -> None:
        """Forget the first ones, which are published."""
        last = done[-1][0]
        await self._run(lambda: self._db.execute("DELETE FROM outgoing WHERE id <= ?", (last,)))
        self.bytes -= sum(_size(message) for _, message in done)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._whole, work)

    def _whole(self, work: Callable[[], T]) -> T:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            return work()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()
        self._db.close()


def _size(message: Outgoing) -> int:
    return _ROW_BYTES + len(message.topic) + len(message.payload)
