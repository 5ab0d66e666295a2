"""One connection as bytes: what the broker says is built with the codec, and cut wherever a network may cut it."""

from collections.abc import Sequence
from itertools import pairwise

import mqtt5
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest import link
from ingest.link import Delivery, Link, Refused, acknowledge
from sensors.model import Message
from tests.ingest.values import NOW_MS

codec_panics = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

FILTERS = ["microville/#", "shellies/+/events"]
CONNACK = mqtt5.ConnAckPacket().write()
GRANTED = mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE
SUBACK = b"".join(
    mqtt5.SubAckPacket(number, [code]).write() for number, code in ((1, GRANTED), (2, mqtt5.SubAckReasonCode(0)))
)


def fresh() -> Link:
    return Link("ingester", FILTERS, None, None)


def joined() -> Link:
    """A link whose subscription stands."""
    here = fresh()
    here.feed(CONNACK + SUBACK, NOW_MS)
    return here


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
    return Delivery(message, number if qos else 0, copy=False)


STREAM = [delivery(1), delivery(2, b"", 0), delivery(3, b"x" * 200, retained=True), delivery(65_535), delivery(1)]


def test_hello() -> None:
    """CONNECT resumes a lasting session, and gives name and password where they are set."""
    (packet,) = parsed(Link("ingester", FILTERS, "user", "pässword").hello())

    assert isinstance(packet, mqtt5.ConnectPacket)
    assert ("ingester", "user", "pässword".encode()) == (packet.client_id, packet.username, packet.password)
    assert (False, link.SESSION_EXPIRY_S) == (packet.clean_start, packet.session_expiry_interval)
    assert (link.KEEP_ALIVE_S, link.RECEIVE_MAXIMUM) == (packet.keep_alive, packet.receive_max)


def test_hello_without_name() -> None:
    """Without a name there is none in CONNECT, not an empty one."""
    (packet,) = parsed(fresh().hello())

    assert isinstance(packet, mqtt5.ConnectPacket)
    assert (None, None) == (packet.username, packet.password)


def test_subscribes_when_welcome() -> None:
    """CONNACK is answered by a SUBSCRIBE to each filter, at QoS 1, each with its identifier; SUBACKs complete it."""
    here = fresh()
    deliveries, answer = here.feed(CONNACK, NOW_MS)
    packets = [packet for packet in parsed(answer) if isinstance(packet, mqtt5.SubscribePacket)]
    filters = [each for packet in packets for each in packet.topic_filters]

    assert [] == deliveries
    assert FILTERS == [each.pattern for each in filters]
    assert [(mqtt5.QoS.AT_LEAST_ONCE, False, mqtt5.RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS)] * 2 == [
        (each.max_qos, each.retain_as_published, each.retain_handling) for each in filters
    ]
    assert 2 == len({packet.subscription_id for packet in packets})
    assert not here.subscribed

    here.feed(SUBACK, NOW_MS)

    assert here.subscribed


def test_keep_alive_of_the_broker_holds() -> None:
    """A broker that names a keep-alive of its own is obeyed (MQTT 5, section 3.2.2.3.14)."""
    here = fresh()
    here.feed(mqtt5.ConnAckPacket(server_keep_alive=7).write(), NOW_MS)

    assert 7 == here.keep_alive_s
    assert link.KEEP_ALIVE_S == joined().keep_alive_s


def test_resumed_session_delivers_before_suback() -> None:
    """What waited in the session may come right behind CONNACK: it is delivered, and the subscription still asked."""
    here = fresh()
    deliveries, answer = here.feed(CONNACK + published(STREAM[0]) + SUBACK + published(STREAM[1]), NOW_MS)

    assert STREAM[:2] == deliveries
    assert [mqtt5.SubscribePacket] * 2 == [type(packet) for packet in parsed(answer)]


def test_copies_are_told() -> None:
    """A message that comes once for each of two subscriptions is one; the same said twice is two."""
    first, again = delivery(1), delivery(1)._replace(packet_id=3)
    stream = [(first, 7), (first._replace(packet_id=2), 8), (again, 7), (again._replace(packet_id=4), 8)]
    deliveries, _ = joined().feed(b"".join(published(each, by) for each, by in stream), NOW_MS)

    assert [(1, False), (2, True), (3, False), (4, True)] == [(each.packet_id, each.copy) for each in deliveries]


def test_resubscribes_while_connected() -> None:
    """New filters are subscribed and those wanted no more are left, on the same connection."""
    here = joined()
    packets = parsed(here.subscribe(["microville/#", "plant/#"]))
    asked = [each.packet_id for each in packets if isinstance(each, mqtt5.SubscribePacket)]
    here.feed(b"".join(mqtt5.SubAckPacket(number, [GRANTED]).write() for number in asked), NOW_MS)

    assert [mqtt5.SubscribePacket, mqtt5.SubscribePacket, mqtt5.UnsubscribePacket] == [type(each) for each in packets]
    assert here.subscribed


def test_split_at_every_byte() -> None:
    """A stream cut in two at any byte gives the same deliveries, and the same answers, as in one piece."""
    stream = CONNACK + SUBACK + mqtt5.PingRespPacket().write() + b"".join(map(published, STREAM))
    whole = fresh().feed(stream, NOW_MS)

    assert STREAM == whole[0]
    for cut in range(len(stream) + 1):
        here = fresh()
        first, second = here.feed(stream[:cut], NOW_MS), here.feed(stream[cut:], NOW_MS)

        assert whole == (first[0] + second[0], first[1] + second[1])


_DELIVERIES = st.lists(
    st.builds(
        lambda topic, payload, packet_id, retained: Delivery(
            Message(topic, payload, NOW_MS, min(packet_id, 1), retained), packet_id, copy=False
        ),
        st.text(st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1, max_size=20),
        st.binary(max_size=300),
        st.integers(0, 65_535),
        st.booleans(),
    ),
    max_size=12,
)


