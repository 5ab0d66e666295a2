"""What is wrong with a state file, found without a change to it."""

import sqlite3
import struct
import threading
import time
from contextlib import closing
from pathlib import Path

import structlog

from store.state import MIGRATIONS, version

CHECK_S = 3.0
"""How long a start looks for damage, at most: enough for 900 MB in the system's cache, or 120 MB on a slow disk."""

log = structlog.get_logger()


def damage(path: Path) -> str:
    """What is wrong with the file or its log; "" when nothing was found, or something else than damage is in the way.

    The file is only read. Looking takes CHECK_S at most.
    """
    size = file_size(path)
    if size == 0:
        return "it is empty"
    if size is None:
        return "it is gone, and its write-ahead log is there" if file_size(log_of(path)) else ""
    try:
        with closing(reading(path)) as db:
            if version(db) > len(MIGRATIONS):
                return ""
            return _broken_table(path, db) or _broken_log(path)
    except (OSError, sqlite3.OperationalError):  # whoever opens it for work will say
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)


def reading(path: Path) -> sqlite3.Connection:
    """The file as it is: only read, and however little sense its schema makes."""
    # Of an empty file there is nothing to be read, and SQLite would delete the log beside it.
    uri = path.absolute().as_uri() + "?mode=ro" if file_size(path) else ":memory:"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    db.text_factory = lambda raw: raw.decode(errors="replace")
    return db


def _broken_table(path: Path, db: sqlite3.Connection) -> str:
    """What SQLite's own check says; the quarantine, which may be large and can best be missed, comes last."""
    stop = threading.Timer(CHECK_S, db.interrupt)
    stop.start()
    end, table = time.monotonic() + CHECK_S, ""
    try:
        for table in sorted(table_names(db), key=lambda name: name == "quarantine"):
            (said,) = db.execute(f"PRAGMA quick_check('{table}')").fetchone()
            if said != "ok":
                return f"{table}: {said.splitlines()[-1]}"
    except sqlite3.OperationalError:
        if time.monotonic() < end:
            raise
        log.info("state_file_checked_in_part", file=str(path), until=table, seconds=CHECK_S)
    finally:
        stop.cancel()
        stop.join()
    return ""


def _broken_log(path: Path) -> str:
    """What of the write-ahead log SQLite leaves out without a word: transactions behind a frame that is no more right.

    To be called while the file is open: how far SQLite could read is in the -shm file (sqlite.org/walformat.html; the
    frames: sqlite.org/fileformat2.html#walformat). A transaction that was being written is not complete: none is lost.
    """
    data = log_of(path).read_bytes() if file_size(log_of(path)) else b""
    if len(data) <= 32:
        return ""
    magic, _, page, _ = struct.unpack_from(">4I", data)
    order = {0x377F0682: "<", 0x377F0683: ">"}.get(magic)
    if order is None or struct.unpack_from(">2I", data, 24) != _checksum(data[:24], order):
        return "the header of its write-ahead log"
    (read,) = struct.unpack_from("=I", Path(f"{path}-shm").read_bytes(), 16)
    frames = range(32 + read * (24 + page), len(data) - 23 - page, 24 + page)
    lost = sum(_commits(data, frame) for frame in frames)
    return f"its write-ahead log from frame {read + 1} on: {lost} transactions" if lost else ""


def _commits(data: bytes, frame: int) -> bool:
    """Whether this frame ends a transaction of the log's own time: its salt is the header's."""
    (pages,) = struct.unpack_from(">I", data, frame + 4)
    return bool(pages) and data[frame + 8 : frame + 16] == data[16:24]


def _checksum(data: bytes, order: str) -> tuple[int, int]:
    first = second = 0
    for left, right in struct.iter_unpack(f"{order}2I", data):
        first = (first + left + second) % 2**32
        second = (second + right + first) % 2**32
    return first, second


def table_names(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
    return [name for (name,) in rows]


def log_of(path: Path) -> Path:
    return Path(f"{path}-wal")


def file_size(path: Path) -> int | None:
    """In bytes; None when it is not there, or not for us."""
    try:
        return path.stat().st_size
    except OSError:
        return None
