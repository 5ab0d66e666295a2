"""The DuckDB file when things go wrong: locked, damaged, newer, unwritable, full, killed."""

import asyncio
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import duckdb
import pytest

from store.base import Latest, Series, Store, StoreRefused, StoreUnavailable, Usage
from store.duck import DuckStore
from store.duck_file import MIGRATIONS
from tests.contract.values import HOUR, T0, plain, point

COUNT = Series("electricity.power", T0 - HOUR, T0 + 1000 * HOUR, 2000 * HOUR, "count", by=())


async def counted(store: Store) -> float:
    """How many readings there are."""
    return sum(value for _, values in plain(await store.series(COUNT)) for _, value in values)


async def opened_and_closed(path: Path) -> None:
    store = DuckStore(path)
    await store.open()
    await store.close()


async def said_on_opening(path: Path, kind: type[Exception]) -> str:
    store = DuckStore(path)
    with pytest.raises(kind) as caught:
        await store.open()
    await store.close()
    return str(caught.value)


def test_locked(tmp_path: Path) -> None:
    """A file another process has open is not available: the message names the process and what to do; later it is."""
    path = tmp_path / "a.duckdb"
    hold = f"import duckdb, sys; held = duckdb.connect({str(path)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert b"held\n" == holder.stdout.readline()
        message = asyncio.run(said_on_opening(path, StoreUnavailable))

        assert str(path) in message
        assert f"PID {holder.pid}" in message
        assert message.endswith("stop that microville, or ask it over HTTP")

    asyncio.run(opened_and_closed(path))


async def test_rows_of_the_first_schema(tmp_path: Path) -> None:
    """A file that kept all steps in one table keeps its rows; when they were settled is unknown."""
    path = tmp_path / "a.duckdb"
    with duckdb.connect(path) as old:
        old.execute(f"""
            {MIGRATIONS[0]} CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (1);
            INSERT INTO flow VALUES (0, 'm', '', '15m'), (1, 'm', '', '1mo');
            INSERT INTO kind VALUES (0, 'b01', 'gas', 'site');
            INSERT INTO consumption VALUES (0, 0, {T0}, 5, 0.5), (1, 0, {T0}, 70, 0)""")
    store = DuckStore(path)
    await store.open()
    queries = (Usage("15m", T0, T0 + 1, by=("meter",)), Usage("1mo", T0, T0 + 1, by=("meter",)))
    found = [row for query in queries for row in await store.usage(query)]
    await store.close()

    assert [([5], [0.5], [0]), ([70], [0.0], [0])] == [tuple(column.tolist() for column in row[2:]) for row in found]


async def test_damaged(tmp_path: Path) -> None:
    """A file that is no database is not available: path and what to do are said, and it is left as it is."""
    path = tmp_path / "a.duckdb"
    path.write_bytes(b"not a database" * 1000)
    message = await said_on_opening(path, StoreUnavailable)

    assert str(path) in message
    assert "restore a backup" in message
    assert b"not a database" * 1000 == path.read_bytes()


async def test_damaged_within(tmp_path: Path) -> None:
    """A database whose blocks were overwritten is not available."""
    path = tmp_path / "a.duckdb"
    store = DuckStore(path)
    await store.open()
    await store.write([point(float(n), T0 + n) for n in range(1000)])
    await store.close()
    path.write_bytes(path.read_bytes()[:12288] + b"\xff" * (path.stat().st_size - 12288))

    assert str(path) in await said_on_opening(path, StoreUnavailable)


async def test_newer(tmp_path: Path) -> None:
    """A file of a newer schema is not available, and no reading is refused for it."""
    path = tmp_path / "a.duckdb"
    await opened_and_closed(path)
    with duckdb.connect(path) as newer:
        newer.execute("INSERT INTO schema_version VALUES (99)")

    assert "a newer microville wrote it (schema 99)" in await said_on_opening(path, StoreUnavailable)


async def test_damaged_block(tmp_path: Path) -> None:
    """Damage that is met later refuses no reading either, and once the file is put right the same store goes on."""
    path = tmp_path / "a.duckdb"
    store = DuckStore(path)
    await store.open()
    await store.write([point(float(n), T0 + n) for n in range(50_000)])
    await store.close()
    sound = path.read_bytes()
    path.write_bytes(sound[:274432] + b"\xff" * 4096 + sound[274432 + 4096 :])
    store = DuckStore(path)
    late = [point(7.0, T0 + 5)]  # is looked up among those that are there
    with pytest.raises(StoreUnavailable, match=r"a.duckdb: it cannot be read .*restore a backup"):
        await store.write(late)
    path.write_bytes(sound)
    await store.write(late)

    assert 50_000 == await counted(store)
    await store.close()


