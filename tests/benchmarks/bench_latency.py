"""How soon a reading can be queried: `python -m tests.benchmarks.bench_latency`.

Under a load of a thousand messages a second at QoS 1, twenty readings a second are published and asked for until the
store answers with them: from the write of the message to the answer, the query's own time included.
"""

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measuring import load, measure, part, publisher
from tests.benchmarks.part import Setting
from tests.benchmarks.stores import emptied
from tests.servers import influxd, mosquitto

DEVICES = 400
WARM_UP = 2_000
PER_S = 1_000
SECONDS = 15
TARGET_MS = 100


def main(seconds: int = SECONDS) -> None:
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0)).port
        influx = stack.enter_context(influxd()).port
        sender = stack.enter_context(publisher(broker, 1, DEVICES, WARM_UP + seconds * PER_S))
        for store in ("duckdb", "influxdb"):
            with TemporaryDirectory() as name, emptied(store, Path(name), influx) as url:
                with part("probed", Setting(broker, 1, "bench", DEVICES + 1, url, name)) as process:
                    measure(sender, [process], [], 0, WARM_UP)
                    sender.say(f"{WARM_UP} {seconds * PER_S} {PER_S}")
                    assert "sent" == sender.hear()
                found = sorted(json.loads((Path(name) / "latencies.json").read_text()))
            p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
            print(f"Publish to queryable in {store} at {PER_S:,} messages/s: ", end="")
            print(f"p50 {p50:.1f} ms, p99 {p99:.1f} ms (target ≤ {TARGET_MS}), of {len(found)} probes, load {load()}")


if __name__ == "__main__":
    main()
