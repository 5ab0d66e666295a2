"""One MQTT 5 connection without I/O: bytes in, bytes out, deliveries in order.

The codec is mqtt5's. Deliveries are an ordered list, never a map by packet id: brokers have been seen to reuse an id
that is still in flight. Nothing is acknowledged here but what the caller says.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

import mqtt5

from sensors.model import Message, Request

KEEP_ALIVE_S = 30
SESSION_EXPIRY_S = 7 * 86_400
RECEIVE_MAXIMUM = 8192
MOST_IDENTIFIERS = 268_435_455  # of subscriptions (MQTT 5, section 3.8.2.1.2)
FIRST_ERROR = 0x80  # reason codes from here on are failures (MQTT 5, section 2.4)

_NEXT_STEP = {
    "bad user name or password": "check [broker] username and password",
    "not authorized": "check [broker] username, password and client_id",
    "client id not valid": "check [broker] client_id",
    "session taken over": "give each process a [broker] client_id of its own",
    "server shutting down": "it is waited for",
}
"""What to do about it, by the broker's reason."""


class Delivery(NamedTuple):
    """A message as it came, with what acknowledges it."""

    message: Message
    packet_id: int  # 0 at QoS 0, which nobody acknowledges
    copy: bool  # the same message once more, because another of our filters covers its topic as well


class Refused(Exception):
    """The broker does not let us in, or not to these topics; the message says why and what to do."""


class Link:
    """The state of one connection, from CONNECT to its end."""

    def __init__(self, client_id: str, filters: Sequence[str], username: str | None, password: str | None) -> None:
        self._client_id = client_id
        self._filters = filters
        self._asked: dict[int, str] = {}  # by packet id: the filters whose SUBACK is still to come
        self._last_id = 0
        self._last: tuple[str, bytes, list[list[int]]] = "", b"", []  # what came last, and by which subscriptions
        self._username = username
        self._password = password
        self._buffer = bytearray()
        self.subscribed = False
        self.refused: dict[str, str] = {}  # by filter: what the broker will not let us have, and what to do
        self.keep_alive_s = KEEP_ALIVE_S

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

    def feed(self, data: bytes, now_ms: int) -> tuple[list[Delivery], bytes]:
        """What the bytes brought, and what is to be answered. Raises Refused, or ValueError on a broken stream."""
        self._buffer += data
        deliveries: list[Delivery] = []
        answer = b""
        with memoryview(self._buffer) as view:
            at, end = 0, len(view)
            while at < end:
                try:
                    packet, size = _read(view[at:])
                except IndexError:  # the rest of this packet is still to come
                    break
                at += size
                if type(packet) is mqtt5.PublishPacket:
                    deliveries.append(self._delivery(packet, now_ms))
                else:
                    answer += self._control(packet)
        del self._buffer[:at]
        return deliveries, answer

    def _control(self, packet: mqtt5.Packet) -> bytes:
        match packet:
            case mqtt5.ConnAckPacket():
                return self._welcomed(packet)
            case mqtt5.SubAckPacket():
                self._check_filter(packet)
            case mqtt5.DisconnectPacket():
                raise Refused(f"the broker closed the connection: {_words(packet)}")
        return b""

    def _welcomed(self, packet: mqtt5.ConnAckPacket) -> bytes:
        if packet.reason_code is not mqtt5.ConnAckReasonCode.SUCCESS:
            raise Refused(f"the broker refuses us: {_words(packet)}")
        if packet.server_keep_alive is not None:
            self.keep_alive_s = packet.server_keep_alive
        return self.subscribe(self._filters)

    def subscribe(self, wanted: Sequence[str]) -> bytes:
        """The SUBSCRIBE to these filters, and the UNSUBSCRIBE of those that are wanted no more."""
        self.refused.clear()
        gone = [pattern for pattern in self._filters if pattern not in wanted]
        self._filters = wanted
        leaving = mqtt5.UnsubscribePacket(self._new_id(), gone).write() if gone else b""
        return b"".join([self._subscription(pattern) for pattern in wanted]) + leaving

    def _subscription(self, pattern: str) -> bytes:
        """The SUBSCRIBE to one filter, under an identifier of its own that stays the same."""
        packet_id = self._new_id()
        self._asked[packet_id] = pattern
        topic_filter = mqtt5.TopicFilter(
            pattern,
            max_qos=mqtt5.QoS.AT_LEAST_ONCE,
            retain_as_published=False,  # else a live message published as retained looks like an old one
            retain_handling=mqtt5.RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS,
        )
        identifier = 1 + crc32(pattern.encode()) % MOST_IDENTIFIERS
        return mqtt5.SubscribePacket(packet_id, [topic_filter], subscription_id=identifier).write()

    def _new_id(self) -> int:
        self._last_id = self._last_id % 65_535 + 1
        return self._last_id

    def _check_filter(self, packet: mqtt5.SubAckPacket) -> None:
        pattern = self._asked.pop(packet.packet_id, None)
        if pattern is None or len(packet.reason_codes) != 1:
            raise ValueError("the broker answers a subscription that was not asked for")
        (code,) = packet.reason_codes
        if int(code) >= FIRST_ERROR:
            self.refused[pattern] = f"topic {pattern!r}: {_name(code)}; check its access list, or name [broker] topics"
        if not self._asked and self.refused.keys() >= set(self._filters):
            raise Refused(f"the broker refuses {next(iter(self.refused.values()))}")
        self.subscribed = self.subscribed or not self._asked
        self._last = "", b"", []  # from here on other subscriptions may bring it

    def _delivery(self, packet: mqtt5.PublishPacket, now_ms: int) -> Delivery:
        """The message as it came; brokers send it once for each subscription that covers it, one after the other."""
        topic, payload, ids = packet.topic, packet.payload, packet.subscription_ids
        last_topic, last_payload, seen = self._last
        copy = payload == last_payload and topic == last_topic and bool(seen) and ids not in seen
        if copy:
            seen.append(ids)
        else:
            self._last = topic, payload, [ids]
        return Delivery(Message(topic, payload, now_ms, int(packet.qos), packet.retain), packet.packet_id or 0, copy)


def acknowledge(packet_ids: Iterable[int]) -> bytes:
    """The PUBACKs of these deliveries, in their order."""
    return b"".join([b"\x40\x02" + packet_id.to_bytes(2, "big") for packet_id in packet_ids if packet_id])


def publication(request: Request) -> bytes:
    """The PUBLISH of a request, at QoS 0."""
    return mqtt5.PublishPacket(request.topic, payload=request.payload, qos=mqtt5.QoS.AT_MOST_ONCE).write()


def _read(data: memoryview) -> tuple[mqtt5.Packet, int]:
    """The first packet and its size; the codec panics, outside Exception, on a topic that is not UTF-8."""
    try:
        return mqtt5.read(data)
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError("a topic is not UTF-8") from error
        raise


def _name(code: mqtt5.ConnAckReasonCode | mqtt5.SubAckReasonCode | mqtt5.DisconnectReasonCode) -> str:
    return code.name.lower().replace("_", " ")


def _words(packet: mqtt5.ConnAckPacket | mqtt5.DisconnectPacket) -> str:
    reason = _name(packet.reason_code)
    own_words = f" ({packet.reason_str})" if packet.reason_str else ""
    return f"{reason}{own_words}; {_NEXT_STEP.get(reason, 'see what its log says')}"
