"""A damaged state file: moved aside whole, what can be read of it is saved, and nothing of that in silence."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.state import MIGRATIONS, State, StateUnusable, asides
from store.state_mending import mended
from tests.store.harm import (
    PAGE,
    ROWS,
    counts,
    cut_short,
    emptied,
    files,
    headless,
    overwrite,
    size,
    something_else,
    torn,
    zeroed,
)


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
