"""Connections as bytes: what a broker says, built with the codec, and what a link makes of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import mqtt5

from ingest.mqtt import link
from ingest.mqtt.link import Link
from ingest.mqtt.refusals import cautions
from sensors.model import Message
from tests.ingest.values import NOW_MS

FILTERS = ["microville/#", "shellies/+/events"]
CONNACK = mqtt5.ConnAckPacket().write()
GRANTED = mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE
SUBACK = b"".join(
    mqtt5.SubAckPacket(number, [code]).write() for number, code in ((1, GRANTED), (2, mqtt5.SubAckReasonCode(0)))
)


class Delivery(NamedTuple):
    """A message and what acknowledges it: 0 at QoS 0."""

    message: Message
    packet_id: int


def fresh() -> Link:
    return Link("ingester", None, None)


def welcomed(**said: Any) -> Link:
    """A link that the broker has let in, saying this."""
    here = fresh()
    here.feed(mqtt5.ConnAckPacket(**said).write(), NOW_MS)
    return here


def joined() -> Link:
    """A link whose subscription stands."""
    here = welcomed()
    here.filters.ask(FILTERS, [])
    here.feed(SUBACK, NOW_MS)
    return here


def brought(here: Link, data: bytes) -> list[Delivery]:
    """The deliveries that the bytes brought, where none is a copy."""
    messages, packet_ids, _, _ = here.feed(data, NOW_MS)
    ids = iter(packet_ids)
    return [Delivery(message, next(ids) if message.qos else 0) for message in messages]


def parsed(data: bytes) -> list[mqtt5.Packet]:
    packets, at = [], 0
    while at < len(data):
        packet, size = mqtt5.read(memoryview(data)[at:])
        packets.append(packet)
        at += size
    return packets


def published(delivery: Delivery, subscription: int | None = None) -> bytes:
    """The PUBLISH that brings this delivery, by the subscription of this identifier."""
    message = delivery.message
    return mqtt5.PublishPacket(
        message.topic,
        message.payload,
        qos=mqtt5.QoS(message.qos),
        retain=message.retained,
        packet_id=delivery.packet_id or None,
        subscription_ids=[subscription] if subscription else None,
    ).write()


def delivery(number: int, payload: bytes = b"{}", qos: int = 1, retained: bool = False) -> Delivery:
    message = Message(f"microville/b01/device-{number}/readings", payload, NOW_MS, qos, retained)
    return Delivery(message, number if qos else 0)


def subscribes(packets: Sequence[mqtt5.Packet]) -> list[mqtt5.SubscribePacket]:
    return [each for each in packets if isinstance(each, mqtt5.SubscribePacket)]


def limited(here: Link) -> list[str]:
    """What the broker of this link cannot promise."""
    return cautions(here.limits, link.SESSION_EXPIRY_S)


STREAM = [delivery(1), delivery(2, b"", 0), delivery(3, b"x" * 200, retained=True), delivery(65_535), delivery(1)]
