"""A store that errs, is slow, forgets or goes away under load: every reading is stored, once."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import free_port, influxd, mosquitto
from tests.store.faulty import Fault, faulty
from tests.system.load import RATE, account, differences, publishing, scaled, stored, until_settled
from tests.system.running import ask_influx, configure, until, up

STATUSES = (500, 429, 413, 0)
FAULTS = (*(Fault(status, done) for status in STATUSES for done in (False, True)), Fault(late_s=1.0))
TURNS = scaled(1, 20)
DROPS = scaled(1, 20)
AWAY_S = scaled(10, 600)


@pytest.mark.soak
def test_answers_badly(tmp_path: Path) -> None:
    """Answers 500, 429, 413 or half of one, without or after the write, or late: in the end each reading is there."""
    with ExitStack() as stack:
        server = stack.enter_context(influxd())
        proxy = stack.enter_context(faulty(server.port))
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", f"influxdb://127.0.0.1:{proxy.server_port}/")
        running = stack.enter_context(up(tmp_path))
        until(running.ready, "it is ready")
        publisher = stack.enter_context(publishing(broker.port))
        proxy.faults = FAULTS
        until(lambda: proxy.met >= TURNS * len(FAULTS), "each fault has been met", 60 * TURNS)
        proxy.faults = ()
        (metrics,) = account(f"influxdb://127.0.0.1:{server.port}/", publisher, running)

    assert 0 == metrics["quarantined"]


@pytest.mark.soak
def test_emptied_under_load(tmp_path: Path) -> None:
    """What comes after somebody dropped the database is stored, in a new one."""
    with ExitStack() as stack:
        server = stack.enter_context(influxd())
        url = f"influxdb://127.0.0.1:{server.port}/"
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        running = stack.enter_context(up(tmp_path))
        until(running.ready, "it is ready")
        publisher = stack.enter_context(publishing(broker.port))
        for _ in range(DROPS):
            before = running.metrics()["stored"]
            until(lambda: running.metrics()["stored"] > before, "it stores")  # noqa: B023 (called at once)
            ask_influx(server.port, "DROP DATABASE microville")
            dropped = publisher.count
        until(lambda: publisher.count > dropped + RATE, "readings come after it")
        published = publisher.stop()
        (metrics,) = until_settled(running)
        running.stop()
        found = stored(url, publisher.first_ms)

    assert set() == set(published[dropped:]) - set(found)
    assert (0, 0) == (differences(published, found)["foreign"], metrics["quarantined"])


@pytest.mark.soak
def test_away_for_long(tmp_path: Path) -> None:
    """What comes while the store is away waits in the spool, and is stored while live readings go on."""
    port, data = free_port(), tmp_path / "influx"
    data.mkdir()
    url = f"influxdb://127.0.0.1:{port}/"
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        running = stack.enter_context(up(tmp_path))
        with influxd(port=port, folder=data):
            until(running.ready, "it is ready")
            publisher = stack.enter_context(publishing(broker.port))
            until(lambda: running.metrics()["stored"] > 0, "it stores")
        until(lambda: running.metrics()["spooled"] > 0, "the store is missed")
        time.sleep(AWAY_S)
        with influxd(port=port, folder=data):
            spooled = running.metrics()["spooled"]
            took_s = until(lambda: running.metrics()["spooled"] == 0, "the spool drains", AWAY_S + 60)
            (metrics,) = account(url, publisher, running)
    speed = spooled / RATE / took_s
    print(f"\n{spooled:.0f} messages spooled in {AWAY_S} s, drained in {took_s:.1f} s: {speed:.1f} × real time")

    assert 0 == metrics["quarantined"]
    assert speed >= scaled(0, 10)
