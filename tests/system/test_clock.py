"""Our clock jumps an hour ahead and back, as one does that was set wrong: nothing is lost, nothing stands still."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sensors.model import Reason
from tests.servers import free_port, mosquitto
from tests.system.load import account, influx, publishing, until_settled
from tests.system.running import Running, configure, run_json, until, up

(LIBRARY,) = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("apt-get install faketime")][:1]


class Clock:
    """Of one process: the offset in a file holds, soon after it is written. Monotonic time goes on as it does."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",  # s
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, offset: str) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(offset + "\n")
        fresh.replace(self._file)


def more(running: Running, count: str) -> Callable[[], bool]:
    """Whether the count has grown since now."""
    before = running.metrics()[count]
    return lambda: running.metrics()[count] > before


def test_clock_jumps(tmp_path: Path) -> None:
    """An hour ahead it stores; an hour behind it refuses what seems to come from the future, until that is released."""
    kept, port = tmp_path / "broker", free_port()
    kept.mkdir()
    kept.chmod(0o777)  # mosquitto may change its user
    clock = Clock(tmp_path / "clock")
    with ExitStack() as stack:
        url = stack.enter_context(influx(tmp_path))
        configure(tmp_path, f"mqtt://127.0.0.1:{port}", url)
        running = stack.enter_context(up(tmp_path, **clock.environment))
        with mosquitto(port=port, folder=kept, persistence=True, max_inflight=0):
            until(running.ready, "it is ready")
            publisher = stack.enter_context(publishing(port, ago_ms=60_000, rate=200))
            until(more(running, "stored"), "it stores")
            clock.set("+1h")
            until(more(running, "stored"), "it stores an hour ahead")
        until(lambda: not running.ready(), "the broker is missed")
        with mosquitto(port=port, folder=kept, persistence=True, max_inflight=0):
            until(running.ready, "timers go on: it has connected again")
            clock.set("-1h")
            until(more(running, Reason.WRONG_TIME), "it refuses an hour behind")
            clock.set("+0")
            until(more(running, "stored"), "it stores as before")
            publisher.stop()
            until_settled(running)
            refused = running.metrics()[Reason.WRONG_TIME]
            released = run_json(tmp_path, "quarantine", "release", "--reason", Reason.WRONG_TIME)
            (metrics,) = account(url, publisher, running)

    assert {"released": refused, "stored": refused, "refused": 0} == released
    assert refused == metrics["quarantined"]  # released messages count as received again
