"""A damaged state file: moved aside whole, what can be read of it is saved, and nothing of that in silence."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.state import MIGRATIONS, State, StateUnusable, asides
from store.state_damage import damage
from store.state_mending import mended
from tests.store.test_state import put

PAGE = 4096
ROWS = 300


def fill(db: sqlite3.Connection) -> None:
    """Rows of 500 bytes in the spool and the quarantine, seven to a page, and one row elsewhere."""
    messages = [("t", bytes([number % 256]) * 500, number, 1, 0) for number in range(ROWS)]
    db.executemany("INSERT INTO spool (topic, payload, received_ms, qos, retained) VALUES (?, ?, ?, ?, ?)", messages)
    db.executemany("INSERT INTO quarantine VALUES (NULL, ?, ?, ?, ?, ?, 'malformed', 'why', 'd')", messages)
    db.execute("INSERT INTO cursor VALUES ('settled', 42)")
    db.execute("INSERT INTO ledger VALUES ('purged', 0, 7)")


def counts(db: sqlite3.Connection) -> dict[str, int]:
    tables = ("spool", "quarantine", "cursor")
    return {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables}


def size(db: sqlite3.Connection) -> tuple[int, int, int]:
    """What the quarantine is said to take, what it takes, and what was purged."""
    (said, purged), (true,) = (
        db.execute(query).fetchone()
        for query in (
            "SELECT bytes, (SELECT coalesce(sum(count), 0) FROM ledger WHERE account = 'purged') FROM quarantine_size",
            "SELECT coalesce(sum(100 + length(topic) + length(payload) + length(detail)), 0) FROM quarantine",
        )
    )
    return said, true, purged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with rows in it."""
    with State(tmp_path / "state.sqlite") as state:
        state.run_now(fill)
    return state.path


@pytest.fixture
def killed(path: Path) -> Path:
    """One whose process was killed: the rows of its last transactions are in its log."""
    script = f"""
import os
from pathlib import Path
from store.state import State
from tests.store.test_state import put
state = State(Path({str(path)!r}))
for _ in range(20):
    state.run_now(put)
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    return path


def files(path: Path) -> dict[str, bytes]:
    """The file and its log, by the end of their names; SQLite makes the -shm anew whenever it looks."""
    beside = {end: Path(f"{path}{end}") for end in ("", "-wal")}
    return {end: file.read_bytes() for end, file in beside.items() if file.exists() and file.stat().st_size}


def overwrite(path: Path, at: int, length: int, byte: bytes = b"\xff") -> None:
    data = bytearray(path.read_bytes())
    data[at : at + length] = byte * length
    path.write_bytes(data)


def middle_page(path: Path, table: str) -> int:
    """Where in the file a page with rows from the middle of the table begins."""
    needle = bytes([ROWS // 2 % 256]) * 500
    data = path.read_bytes()
    found = data.index(needle) if table == "spool" else data.rindex(needle)
    return found // PAGE * PAGE


def torn(path: Path) -> None:
    overwrite(path, middle_page(path, "spool"), PAGE)


def zeroed(path: Path) -> None:
    overwrite(path, middle_page(path, "quarantine"), PAGE, b"\0")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: middle_page(path, "quarantine")])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def something_else(path: Path) -> None:
    path.write_bytes(b"this was overwritten by something else " * 100)


def headless(path: Path) -> None:
    overwrite(path, 100, PAGE - 100)


def test_sound(path: Path) -> None:
    """A sound file stays what it is."""
    with mended(path) as state:
        assert {"spool": ROWS, "quarantine": ROWS, "cursor": 1} == state.run_now(counts)
    assert [] == asides(path)


def test_absent(tmp_path: Path) -> None:
    """A file that is not there is made."""
    with mended(tmp_path / "new" / "state.sqlite") as state:
        assert 0 == state.run_now(counts)["spool"]
    assert [] == asides(state.path)


def test_killed(killed: Path) -> None:
    """What a killed process leaves is no damage."""
    assert "" == damage(killed)
    with mended(killed) as state:
        assert ROWS + 20 == state.run_now(counts)["spool"]
    assert [] == asides(killed)


@pytest.mark.parametrize(
    ("harm", "spool", "quarantine"),
    [
        (torn, (ROWS - 10, ROWS - 1), (ROWS, ROWS)),
        (zeroed, (ROWS, ROWS), (ROWS - 10, ROWS - 1)),
        (cut_short, (ROWS, ROWS), (ROWS // 3, ROWS - 1)),
        (emptied, (0, 0), (0, 0)),
        (something_else, (0, 0), (0, 0)),
        (headless, (0, 0), (0, 0)),
    ],
)
def test_mended(
    harm: Callable[[Path], None],
    spool: tuple[int, int],
    quarantine: tuple[int, int],
    path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was damaged lies aside, byte for byte; what can be read is in the new file; both are said."""
    harm(path)
    before = files(path)
    with mended(path) as state:
        saved, (said, true, purged) = state.run_now(counts), state.run_now(size)
    (aside,) = asides(path)
    told = capsys.readouterr().out

    assert spool[0] <= saved["spool"] <= spool[1]
    assert quarantine[0] <= saved["quarantine"] <= quarantine[1]
    assert said == true
    assert purged == (7 if spool[0] else 0)
    assert before == files(aside)
    assert f"spool {saved['spool']}" in told or "rows_saved=none" in told
    assert aside.name in told
    with mended(path):
        assert [aside] == asides(path)


