"""One MQTT 5 connection without I/O: bytes in, bytes out, messages in order.

The codec is mqtt5's. Deliveries are an ordered list, never a map by packet id: brokers have been seen to reuse an id
that is still in flight. Nothing is acknowledged here but what the caller says.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import mqtt5

from ingest.mqtt.filters import Filters, fitting
from ingest.mqtt.refusals import OLD_CONNACK, QOS_2, TOPIC_ALIAS, UNREADABLE, Refused, words
from sensors.model import Message, Request

KEEP_ALIVE_S = 30
SESSION_EXPIRY_S = 7 * 86_400
RECEIVE_MAXIMUM = 8192
PUBACK = 0x40_02_00_00  # to which the packet id is added (MQTT 5, section 3.4)

_message = tuple.__new__  # Message(…) takes twice the time


class Arrived(NamedTuple):
    """What one read of the socket brought."""

    messages: list[Message]  # in order; each once, though several of our filters cover its topic
    packet_ids: list[int]  # what acknowledges them, copies included, in order; none of QoS 0
    size: int  # bytes
    told: bool  # there was more than messages: look at the link


class Link:
    """The state of one connection, from CONNECT to its end."""

    def __init__(self, client_id: str, username: str | None, password: str | None) -> None:
        self._client_id, self._username, self._password = client_id, username, password
        self._buffer = bytearray()
        self._last: tuple[str, bytes, list[list[int]]] = "", b"", []  # what came last, and by which subscriptions
        self.welcome = False  # the broker let us in
        self.limits = mqtt5.ConnAckPacket()  # what it then allows
        self.filters = Filters(self.limits)

    def hello(self) -> bytes:
        """The CONNECT that opens or resumes the session."""
        return mqtt5.ConnectPacket(
            self._client_id,
            username=self._username,
            password=None if self._password is None else self._password.encode(),
            clean_start=False,
            keep_alive=KEEP_ALIVE_S,
            session_expiry_interval=SESSION_EXPIRY_S,
            receive_max=RECEIVE_MAXIMUM,
        ).write()

    @property
    def keep_alive_s(self) -> int:
        """Within this both sides let the other hear something; no longer than our own when the broker names one."""
        return min(KEEP_ALIVE_S, self.limits.server_keep_alive or KEEP_ALIVE_S)

    def feed(self, data: bytes, now_ms: int) -> Arrived:
        """What the bytes brought. Raises Refused, or ValueError on a broken stream."""
        self._buffer += data
        messages: list[Message] = []
        packet_ids: list[int] = []
        told = False
        read, once, twice = mqtt5.read, mqtt5.QoS.AT_LEAST_ONCE, mqtt5.QoS.EXACTLY_ONCE
        last_topic, last_payload, seen = self._last
        last_by = seen[-1] if seen else None
        with memoryview(self._buffer) as view:
            at, end = 0, len(view)
            while at < end:
                try:
                    packet, size = read(view[at:])
                except IndexError:  # the rest of this packet is still to come
                    break
                except BaseException as error:
                    raise self._broken(error) from error
                at += size
                if type(packet) is not mqtt5.PublishPacket:
                    told = True
                    last_topic = "" if self._control(packet) else last_topic  # other subscriptions may bring it now
                    continue
                topic, payload, by, qos = packet.topic, packet.payload, packet.subscription_ids, packet.qos
                if qos is twice or packet.topic_alias is not None:
                    raise ValueError(QOS_2 if qos is twice else TOPIC_ALIAS)
                if qos is once:
                    packet_ids.append(packet.packet_id or 0)
                if by != last_by:  # by another subscription than what came before
                    last_by = by
                    if payload == last_payload and topic == last_topic and by not in seen:
                        seen.append(by)
                        continue
                last_topic, last_payload, seen = topic, payload, [by]
                fields = (topic, payload, now_ms, 1 if qos is once else 0, packet.retain)
                messages.append(_message(Message, fields))
        self._last = last_topic, last_payload, seen
        del self._buffer[:at]
        return Arrived(messages, packet_ids, at, told)

    def _broken(self, error: BaseException) -> BaseException:
        """What it means that the codec gave up; it panics, outside Exception, on a topic that is not UTF-8."""
        if type(error).__name__ == "PanicException":
            return ValueError("a topic is not UTF-8")
        if not self.welcome and self._buffer.startswith(OLD_CONNACK):
            return Refused("the broker speaks no MQTT 5, only an older one; it must be another broker, or version")
        return ValueError(f"{UNREADABLE}: {error}") if isinstance(error, ValueError) else error

    def _control(self, packet: mqtt5.Packet) -> bool:
        """Whether it changed what is subscribed."""
        match packet:
            case mqtt5.ConnAckPacket():
                if packet.reason_code is not mqtt5.ConnAckReasonCode.SUCCESS:
                    raise Refused(f"the broker refuses us: {words(packet)}")
                self.welcome, self.limits, self.filters = True, packet, Filters(packet)
            case mqtt5.SubAckPacket():
                self.filters.granted(packet)
                return True
            case mqtt5.UnsubAckPacket():
                self.filters.gone(packet)
            case mqtt5.DisconnectPacket():
                raise Refused(f"the broker closed the connection: {words(packet)}")
            case mqtt5.PingRespPacket():
                pass
            case _:
                raise ValueError(f"{UNREADABLE}: {type(packet).__name__}")
        return False

    def publication(self, request: Request) -> bytes:
        """The PUBLISH of a request, at QoS 0; b"" when the broker takes none so large."""
        packet = mqtt5.PublishPacket(request.topic, request.payload, qos=mqtt5.QoS.AT_MOST_ONCE).write()
        return fitting(packet, self.limits)


def acknowledge(packet_ids: Sequence[int]) -> bytes:
    """The PUBACKs of these deliveries, in their order."""
    return struct.pack(f">{len(packet_ids)}I", *[PUBACK + packet_id for packet_id in packet_ids])
