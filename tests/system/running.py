"""The real command in processes of its own, and the tools that people use beside it."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

import microville
from tests.servers import free_port

DEADLINE_S = 60.0
ROOT = Path(microville.__file__).parent
TOPIC = "microville/b01/b01-electricity/readings"


def environment(**more: str) -> dict[str, str]:
    """This process's, without what would configure the command, and with this package in reach."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("MICROVILLE_")}
    return inherited | {"PYTHONPATH": str(ROOT)} | more


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself, run in the folder; `more` goes into its environment."""
    return subprocess.run(
        [sys.executable, "-m", "microville", *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def run_json(folder: Path, *arguments: str, **more: str) -> Any:
    """What a command says with `--json`."""
    done = run(folder, *arguments, "--json", **more)
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


def until(true: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> float:
    """Wait for it to be so; how long it took, in s."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > deadline_s:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass
class Running:
    """A `microville` that runs, with its log in a file of its folder."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    def get(self, path: str) -> Any:
        """The JSON at the path of its web interface."""
        answer = httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=20, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def alive(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.log.read_text()}")
        try:
            return bool(self.get("/healthz") == {"status": "alive"})
        except httpx.TransportError:
            return False

    def ready(self) -> bool:
        return bool(self.get("/readyz")["status"] == "ready")

    def latest(self, device: str = "b01-electricity") -> dict[str, float]:
        """The device's last values by quantity."""
        return {row["quantity"]: row["value"] for row in self.get(f"/api/latest?device={device}")}

    def metrics(self) -> dict[str, float]:
        """The message counters by name (without the prefix), those with reasons summed and by reason.

        At every moment they balance.
        """
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=20, trust_env=False).text
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                name = sample.name.removeprefix("microville_messages_").removesuffix("_total")
                found[name] = found.get(name, 0) + sample.value
                found |= dict.fromkeys(sample.labels.values(), sample.value)
        assert 0 == law_1(found), found
        return found

    def stop(self, ask: Callable[[int], None] = lambda pid: os.kill(pid, signal.SIGTERM)) -> float:
        """Ask it to end, which it must do well; how long that took, in s."""
        began = time.monotonic()
        ask(self.process.pid)
        assert 0 == self.process.wait(DEADLINE_S), self.log.read_text()
        assert "Traceback" not in self.log.read_text()
        return time.monotonic() - began

    def kill(self) -> None:
        """Let it have no last word."""
        self.process.kill()
        self.process.wait()


def law_1(metrics: dict[str, float]) -> float:
    """Messages received that no other count claims: 0, or some were lost."""
    outcomes = metrics["stored"] + metrics["quarantined"] + metrics["ignored"]
    return metrics["received"] - outcomes - metrics["in_flight"] - metrics["spooled"]


@contextmanager
def started(folder: Path, *arguments: str, port: int, **more: str) -> Iterator[Running]:
    """A `microville` started in the folder; it may not answer yet."""
    log = folder / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "microville", *arguments],
            cwd=folder,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = Running(process, log, port)
    try:
        yield running
    finally:
        if process.poll() is None:
            running.kill()


@contextmanager
def up(folder: Path, *arguments: str, **more: str) -> Iterator[Running]:
    """`microville up` in a folder that `configure` has written to, once it answers; `more` is for its environment."""
    listen = tomllib.loads((folder / "microville.toml").read_text())["web"]["listen"]
    with started(folder, "up", *arguments, port=int(listen.rpartition(":")[2]), **more) as running:
        until(running.alive, "it answers")
        yield running


def configure(folder: Path, broker: str, store: str, sections: Sequence[str] = (), more_broker: str = "") -> None:
    """Write a microville.toml with a free port for the web interface."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        *("[broker]", f'url = "{broker}"', more_broker),
        *("[store]", f'url = "{store}"'),
        *("[state]", 'path = "state"'),
        *("[web]", f'listen = "127.0.0.1:{free_port()}"'),
        *sections,
    ]
    (folder / "microville.toml").write_text("\n".join(lines) + "\n")


def publish(port: int, payload: str, topic: str = TOPIC) -> None:
    """One message at QoS 1, as the documentation says to do it."""
    subprocess.run(
        ["mosquitto_pub", "-V", "5", "-p", str(port), "-q", "1", "-t", topic, "-m", payload],
        check=True,
        timeout=DEADLINE_S,
    )


def ask_influx(port: int, statement: str) -> list[list[Any]]:
    """The rows that InfluxDB's own command prints for a statement."""
    done = subprocess.run(
        ["influx", "-host", "127.0.0.1", "-port", str(port), "-database", "microville", "-format", "json",
         "-execute", statement],
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_S,
    )  # fmt: skip
    series = json.loads(done.stdout)["results"][0].get("series", [])
    return [row for table in series for row in table["values"]]
