"""`microville demo`, as a newcomer meets it in a terminal."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.system.running import Running, law_1, started, until

FIRST_CHART_S = 60.0
FILLED_S = 150.0
STOP_S = 5.0
ELSEWHERE = {
    "PYTHONUNBUFFERED": "1",
    "MICROVILLE_BROKER__URL": "mqtt://127.0.0.1:9",
    "MICROVILLE_STORE__URL": "influxdb://127.0.0.1:9",
    "MICROVILLE_MAIL__URL": "mailto://127.0.0.1:9?from=site@example.org",
}


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[Running]:
    """A demo that answers, at the address it prints; what the environment says is for the site's own service."""
    folder.mkdir(exist_ok=True)
    (folder / "log").unlink(missing_ok=True)
    with started(folder, "demo", "--folder", "data", *arguments, port=0, **ELSEWHERE) as running:
        until(lambda: "It is here: " in running.log.read_text() and running.process.poll() is None, "its address")
        running.port = int(running.log.read_text().split("It is here: http://127.0.0.1:")[1].split("/")[0])
        until(running.alive, "it answers")
        yield running


def interrupt(running: Running) -> float:
    """Ctrl-C, which a terminal sends to every process; how long it took to end well and alone, in s."""
    took_s = running.stop(lambda group: os.killpg(group, signal.SIGINT))
    assert [] == members(running.process.pid)
    return took_s


def members(session: int) -> list[int]:
    """The processes of a session that still run (proc(5), stat: the state and session are fields 3 and 6)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def consumed(running: Running) -> bool:
    return any(sum(group["amount"]) > 0 for group in running.get("/api/consumption?building=b01&every=1d"))


def mails(running: Running) -> str:
    return httpx.get(f"http://127.0.0.1:{running.port}/mail?lang=en", timeout=20, trust_env=False).text


def test_demo(tmp_path: Path) -> None:
    """It fills, accounts, warns tenants in their languages, ends on Ctrl-C, goes on, and starts over when told."""
    with demo(tmp_path) as running:
        until(lambda: consumed(running), "consumption is accounted", FIRST_CHART_S)
        until(lambda: "larkspur" in mails(running) and "levain" in mails(running), "both mails are there", FILLED_S)
        first = running.metrics()
        took_s = interrupt(running)
    with demo(tmp_path) as running:
        until(lambda: running.metrics()["stored"] > 40, "it goes on")
        second = running.metrics()
        again_s = interrupt(running)
    with demo(tmp_path, "--clean") as running:
        until(lambda: running.metrics()["stored"] > second["stored"], "it starts over")
        filling_s = interrupt(running)

    assert [0, 0] == [law_1(first), law_1(second)]
    assert 0 == first["quarantined"]
    assert second["received"] < first["received"] / 10
    assert max(took_s, again_s, filling_s) < STOP_S
