"""A lasting MQTT session: connects, and connects again; hands out batches; acknowledges those that are safe (law 2).

Memory is bounded without dropping anything: at the bound the socket is no longer read, and the broker keeps the rest
(law 5). What an old connection delivered is never acknowledged on a new one: the broker delivers it again there, and
writing it twice changes nothing (law 3).
"""

import asyncio
import random
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from ingest.link import Delivery, Link, Refused, acknowledge, publication
from ingest.settings import BrokerSettings
from ingest.wire import Wire
from sensors.model import Message, Request

BATCH_MESSAGES = 2_000
HELD_MESSAGES = 20_000
HELD_BYTES = 64 * 2**20
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 30.0
ASK_AGAIN_S = 60.0
MOST_ASKED = 1_000
STEADY_S = 5.0  # a connection lost sooner is no success: two processes with one client id would fight without pause

log = structlog.get_logger()


class Batch(NamedTuple):
    """Messages in order of delivery, with what acknowledges them."""

    messages: list[Message]
    connection: int
    packet_ids: list[int]


class Session:
    """The ingester's one subscription. `run` keeps it alive; `receive` and `ack` are for the pipeline."""

    def __init__(self, broker: BrokerSettings, filters: Sequence[str], clock: Callable[[], int]) -> None:
        self._broker = broker
        self._filters = filters
        self._address = broker.address
        self._clock = clock
        self._connection = 0
        self._wire: Wire | None = None
        self._link: Link | None = None
        self._held: deque[Delivery] = deque()
        self._held_bytes = 0
        self._unsafe = 0  # messages handed out and not yet acknowledged
        self._arrived = asyncio.Event()
        self._finishing = False
        self._asked: dict[str, float] = {}  # by topic of the request: when it was sent
        self._heard_at = 0.0  # when the last message came, by the monotonic clock
        self.connected = False
        self.trouble = "not connected yet"

    async def run(self) -> None:
        """Stay connected until cancelled; an absent broker is waited for, with a jittered, growing pause."""
        wait_s = FIRST_WAIT_S
        while True:
            began = time.monotonic()
            try:
                await self._connect_once()
            except (OSError, Refused, ValueError, TimeoutError) as error:
                self._lost(str(error) or type(error).__name__)
            if time.monotonic() - began > STEADY_S:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def receive(self) -> Batch | None:
        """The next messages, at least one: whatever has come meanwhile, up to a bound. None after `finish`."""
        while not self._held:
            if self._finishing:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        taken = [self._held.popleft() for _ in range(min(len(self._held), BATCH_MESSAGES))]
        self._held_bytes -= _bytes(taken)
        self._unsafe += len(taken)
        messages = [d.message for d in taken if not d.copy]
        return Batch(messages, self._connection, [d.packet_id for d in taken])

    def ack(self, batch: Batch) -> None:
        """Tell the broker that these are safe. Batches are acknowledged in the order they were received."""
        if self._wire and batch.connection == self._connection:
            self._unsafe -= len(batch.packet_ids)
            self._wire.send(acknowledge(batch.packet_ids))
            self._steer()

    def subscribe(self, filters: Sequence[str]) -> None:
        """From now on take these topics, and no others."""
        if filters != self._filters:
            self._filters = filters
            if self._wire and self._link:
                self._wire.send(self._link.subscribe(filters))

    def publish(self, request: Request) -> None:
        """Send a request at QoS 0, if connected and not sent within the last minute: it will be asked for again."""
        now = time.monotonic()
        if self._wire and now - self._asked.get(request.topic, -ASK_AGAIN_S) >= ASK_AGAIN_S:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            self._asked[request.topic] = now
            self._wire.send(publication(request))

    async def silence(self, quiet_s: float) -> None:
        """Return once no message has come for so long."""
        while (left := self._heard_at + quiet_s - time.monotonic()) > 0:  # noqa: ASYNC110 (silence sets no event)
            await asyncio.sleep(left)

    def finish(self) -> None:
        """Read no more; `receive` hands out what is held, then None."""
        self._finishing = True
        self._arrived.set()
        self._steer()

    async def _connect_once(self) -> None:
        context = ssl.create_default_context() if self._address.tls else None
        self._link = self._new_link()
        wire = Wire(self._link, self._clock, self._took, self._welcomed)
        async with asyncio.timeout(10):
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: wire, self._address.host, self._address.port, ssl=context)
        self._held = deque(delivery._replace(packet_id=0) for delivery in self._held)
        self._connection += 1
        self._unsafe = 0
        self._wire = wire
        self._steer()
        try:
            await wire.ended()
        finally:
            self._wire = None
            wire.close()

    def _new_link(self) -> Link:
        password = self._broker.password
        secret = password.get_secret_value() if password else None
        return Link(self._broker.client_id, self._filters, self._broker.username, secret)

    def _took(self, deliveries: list[Delivery]) -> None:
        self._held.extend(deliveries)
        self._held_bytes += _bytes(deliveries)
        self._heard_at = time.monotonic()
        self._arrived.set()
        self._steer()

    def _steer(self) -> None:
        """Read the socket only while there is room for what it brings."""
        if self._wire:
            full = len(self._held) + self._unsafe > HELD_MESSAGES or self._held_bytes > HELD_BYTES
            self._wire.pause(full or self._finishing)

    @property
    def refused(self) -> str:
        """Which of the topics the broker will not let us have, and what to do; "" when it does all."""
        return "; ".join(self._link.refused.values()) if self._link else ""

    def _welcomed(self) -> None:
        self.connected, self.trouble = True, ""
        if self.refused:
            log.error("topics_refused", broker=str(self._address), cause=self.refused)
        log.info("broker_connected", broker=str(self._address))

    def _lost(self, cause: str) -> None:
        if cause != self.trouble:
            log.warning("broker_unavailable", broker=str(self._address), cause=cause, next_step="retrying")
        self.connected, self.trouble = False, cause


def _bytes(deliveries: Sequence[Delivery]) -> int:
    return sum([len(delivery.message.payload) for delivery in deliveries])
