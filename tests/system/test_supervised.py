"""What systemd hears of the real command: ready, how it stands, still at work, stopping."""

import signal
import time
from pathlib import Path

from tests.servers import free_port, mosquitto
from tests.system.load import publishing
from tests.system.running import Running, configure, started, until
from tests.system.supervising import WATCHDOG_S, Supervising, supervising

STOP_S = 5.0


def run(folder: Path, port: int) -> None:
    configure(folder, f"mqtt://127.0.0.1:{port}", "duckdb:///store.duckdb")


def test_life(tmp_path: Path) -> None:
    """Ready with the broker; the broker's absence is told, and its return; a stopped process pings no more; the end."""
    port = free_port()
    run(tmp_path, port)
    with supervising(tmp_path / "notify") as systemd, started(tmp_path, "up", port=0, **systemd.environment) as running:
        with mosquitto(port=port, max_inflight=0):
            until(lambda: "READY=1" in systemd.listen(), "it is ready")
            assert "STATUS=ready" == systemd.status()
        until(lambda: systemd.status().startswith("STATUS=degraded: broker: "), "it misses the broker")
        with mosquitto(port=port, max_inflight=0), publishing(port):
            until(lambda: systemd.status() == "STATUS=ready", "the broker is back")
            pings = systemd.pings()
            until(lambda: systemd.pings() >= pings + 3, "it pings")
            no_ping_while_stopped(running, systemd)
            took_s = running.stop()
        systemd.listen()

    assert took_s < STOP_S
    assert ["STOPPING=1", "STATUS=stopping: keeping what was received"] == systemd.told[-2:]
    assert 1 == systemd.told.count("READY=1")


def no_ping_while_stopped(running: Running, systemd: Supervising) -> None:
    running.process.send_signal(signal.SIGSTOP)
    systemd.listen()
    before = systemd.pings()
    time.sleep(1.5 * WATCHDOG_S)  # systemd would act by now
    silent = systemd.pings() == before
    running.process.send_signal(signal.SIGCONT)
    until(lambda: systemd.pings() > before, "it pings again")
    assert silent
