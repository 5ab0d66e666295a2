"""Real servers for tests: each on 127.0.0.1 at a free port, in a folder of its own, ended by the process it started.

A server is started again on the same data by passing the folder and port of the one before.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

START_S = 30.0
STOP_S = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, its process, and the folder that holds its configuration, data and log."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now, below those that systems give to connections."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def mosquitto(
    *,
    port: int | None = None,
    folder: Path | None = None,
    persistence: bool = False,
    max_inflight: int = 20,
    settings: Sequence[str] = (),
) -> Iterator[Server]:
    """An MQTT broker that lets anybody in. `max_inflight` 0 is without limit; `settings` are further lines."""
    port = port or free_port()
    with _folder(folder) as here:
        lines = [
            f"listener {port} 127.0.0.1",
            "allow_anonymous true",
            f"persistence {str(persistence).lower()}",
            f"persistence_location {here}/",
            f"max_inflight_messages {max_inflight}",
            "max_queued_messages 0",
            *settings,
        ]
        with mosquitto_on("\n".join(lines), port, here) as server:
            yield server


@contextmanager
def mosquitto_on(configuration: str, port: int, folder: Path) -> Iterator[Server]:
    """An MQTT broker with this configuration, which listens on the port."""
    if os.getuid() == 0:
        configuration += "\nuser root"  # it would give up its rights, and with them the folder
    (folder / "mosquitto.conf").write_text(configuration + "\n")
    with _started("mosquitto", "mosquitto", ["-c", str(folder / "mosquitto.conf")], port, folder) as server:
        _wait(server, lambda: _listening(port))
        yield server


@contextmanager
def influxd(*, port: int | None = None, folder: Path | None = None, max_body: int = 25_000_000) -> Iterator[Server]:
    """An InfluxDB 1.6. `max_body` is the greatest body of a write, in bytes."""
    port = port or free_port()
    with _folder(folder) as here:
        config = f"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{free_port()}"
            [meta]
              dir = "{here}/meta"
            [data]
              dir = "{here}/data"
              wal-dir = "{here}/wal"
              query-log-enabled = false
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{port}"
              log-enabled = false
              max-body-size = {max_body}
        """
        (here / "influxdb.conf").write_text(config)
        with _started("influxd", "influxdb", ["-config", str(here / "influxdb.conf")], port, here) as server:
            _wait(server, lambda: _answers(port, "/ping", 204))
            yield server


@contextmanager
def victoria_metrics(*, port: int | None = None, folder: Path | None = None) -> Iterator[Server]:
    """A VictoriaMetrics: it takes line protocol at ``/api/v2/write`` and gives it back at ``/api/v1/export``."""
    port = port or free_port()
    with _folder(folder) as here:
        arguments = [f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={here}/data", "-retentionPeriod=10y"]
        with _started("victoria-metrics", "victoria-metrics", arguments, port, here) as server:
            _wait(server, lambda: _answers(port, "/health", 200))
            yield server


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="microville-test-") as name:
        yield Path(name)


@contextmanager
def _started(program: str, package: str, arguments: list[str], port: int, folder: Path) -> Iterator[Server]:
    path = shutil.which(program) or shutil.which(f"/usr/sbin/{program}")
    if path is None:
        raise FileNotFoundError(f"{program} is not installed; run: apt-get install {package}")
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([path, *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield Server(port, process, folder)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(server: Server, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_S
    while not ready():
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{server.log}")
        time.sleep(0.02)


def _listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(port: int, path: str, status: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
