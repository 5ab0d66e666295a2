"""The socket under a Link: bytes read and written as the event loop says, pings, and the reason of the end."""

import asyncio
from collections.abc import Callable

import mqtt5

from ingest.link import Delivery, Link, Refused

CLOSED = "the broker closed the connection and gave no reason; if it goes on, give each process its own client_id"


class Wire(asyncio.Protocol):
    """One connection. `took` gets what it delivers, `welcomed` is called once the subscription stands."""

    def __init__(
        self,
        link: Link,
        clock: Callable[[], int],
        took: Callable[[list[Delivery]], None],
        welcomed: Callable[[], None],
    ) -> None:
        self._link = link
        self._clock = clock
        self._took = took
        self._welcomed = welcomed
        self._transport: asyncio.Transport | None = None
        self._over: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._heard = False
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._link.hello())

    def data_received(self, data: bytes) -> None:
        self._heard = True
        waiting = not self._link.subscribed
        try:
            deliveries, answer = self._link.feed(data, self._clock())
        except (Refused, ValueError) as error:
            self._end(error)
            return
        self.send(answer)
        if waiting and self._link.subscribed:
            self._welcomed()
        if deliveries:
            self._took(deliveries)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionResetError(CLOSED))

    def send(self, data: bytes) -> None:
        """Hand the bytes to the socket; dropped when it is closing, for then nobody reads them."""
        if data and self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def pause(self, paused: bool) -> None:
        """Stop or go on reading the socket: the broker feels it as back-pressure."""
        if self._transport and paused != self._paused and not self._transport.is_closing():
            self._paused = paused
            self._heard = True  # what waits in a paused socket could not be heard
            (self._transport.pause_reading if paused else self._transport.resume_reading)()

    async def ended(self) -> None:
        """Ping until the end comes, and raise what ended the connection; a broker that answers no ping is gone."""
        asked = False
        while True:
            self._heard = False
            done, _ = await asyncio.wait([self._over], timeout=max(1.0, self._link.keep_alive_s / 2))
            if done:
                raise self._over.result()
            if asked and not (self._heard or self._paused):
                raise TimeoutError("the broker has fallen silent")
            self.send(mqtt5.PingReqPacket().write())
            asked = True

    def close(self) -> None:
        """Say goodbye; what was written before still goes out."""
        if self._transport:
            self.send(mqtt5.DisconnectPacket().write())
            self._transport.close()

    def _end(self, error: Exception) -> None:
        if not self._over.done():
            self._over.set_result(error)
