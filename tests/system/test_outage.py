"""A store or a broker that is absent, goes away and comes back: said, waited for, nothing lost."""

from contextlib import ExitStack
from pathlib import Path

import duckdb

from tests.servers import free_port, influxd, mosquitto
from tests.system.load import account, publishing
from tests.system.running import Running, configure, publish, until, up


def degraded(running: Running, by: str) -> bool:
    """Whether it says so, and names who is to blame."""
    said = running.get("/readyz")
    return bool(said["status"] == "degraded" and said["cause"].startswith(by))


def test_influxdb_comes_and_goes(tmp_path: Path) -> None:
    """Absent at the start, then there, then away while we are killed, then back: every reading is stored, once."""
    influx_port, data = free_port(), tmp_path / "influx"
    data.mkdir()
    url = f"influxdb://127.0.0.1:{influx_port}/"
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        with up(tmp_path) as running:
            until(lambda: degraded(running, "store:"), "it misses the store")
            publisher = stack.enter_context(publishing(broker.port))
            until(lambda: running.metrics()["spooled"] > 5000, "the spool fills")
            publish(broker.port, "not json")
            until(lambda: running.metrics()["spooled"] > 6000, "the spool goes on filling")
            with influxd(port=influx_port, folder=data):
                until(lambda: running.ready() and running.metrics()["spooled"] == 0, "the spool drains")
                malformed = running.metrics()["malformed"]
            until(lambda: degraded(running, "store:") and running.metrics()["spooled"] > 0, "the store is missed again")
            running.kill()
        with influxd(port=influx_port, folder=data), up(tmp_path) as running:
            (metrics,) = account(url, publisher, running)

    assert (1, 0) == (malformed, metrics["quarantined"])


def test_influxdb_is_missed_without_messages(tmp_path: Path) -> None:
    """A process that only ingests, and has nothing to write, says all the same that the store has gone."""
    with mosquitto() as broker, influxd() as influx:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", f"influxdb://127.0.0.1:{influx.port}/")
        with up(tmp_path, "--only", "ingest") as running:
            until(running.ready, "it is ready")
            influx.process.terminate()
            until(lambda: degraded(running, "store:"), "it misses the store")
            running.stop()


def test_duckdb_is_open_elsewhere(tmp_path: Path) -> None:
    """While another process has the file readings wait in the spool, and the cause is said; then they are stored."""
    port = free_port()
    configure(tmp_path, f"embedded://127.0.0.1:{port}", "duckdb:///store.duckdb")
    other = duckdb.connect(tmp_path / "store.duckdb")
    with up(tmp_path) as running:
        until(lambda: degraded(running, "store: store store.duckdb: another process has it open"), "it says so")
        publish(port, '{"electricity.power": 1250}')
        until(lambda: running.metrics()["spooled"] == 1, "the reading waits")
        other.close()
        until(running.ready, "it is ready")
        until(lambda: running.latest() == {"electricity.power": 1250}, "the reading is stored")
        running.stop()


def test_broker_comes_and_goes(tmp_path: Path) -> None:
    """Absent at the start and restarted later, it is waited for; what it kept meanwhile is stored."""
    port, kept = free_port(), tmp_path / "broker"
    kept.mkdir()
    kept.chmod(0o777)  # mosquitto may change its user
    configure(tmp_path, f"mqtt://127.0.0.1:{port}", "duckdb:///store.duckdb")
    with up(tmp_path) as running:
        until(lambda: degraded(running, "broker:"), "it misses the broker")
        with mosquitto(port=port, folder=kept, persistence=True):
            until(running.ready, "it is ready")
            publish(port, '{"electricity.power": 1250}')
            until(lambda: running.metrics()["stored"] == 1, "the reading is stored")
        until(lambda: degraded(running, "broker:"), "the broker is missed again")
        with mosquitto(port=port, folder=kept, persistence=True):
            publish(port, '{"electricity.power": 1300}')
            until(lambda: running.latest() == {"electricity.power": 1300}, "the next reading is stored")
            metrics = running.metrics()
            running.stop()

    assert (2, 2) == (metrics["received"], metrics["stored"])
