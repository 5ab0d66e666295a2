"""A state file with rows, and one whose process was killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from store.state import State
from tests.store.harm import fill


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
