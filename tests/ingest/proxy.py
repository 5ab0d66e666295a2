"""Between a session and its broker: what passes is written down, and the line can be cut or fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import mqtt5


class Proxy:
    """A TCP relay on 127.0.0.1; each connection of the session is one to the broker."""

    def __init__(self, broker_port: int) -> None:
        self.port = 0
        self.delay_s = 0.0  # how long whatever passes is held back
        self._broker_port = broker_port
        self._sent: list[bytearray] = []
        self._received: list[bytearray] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._silenced = 0
        self.crumbs = False  # whether every byte goes out in a segment of its own
        self.flowing = asyncio.Event()  # cleared, the line stalls both ways
        self.flowing.set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self._sent)

    def passed(self) -> list[tuple[bytes, bytes]]:
        """What the session sent and what it was sent, by connection."""
        return [(bytes(sent), bytes(got)) for sent, got in zip(self._sent, self._received, strict=True)]

    def acknowledged(self) -> list[list[int]]:
        """The packet ids that the session acknowledged, in order, by connection."""
        sent = [_packets(bytes(data)) for data in self._sent]
        return [[packet.packet_id for packet in each if isinstance(packet, mqtt5.PubAckPacket)] for each in sent]

    def subscribed(self) -> list[str]:
        """What the session asked for and left ("-" before it), in order, over all connections."""
        packets = [packet for sent in self._sent for packet in _packets(bytes(sent))]
        asked = {mqtt5.SubscribePacket: "", mqtt5.UnsubscribePacket: "-"}
        return [
            asked[type(packet)] + pattern
            for packet in packets
            if isinstance(packet, mqtt5.SubscribePacket | mqtt5.UnsubscribePacket)
            for pattern in (
                [each.pattern for each in packet.topic_filters]
                if isinstance(packet, mqtt5.SubscribePacket)
                else packet.patterns
            )
        ]

    def pings(self) -> int:
        """How often the session asked whether the broker is there."""
        return sum(isinstance(packet, mqtt5.PingReqPacket) for sent in self._sent for packet in _packets(bytes(sent)))

    def cut(self) -> None:
        """Break the connections there are, as a cable would."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def silence(self) -> None:
        """Let nothing more through on the connections there are, and tell nobody."""
        self._silenced = self.connections

    async def close(self) -> None:
        """Break what there is, and wait for it to be over."""
        self.cut()
        await asyncio.gather(*self._tasks)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection of the session."""
        self._tasks.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent, received = bytearray(), bytearray()
        self._sent.append(sent)
        self._received.append(received)
        number = self.connections
        try:
            broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1", self._broker_port)
        except OSError:
            writer.close()
            return
        self._writers += [writer, broker_writer]
        await asyncio.gather(
            self._relay(number, reader, broker_writer, sent),
            self._relay(number, broker_reader, writer, received),
        )

    async def _relay(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, record: bytearray
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self.flowing.wait()
                if number > self._silenced:
                    record += data
                    if self.delay_s:
                        await asyncio.sleep(self.delay_s)
                    for piece in data if self.crumbs else (data,):
                        writer.write(piece if isinstance(piece, bytes) else bytes([piece]))
                        await writer.drain()
                        await asyncio.sleep(0)
        writer.close()


@asynccontextmanager
async def proxy(broker_port: int) -> AsyncIterator[Proxy]:
    relay = Proxy(broker_port)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await relay.close()
        await server.wait_closed()


def _packets(data: bytes) -> list[mqtt5.Packet]:
    packets, view = [], memoryview(data)
    while view:
        packet, size = mqtt5.read(view)
        packets.append(packet)
        view = view[size:]
    return packets
