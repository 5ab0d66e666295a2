"""A damaged state file: found at a start, moved aside whole, and what SQLite still reads of it saved into a new one.

Law: no byte of it is overwritten or deleted, whatever the instant at which this is killed. It is moved first, the log
after it; then the new file is built under another name, and takes its own when it is whole. What is found moved and
not saved is saved at the next start.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from store.state import ASIDE, MIGRATIONS, State, StateUnusable, asides, migrate, tells_damage, version
from store.state_damage import damage, file_size, reading, table_names

SHM_IN_USE = 128
"""The byte of the -shm file on which each connection holds a lock (sqlite.org/walformat.html)."""

COUNTED = ("quarantine_size", "spool_size")
"""Tables of one row that are counted anew: by triggers, and when the spool is taken over."""

KINDS = {"TEXT": str, "BLOB": bytes, "INTEGER": int, "REAL": float}

log = structlog.get_logger()


@contextmanager
def mended(path: Path) -> Iterator[State]:
    """The state file of a process that keeps it for long: damage found now, or while at work, is not in its way again.

    Raises StateUnusable.
    """
    try:
        _mend(path)
    except (OSError, sqlite3.Error) as error:
        next_step = "make room on its disk, and look at its permissions; nothing of it is lost"
        raise StateUnusable(f"state file {path}: it is damaged, and cannot be mended: {error}; {next_step}") from error
    try:
        state = State(path)
    except StateUnusable as error:
        if isinstance(error.__cause__, sqlite3.DatabaseError) and tells_damage(error.__cause__):
            set_aside(path)
        raise
    try:
        yield state
    finally:
        state.close()
        if state.damage:
            set_aside(path)


def set_aside(path: Path) -> Path:
    """Move the file and what belongs to it to a name with the time, in its folder; where that is."""
    stamp = f"{path}{ASIDE}{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    names = (Path(f"{stamp}{more}") for more in ("", *(f".{number}" for number in range(2, 1000))))
    aside = next(name for name in names if name not in asides(path))
    with suppress(FileNotFoundError):
        path.rename(aside)
    _bring_along(path, aside)
    return aside


def _mend(path: Path) -> None:
    if _in_use(path):  # by a command, at this instant: it opened the file without complaint
        return
    if file_size(path) is None and (former := asides(path)):
        aside, cause = former[-1], "it was moved aside before"
        _bring_along(path, aside)
    elif cause := damage(path):
        aside = set_aside(path)
    else:
        return
    log.error("state_damaged", file=str(path), cause=cause, kept_as=aside.name)
    new = Path(f"{path}.new")
    for leftover in (new, Path(f"{new}-journal")):
        leftover.unlink(missing_ok=True)
    saved = _save(aside, new)
    new.rename(path)
    _sync_folder(path)
    rows = ", ".join(f"{table} {count}" for table, count in saved.items() if count) or "none"
    next_step = f"others may be lost; look into {aside.name}, then move it elsewhere or remove it"
    log.error("state_mended", file=str(path), rows_saved=rows, next_step=next_step)


def _bring_along(path: Path, aside: Path) -> None:
    for end in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{end}").rename(f"{aside}{end}")
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _in_use(path: Path) -> bool:
    """Whether another process has the file open."""
    try:
        with Path(f"{path}-shm").open("r+b") as shm:
            fcntl.lockf(shm, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, SHM_IN_USE)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _save(aside: Path, new: Path) -> dict[str, int]:
    """Build a new file of what can be read of the damaged one; how many rows it holds, by table."""
    with closing(reading(aside)) as old, closing(sqlite3.connect(new, isolation_level=None)) as db:
        old.execute("PRAGMA writable_schema = ON")  # else SQLite refuses a file that was cut short
        try:
            known = version(old)
        except sqlite3.DatabaseError:
            known = 0
        migrate(db, known if 0 < known < len(MIGRATIONS) else len(MIGRATIONS))
        db.execute("BEGIN")
        indices = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in indices:  # made again when the rows are there: twice as fast
            db.execute(f"DROP INDEX {name}")
        tables = [table for table in table_names(db) if table not in COUNTED]
        for table in tables:
            _save_table(old, db, table)
        for _, index in indices:
            db.execute(index)
        saved = {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables}
        db.execute("COMMIT")
    return saved


def _save_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    """Rows whose values are of another kind than their columns are no rows any more."""
    kinds = {name: KINDS[kind] for _, name, kind, *_ in new.execute(f"PRAGMA table_info('{table}')")}
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(kinds)}) VALUES ({', '.join('?' * len(kinds))})"
    new.executemany(
        insert, (row for row in _rows(old, table, list(kinds)) if all(map(isinstance, row, kinds.values())))
    )


def _rows(db: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Those up to the first that cannot be read, then from the end back to the last that cannot."""
    last = -(2**63)
    query = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED"
    try:
        for last, *row in db.execute(f"{query} ORDER BY rowid"):  # noqa: B007 (where it broke off)
            yield tuple(row)
    except sqlite3.DatabaseError:
        with suppress(sqlite3.DatabaseError):
            for _, *row in db.execute(f"{query} WHERE rowid > ? ORDER BY rowid DESC", (last,)):
                yield tuple(row)
