"""For all tests: one that leaves an asyncio task or a process behind fails."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from store.base import Store
from store.duck import DuckStore
from store.state import State
from tests.waiting import until

settings.register_profile("patient", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("patient")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A real store, empty and open."""
    opened = DuckStore(tmp_path / "test.duckdb")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """An instance's own memory, empty."""
    with State(tmp_path / "state.sqlite") as opened:
        yield opened


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Requested first by every asynchronous test, so checked last."""
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"


@pytest_asyncio.fixture(loop_scope="session")
async def no_task_left_in_session() -> AsyncIterator[None]:
    """The same of tests in the session's loop, where fixtures of the session have tasks of their own."""
    before = asyncio.all_tasks()
    yield
    await until(lambda: not asyncio.all_tasks() - before - {asyncio.current_task()})


@pytest.fixture(autouse=True)
def no_process_left() -> Iterator[None]:
    """Children that a fixture of wider scope started are there before the test, and may stay."""
    before = _children()
    yield
    left = _children() - before
    assert not left, f"processes left behind: {[_command(pid) for pid in left]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            mark = item.get_closest_marker("asyncio")
            if mark and mark.kwargs.get("loop_scope") == "session":
                item.fixturenames.append("no_task_left_in_session")  # last: once the session's own are there
            else:
                item.fixturenames.insert(0, "no_task_left")


def _children() -> set[str]:
    return {pid for thread in Path("/proc/self/task").iterdir() for pid in _children_of(thread)}


def _children_of(thread: Path) -> list[str]:
    try:
        return (thread / "children").read_text().split()
    except OSError:  # the thread ended meanwhile
        return []


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return f"{pid} (ended meanwhile)"
