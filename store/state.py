"""The instance's own memory, whichever store is used: one SQLite file of spool, quarantine, alerts, mail, settlement.

Write-ahead log, fully synchronous: what `State.run` has returned survives a power cut. All work is done on one thread,
each call in one transaction.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

MIGRATIONS = (
    """
    CREATE TABLE spool (
        id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, received_ms INTEGER NOT NULL,
        qos INTEGER NOT NULL, retained INTEGER NOT NULL);
    CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL, received_ms INTEGER NOT NULL,
        qos INTEGER NOT NULL, retained INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL);
    CREATE INDEX quarantine_reason ON quarantine (reason, received_ms);
    """,
    """
    CREATE TABLE alert (
        tenant TEXT NOT NULL, carrier TEXT NOT NULL, standing TEXT NOT NULL, figures TEXT NOT NULL,
        PRIMARY KEY (tenant, carrier));
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, recipient TEXT NOT NULL,
        subject TEXT NOT NULL, html TEXT NOT NULL, text TEXT NOT NULL, chart BLOB NOT NULL, queued_ms INTEGER NOT NULL,
        status TEXT NOT NULL, attempts INTEGER NOT NULL, next_ms INTEGER NOT NULL, error TEXT NOT NULL);
    CREATE INDEX outbox_due ON outbox (status, next_ms);
    """,
    """
    CREATE TABLE settled (meter TEXT PRIMARY KEY, basis TEXT NOT NULL);
    CREATE TABLE cursor (name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL);
    """,
    """
    ALTER TABLE quarantine ADD COLUMN device TEXT NOT NULL DEFAULT '';
    CREATE INDEX quarantine_device ON quarantine (device, received_ms);
    CREATE TABLE quarantine_size (bytes INTEGER NOT NULL, purged INTEGER NOT NULL);
    INSERT INTO quarantine_size
        SELECT coalesce(sum(100 + length(topic) + length(payload) + length(detail)), 0), 0 FROM quarantine;
    CREATE TRIGGER quarantine_grows AFTER INSERT ON quarantine BEGIN
        UPDATE quarantine_size
        SET bytes = bytes + 100 + length(NEW.topic) + length(NEW.payload) + length(NEW.detail);
    END;
    CREATE TRIGGER quarantine_shrinks AFTER DELETE ON quarantine BEGIN
        UPDATE quarantine_size
        SET bytes = bytes - 100 - length(OLD.topic) - length(OLD.payload) - length(OLD.detail);
    END;
    CREATE TABLE memory (
        codec TEXT NOT NULL, key TEXT NOT NULL, from_ms INTEGER NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (codec, key, from_ms));
    CREATE TABLE unmapped (
        device TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, last_ms INTEGER NOT NULL,
        PRIMARY KEY (device, name));
    CREATE TABLE finding (
        device TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, first_ms INTEGER NOT NULL,
        last_ms INTEGER NOT NULL, PRIMARY KEY (device, kind));
    CREATE TABLE placed (device TEXT PRIMARY KEY, placements TEXT NOT NULL);
    """,
    """
    DROP INDEX quarantine_reason;
    CREATE INDEX quarantine_reason ON quarantine (reason);
    CREATE INDEX quarantine_own ON quarantine (device);
    """,
    """
    CREATE TABLE subscription (
        id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, filter TEXT NOT NULL, UNIQUE (client_id, filter));
    """,
    """
    CREATE TABLE spool_size (bytes INTEGER NOT NULL);
    INSERT INTO spool_size SELECT coalesce(sum(100 + length(topic) + length(payload)), 0) FROM spool;
    CREATE TABLE ledger (
        account TEXT NOT NULL, hour_ms INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (account, hour_ms));
    INSERT INTO ledger
        SELECT 'quarantined.' || reason, received_ms - received_ms % 3600000, count(*) FROM quarantine GROUP BY 1, 2;
    INSERT INTO ledger SELECT 'spooled', received_ms - received_ms % 3600000, count(*) FROM spool GROUP BY 2;
    INSERT INTO ledger SELECT 'received', hour_ms, sum(count) FROM ledger GROUP BY 2;
    INSERT INTO ledger
        SELECT 'purged', strftime('%s', 'now') / 3600 * 3600000, purged FROM quarantine_size WHERE purged > 0;
    ALTER TABLE quarantine_size DROP COLUMN purged;
    """,
    """
    CREATE TABLE change (
        id INTEGER PRIMARY KEY, meter TEXT NOT NULL, tenant TEXT NOT NULL, month_ms INTEGER NOT NULL,
        before INTEGER NOT NULL, after INTEGER NOT NULL, why TEXT NOT NULL, from_ms INTEGER NOT NULL,
        settled_ms INTEGER NOT NULL);
    CREATE INDEX change_month ON change (month_ms, meter);
    """,
    """
    CREATE TABLE derived (place TEXT PRIMARY KEY, basis TEXT NOT NULL);
    """,
    """
    CREATE TABLE cleaning (
        meter TEXT NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, before INTEGER NOT NULL,
        after INTEGER NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (meter, kind, at_ms));
    """,
    """
    CREATE TABLE priced (point TEXT PRIMARY KEY, basis TEXT NOT NULL);
    CREATE TABLE price_due (month_ms INTEGER NOT NULL, point TEXT NOT NULL, PRIMARY KEY (month_ms, point));
    """,
    # What the readings come to is worked out by other rules than when these were kept: all of it is compared once.
    """
    UPDATE settled SET basis = '';
    UPDATE derived SET basis = '';
    UPDATE priced SET basis = '';
    DELETE FROM cursor WHERE name = 'days_due';
    """,
    # There are more facts of days than when these were derived.
    """
    DELETE FROM cursor WHERE name = 'days_due';
    """,
)
"""Schema versions, oldest first; a file is brought up to date when opened. Append, never edit."""

ASIDE = ".damaged-"
"""Between the file's name and the time at which it was moved aside."""

