"""The gateway's publisher: lines of standard input → MQTT 5 at QoS 1, in order, across outages and its own restarts.

A line leaves standard input when it is durable in the spool, and the spool when the broker has acknowledged it. Killed
in between, a line is published again; readings carry their time, so that they land on themselves (law 3). At its bound
the spool takes no more: standard input is not read, and whoever writes there waits. Nothing is dropped but bad lines,
which are said and counted.
"""

import asyncio
import random
import socket
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiomqtt
import structlog

from ingest.mqtt.connect import client_arguments
from ingest.publishing.lines import BadLine, Lines, Outgoing
from ingest.publishing.spool import PublishSpool
from ingest.publishing.standard_input import MOST_LINE, Input
from ingest.settings import BrokerSettings

MOST_BYTES = 256 * 2**20
"""Of the spool."""

IN_FLIGHT = 20  # publishes not yet acknowledged: what mosquitto allows unless told otherwise
AT_ONCE, AT_ONCE_BYTES = 200, 65_536  # taken from the spool in one go: what a slow link brings in the time
TIMEOUT_S = 60.0  # without an acknowledgement the connection counts as lost
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0  # between attempts
FULL_WAIT_S = 5.0  # before a full disk is tried again
LOOK_MS = 200

log = structlog.get_logger()


class Publisher:
    """One run of it: from standard input, or another file descriptor, to its end."""

    def __init__(
        self,
        broker: BrokerSettings,
        status_topic: str,
        spool: PublishSpool,
        clock: Callable[[], int],
        as_csv: bool = False,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._broker, self._status_topic, self._spool = broker, status_topic, spool
        self._lines, self._clock, self._most_bytes = Lines(as_csv, spool.header), clock, most_bytes
        self._news = asyncio.Event()
        self._ended = False  # nothing follows on standard input
        self._stop = threading.Event()
        self.read, self.bad, self.published = 0, 0, 0  # lines, and messages

    async def run(self, fd: int) -> None:
        """Publish everything; returns when standard input is closed and all is acknowledged."""
        reading = asyncio.create_task(asyncio.to_thread(self._read_all, Input(fd), asyncio.get_running_loop()))
        publishing = asyncio.create_task(self._publish_all())
        try:
            await asyncio.wait([reading, publishing], return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._stop.set()
            publishing.cancel()
            with suppress(asyncio.CancelledError):
                await publishing
            await reading

    def _read_all(self, source: Input, loop: asyncio.AbstractEventLoop) -> None:
        """Bring lines into the spool, on a thread of their own."""
        while not (self._stop.is_set() or self._ended):
            if self._spool.bytes >= self._most_bytes:
                self._stop.wait(LOOK_MS / 1000)
                continue
            if glance := source.look(LOOK_MS):
                found = [message for line in glance.lines if (message := self._message(line))]
                if self._keep(found):
                    source.take(glance)
                    self._ended = glance.ended
                    loop.call_soon_threadsafe(self._news.set)

    def _keep(self, messages: Sequence[Outgoing]) -> bool:
        """Make them durable, however long the disk has no room; False when asked to stop before."""
        while not self._stop.is_set():
            try:
                self._spool.add(messages, self._lines.header)
            except sqlite3.OperationalError as error:
                log.error("publisher_cannot_keep", cause=str(error), next_step="make room; standard input waits")
                self._stop.wait(FULL_WAIT_S)
            else:
                return True
        return False

    def _message(self, line: bytes) -> Outgoing | None:
        self.read += 1
        try:
            if len(line) >= MOST_LINE:
                raise BadLine(f"longer than {MOST_LINE} bytes")
            return self._lines.message(line, self._clock())
        except BadLine as error:
            self.bad += 1
            print(f"line {self.read}: {error}", file=sys.stderr, flush=True)
            return None

    async def _publish_all(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with self._connection() as client:
                    log.info("publisher_connected", broker=str(self._broker.address), waiting_bytes=self._spool.bytes)
                    wait_s = FIRST_WAIT_S
                    await self._empty(client)
                return
            except aiomqtt.MqttError as error:
                log.warning(
                    "publisher_disconnected", broker=str(self._broker.address), error=str(error), retry_s=wait_s
                )
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _empty(self, client: "_Client") -> None:
        """Publish what is in the spool and what comes; returns at the end of it all."""
        while True:
            self._news.clear()
            ended = self._ended  # looked at first: what came before it is in the spool
            waiting = await self._spool.oldest(AT_ONCE, AT_ONCE_BYTES)
            if not waiting and ended:
                return
            if not waiting:
                await client.until(self._news)
            else:
                await client.publish_all([message for _, message in waiting])
                await self._spool.remove(waiting)
                self.published += len(waiting)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["_Client"]:
        async with _Client(
            **client_arguments(self._broker),
            identifier=self._broker.client_id,
            will=aiomqtt.Will(self._status_topic, "offline", qos=1, retain=True),
            timeout=TIMEOUT_S,
            keepalive=20,
            max_inflight_messages=IN_FLIGHT,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # each packet goes out as it is written
        ) as client:
            client.pending_calls_threshold = AT_ONCE  # it warns above
            await client.publish(self._status_topic, "online", qos=1, retain=True)
            try:
                yield client
            finally:
                with suppress(aiomqtt.MqttError):  # a broker that is gone must not hide why we leave
                    await client.publish(self._status_topic, "offline", qos=1, retain=True)


class _Client(aiomqtt.Client):
    """One that hears what a broker acknowledges only to refuse it (MQTT 5, section 3.4.2.1)."""

    _refused = ""

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if reason_code.is_failure:
            self._refused = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    async def publish_all(self, messages: Sequence[Outgoing]) -> None:
        """Returns when the broker has taken them all; raises MqttError when it has not, or that cannot be known."""
        publishes = (self.publish(*message, qos=1) for message in messages)
        for outcome in await asyncio.gather(*publishes, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        if self._refused:
            topics = ", ".join(sorted({message.topic for message in messages}))
            raise aiomqtt.MqttError(f"it refuses a message ({self._refused}) of {topics}; check its access list")

    async def until(self, event: asyncio.Event) -> None:
        """Wait for the event; raises MqttError when the connection is lost before."""
        waiting = asyncio.create_task(event.wait())
        either: list[asyncio.Future[Any]] = [waiting, self._disconnected]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._disconnected.done():
            self._disconnected.result()
            raise aiomqtt.MqttError("the broker closed the connection")
