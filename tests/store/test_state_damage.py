"""What is damage to a state file, and what is not: a killed process, a file in use, a newer version."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.state import MIGRATIONS, State, StateUnusable, asides
from store.state_damage import damage
from store.state_mending import mended
from tests.store.harm import PAGE, ROWS, counts, files, headless, middle_page, overwrite
from tests.store.test_state import put


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


def test_unfinished_transaction(killed: Path) -> None:
    """The end of a log that was being written when the power went is no damage: nobody was told that it is safe."""
    log = Path(f"{killed}-wal")
    log.write_bytes(log.read_bytes()[:-PAGE])

    assert "" == damage(killed)


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


def test_command_leaves_it_alone(path: Path) -> None:
    """What is no start of the service says what is wrong, and what to do, and moves nothing."""
    headless(path)
    before = files(path)

    with pytest.raises(StateUnusable, match=rf"{path}: .*malformed.*start `microville up`, which moves it aside"):
        State(path)
    assert (before, []) == (files(path), asides(path))


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
