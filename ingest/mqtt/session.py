"""A lasting MQTT session: connects, and connects again; hands out batches; acknowledges those that are safe (law 2).

Memory is bounded without dropping anything: at the bound the socket is no longer read, and the broker keeps the rest
(law 5).
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence

import structlog
from mqtt5 import ConnAckPacket

from ingest.mqtt.connect import ConnectionUnusable, connect, credentials
from ingest.mqtt.held import Batch, Held
from ingest.mqtt.link import SESSION_EXPIRY_S, Arrived, Link
from ingest.mqtt.refusals import Refused, cause, cautions
from ingest.mqtt.subscriptions import Subscriptions
from ingest.mqtt.wire import Wire
from ingest.settings import BrokerSettings
from sensors.model import Request

CONNECT_S = 10.0  # to the broker's first word
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 30.0
ASK_AGAIN_S = 60.0
MOST_ASKED = 1_000
STEADY_S = 5.0  # a connection lost sooner is no success: two processes with one client id would fight without pause

log = structlog.get_logger()


class Session:
    """The ingester's one subscription. `run` keeps it alive; `receive` and `ack` are for the pipeline."""

    def __init__(
        self,
        broker: BrokerSettings,
        filters: Sequence[str],
        clock: Callable[[], int],
        subscriptions: Subscriptions | None = None,
    ) -> None:
        self._broker, self._filters, self._clock = broker, filters, clock
        self._subscriptions = subscriptions or Subscriptions(broker.client_id, None)
        self._wire: Wire | None = None  # while there is a connection
        self._held = Held()
        self._arrived = asyncio.Event()
        self._finishing = False
        self._asked: dict[str, float] = {}  # by topic of the request: when it was sent
        self._heard_at = 0.0  # when the last message came, by the monotonic clock
        self.connected = False
        self.trouble = "not connected yet"
        self.refused = ""  # which of the topics the broker will not let us have, and what to do

    async def run(self) -> None:
        """Stay connected until cancelled; an absent broker is waited for, with a jittered, growing pause."""
        wait_s = FIRST_WAIT_S
        while True:
            began = time.monotonic()
            try:
                await self._connect_once()
            except (OSError, Refused, ValueError, ConnectionUnusable) as error:
                self._lost(f"{self._broker.address}: {cause(error)}")
            if time.monotonic() - began > STEADY_S:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def receive(self) -> Batch | None:
        """The next messages: whatever has come meanwhile, in whole reads, up to a bound. None after `finish`."""
        while not (batch := self._held.take()):
            if self._finishing:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        return batch

    def ack(self, batch: Batch) -> None:
        """Tell the broker that these are safe. Batches are acknowledged in the order they were received."""
        acknowledgement = self._held.safe(batch)
        if self._wire:
            self._wire.send(acknowledgement)
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
        if not (self._wire and self.connected) or now - self._asked.get(request.topic, -ASK_AGAIN_S) < ASK_AGAIN_S:
            return
        if len(self._asked) >= MOST_ASKED:
            self._asked.clear()
        self._asked[request.topic] = now
        if packet := self._wire.link.publication(request):
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
        link = Link(self._broker.client_id, **credentials(self._broker))
        wire = Wire(link, self._clock, self._took)
        try:
            async with asyncio.timeout(CONNECT_S):
                await connect(self._broker, lambda: wire)
                self._wire = wire
                self._steer()
                while not (link.welcome or wire.end):
                    await _news(wire)
            wire.beat()
            wire.news.set()
            await self._keep_subscribed(wire)
        finally:
            self._wire = None
            wire.close()
            self._held.disconnected()

    async def _keep_subscribed(self, wire: Wire) -> None:
        """Ask for what is wanted, now and whenever that changes; raises what ends the connection."""
        filters, asked = wire.link.filters, None
        while True:
            await _news(wire)
            if wire.end:
                raise wire.end
            if asked is not self._filters:
                asked = self._filters
                former = await self._subscriptions.remember(asked)
                wire.send(filters.ask(asked, former))
            if filters.left:
                left, filters.left = filters.left, []
                await self._subscriptions.forget(left)
            self.refused = "; ".join(filters.refused.values())
            if filters.settled and not self.connected:
                self._welcomed(wire.link.limits)

    def _took(self, arrived: Arrived) -> None:
        self._held.add(arrived)
        self._heard_at = time.monotonic()
        self._arrived.set()
        self._steer()

    def _steer(self) -> None:
        """Read the socket only while there is room for what it brings."""
        if self._wire:
            self._wire.pause(self._held.full or self._finishing)

    def _welcomed(self, limits: ConnAckPacket) -> None:
        self.connected, self.trouble = True, ""
        broker = str(self._broker.address)
        if self.refused:
            log.error("topics_refused", broker=broker, cause=self.refused)
        for caution in cautions(limits, SESSION_EXPIRY_S):
            log.warning("broker_limits", broker=broker, cause=caution)
        log.info("broker_connected", broker=broker)

    def _lost(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.warning("broker_unavailable", broker=str(self._broker.address), cause=trouble, next_step="retrying")
        self.connected, self.trouble = False, trouble


async def _news(wire: Wire) -> None:
    await wire.news.wait()
    wire.news.clear()