async def test_no_folder(tmp_path: Path) -> None:
    """Where no folder can be made, the store is not available, and the message says where to look."""
    (tmp_path / "file").touch()
    message = await said_on_opening(tmp_path / "file" / "a.duckdb", StoreUnavailable)

    assert str(tmp_path / "file" / "a.duckdb") in message
    assert "check [store] url" in message


async def test_not_open(tmp_path: Path) -> None:
    """A store that is not open is not available for reading."""
    with pytest.raises(StoreUnavailable, match="not open"):
        await DuckStore(tmp_path / "a.duckdb").latest(Latest())


async def test_unstorable(tmp_path: Path) -> None:
    """What cannot be stored is refused, and keeps nothing from the next write."""
    store = DuckStore(tmp_path / "a.duckdb")
    await store.open()
    for wrong in (point(1.0, device="\ud800"), point(1.0, at_ms=2**63)):
        with pytest.raises(StoreRefused):
            await store.write([point(1.0), wrong])
    await store.write([point(2.0)])

    assert [point(2.0)] == await store.latest(Latest())
    await store.close()


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """As on a full disk, no file of this process grows beyond that many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("room", "length", "cause"),
    [(1_000_000, 50_000, "Failed to commit"), (18_500_000, 100_000, "autocheckpoint failed")],
)
async def test_disk_full(tmp_path: Path, room: int, length: int, cause: str) -> None:
    """On a full disk writes fail as unavailable; once there is room they succeed, and nothing is there twice.

    With room for less than the write-ahead log takes before a checkpoint, the commit fails; with room for more, the
    checkpoint after it. Names too long for any device fill the disk soonest.
    """
    store = DuckStore(tmp_path / "a.duckdb")
    await store.open()
    written = 0
    said: list[str] = []
    with no_file_above(room):
        while len(said) < 2:
            device = Random(written).randbytes(length).hex()  # the same again after a failure
            batch = [point(1.0, T0, device), point(2.0, T0 + 1, device)]
            try:
                await store.write(batch)
                written += 1
            except StoreUnavailable as error:
                said.append(str(error))
    await store.write(batch)
    await store.write(batch)

    assert [True, True] == [cause in text and "check the disk" in text for text in said]
    assert (written + 1) * 2 == await counted(store)
    assert written + 1 == len(await store.latest(Latest()))
    await store.close()


def test_killed(tmp_path: Path) -> None:
    """What a write returned for is there after the process was killed, and what was under way is there whole or not."""
    path = tmp_path / "a.duckdb"
    script = f"""
import asyncio
from pathlib import Path
from store.duck import DuckStore
from tests.contract.values import T0, point

async def main():
    store = DuckStore(Path({str(path)!r}))
    await store.open()
    for batch in range(100_000):
        await store.write([point(float(n), T0 + batch * 100 + n) for n in range(100)])
        print(batch, flush=True)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as victim:
        assert victim.stdout
        while int(victim.stdout.readline()) < 50:
            pass
        victim.kill()
        acknowledged = 51 + len(victim.stdout.readlines())
    found, last = asyncio.run(found_in(path))

    assert found in (acknowledged * 100, acknowledged * 100 + 100)
    assert T0 + found - 1 == last


async def found_in(path: Path) -> tuple[float, int]:
    """How many readings there are, and the time of the latest."""
    store = DuckStore(path)
    await store.open()
    found = await counted(store)
    (latest,) = await store.latest(Latest())
    await store.close()
    return found, latest.at_ms


async def test_a_long_read_holds_up_no_write(tmp_path: Path) -> None:
    """Writes go on while reads are under way, and the reads see what was there before or after a write, whole."""
    store = DuckStore(tmp_path / "a.duckdb")
    await store.open()
    for device in range(3):
        await store.write([point(float(n), T0 + n, f"d{device}") for n in range(100_000)])
    every_value = Series("electricity.power", T0, T0 + HOUR, None)
    reading = asyncio.gather(*(store.series(every_value) for _ in range(3)))
    writes = 0
    while not reading.done():
        await store.write([point(1.0, T0 + HOUR + writes)])
        writes += 1

    assert [300_000] * 3 == [sum(len(row.times) for row in rows) for rows in await reading]
    assert writes > 3
    await store.close()
