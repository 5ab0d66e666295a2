"""The floor: decode MQTT, count and acknowledge on a bare asyncio protocol, and nothing else."""

import asyncio

import mqtt5

from tests.benchmarks.part import Part, Setting


class Bare(asyncio.Protocol):
    """No state, no errors, no reconnection: less than this no receiver in this language and with this codec can do."""

    def __init__(self, setting: Setting) -> None:
        self.done = 0
        self.subscribed = asyncio.Event()
        self._setting = setting
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(mqtt5.ConnectPacket(self._setting.client_id, clean_start=True, receive_max=8192).write())
        topic = mqtt5.TopicFilter("microville/#", max_qos=mqtt5.QoS(self._setting.qos))
        transport.write(mqtt5.SubscribePacket(1, [topic]).write())

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        view, at, answer = memoryview(data), 0, []
        try:
            while at < len(data):
                packet, size = mqtt5.read(view[at:])
                at += size
                if type(packet) is mqtt5.PublishPacket:
                    self.done += 1
                    if packet.packet_id:
                        answer.append(b"\x40\x02" + packet.packet_id.to_bytes(2, "big"))
                elif type(packet) is mqtt5.SubAckPacket:
                    self.subscribed.set()
        except IndexError:  # the rest of this packet is still to come
            pass
        self._rest = data[at:]
        if answer:
            self._transport.write(b"".join(answer))


async def bare(setting: Setting, part: Part) -> None:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(lambda: Bare(setting), "127.0.0.1", setting.broker)
    part.done = lambda: protocol.done
    await protocol.subscribed.wait()
    part.ready.set()
    await part.stop.wait()
    transport.close()
