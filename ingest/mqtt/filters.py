"""The topic filters of one connection, without I/O: asked for, refused, left; what the limits forbid is not asked."""

from collections.abc import Sequence
from itertools import cycle
from zlib import crc32

import mqtt5

from ingest.mqtt.refusals import FIRST_ERROR, Refused, beyond_limits, refused_filter

MOST_IDENTIFIERS = 268_435_455  # of subscriptions (MQTT 5, section 3.8.2.1.2)


class Filters:
    """What was asked of a broker with these limits, and how it answered."""

    def __init__(self, limits: mqtt5.ConnAckPacket) -> None:
        self._limits = limits
        self._ids = cycle(range(1, 65_536))
        self._wanted: Sequence[str] = ()
        self._asked: dict[int, str] = {}  # by packet id: the filters whose SUBACK is still to come
        self._leaving: dict[int, str] = {}  # and those whose UNSUBACK is
        self.settled = False  # all that were first asked for have been answered
        self.refused: dict[str, str] = {}  # by filter: what the broker will not let us have, and what to do
        self.left: list[str] = []  # those that the broker has forgotten

    def ask(self, wanted: Sequence[str], former: Sequence[str]) -> bytes:
        """The SUBSCRIBE to these, then the UNSUBSCRIBE of others that the session may still have.

        Raises Refused when the broker's limits leave nothing.
        """
        may_have = former if self.settled or self._limits.session_present else ()
        self._wanted = wanted
        self.refused.clear()
        asking = [self._subscription(pattern) for pattern in wanted]
        self._settle()
        return b"".join([*asking, *map(self._farewell, may_have)])

    def granted(self, packet: mqtt5.SubAckPacket) -> None:
        """The answer to a SUBSCRIBE. Raises Refused when no filter is left, ValueError when there was no SUBSCRIBE."""
        pattern = self._asked.pop(packet.packet_id, None)
        if pattern is None or len(packet.reason_codes) != 1:
            raise ValueError("the broker answers a subscription that was not asked for")
        (code,) = packet.reason_codes
        if int(code) >= FIRST_ERROR:
            self.refused[pattern] = refused_filter(pattern, code)
        self._settle()

    def gone(self, packet: mqtt5.UnsubAckPacket) -> None:
        """The broker's answer to an UNSUBSCRIBE."""
        pattern = self._leaving.pop(packet.packet_id, "")
        if pattern and all(int(code) < FIRST_ERROR for code in packet.reason_codes):
            self.left.append(pattern)

    def _settle(self) -> None:
        if self._wanted and not self._asked and self.refused.keys() >= set(self._wanted):
            raise Refused(f"the broker refuses {next(iter(self.refused.values()))}")
        self.settled = self.settled or not self._asked

    def _subscription(self, pattern: str) -> bytes:
        """The SUBSCRIBE to one filter, under an identifier of its own that stays the same; b"" if it may not be."""
        topic_filter = mqtt5.TopicFilter(
            pattern,
            max_qos=mqtt5.QoS.AT_LEAST_ONCE,
            retain_as_published=False,  # else a live message published as retained looks like an old one
            retain_handling=mqtt5.RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS,
        )
        packet_id = next(self._ids)
        identifier = 1 + crc32(pattern.encode()) % MOST_IDENTIFIERS if self._limits.subscription_id_available else None
        packet = mqtt5.SubscribePacket(packet_id, [topic_filter], subscription_id=identifier).write()
        if why := beyond_limits(pattern, len(packet), self._limits):
            self.refused[pattern] = why
            return b""
        self._asked[packet_id] = pattern
        return packet

    def _farewell(self, pattern: str) -> bytes:
        packet_id = next(self._ids)
        self._leaving[packet_id] = pattern
        return fitting(mqtt5.UnsubscribePacket(packet_id, [pattern]).write(), self._limits)


def fitting(packet: bytes, limits: mqtt5.ConnAckPacket) -> bytes:
    """The packet, or b"" when the broker takes none so large."""
    return packet if not limits.max_packet_size or len(packet) <= limits.max_packet_size else b""
