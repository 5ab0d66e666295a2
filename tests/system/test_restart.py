"""Killed or stopped at any instant, the ingester loses nothing that is the broker's, and stores nothing twice.

MICROVILLE_SOAK says how often each test kills: more than the usual for a soak.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.servers import influxd, mosquitto
from tests.system.load import publishing, stored
from tests.system.running import Running, configure, law_1, until, up

KILLS = int(os.environ.get("MICROVILLE_SOAK", "5"))
STOP_S = 5.0

Store = Callable[[Path], AbstractContextManager[str]]


@contextmanager
def duck(folder: Path) -> Iterator[str]:
    """The embedded store's URL."""
    yield f"duckdb:///{folder}/store.duckdb"


@contextmanager
def influx(folder: Path) -> Iterator[str]:
    """A real InfluxDB's URL."""
    with influxd() as server:
        yield f"influxdb://127.0.0.1:{server.port}/"


def idle(running: Running) -> bool:
    """Whether everything it has received has come to its end."""
    metrics = running.metrics()
    return metrics["in_flight"] == metrics["spooled"] == 0


def finished(running: Running) -> None:
    """Wait until the broker has nothing left for it and all is stored."""
    received = -1.0

    def still() -> bool:
        nonlocal received
        before, received = received, running.metrics()["received"]
        time.sleep(0.5)  # longer than a broker with anything left keeps silent
        return before == received > 0 and idle(running)

    until(still, "the broker's queue is empty and everything is stored")


@pytest.mark.parametrize("store", [duck, influx])
def test_kill_under_load(store: Store, tmp_path: Path) -> None:
    """Killed at random instants while readings pour in, in the end every reading is stored, once."""
    with ExitStack() as stack:
        url = stack.enter_context(store(tmp_path))
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        with up(tmp_path) as running:  # its session is the broker's from now on
            until(running.ready, "it is ready")
            publisher = stack.enter_context(publishing(broker.port))
            until(lambda: running.metrics()["stored"] > 0, "it stores")
            running.kill()
        for _ in range(KILLS - 1):
            with up(tmp_path) as running:
                time.sleep(random.uniform(0, 1.5))
                running.kill()
        with up(tmp_path) as running:
            until(running.ready, "it is ready")
            expected = publisher.stop()
            finished(running)
            metrics = running.metrics()
            running.stop()

        assert expected == stored(url, publisher.first_ms)
        assert 0 == law_1(metrics) == metrics["quarantined"]
