"""The socket under a Link: bytes read and written as the event loop says, pings, and the reason of the end."""

import asyncio
from collections.abc import Callable

import mqtt5

from ingest.mqtt.link import Arrived, Link
from ingest.mqtt.refusals import CLOSED, CLOSED_AT_ONCE, SILENT, Refused

GATHER_S = 0.002
"""Between two reads: one costs what a dozen messages do."""


class Wire(asyncio.Protocol):
    """One connection. `took` gets the messages; `news` is set by everything else, the end included."""

    def __init__(self, link: Link, clock: Callable[[], int], took: Callable[[Arrived], None]) -> None:
        self.link, self._clock, self._took = link, clock, took
        self._transport: asyncio.Transport | None = None
        self._heard = True
        self._paused = self._gathering = False
        self.news = asyncio.Event()
        self.end: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self.link.hello())

    def data_received(self, data: bytes) -> None:
        if self.end:
            return
        self._heard = True
        try:
            arrived = self.link.feed(data, self._clock())
        except (Refused, ValueError) as error:
            self._end(error)
            return
        if arrived.told:
            self.news.set()
        if arrived.messages or arrived.packet_ids:
            self._took(arrived)
            self._gather(True)
            asyncio.get_running_loop().call_later(GATHER_S, self._gather, False)

    def _gather(self, gathering: bool) -> None:
        """Let the next read bring more: the cost of a read is that of many messages."""
        self._gathering = gathering
        self._steer()

    def pause(self, paused: bool) -> None:
        """Stop or go on reading the socket: the broker feels it as back-pressure."""
        if paused != self._paused:
            self._paused = paused
            self._heard = True  # what waits in a paused socket could not be heard
            self._steer()

    def _steer(self) -> None:
        if self._transport and not self._transport.is_closing():
            (self._transport.pause_reading if self._paused or self._gathering else self._transport.resume_reading)()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionResetError(CLOSED if self.link.welcome else CLOSED_AT_ONCE))

    def send(self, data: bytes) -> None:
        """Hand the bytes to the socket; dropped when it is closing, for then nobody reads them."""
        if data and self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def beat(self) -> None:
        """Ping from now on; a broker that lets nothing be heard from one ping to the next is gone."""
        if self.end:
            return
        if not (self._heard or self._paused):
            self._end(TimeoutError(SILENT))
            return
        self._heard = False
        self.send(mqtt5.PingReqPacket().write())
        asyncio.get_running_loop().call_later(max(0.5, self.link.keep_alive_s / 2), self.beat)

    def close(self) -> None:
        """Say goodbye; what was written before still goes out, unless nobody is there to read it."""
        self._end(ConnectionAbortedError("closed"))
        if not self._transport:
            return
        if isinstance(self.end, TimeoutError):
            self._transport.abort()
            return
        codes = mqtt5.DisconnectReasonCode  # MQTT 5, section 4.13
        reason = codes.PROTOCOL_ERROR if isinstance(self.end, ValueError) else codes.NORMAL_DISCONNECTION
        self.send(mqtt5.DisconnectPacket(reason_code=reason).write())
        self._transport.close()

    def _end(self, error: Exception) -> None:
        if not self.end:
            self.end = error
            self.news.set()
