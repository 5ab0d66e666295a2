"""Readings under load, each of its own time, and what of them a store holds in the end."""

import asyncio
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import mqtt5

from estate.calendar import DAY_MS
from store.base import Row, Series
from store.settings import StoreSettings, open_store
from tests.servers import influxd
from tests.system.running import DEADLINE_S, TOPIC, Running, until

SOAK = float(os.environ.get("MICROVILLE_SOAK", "0"))
"""0 is the short form of the long tests, 1 the long one."""

RATE = 2_000  # readings a second
WINDOW = 5_000  # readings sent and not yet acknowledged
TICK_S = 0.05

Readings = list[tuple[int, float]]
"""Times in ms, ascending, and values."""


def scaled(short: int, long: int) -> int:
    """How many, or how long: between the short form and the long one, and beyond, by MICROVILLE_SOAK."""
    return short + round((long - short) * SOAK)


class Publisher:
    """Publishes readings at QoS 1 and a steady rate, a millisecond apart in their own time, until stopped.

    A broker that goes away is waited for; what it has not acknowledged is sent again.
    """

    def __init__(self, port: int, first_ms: int, rate: int) -> None:
        self.first_ms = first_ms
        self.count = 0  # of the readings made so far
        self.given_up = False
        self._port = port
        self._rate = rate
        self._pending: dict[int, bytes] = {}  # by packet id, in order
        self._stopping = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> Readings:
        """What the broker has acknowledged: all of it."""
        self._stopping = True
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the broker does not acknowledge"
        return [reading(self.first_ms, number) for number in range(self.count)]

    def abandon(self) -> None:
        """The test is over, or has failed."""
        self._stopping = self.given_up = True
        self._thread.join()

    def _over(self) -> bool:
        return self._stopping and (self.given_up or not self._pending)

    def _run(self) -> None:
        began = time.monotonic()
        while not self._over():
            with suppress(OSError, ValueError):  # the broker is away, or went in the middle of a packet
                self._converse(began)
            time.sleep(TICK_S)

    def _converse(self, began: float) -> None:
        with socket.create_connection(("127.0.0.1", self._port), timeout=5) as wire:
            wire.sendall(mqtt5.ConnectPacket("load", clean_start=True, keep_alive=600).write())
            heard = bytearray()
            self._hear(wire, heard, 5)
            wire.sendall(b"".join(self._pending.values()))
            while not self._over():
                if not self._stopping:
                    wire.sendall(b"".join(self._due(began)))
                self._hear(wire, heard, TICK_S)

    def _due(self, began: float) -> Iterator[bytes]:
        due = int((time.monotonic() - began) * self._rate)
        while self.count < due and len(self._pending) < WINDOW:
            packet_id = self.count % 60_000 + 1
            payload = line(*reading(self.first_ms, self.count))
            packet = mqtt5.PublishPacket(TOPIC, payload, qos=mqtt5.QoS.AT_LEAST_ONCE, packet_id=packet_id).write()
            self._pending[packet_id] = packet
            self.count += 1
            yield packet

    def _hear(self, wire: socket.socket, heard: bytearray, at_most_s: float) -> None:
        end = time.monotonic() + at_most_s
        while select.select([wire], [], [], max(0, end - time.monotonic()))[0]:
            data = wire.recv(65_536)
            if not data:
                raise ConnectionResetError
            heard += data
            for packet in packets(heard):
                if isinstance(packet, mqtt5.PubAckPacket):
                    self._pending.pop(packet.packet_id, None)
                elif isinstance(packet, mqtt5.ConnAckPacket):
                    return


def packets(data: bytearray) -> list[mqtt5.Packet]:
    """Those that have come whole, taken out of the data."""
    found, at = [], 0
    with memoryview(data) as view:
        while at < len(view):
            try:
                packet, size = mqtt5.read(view[at:])
            except IndexError:  # its rest is still to come
                break
            found.append(packet)
            at += size
    del data[:at]
    return found


def reading(first_ms: int, number: int) -> tuple[int, float]:
    """The n-th."""
    return first_ms + number, float(number % 1000)


def line(at_ms: int, value: float) -> bytes:
    """The payload."""
    return (
        f'{{"time": "{datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()}", "electricity.power": {value}}}'.encode()
    )


@contextmanager
def publishing(port: int, ago_ms: int = DAY_MS, rate: int = RATE) -> Iterator[Publisher]:
    """So many readings a second, whose own times begin so long ago."""
    publisher = Publisher(port, time.time_ns() // 1_000_000 - ago_ms, rate)
    try:
        yield publisher
    finally:
        publisher.abandon()


@contextmanager
def duck(folder: Path) -> Iterator[str]:
    """The embedded store's URL."""
    yield f"duckdb:///{folder}/store.duckdb"


@contextmanager
def influx(folder: Path) -> Iterator[str]:
    """A real InfluxDB's URL."""
    with influxd() as server:
        yield f"influxdb://127.0.0.1:{server.port}/"


def account(url: str, publisher: Publisher, *ingesters: Running) -> list[dict[str, float]]:
    """Stop them all; every reading published is stored, once, nothing else is, and law 1 holds; the counts of each.

    `Running.metrics` holds each of its answers against law 1.
    """
    expected = publisher.stop()
    metrics = until_settled(*ingesters)
    for running in ingesters:
        running.stop()

    wrong = differences(expected, stored(url, publisher.first_ms))
    assert not any(wrong.values()), wrong
    return metrics


def differences(expected: Readings, found: Readings) -> dict[str, int]:
    """How many readings are lost, foreign, and there more than once."""
    wanted, there = set(expected), set(found)
    return {"lost": len(wanted - there), "foreign": len(there - wanted), "twice": len(found) - len(there)}


def until_settled(*ingesters: Running) -> list[dict[str, float]]:
    """Wait until the broker has nothing left for them and all they have received has come to its end; the counts."""
    seen: list[float] = []
    metrics: list[dict[str, float]] = []

    def still() -> bool:
        if not all(running.ready() for running in ingesters):
            seen.clear()
            return False
        before = list(seen)
        metrics[:] = [running.metrics() for running in ingesters]
        seen[:] = [counts["received"] for counts in metrics]
        time.sleep(0.5)  # longer than a broker with anything left keeps silent
        left = sum(counts["in_flight"] + counts["spooled"] for counts in metrics)
        return before == seen and left == 0

    until(still, "the broker's queue is empty and everything is stored", DEADLINE_S * scaled(1, 10))
    return metrics


def stored(url: str, first_ms: int) -> Readings:
    """Every power the store holds from then on; nobody else may have an embedded one open."""
    rows = asyncio.run(_powers(url, Series("electricity.power", first_ms, first_ms + 2 * DAY_MS, None)))
    return [pair for row in rows for pair in zip(row.times.tolist(), row.values.tolist(), strict=True)]


def stored_count(url: str, days: int) -> int:
    """How many powers the store holds of the last days."""
    now_ms = time.time_ns() // 1_000_000
    rows = asyncio.run(_powers(url, Series("electricity.power", now_ms - days * DAY_MS, now_ms, DAY_MS, "count")))
    return sum(int(row.values.sum()) for row in rows)


async def _powers(url: str, query: Series) -> list[Row]:
    store = open_store(StoreSettings(url=url))
    await store.open()
    try:
        return await store.series(query)
    finally:
        await store.close()
