"""What more ingesters bring: `python -m tests.benchmarks.bench_scale`.

One, two and four ingesters on one shared subscription at QoS 1, each with a state of its own, into nothing and into
InfluxDB. Broker, publisher and store share the machine's cores with them.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.measuring import Child, Cost, load, measure, part, publisher, spread
from tests.benchmarks.part import Setting
from tests.benchmarks.stores import emptied, stored
from tests.servers import Server, influxd, mosquitto

INGESTERS = (1, 2, 4)
DEVICES = 400
WARM_UP = 4_000
MESSAGES = 60_000
ROUNDS = 3


def one_round(sender: Child, broker: Server, influx: Server, ingesters: int, store: str, messages: int) -> Cost:
    group = f"ingest-{time.time_ns()}"  # of its own: a member of a former round is away, and would get its share
    others = [broker.process.pid] + ([influx.process.pid] if store else [])
    with ExitStack() as around:
        folder = Path(around.enter_context(TemporaryDirectory()))
        url = around.enter_context(emptied(store, folder, influx.port))
        with ExitStack() as stack:
            parts: list[Child] = []
            for number in range(ingesters):
                own = folder / str(number)
                own.mkdir()
                setting = Setting(broker.port, 1, f"bench-{number}", DEVICES, url, str(own), group)
                parts.append(stack.enter_context(part("ingester", setting)))
            measure(sender, parts, others, 0, WARM_UP)
            cost = measure(sender, parts, others, WARM_UP, messages)
        if store:
            assert WARM_UP + messages == stored(store, folder, influx.port)
    return cost


def main(rounds: int = ROUNDS, stores: Sequence[str] = ("", "influxdb")) -> None:
    costs: dict[tuple[str, int], list[Cost]] = {}
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0))
        influx = stack.enter_context(influxd())
        sender = stack.enter_context(publisher(broker.port, 1, DEVICES, WARM_UP + MESSAGES))
        for _ in range(rounds):
            for store in stores:
                for count in INGESTERS:
                    cost = one_round(sender, broker, influx, count, store, MESSAGES)
                    costs.setdefault((store, count), []).append(cost)
    for (store, count), found in costs.items():
        rate, cpu = spread([cost.per_s for cost in found]), spread([cost.cpu_us for cost in found], " µs")
        others = median(cost.others_us for cost in found)
        print(
            f"{count} ingesters into {store or 'nothing':9} {rate} messages/s, {cpu} CPU each, others’ {others:.1f} µs"
        )
    print(f"Load: {load()}")


if __name__ == "__main__":
    main()
