"""The instance's file: durable, brought up to date, and clear about why it cannot be used."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.state import MIGRATIONS, State, StateUnusable


def schema(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")]


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def put(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO spool (topic, payload, received_ms, qos, retained) VALUES ('t', x'00', 1, 1, 0)")


def count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM spool").fetchone()[0])


def test_fresh(tmp_path: Path) -> None:
    """A file that is not there is made, with its folder, and has every table."""
    with State(tmp_path / "new" / "folder" / "state.sqlite") as state:
        assert len(MIGRATIONS) == state.run_now(version)
        assert {"alert", "outbox", "quarantine", "spool"} <= {*state.run_now(schema)}


@pytest.mark.parametrize("old", range(len(MIGRATIONS)))
def test_migrated(tmp_path: Path, old: int) -> None:
    """A file of each older version becomes what a fresh one is, and keeps its rows."""
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as db:
        for script in MIGRATIONS[:old]:
            db.executescript(script)
        db.execute(f"PRAGMA user_version = {old}")
        if old:
            put(db)
        db.commit()
    with State(path) as state, State(tmp_path / "fresh.sqlite") as fresh:
        assert fresh.run_now(schema) == state.run_now(schema)
        assert len(MIGRATIONS) == state.run_now(version)
        assert min(old, 1) == state.run_now(count)


def test_newer_is_refused(tmp_path: Path) -> None:
    """A file that a newer version wrote is left alone, and the message says what to do."""
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")

    with pytest.raises(StateUnusable, match=rf"{path}: .*newer version.*install that version again"):
        State(path)
    with closing(sqlite3.connect(path)) as db:
        assert [] == schema(db)


def test_survives_a_power_cut(tmp_path: Path) -> None:
    """Write-ahead log and full synchronisation are in force: what has returned is on the disk."""
    with State(tmp_path / "state.sqlite") as state:
        assert ("wal",) == state.run_now(lambda db: db.execute("PRAGMA journal_mode").fetchone())
        assert (2,) == state.run_now(lambda db: db.execute("PRAGMA synchronous").fetchone())


async def test_one_transaction_each(tmp_path: Path) -> None:
    """What raises half-way leaves nothing behind; what returns is seen by others; later calls go on."""

    def half_way(db: sqlite3.Connection) -> None:
        put(db)
        raise RuntimeError("stop")

    with State(tmp_path / "state.sqlite") as state:
        with pytest.raises(RuntimeError, match="stop"):
            await state.run(half_way)
        await state.run(put)
        with closing(sqlite3.connect(state.path)) as other:
            assert 1 == count(other)


async def test_calls_from_everywhere(tmp_path: Path) -> None:
    """Many calls at once are done one after the other, each whole."""
    with State(tmp_path / "state.sqlite") as state:
        await asyncio.gather(*[state.run(put) for _ in range(50)])

        assert 50 == await state.run(count)


async def test_close_waits_for_work(tmp_path: Path) -> None:
    """Work under way is finished before the file is let go."""
    path = tmp_path / "state.sqlite"
    with State(path) as state:
        working = [asyncio.create_task(state.run(put)) for _ in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*working)
    with closing(sqlite3.connect(path)) as db:
        assert 20 == count(db)


def test_folder_is_a_file(tmp_path: Path) -> None:
    """A path under what is no folder is refused, naming path, cause and next step."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StateUnusable, match=r"file/state.sqlite: .*(exists|directory).*\[state\] path"):
        State(tmp_path / "file" / "state.sqlite")


def test_path_is_a_folder(tmp_path: Path) -> None:
    """A folder where the file should be is refused, naming path, cause and next step."""
    (tmp_path / "state.sqlite").mkdir()

    with pytest.raises(StateUnusable, match=r"state.sqlite: unable to open.*\[state\] path"):
        State(tmp_path / "state.sqlite")


def test_not_writable(tmp_path: Path) -> None:
    """A file system that takes no writes is refused, naming path, cause and next step."""
    with pytest.raises(StateUnusable, match=r"/proc/microville/state.sqlite: .*\[state\] path"):
        State(Path("/proc/microville/state.sqlite"))


def test_damaged(tmp_path: Path) -> None:
    """A file that is no database is refused and left as it is; the message says how to go on."""
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"this was overwritten by something else " * 100)

    with pytest.raises(StateUnusable, match=rf"{path}: file is not a database.*start `microville up`"):
        State(path)
    assert path.read_bytes().startswith(b"this was overwritten")


def test_damaged_inside(tmp_path: Path) -> None:
    """A database whose pages were overwritten is refused when it is opened, not in the middle of the work."""
    path = tmp_path / "state.sqlite"
    with State(path) as state:
        for _ in range(200):
            state.run_now(put)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))

    with pytest.raises(StateUnusable, match=rf"{path}: .*malformed.*start `microville up`"):
        State(path)
