"""Whether a message costs the same from few devices and from many: `python -m tests.benchmarks.bench_devices`.

The same number of messages at QoS 1 from 100 to 100,000 devices, into nothing and into InfluxDB. Before a round every
device has spoken once: that first message, which makes each series known, is not in the figure. Beside the CPU stands
the rate: where it is lower, because the server has more to do or others load the machine, a read brings fewer messages.
"""

from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.measuring import Child, Cost, load, measure, part, publisher
from tests.benchmarks.part import Setting
from tests.benchmarks.stores import emptied
from tests.servers import influxd, mosquitto

DEVICES = (100, 1_000, 10_000, 100_000)
MESSAGES = 50_000
PIECE = 25_000  # of the first messages, which cost much more
ROUNDS = 3
TARGET = 1.15


def one_round(sender: Child, broker: int, influx: int, devices: int, store: str, messages: int) -> Cost:
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        url = stack.enter_context(emptied(store, Path(folder), influx))
        process = stack.enter_context(part("ingester", Setting(broker, 1, "bench", devices, url, folder)))
        for first in range(0, devices, PIECE):
            measure(sender, [process], [], first, min(PIECE, devices - first))
        return measure(sender, [process], [], devices, messages)


def main() -> None:
    costs: dict[tuple[str, int], list[Cost]] = {}
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0)).port
        influx = stack.enter_context(influxd()).port
        senders = {count: stack.enter_context(publisher(broker, 1, count, count + MESSAGES)) for count in DEVICES}
        for _ in range(ROUNDS):
            for store in ("", "influxdb"):
                for count, sender in senders.items():
                    cost = one_round(sender, broker, influx, count, store, MESSAGES)
                    costs.setdefault((store, count), []).append(cost)
    for store in ("", "influxdb"):
        cpu = {count: median(cost.cpu_us for cost in costs[store, count]) for count in DEVICES}
        rate = {count: median(cost.per_s for cost in costs[store, count]) for count in DEVICES}
        words = " · ".join(f"{count:,}: {cpu[count]:.1f} µs at {rate[count]:,.0f}/s" for count in DEVICES)
        ratio = max(cpu.values()) / cpu[DEVICES[0]]
        print(f"CPU a message by devices, into {store or 'nothing'}: {words}; worst {ratio:.2f} × (target ≤ {TARGET})")
    print(f"Load: {load()}")


if __name__ == "__main__":
    main()
