"""Readings under load, each of its own time, and what of them a store holds in the end."""

import asyncio
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from estate.calendar import DAY_MS
from store.base import Series
from store.settings import StoreSettings, open_store
from tests.system.running import DEADLINE_S, TOPIC, Running, until

BURST = 1000
PAUSE_S = 0.2

Readings = list[tuple[int, float]]
"""Times in ms, ascending, and values."""


class Publisher:
    """Publishes bursts of a thousand readings at QoS 1, a millisecond apart in their own time, until stopped."""

    def __init__(self, port: int) -> None:
        self.first_ms = time.time_ns() // 1_000_000 - DAY_MS
        self.count = 0
        self._stopping = threading.Event()
        self._process = subprocess.Popen(
            ["mosquitto_pub", "-V", "5", "-p", str(port), "-q", "1", "-t", TOPIC, "-l"], stdin=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> Readings:
        """What the broker has acknowledged: all of it."""
        self._stopping.set()
        self._thread.join()
        assert 0 == self._process.wait(DEADLINE_S)
        return [_reading(self.first_ms, number) for number in range(self.count)]

    def _run(self) -> None:
        assert self._process.stdin
        with self._process.stdin as pipe:
            while not self._stopping.wait(PAUSE_S):
                pipe.write("".join(self._line(self.count + number) for number in range(BURST)).encode())
                pipe.flush()
                self.count += BURST

    def _line(self, number: int) -> str:
        at_ms, value = _reading(self.first_ms, number)
        return f'{{"time": "{datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()}", "electricity.power": {value}}}\n'


def _reading(first_ms: int, number: int) -> tuple[int, float]:
    return first_ms + number, float(number % 1000)


@contextmanager
def publishing(port: int) -> Iterator[Publisher]:
    publisher = Publisher(port)
    try:
        yield publisher
    finally:
        publisher.stop()


def until_settled(*ingesters: Running) -> None:
    """Wait until the broker has nothing left for them and all they have received has come to its end."""
    seen: list[float] = []

    def still() -> bool:
        before = list(seen)
        metrics = [running.metrics() for running in ingesters]
        seen[:] = [counts["received"] for counts in metrics]
        time.sleep(0.5)  # longer than a broker with anything left keeps silent
        return before == seen and sum(seen) > 0 == sum(c["in_flight"] + c["spooled"] for c in metrics)

    until(still, "the broker's queue is empty and everything is stored")


def stored(url: str, first_ms: int) -> Readings:
    """Every power the store holds from then on; nobody else may have an embedded one open."""
    return asyncio.run(_stored(url, first_ms))


async def _stored(url: str, first_ms: int) -> Readings:
    store = open_store(StoreSettings(url=url))
    await store.open()
    try:
        (row,) = await store.series(Series("electricity.power", first_ms, first_ms + 2 * DAY_MS, None))
    finally:
        await store.close()
    return list(zip(row.times.tolist(), row.values.tolist(), strict=True))
