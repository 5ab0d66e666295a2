"""A lasting MQTT session: connects, and connects again; hands out batches; acknowledges those that are safe (law 2).

Memory is bounded without dropping anything: at the bound the socket is no longer read, and the broker keeps the rest
(law 5). What an old connection delivered is never acknowledged on a new one: the broker delivers it again there, and
writing it twice changes nothing (law 3).
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from ingest.mqtt.connect import ConnectionUnusable, tls
from ingest.mqtt.link import Arrived, Link, acknowledge
from ingest.mqtt.refusals import Refused, cause
from ingest.mqtt.subscriptions import Subscriptions
from ingest.mqtt.wire import Wire
from ingest.settings import BrokerSettings
from sensors.model import Message, Request

BATCH_MESSAGES = 5_000
HELD_MESSAGES = 20_000
HELD_BYTES = 64 * 2**20
CONNECT_S = 10.0  # to the broker's first word
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 30.0
ASK_AGAIN_S = 60.0
MOST_ASKED = 1_000
STEADY_S = 5.0  # a connection lost sooner is no success: two processes with one client id would fight without pause

log = structlog.get_logger()


class Batch(NamedTuple):
    """Messages in order of delivery, with what acknowledges them."""

    messages: list[Message]  # none when all were copies of earlier ones
    connection: int
    packet_ids: list[int]
    size: int  # bytes, as they came


class Session:
    """The ingester's one subscription. `run` keeps it alive; `receive` and `ack` are for the pipeline."""

    def __init__(
        self,
        broker: BrokerSettings,
        filters: Sequence[str],
        clock: Callable[[], int],
        subscriptions: Subscriptions | None = None,
    ) -> None:
        self._broker, self._address = broker, broker.address
        self._filters = filters
        self._clock = clock
        self._subscriptions = subscriptions or Subscriptions(broker.client_id, None)
        self._connection = 0
        self._wire: Wire | None = None
        self._link: Link | None = None
        self._held: deque[Arrived] = deque()
        self._messages = self._bytes = 0  # taken from the broker, and not yet safe
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
            except (OSError, Refused, ValueError, ConnectionUnusable) as error:
                self._lost(f"{self._address}: {cause(error)}")
            if time.monotonic() - began > STEADY_S:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def receive(self) -> Batch | None:
        """The next messages: whatever has come meanwhile, in whole reads, up to a bound. None after `finish`."""
        while not self._held:
            if self._finishing:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        messages, packet_ids, size, _ = self._held.popleft()
        while self._held and len(messages) + len(self._held[0].messages) <= BATCH_MESSAGES:
            more = self._held.popleft()
            messages += more.messages
            packet_ids += more.packet_ids
            size += more.size
        return Batch(messages, self._connection, packet_ids, size)

    def ack(self, batch: Batch) -> None:
        """Tell the broker that these are safe. Batches are acknowledged in the order they were received."""
        self._messages -= len(batch.messages)
        self._bytes -= batch.size
        if self._wire and batch.connection == self._connection:
            self._wire.send(acknowledge(batch.packet_ids))
        self._steer()

    def subscribe(self, filters: Sequence[str]) -> None:
        """From now on take these topics, and no others."""
        if filters != self._filters:
            self._filters = filters
            if self._wire:
                self._wire.news.set()

    def publish(self, request: Request) -> None:
        """Send a request at QoS 0, if connected and not sent within the last minute: it will be asked for again."""
        now = time.monotonic()
        if self._wire and self._link and now - self._asked.get(request.topic, -ASK_AGAIN_S) >= ASK_AGAIN_S:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            self._asked[request.topic] = now
            if packet := self._link.publication(request):
                self._wire.send(packet)
            else:
                log.warning("request_not_sent", topic=request.topic, cause="larger than the broker's greatest packet")

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
        password = self._broker.password
        secret = password.get_secret_value() if password else None
        self._link = link = Link(self._broker.client_id, self._broker.username, secret)
        wire = Wire(link, self._clock, self._took)
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._open(wire)
                self._wire = wire
                self._steer()
                while not (link.limits or wire.end):
                    await _news(wire)
            wire.beat()
            wire.news.set()
            await self._keep_subscribed(wire, link)
        finally:
            self._wire = None
            wire.close()
            self._connection += 1  # what is held or handed out can be acknowledged no more
            self._held = deque([arrived._replace(packet_ids=[]) for arrived in self._held])

    async def _open(self, wire: Wire) -> None:
        loop, address = asyncio.get_running_loop(), self._address
        if address.local:
            await loop.create_unix_connection(lambda: wire, address.host)
        else:
            await loop.create_connection(lambda: wire, address.host, address.port, ssl=tls(self._broker))

    async def _keep_subscribed(self, wire: Wire, link: Link) -> None:
        """Ask for what is wanted, now and whenever that changes; raises what ends the connection."""
        asked: Sequence[str] | None = None
        while True:
            await _news(wire)
            if wire.end:
                raise wire.end
            if asked is not self._filters:
                asked = self._filters
                former = await self._subscriptions.remember(asked)
                wire.send(link.subscribe(asked, former))
            if link.left:
                left, link.left = link.left, []
                await self._subscriptions.forget(left)
            if link.subscribed and not self.connected:
                self._welcomed(link)

    def _took(self, arrived: Arrived) -> None:
        self._held.append(arrived)
        self._messages += len(arrived.messages)
        self._bytes += arrived.size
        self._heard_at = time.monotonic()
        self._arrived.set()
        self._steer()

    def _steer(self) -> None:
        """Read the socket only while there is room for what it brings."""
        if self._wire:
            full = self._messages > HELD_MESSAGES or self._bytes > HELD_BYTES
            self._wire.pause(full or self._finishing)

    @property
    def refused(self) -> str:
        """Which of the topics the broker will not let us have, and what to do; "" when it does all."""
        return "; ".join(self._link.refused.values()) if self._link else ""

    def _welcomed(self, link: Link) -> None:
        self.connected, self.trouble = True, ""
        if self.refused:
            log.error("topics_refused", broker=str(self._address), cause=self.refused)
        for caution in link.cautions():
            log.warning("broker_limits", broker=str(self._address), cause=caution)
        log.info("broker_connected", broker=str(self._address))

    def _lost(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.warning("broker_unavailable", broker=str(self._address), cause=trouble, next_step="retrying")
        self.connected, self.trouble = False, trouble


async def _news(wire: Wire) -> None:
    await wire.news.wait()
    wire.news.clear()
