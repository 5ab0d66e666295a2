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
from tests.system.load import publishing, stored, until_settled
from tests.system.running import configure, law_1, until, up

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


@pytest.mark.parametrize("store", [duck, influx])
def test_kill_under_load(store: Store, tmp_path: Path) -> None:
    """Stopped, then killed at random instants while readings pour in: in the end every reading is stored, once."""
    with ExitStack() as stack:
        url = stack.enter_context(store(tmp_path))
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        with up(tmp_path) as running:  # its session is the broker's from now on
            until(running.ready, "it is ready")
            publisher = stack.enter_context(publishing(broker.port))
            until(lambda: running.metrics()["stored"] > 0, "it stores")
            took_s = running.stop()
        for _ in range(KILLS):
            with up(tmp_path) as running:
                time.sleep(random.uniform(0, 0.5))
                until(lambda: running.metrics()["in_flight"] > 0, "it is at work")
                running.kill()
        with up(tmp_path) as running:
            until(running.ready, "it is ready")
            expected = publisher.stop()
            until_settled(running)
            metrics = running.metrics()
            running.stop()

        assert expected == stored(url, publisher.first_ms)
        assert 0 == law_1(metrics) == metrics["quarantined"]
        assert took_s < STOP_S


def test_two_share_the_load(tmp_path: Path) -> None:
    """Of two ingesters on one shared subscription one is killed: every reading is stored all the same."""
    with ExitStack() as stack:
        url = stack.enter_context(influx(tmp_path))
        broker = stack.enter_context(mosquitto(max_inflight=0))
        for name in ("one", "two"):
            share = f'client_id = "{name}"\nshare = "ingest"'
            configure(tmp_path / name, f"mqtt://127.0.0.1:{broker.port}", url, more_broker=share)
        with up(tmp_path / "one", "--only", "ingest") as one, up(tmp_path / "two", "--only", "ingest") as two:
            until(lambda: one.ready() and two.ready(), "both are ready")
            publisher = stack.enter_context(publishing(broker.port))
            until(lambda: one.metrics()["stored"] > 0 and two.metrics()["stored"] > 0, "both store")
            one.kill()
            with up(tmp_path / "one", "--only", "ingest") as again:
                until(lambda: again.metrics()["stored"] > 0, "it stores again")
                expected = publisher.stop()
                until_settled(again, two)
                metrics = [running.metrics() for running in (again, two)]

        assert expected == stored(url, publisher.first_ms)
        assert [0, 0] == [law_1(counts) for counts in metrics]