NEXT_START = "start `microville up`, which moves it aside and saves what can be read"


class StateUnusable(Exception):
    """The state file cannot be opened or written; the message says why and what to do."""


class State:
    """The SQLite file of one instance. `run` from asyncio; `run_now` where there is no loop.

    A file found to be damaged raises StateUnusable, at the opening or later: the next start of the service mends it
    (`store.state_mending`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: StateUnusable | None = None  # once SQLite could not make sense of the file
        try:
            if not path.exists() and (former := asides(path)):
                raise StateUnusable(f"state file {path}: it was damaged and moved to {former[-1].name}; {NEXT_START}")
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._noticed():
                self._db = _opened(path)
        except (OSError, sqlite3.OperationalError) as error:
            next_step = "check [state] path, its permissions and the room on its disk"
            raise StateUnusable(f"state file {path}: {error}; {next_step}") from error
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="state")
        self._view = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._view.execute("PRAGMA query_only = ON")
        self._viewing = ThreadPoolExecutor(1, thread_name_prefix="state-view")

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction on the state's thread; durable when this returns."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.run_now, work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Look something up, beside `run`: whoever must keep a message does not wait for whoever reads."""
        return await asyncio.get_running_loop().run_in_executor(self._viewing, self._read_now, work)

    def run_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same on this thread; not while another call is under way."""
        with self._noticed(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            return work(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the work under way and let go of the file."""
        for thread, db in ((self._viewing, self._view), (self._thread, self._db)):
            thread.shutdown()
            db.close()

    def _read_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._noticed():
            return work(self._view)

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not tells_damage(error):
                raise
            self.damage = StateUnusable(f"state file {self.path}: {error}; {NEXT_START}")
            raise self.damage from error


def asides(path: Path) -> list[Path]:
    """Damaged files that were moved aside and are still there, or a log of theirs, the oldest first."""
    found = [file for file in path.parent.glob(f"{path.name}{ASIDE}*") if not file.name.endswith("-shm")]
    logs = [file for file in found if file.name.endswith("-wal")]
    own = [Path(str(file).removesuffix("-wal")) for file in logs if file.stat().st_size]  # reading leaves an empty one
    return sorted({*found, *own} - {*logs})


def tells_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite finds no sense in the file: "malformed", "not a database". Its subclasses mean something else."""
    return type(error) is sqlite3.DatabaseError


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if (found := version(db)) > len(MIGRATIONS):
            cause = f"it was written by a newer version of Microville (schema {found})"
            raise StateUnusable(f"state file {path}: {cause}; install that version again")
        migrate(db, len(MIGRATIONS))
    except BaseException:
        db.close()
        raise
    return db


def version(db: sqlite3.Connection) -> int:
    """Of the file's schema."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, wanted: int) -> None:
    """Bring the file up to that version of the schema."""
    before = version(db)
    for number, script in enumerate(MIGRATIONS[before:wanted], start=before + 1):
        db.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")
