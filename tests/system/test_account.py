"""The account of every message, over processes that are killed: it balances, and its spooled are the spool's rows."""

import sqlite3
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ingest.account.books import totals
from ingest.account.ledger import difference
from ingest.spool import spooled
from tests.servers import free_port, influxd, mosquitto
from tests.system.load import publishing, scaled, stored, until_settled
from tests.system.running import configure, law_1, run_json, until, up

KILLS = scaled(1, 10)


def left(folder: Path) -> tuple[Counter[str], int]:
    """The ledger of a process that is dead, and how many messages its spool holds."""
    with closing(sqlite3.connect(folder / "state" / "state.sqlite")) as db:
        return totals(db), spooled(db)


@pytest.mark.soak
def test_killed_while_spooling_and_draining(tmp_path: Path) -> None:
    """Killed under load without the store, then while it drains: at every end the account balances, and then agrees."""
    influx_port, data = free_port(), tmp_path / "influx"
    data.mkdir()
    url = f"influxdb://127.0.0.1:{influx_port}/"
    ends = []
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(max_inflight=0))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        for kill in range(KILLS):
            with up(tmp_path, "--only", "ingest") as running:
                before = running.metrics()["spooled"]
                if not kill:
                    until(lambda: "broker_connected" in running.log.read_text(), "it is connected")
                    publisher = stack.enter_context(publishing(broker.port))
                until(lambda: running.metrics()["spooled"] > before + 5000, "the spool fills")  # noqa: B023
                running.kill()
            ends.append(left(tmp_path))
        expected = publisher.stop()
        with influxd(port=influx_port, folder=data):
            with up(tmp_path, "--only", "ingest") as running:
                until(lambda: running.metrics()["stored"] > 0, "it drains")
                running.kill()
            ends.append(left(tmp_path))
            with up(tmp_path, "--only", "ingest") as running:
                until_settled(running)
                metrics = running.metrics()
                beside = run_json(tmp_path, "account", "--days", "2", "--hours", "2")
                running.stop()
            assert expected == stored(url, publisher.first_ms)
        alone = run_json(tmp_path, "account")["total"]

    for said, waiting in ends:
        assert (0, waiting) == (difference(said), said["spooled"])
    assert ends[0][1] > 5000
    assert (0, 0) == (law_1(metrics), metrics["difference"])
    assert {0} == {row["difference"] for row in (beside["total"], *beside["days"], *beside["hours"])}
    assert (0, 0, 0) == (alone["difference"], alone["spooled"], alone["in_flight"])
    assert (beside["total"]["received"], 0) == (alone["received"], alone["quarantined"].get("malformed", 0))
    assert alone["stored"] > 5000
