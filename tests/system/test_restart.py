"""Killed or stopped at any instant, the ingester loses nothing that is the broker's, and stores nothing twice."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.servers import mosquitto
from tests.system.load import account, duck, influx, publishing, scaled
from tests.system.running import Running, configure, until, up

KILLS = scaled(4, 200)
STOP_S = 5.0

Store = Callable[[Path], AbstractContextManager[str]]


def until_at_work(running: Running) -> None:
    """Wait until it is connected and writes, and then for a random moment of its work."""
    until(lambda: running.metrics()["stored"] > 0, "it stores")
    time.sleep(random.uniform(0, 0.5))


@pytest.mark.soak
@pytest.mark.parametrize("store", [duck, influx])
def test_killed_under_load(store: Store, tmp_path: Path) -> None:
    """Killed at random instants while readings pour in, and now and then stopped: every reading is stored, once."""
    with ExitStack() as stack:
        url = stack.enter_context(store(tmp_path))
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        took_s = []
        with up(tmp_path) as running:  # its session is the broker's from now on
            until(running.ready, "it is ready")
            publisher = stack.enter_context(publishing(broker.port))
            until_at_work(running)
            took_s.append(running.stop())
        for number in range(KILLS):
            with up(tmp_path) as running:
                until_at_work(running)
                if number % 10 == 9:
                    took_s.append(running.stop())
                running.kill()
        with up(tmp_path) as running:
            (metrics,) = account(url, publisher, running)

    assert 0 == metrics["quarantined"]
    assert max(took_s) < STOP_S


@pytest.mark.soak
@pytest.mark.parametrize("ingesters", [2, 4] if scaled(0, 1) else [4])
def test_some_share_the_load(ingesters: int, tmp_path: Path) -> None:
    """Of the ingesters on one shared subscription one is killed: every reading is stored all the same."""
    with ExitStack() as stack:
        url = stack.enter_context(influx(tmp_path))
        broker = stack.enter_context(mosquitto(max_inflight=0))
        folders = [tmp_path / str(number) for number in range(ingesters)]
        for folder in folders:
            share = f'client_id = "{folder.name}"\nshare = "ingest"'
            configure(folder, f"mqtt://127.0.0.1:{broker.port}", url, more_broker=share)
        running = [stack.enter_context(up(folder, "--only", "ingest")) for folder in folders]
        until(lambda: all(each.ready() for each in running), "all are ready")
        publisher = stack.enter_context(publishing(broker.port))
        until(lambda: all(each.metrics()["stored"] > 0 for each in running), "all store")
        running[0].kill()
        running[0] = stack.enter_context(up(folders[0], "--only", "ingest"))
        until(lambda: running[0].metrics()["stored"] > 0, "it stores again")
        metrics = account(url, publisher, *running)

    assert [0] * ingesters == [counts["quarantined"] for counts in metrics]
