"""Asked to end it ends within five seconds, whatever hangs or is under way; what is not safe stays where it was."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from alerts import outbox
from alerts.outbox import Letter
from ingest.quarantine import ALL, count, quarantine
from ingest.spool import spool, spooled
from sensors.model import Message, Reason, Rejected
from store.state import State
from tests.servers import Server, free_port, influxd, mosquitto
from tests.system.load import publishing, stored
from tests.system.running import TOPIC, configure, until, up

STOP_S = 5.0
WAITING = 15_000
FIRST_MS = 1_795_000_000_000
NO_LETTER = Letter("somebody@example.org", "subject", "<p></p>", "text", b"")


@contextmanager
def deaf() -> Iterator[socket.socket]:
    """A server that accepts connections, and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        server.settimeout(20)
        yield server


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """The server's process stands still: its connections are there, and nobody answers on them."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def test_deaf_servers(tmp_path: Path) -> None:
    """Broker and store accept a connection and say nothing, from the start."""
    with deaf() as broker, deaf() as store:
        url = f"influxdb://127.0.0.1:{store.getsockname()[1]}/?version=1"
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.getsockname()[1]}", url)
        with up(tmp_path) as running:
            store.accept()[0].close()
            took_s = running.stop()

    assert took_s < STOP_S


def test_frozen_servers(tmp_path: Path) -> None:
    """Broker and store stand still under load, with writes and acknowledgements under way."""
    with influxd() as influx, mosquitto(max_inflight=0) as broker:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", f"influxdb://127.0.0.1:{influx.port}/")
        with up(tmp_path) as running, publishing(broker.port):
            until(lambda: running.metrics()["stored"] > 0, "it stores")
            with frozen(influx):
                until(lambda: running.metrics()["in_flight"] > 0, "it waits for the store")
                with frozen(broker):
                    took_s = running.stop()

    assert took_s < STOP_S


def fill(path: Path) -> None:
    """As a former process might leave it: readings in the spool and in the quarantine, a mail to be sent."""
    messages = [
        Message(TOPIC, b'{"electricity.power": 1}', FIRST_MS + number, 1, False) for number in range(2 * WAITING)
    ]
    with State(path) as state:
        state.run_now(lambda db: spool(db, messages[:WAITING]))
        refused = [Rejected(message, Reason.STORE_REFUSED, "", "") for message in messages[WAITING:]]
        state.run_now(lambda db: quarantine(db, refused))
        state.run_now(lambda db: outbox.put(db, "key", "tenant", NO_LETTER, 0))


def release(port: int) -> None:
    with suppress(httpx.HTTPError):
        httpx.post(f"http://127.0.0.1:{port}/api/quarantine/release", json={"all": True}, timeout=60, trust_env=False)


def test_busy(tmp_path: Path) -> None:
    """The spool drains, the quarantine is released, and a mail server does not answer: none of it is lost."""
    path, url = tmp_path / "state" / "state.sqlite", f"duckdb:///{tmp_path}/store.duckdb"
    with deaf() as mail:
        mailbox = f'url = "mailto://127.0.0.1:{mail.getsockname()[1]}?from=alerts@example.org"'
        configure(tmp_path, f"embedded://127.0.0.1:{free_port()}", url, ["[mail]", mailbox])
        fill(path)
        with up(tmp_path) as running:
            releasing = threading.Thread(target=release, args=(running.port,))
            releasing.start()
            connection, _ = mail.accept()
            until(lambda: 0 < running.metrics()["spooled"] < WAITING, "the spool drains")
            took_s = running.stop()
            releasing.join()
            connection.close()
    with State(path) as state:
        spool_left, quarantine_left = state.run_now(spooled), state.run_now(lambda db: count(db, ALL))

    assert took_s < STOP_S
    assert 0 < spool_left < WAITING
    assert 2 * WAITING <= spool_left + quarantine_left + len(stored(url, FIRST_MS))
