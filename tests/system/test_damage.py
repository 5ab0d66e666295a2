"""Files that were damaged while nothing ran, or while it did: said, kept, and the service goes on with what is left."""

from contextlib import suppress
from pathlib import Path

import httpx

from ingest.quarantine import ALL, count, quarantine
from ingest.spool import spool
from sensors.model import Message, Reason, Rejected
from store.state import State, asides
from store.state_mending import mended
from tests.servers import free_port, mosquitto
from tests.system.running import DEADLINE_S, TOPIC, configure, law_1, publish, until, up
from tests.system.test_outage import degraded

FIRST_MS = 1_795_000_000_000
WAITING = 300


def wait_in_spool(path: Path) -> None:
    """Leave readings there as a former process would."""
    payload = '{"electricity.power": 1250}'
    messages = [Message(TOPIC, payload.encode(), FIRST_MS + number, 1, False) for number in range(WAITING)]
    with State(path) as state:
        state.run_now(lambda db: spool(db, messages))


def tear(path: Path) -> None:
    """Overwrite a page in the middle of the spool."""
    data = bytearray(path.read_bytes())
    at = data.index((FIRST_MS + WAITING // 2).to_bytes(6, "big")) // 4096 * 4096
    data[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(data)


def test_state_file(tmp_path: Path) -> None:
    """What can be read of the spool is stored; staff is told until the damaged file has been moved elsewhere."""
    path = tmp_path / "state" / "state.sqlite"
    with mosquitto() as broker:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", "duckdb:///store.duckdb")
        wait_in_spool(path)
        tear(path)
        with up(tmp_path) as running:
            until(lambda: degraded(running, "the state file was damaged, and is kept as state/"), "it says so")
            (aside,) = asides(path)
            assert aside.name in running.get("/readyz")["cause"]
            until(lambda: running.metrics()["spooled"] == 0, "what is left is stored")
            stored = running.metrics()["stored"]
            aside.rename(tmp_path / "looked at")
            until(running.ready, "it is ready")
            log = running.log.read_text()
            running.stop()

    assert WAITING / 2 < stored < WAITING
    assert f'rows_saved="spool {int(stored)}"' in log


def test_state_file_while_at_work(tmp_path: Path) -> None:
    """It ends with a plain line, whoever met the damage; started again it goes on without the damaged file."""
    path = tmp_path / "state" / "state.sqlite"
    configure(tmp_path, f"mqtt://127.0.0.1:{free_port()}", "duckdb:///store.duckdb")
    refused = Rejected(Message(TOPIC, b"not json" + b" " * 3000, FIRST_MS, 1, False), Reason.MALFORMED, "", "")
    with State(path) as state:
        state.run_now(lambda db: quarantine(db, [refused] * 40))
    with up(tmp_path) as running:
        until(lambda: "event=broker_unavailable" in running.log.read_text(), "the start is over")
        with path.open("r+b") as file:
            file.seek(path.read_bytes().index(refused.message.payload) // 4096 * 4096)
            file.write(b"\xff" * 4096)
        with suppress(httpx.TransportError):  # the start may have met it first
            httpx.get(f"http://127.0.0.1:{running.port}/api/quarantine", timeout=20, trust_env=False)
        code = running.process.wait(DEADLINE_S)
        log = running.log.read_text()
    with mended(path) as state:
        left = state.run_now(lambda db: count(db, ALL))

    assert 1 == code
    assert "Traceback" not in log
    assert "state.sqlite: database disk image is malformed; start `microville up`" in log
    assert 30 < left < 40
    assert 1 == len(asides(path))


def test_store_file(tmp_path: Path) -> None:
    """While DuckDB's file makes no sense readings wait, and none is refused; once it is moved away all is stored."""
    port, path = free_port(), tmp_path / "store.duckdb"
    path.write_bytes(b"not a database" * 1000)
    configure(tmp_path, f"embedded://127.0.0.1:{port}", "duckdb:///store.duckdb")
    with up(tmp_path) as running:
        until(lambda: degraded(running, "store: store store.duckdb: it cannot be read"), "it says so")
        publish(port, '{"electricity.power": 1250}')
        until(lambda: running.metrics()["spooled"] == 1, "the reading waits")
        assert "restore a backup, or move the file away" in running.get("/readyz")["cause"]
        path.rename(tmp_path / "away.duckdb")
        until(running.ready, "it is ready")
        until(lambda: running.latest() == {"electricity.power": 1250}, "the reading is stored")
        metrics = running.metrics()
        running.stop()

    assert b"not a database" * 1000 == (tmp_path / "away.duckdb").read_bytes()
    assert (0, 0) == (metrics["quarantined"], law_1(metrics))
