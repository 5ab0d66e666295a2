"""A long load: every message is accounted for, and memory stands still once the process is warm."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.benchmarks.publisher import building, name
from tests.servers import mosquitto
from tests.system.load import SOAK, duck, influx, scaled, stored_count, until_settled
from tests.system.running import Running, configure, until, up

MESSAGES = scaled(100_000, 5_000_000)
DEVICES = 400
WARM = 0.2  # of the messages
FLAT_MB = 10.0
DUCKDB_MB = 1_000.0  # its memory_limit

Store = Callable[[Path], AbstractContextManager[str]]


def estate(folder: Path) -> None:
    """One that has the load's devices."""
    (folder / "estate.toml").write_text('[site]\nid = "site"\nname = "Load"\ntime_zone = "Europe/Paris"\n')
    buildings = "".join(f"b{n:02},Hall {n},office,100\n" for n in range(1, 41))
    devices = "".join(f"{name(n)},{building(n)}\n" for n in range(DEVICES))
    (folder / "buildings.csv").write_text("building,name,use,area_m2\n" + buildings)
    (folder / "devices.csv").write_text("device,building\n" + devices)


@contextmanager
def pouring(port: int) -> Iterator[None]:
    """The benchmarks' publisher at work, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.publisher", *map(str, (port, 1, DEVICES, MESSAGES))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdin
            process.stdout.readline()  # all is encoded
            process.stdin.write(f"0 {MESSAGES} 0\n".encode())
            process.stdin.flush()
            yield
        finally:
            process.kill()


def resident_mb(running: Running) -> float:
    """What the process holds of the machine's memory."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@pytest.mark.soak
@pytest.mark.parametrize(("store", "most_mb"), [(influx, FLAT_MB), (duck, DUCKDB_MB)][: scaled(1, 2)])
def test_memory_stands_still(store: Store, most_mb: float, tmp_path: Path) -> None:
    """Every message is stored; in the long form, memory does not grow once a fifth of them has come."""
    estate(tmp_path)
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0))
        url = stack.enter_context(store(tmp_path))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url, ["[estate]", 'path = "."'])
        running = stack.enter_context(up(tmp_path, "--only", "ingest"))
        until(running.ready, "it is ready")
        cold = resident_mb(running)
        stack.enter_context(pouring(broker.port))
        until(lambda: running.metrics()["stored"] >= WARM * MESSAGES, "it is warm", MESSAGES / 500)
        held = [resident_mb(running)]

        def over() -> bool:
            held.append(resident_mb(running))
            return running.metrics()["stored"] >= MESSAGES

        took_s = until(over, "all are stored", MESSAGES / 500)
        (metrics,) = until_settled(running)
        running.stop()
        held_by_store = stored_count(url, days=3)
    growth = max(held) - held[0]
    print(
        f"\n{MESSAGES} messages, the last {1 - WARM:.0%} in {took_s:.0f} s: resident memory {cold:.0f} MB cold, ",
        end="",
    )
    print(f"{held[0]:.0f} MB warm, {max(held):.0f} MB at most, {held[-1]:.0f} MB in the end")

    assert [MESSAGES] * 3 == [metrics["received"], metrics["stored"], held_by_store]
    assert not SOAK or growth <= most_mb
