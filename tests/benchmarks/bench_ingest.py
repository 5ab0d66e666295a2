"""What a message costs: `python -m tests.benchmarks.bench_ingest [--quick]` prints medians and ratios of one run.

Native messages of three quantities go from a real mosquitto through the ingester into nothing, DuckDB and a real
InfluxDB. Beside them, alternating, run the floor (`bare.py`), our session alone, and the reference (`reference.py`).
Each is a process of its own, and so is the publisher; broker and store share the machine, and their CPU is told apart.
What is stored is counted in the store after each round. `--quick`: into nothing and the floor, at QoS 1.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.benchmarks.measuring import Cost, load, measure, part, publisher, spread
from tests.benchmarks.part import Setting
from tests.benchmarks.stores import emptied, stored
from tests.servers import Server, influxd, mosquitto

WARM_UP = 2_000  # messages, not measured
DEVICES = 400
ROUNDS = 5


class Line(NamedTuple):
    """A row of the table."""

    title: str
    part: str
    store: str
    qos: int
    messages: int  # in a round: two to four seconds of work
    target_us: float = 0


LINES = [
    Line("bare receiver", "bare", "", 0, 150_000),
    Line("into nothing", "ingester", "", 0, 60_000),
    Line("bare receiver", "bare", "", 1, 100_000),
    Line("our session alone", "session", "", 1, 100_000),
    Line("into nothing", "ingester", "", 1, 60_000, 18),
    Line("into DuckDB", "ingester", "duckdb", 1, 60_000, 25),
    Line("into InfluxDB", "ingester", "influxdb", 1, 60_000, 25),
    Line("reference into InfluxDB", "reference", "influxdb", 1, 20_000),
]
FLOOR, NOTHING, REFERENCE = LINES[2], LINES[4], LINES[-1]
QUICK = [FLOOR, NOTHING]


class Servers:
    """The broker, the store and the publishers of one run."""

    def __init__(self, stack: ExitStack, lines: Sequence[Line]) -> None:
        self._broker = stack.enter_context(mosquitto(max_inflight=0))
        self._influx: Server | None = None
        if any(line.store == "influxdb" for line in lines):
            self._influx = stack.enter_context(influxd())
        self._publishers = {}
        for qos in {line.qos for line in lines}:
            most = WARM_UP + max(line.messages for line in lines if line.qos == qos)
            self._publishers[qos] = stack.enter_context(publisher(self._broker.port, qos, DEVICES, most))

    def round(self, line: Line, warm_up: int) -> Cost:
        """One round, into a store of its own; fails when a message is missing there."""
        others, influx_port = [self._broker.process.pid], 0
        if self._influx:
            influx_port = self._influx.port
            others += [self._influx.process.pid]
        sender = self._publishers[line.qos]
        with TemporaryDirectory() as name:
            folder = Path(name)
            with emptied(line.store, folder, influx_port) as url:
                setting = Setting(self._broker.port, line.qos, "bench", DEVICES, url, name)
                with part(line.part, setting) as process:
                    measure(sender, [process], others, 0, warm_up)
                    cost = measure(sender, [process], others, warm_up, line.messages)
                if line.store:
                    found = stored(line.store, folder, influx_port)
                    assert warm_up + line.messages == found, f"{line.title}: the store holds {found} messages"
        return cost


def measured(lines: Sequence[Line], rounds: int = ROUNDS, warm_up: int = WARM_UP) -> dict[Line, list[Cost]]:
    """The rounds of all lines, alternating."""
    costs: dict[Line, list[Cost]] = {line: [] for line in lines}
    with ExitStack() as stack:
        servers = Servers(stack, lines)
        for _ in range(rounds):
            for line in lines:
                costs[line].append(servers.round(line, warm_up))
    return costs


def show(costs: dict[Line, list[Cost]]) -> None:
    """The table, each line against the floor and the reference, and its target."""
    cpu = {line: median(cost.cpu_us for cost in found) for line, found in costs.items()}
    print(
        f"{'QoS':3} {'line':24} {'CPU a message (min–max)':>28} {'× floor':>8} {'reference':>10} {'target':>9}", end=""
    )
    print(f" {'messages/s (min–max)':>32} {'others’ CPU':>12}")
    for line, found in costs.items():
        floor = cpu[next(other for other in costs if other.part == "bare" and other.qos == line.qos)]
        less = f"{cpu[REFERENCE] / cpu[line]:8.1f} ×" if REFERENCE in cpu else ""
        target = f"≤ {line.target_us:.0f} µs" if line.target_us else ""
        print(f"{line.qos:3} {line.title:24} {spread([cost.cpu_us for cost in found], ' µs'):>28}", end="")
        print(f" {cpu[line] / floor:8.2f} {less:>10} {target:>9}", end="")
        print(f" {spread([cost.per_s for cost in found]):>32}", end="")
        print(f" {median(cost.others_us for cost in found):9.1f} µs")
    share = median(cost.per_s for cost in costs[NOTHING]) / median(cost.per_s for cost in costs[FLOOR])
    print(f"Sustained into nothing: {share:.2f} × the bare receiver (target ≥ 0.8).")


def main(arguments: Sequence[str]) -> None:
    print(f"Load before: {load()}")
    show(measured(QUICK if "--quick" in arguments else LINES))
    print(f"Load after: {load()}, the last minute being this bench's own")


if __name__ == "__main__":
    main(sys.argv[1:])