@given(_DELIVERIES, st.lists(st.integers(0, 4000), max_size=20))
@example(STREAM, list(range(4000)))
def test_any_chunking(expected: Sequence[Delivery], cuts: Sequence[int]) -> None:
    """However the bytes of however many publishes are cut, they are delivered in order, once, as they were sent."""
    stream = b"".join(map(published, expected))
    here = joined()
    got: list[Delivery] = []
    for start, end in pairwise([0, *sorted(cuts), max([len(stream), *cuts])]):
        deliveries, answer = here.feed(stream[start:end], NOW_MS)
        got += deliveries

        assert b"" == answer

    assert list(expected) == got


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        (mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, r"check \[broker\] username and password"),
        (mqtt5.ConnAckReasonCode.NOT_AUTHORIZED, r"check \[broker\] username, password and client_id"),
        (mqtt5.ConnAckReasonCode.CLIENT_ID_NOT_VALID, r"check \[broker\] client_id"),
        (mqtt5.ConnAckReasonCode.SERVER_BUSY, "see what its log says"),
    ],
)
def test_not_welcome(code: mqtt5.ConnAckReasonCode, next_step: str) -> None:
    """A refused CONNECT says why, in the broker's words too, and what to do."""
    said = mqtt5.ConnAckPacket(reason_code=code, reason_str="not today").write()

    with pytest.raises(Refused, match=rf"refuses us: {code.name.lower().replace('_', ' ')} \(not today\); {next_step}"):
        fresh().feed(said, NOW_MS)


def test_filter_refused() -> None:
    """One refused filter among two is named, with the reason, and the other stands; both refused end the connection."""
    here, alone = fresh(), fresh()
    refusal = mqtt5.SubAckPacket(2, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]).write()
    here.feed(CONNACK + mqtt5.SubAckPacket(1, [GRANTED]).write() + refusal, NOW_MS)
    alone.feed(CONNACK + mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]).write(), NOW_MS)

    assert here.subscribed
    assert ["shellies/+/events"] == list(here.refused)
    assert "topic 'shellies/+/events': not authorized; check its access list" in here.refused["shellies/+/events"]
    with pytest.raises(Refused, match="refuses topic 'microville/#': not authorized"):
        alone.feed(refusal, NOW_MS)


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        (mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER, r"a \[broker\] client_id of its own"),
        (mqtt5.DisconnectReasonCode.SERVER_SHUTTING_DOWN, "it is waited for"),
        (mqtt5.DisconnectReasonCode.ADMINISTRATIVE_ACTION, "see what its log says"),
    ],
)
def test_disconnected(code: mqtt5.DisconnectReasonCode, next_step: str) -> None:
    """A DISCONNECT is passed on with its reason and what to do."""
    said = mqtt5.DisconnectPacket(reason_code=code).write()

    with pytest.raises(Refused, match=f"closed the connection: {code.name.lower().replace('_', ' ')}; .*{next_step}"):
        joined().feed(said, NOW_MS)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n" * 10,
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n" + b"Connection: close\r\n" * 10,
        b"\x30\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x30\x05\x00\x20abc",  # a topic longer than its packet
        mqtt5.SubAckPacket(9, [GRANTED]).write(),  # the answer to nothing
    ],
)
def test_garbage(garbage: bytes) -> None:
    """What is no MQTT raises ValueError, also behind good packets: the stream cannot be trusted any more."""
    with pytest.raises(ValueError):  # noqa: PT011 (the words are the codec's)
        joined().feed(published(STREAM[0]) + garbage, NOW_MS)


@codec_panics
def test_topic_that_is_no_text() -> None:
    """A topic that is not UTF-8 is garbage as well, though the codec panics over it."""
    with pytest.raises(ValueError, match="not UTF-8"):
        joined().feed(b"\x30\x06\x00\x01\xff\x00ab", NOW_MS)


@codec_panics
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Whatever comes, the end is deliveries, patience, Refused or ValueError, and nothing else."""
    try:
        joined().feed(data, NOW_MS)
    except (Refused, ValueError):
        return


@given(st.lists(st.integers(0, 65_535), max_size=50))
def test_acknowledge(packet_ids: list[int]) -> None:
    """Acknowledgements are the codec's PUBACKs, in order; QoS 0 (id 0) has none."""
    expected = b"".join(mqtt5.PubAckPacket(packet_id).write() for packet_id in packet_ids if packet_id)

    assert expected == acknowledge(packet_ids)


def test_no_copy_of_a_subscription_that_is_gone() -> None:
    """After one of two subscriptions has ended, equal messages of the other are each one of their own."""
    here = joined()
    stream = [(delivery(1), 7), (delivery(2)._replace(message=delivery(1).message), 8)]
    stream += [(stream[0][0]._replace(packet_id=number), 8) for number in (3, 4)]
    deliveries, _ = here.feed(b"".join(published(each, by) for each, by in stream), NOW_MS)

    assert [False, True, False, False] == [each.copy for each in deliveries]


def test_no_copy_across_a_new_subscription() -> None:
    """What a subscription brings first is no copy of what another one brought before it stood."""
    here = joined()
    here.feed(published(delivery(1), 7), NOW_MS)
    asked = [each.packet_id for each in parsed(here.subscribe(["plant/#"])) if isinstance(each, mqtt5.SubscribePacket)]
    granted = mqtt5.SubAckPacket(asked[0], [GRANTED]).write()
    deliveries, _ = here.feed(granted + published(delivery(1)._replace(packet_id=2), 8), NOW_MS)

    assert [False] == [each.copy for each in deliveries]