def test_command_leaves_it_alone(path: Path) -> None:
    """What is no start of the service says what is wrong, and what to do, and moves nothing."""
    headless(path)
    before = files(path)

    with pytest.raises(StateUnusable, match=rf"{path}: .*malformed.*start `microville up`, which moves it aside"):
        State(path)
    assert (before, []) == (files(path), asides(path))


@pytest.mark.parametrize("at", [0, 40, 32 + 5 * (24 + PAGE) + 100])
def test_damaged_log(at: int, killed: Path) -> None:
    """A log with transactions that SQLite would pass over in silence is damage: header, first frame, one within."""
    overwrite(Path(f"{killed}-wal"), at, 8)
    before = files(killed)
    with mended(killed) as state:
        spooled = state.run_now(counts)["spool"]
    (aside,) = asides(killed)

    assert ROWS <= spooled < ROWS + 20
    assert before == files(aside)


def test_unfinished_transaction(killed: Path) -> None:
    """The end of a log that was being written when the power went is no damage: nobody was told that it is safe."""
    log = Path(f"{killed}-wal")
    log.write_bytes(log.read_bytes()[:-PAGE])

    assert "" == damage(killed)


@pytest.mark.parametrize("harm", [Path.unlink, emptied, something_else])
def test_log_alone(harm: Callable[[Path], None], killed: Path) -> None:
    """A log whose file is gone is kept: SQLite would delete it."""
    harm(killed)
    before = files(killed)
    with mended(killed):
        (aside,) = asides(killed)

    assert before == files(aside)


def test_older(tmp_path: Path) -> None:
    """A damaged file of an older version is brought up to date, and counts what it still has."""
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        rows = [("t", b"x" * 500, number) for number in range(ROWS)]
        db.executemany("INSERT INTO quarantine VALUES (NULL, ?, ?, ?, 1, 0, 'malformed', '')", rows)
        db.commit()
    overwrite(path, path.stat().st_size - PAGE, PAGE)
    with mended(path) as state:
        said, true, _ = state.run_now(size)

        assert 0 < true == said
    assert 1 == len(asides(path))


def test_interrupted(path: Path, tmp_path: Path) -> None:
    """Killed while it was mended, at whatever step, the next start ends it, and loses nothing."""
    torn(path)
    before = files(path)
    aside = path.with_name("state.sqlite.damaged-2026-11-23T000000Z")
    path.rename(aside)
    Path(f"{path}-wal").write_bytes(b"")
    shutil.copy(aside, f"{path}.new")

    with pytest.raises(StateUnusable, match=f"was damaged and moved to {aside.name}; start"):
        State(path)
    with mended(path) as state:
        assert ROWS - 10 <= state.run_now(counts)["spool"] < ROWS
    assert before == files(aside)
    assert [aside] == asides(path)
    assert not Path(f"{path}.new").exists()


def test_two_at_a_time(path: Path) -> None:
    """Damaged twice within a second: each has a name of its own."""
    for _ in range(3):
        emptied(path)
        with mended(path):
            pass

    assert 3 == len(asides(path))


def test_found_at_work(path: Path) -> None:
    """Damage met in the middle of the work is said, and out of the way of the next start."""
    at = middle_page(path, "spool")
    with mended(path) as state:
        overwrite(path, at, PAGE)
        with pytest.raises(StateUnusable, match=rf"{path}: .*malformed; start"):
            state.run_now(lambda db: db.execute("SELECT sum(length(payload)) FROM spool").fetchall())

    assert "malformed" in str(state.damage)
    assert not path.exists()
    with mended(path) as state:
        assert ROWS - 10 <= state.run_now(counts)["spool"] < ROWS


def test_no_room(path: Path) -> None:
    """Where the new file cannot be built the start fails, naming the cause; with room it goes on where it was."""
    torn(path)
    before = files(path)
    Path(f"{path}.new").mkdir()
    (Path(f"{path}.new") / "in the way").touch()

    for _ in range(2):
        with (
            pytest.raises(StateUnusable, match=rf"{path}: it is damaged, and cannot be mended: .*make room"),
            mended(path),
        ):
            pass
    (aside,) = asides(path)
    shutil.rmtree(f"{path}.new")
    with mended(path) as state:
        assert ROWS - 10 <= state.run_now(counts)["spool"] < ROWS
    assert ([aside], before) == (asides(path), files(aside))


def test_in_use(killed: Path) -> None:
    """A file that a command has open at this instant is not moved from under it."""
    hold = f"""
import sys
from pathlib import Path
from store.state import State
with State(Path({str(killed)!r})) as state:
    print('held', flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert b"held\n" == holder.stdout.readline()
        with mended(killed) as state:
            state.run_now(put)

            assert ROWS + 21 == state.run_now(counts)["spool"]
    assert [] == asides(killed)


def test_newer_is_no_damage(tmp_path: Path) -> None:
    """A file that a newer version wrote is refused as ever, and stays where it is."""
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")

    with pytest.raises(StateUnusable, match="newer version"), mended(path):
        pass
    assert [] == asides(path)


@pytest.mark.parametrize("inside", ["", "file/"])
def test_forbidden_is_no_damage(inside: str, tmp_path: Path) -> None:
    """A path that cannot be opened is refused as ever."""
    (tmp_path / "file").write_text("")
    path = tmp_path / inside / "state.sqlite"
    if not inside:
        path.mkdir()

    with pytest.raises(StateUnusable, match=r"\[state\] path"), mended(path):
        pass
    assert [] == asides(path)
