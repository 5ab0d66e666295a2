"""`microville up` from a sensor's message to what staff and scripts read."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from store.base import Series
from store.duck import DuckStore
from tests.servers import free_port, influxd, mosquitto
from tests.system.running import Running, ask_influx, configure, law_1, publish, run_json, until, up

SOON_S = 2.0
STOP_S = 5.0
END_MS = 2**42  # in the year 2109


class World(NamedTuple):
    running: Running
    broker_port: int
    stored: Callable[[], float | None]  # the last power, as the store's own tool says it
    counted: Callable[[], float]  # messages, as the ingester told the store itself; once it has ended


@contextmanager
def real_servers(folder: Path) -> Iterator[World]:
    """Mosquitto and InfluxDB."""
    with mosquitto() as broker, influxd() as influx:
        configure(folder, f"mqtt://127.0.0.1:{broker.port}", f"influxdb://127.0.0.1:{influx.port}/")

        def stored() -> float | None:
            rows = ask_influx(influx.port, "select last(power) from electricity")
            return float(rows[0][1]) if rows else None

        def counted() -> float:
            return float(ask_influx(influx.port, "select sum(received) from ingest")[0][1])

        with up(folder) as running:
            yield World(running, broker.port, stored, counted)


@contextmanager
def nothing_but_python(folder: Path) -> Iterator[World]:
    """The embedded broker and the embedded store, whose file nobody else can open meanwhile."""
    port = free_port()
    configure(folder, f"embedded://127.0.0.1:{port}", "duckdb:///store.duckdb")

    async def counted() -> float:
        store = DuckStore(folder / "store.duckdb")
        await store.open()
        rows = await store.series(Series("ingest.received", 0, END_MS, END_MS, "sum", by=()))
        await store.close()
        return float(rows[0].values.sum())

    with up(folder) as running:
        yield World(running, port, lambda: running.latest().get("electricity.power"), lambda: asyncio.run(counted()))


@pytest.mark.parametrize("worlds", [real_servers, nothing_but_python])
def test_up(worlds: Callable[[Path], AbstractContextManager[World]], tmp_path: Path) -> None:
    """Within two seconds a reading is served and nonsense quarantined; all is accounted for; SIGTERM ends it well."""
    expected = {"received": 3, "stored": 1, "quarantined": 1, "malformed": 1, "ignored": 1, "control": 1}
    with worlds(tmp_path) as (running, port, stored, counted):
        until(running.ready, "it is ready")
        publish(port, '{"electricity.power": 1250}')
        until(lambda: running.latest() == {"electricity.power": 1250}, "the reading is served", SOON_S)
        until(lambda: stored() == 1250, "the reading is in the store", SOON_S)
        publish(port, "not json")
        publish(port, "online", "microville/b01/b01-electricity/status")
        until(lambda: running.metrics()["received"] == 3, "all were received", SOON_S)
        until(lambda: running.metrics()["in_flight"] == 0, "all came to their end", SOON_S)
        metrics = running.metrics()
        (refused,) = run_json(tmp_path, "quarantine", "list")
        took_s = running.stop()

        assert 3 == counted()
    assert expected == {name: value for name, value in metrics.items() if value and name in expected}
    assert 0 == law_1(metrics)
    assert ("malformed", "not json") == (refused["reason"], refused["payload"])
    assert took_s < STOP_S
