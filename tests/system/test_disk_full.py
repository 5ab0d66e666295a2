"""A disk that takes no more: nothing is acknowledged, nothing ends, and with room again everything is stored once.

The disk is the process's bound on the size of a file, lowered and raised from outside while it runs.
"""

import resource
import subprocess
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from ingest.quarantine import quarantine_counts
from sensors.model import Reason
from store.state import State
from tests.servers import mosquitto
from tests.system.load import publishing, scaled, stored, until_settled
from tests.system.running import DEADLINE_S, TOPIC, Running, configure, law_1, until, up

ROOM = 400_000
"""Bytes that each file may take while the disk is full; a burst of the publisher takes a quarter."""

FLOOD = scaled(5_000, 100_000)
"""Messages that come meanwhile; the session holds 20,000: in the long form more come than that."""

GROWTH_KB = 120_000
POISON = 20


def no_file_above(running: Running, size: int) -> None:
    """As on a full disk, no file of the process grows beyond that many bytes."""
    _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def readiness(running: Running) -> tuple[int, str, str]:
    answer = httpx.get(f"http://127.0.0.1:{running.port}/readyz", timeout=20, trust_env=False)
    return answer.status_code, answer.json()["status"], answer.json()["cause"]


def resident_kb(running: Running) -> int:
    lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def safe(running: Running) -> float:
    """Messages that may have been acknowledged."""
    metrics = running.metrics()
    return metrics["received"] - metrics["in_flight"]


def poison(port: int) -> None:
    """Messages that are refused, for the quarantine."""
    subprocess.run(
        ["mosquitto_pub", "-V", "5", "-p", str(port), "-q", "1", "-t", TOPIC, "-l"],
        input=b"not json\n" * POISON,
        check=True,
        timeout=DEADLINE_S,
    )


def test_log_on_the_same_disk(tmp_path: Path) -> None:
    """A log that takes no more ends nothing: messages are refused, told to nobody, and kept."""
    with mosquitto() as broker:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", "influxdb://127.0.0.1:9/?version=1")
        with up(tmp_path) as running:
            until(lambda: "broker_connected" in running.log.read_text(), "it listens")
            no_file_above(running, running.log.stat().st_size)
            poison(broker.port)
            until(lambda: readiness(running)[0] == 503, "it says that it cannot keep readings")
            no_file_above(running, resource.RLIM_INFINITY)
            until(lambda: running.metrics()["quarantined"] == POISON, "they are kept")
            running.stop()


@pytest.mark.soak
def test_full_and_killed(tmp_path: Path) -> None:
    """Store, spool and quarantine are full; then there is room; then they are full again and the process is killed."""
    url = f"duckdb:///{tmp_path}/store.duckdb"
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        with up(tmp_path) as running:
            until(running.ready, "it is ready")
            publisher = stack.enter_context(publishing(broker.port))
            until(lambda: running.metrics()["stored"] > 0, "it stores")
            no_file_above(running, ROOM)
            until(lambda: readiness(running)[0] == 503, "it says that it cannot keep readings")
            said, kept, small = readiness(running), safe(running), resident_kb(running)
            poison(broker.port)
            until(lambda: publisher.count > kept + FLOOD, "more comes than is taken")
            still, large = safe(running), resident_kb(running)
            no_file_above(running, resource.RLIM_INFINITY)
            until(lambda: readiness(running)[1] == "ready", "it is ready again")
            until(lambda: running.metrics()["quarantined"] > 0 == running.metrics()["spooled"], "the spool has drained")
            drained = running.metrics()
            no_file_above(running, (tmp_path / "store.duckdb.wal").stat().st_size + 1000)
            until(lambda: readiness(running)[0] == 503, "it is full again")
            running.kill()
        with up(tmp_path) as running:
            expected = publisher.stop()
            until_settled(running)
            last = running.metrics()
            running.stop()

    assert "failing" == said[1]
    assert said[2].startswith("readings cannot be kept safe here: ")
    assert said[2].endswith("make room on the disk")
    assert kept == still
    assert large - small < GROWTH_KB
    assert [0, 0] == [law_1(drained), law_1(last)]
    with State(tmp_path / "state/state.sqlite") as state:
        assert {Reason.MALFORMED: POISON} == state.run_now(quarantine_counts)
    assert expected == stored(url, publisher.first_ms)
