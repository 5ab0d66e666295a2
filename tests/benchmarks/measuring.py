"""The measuring side: starts publishers and parts as processes of their own, and reads what they cost from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import IO, NamedTuple

from tests.benchmarks.part import Setting

ROOT = Path(__file__).parents[2]
DEADLINE_S = 60.0
LOOK_S = 0.02
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """What one round took."""

    cpu_us: float  # per message, user and system, of the measured processes
    per_s: float  # messages, from the first one sent to the last one done
    others_us: float  # CPU per message of the other processes: broker, store, publisher


class Child:
    """A process of ours that answers a line with a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self.pid = process.pid
        self._stdin: IO[str] = process.stdin
        self._stdout: IO[str] = process.stdout

    def hear(self) -> str:
        line = self._stdout.readline()
        if not line:
            raise RuntimeError("a measured process ended early; see above what it said")
        return line.strip()

    def say(self, line: str) -> None:
        self._stdin.write(line + "\n")
        self._stdin.flush()

    def done(self) -> int:
        """Of a part: how many messages."""
        self.say("")
        return int(self.hear())


@contextmanager
def _child(*arguments: str) -> Iterator[Child]:
    """The module with its arguments, once it is ready; ended by the end of its input."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        child = Child(process)
        try:
            assert "ready" == child.hear()
            yield child
            child._stdin.close()
            assert 0 == process.wait(DEADLINE_S)
        finally:
            process.kill()


@contextmanager
def publisher(port: int, qos: int, devices: int, count: int) -> Iterator[Child]:
    with _child("tests.benchmarks.publisher", *map(str, (port, qos, devices, count))) as child:
        yield child


@contextmanager
def part(name: str, setting: Setting) -> Iterator[Child]:
    with _child("tests.benchmarks.part", name, json.dumps(asdict(setting))) as child:
        yield child


def cpu_s(*pids: int) -> float:
    """User and system time of these processes so far, with all their threads (proc(5), fields 14 and 15)."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS_PER_S


def measure(sender: Child, parts: Sequence[Child], others: Sequence[int], first: int, count: int) -> Cost:
    """Send messages first … first + count, and wait until the parts are done with them between them."""
    pids, around = [child.pid for child in parts], [sender.pid, *others]
    goal = sum(child.done() for child in parts) + count
    cpu, others_cpu, began = cpu_s(*pids), cpu_s(*around), time.perf_counter()
    sender.say(f"{first} {count} 0")
    while (done := sum(child.done() for child in parts)) < goal:
        if time.perf_counter() - began > DEADLINE_S:
            raise TimeoutError(f"{goal - done} of {count} messages did not arrive")
        time.sleep(LOOK_S)
    wall = time.perf_counter() - began
    cost = Cost((cpu_s(*pids) - cpu) / count * 1e6, count / wall, 0.0)
    assert "sent" == sender.hear()
    return cost._replace(others_us=(cpu_s(*around) - others_cpu) / count * 1e6)


def load() -> str:
    """How busy this machine is, with others' work maybe."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg()) + f" on {os.cpu_count()} cores"


def spread(values: Sequence[float], unit: str = "") -> str:
    """The median, and from least to greatest."""
    return f"{median(values):8.1f}{unit} ({min(values):.1f}–{max(values):.1f})"
