"""One connection as bytes: what the broker says is built with the codec, and cut wherever a network may cut it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import mqtt5
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.mqtt import link
from ingest.mqtt.link import Link, acknowledge
from ingest.mqtt.refusals import Refused, cautions
from sensors.model import Message, Request
from tests.ingest.values import NOW_MS

codec_panics = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

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


def limited(here: Link) -> list[str]:
    """What the broker of this link cannot promise."""
    return cautions(here.limits, link.SESSION_EXPIRY_S)


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


STREAM = [delivery(1), delivery(2, b"", 0), delivery(3, b"x" * 200, retained=True), delivery(65_535), delivery(1)]


def test_hello() -> None:
    """CONNECT resumes a lasting session, and gives name and password where they are set."""
    (packet,) = parsed(Link("ingester", "user", "pässword").hello())

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
    """There is a SUBSCRIBE to each filter, at QoS 1, each with its identifier; SUBACKs complete it."""
    here = welcomed()
    packets = [packet for packet in parsed(here.filters.ask(FILTERS, [])) if isinstance(packet, mqtt5.SubscribePacket)]
    filters = [each for packet in packets for each in packet.topic_filters]

    assert FILTERS == [each.pattern for each in filters]
    assert [(mqtt5.QoS.AT_LEAST_ONCE, False, mqtt5.RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS)] * 2 == [
        (each.max_qos, each.retain_as_published, each.retain_handling) for each in filters
    ]
    assert 2 == len({packet.subscription_id for packet in packets})
    assert not here.filters.settled

    here.feed(SUBACK, NOW_MS)

    assert here.filters.settled


@pytest.mark.parametrize(("said", "expected"), [(7, 7), (0, 30), (600, 30), (None, 30)])
def test_keep_alive_of_the_broker_holds(said: int | None, expected: int) -> None:
    """A broker that names a shorter keep-alive is obeyed (MQTT 5, section 3.2.2.3.14); a longer one is not."""
    assert expected == welcomed(server_keep_alive=said).keep_alive_s


def test_resumed_session_delivers_before_suback() -> None:
    """What waited in the session may come right behind CONNACK: it is delivered."""
    assert STREAM[:2] == brought(fresh(), CONNACK + b"".join(map(published, STREAM[:2])))


def test_copies_are_told() -> None:
    """A message that comes once for each of two subscriptions is one; the same said twice is two. All are answered."""
    said = delivery(1)
    stream = [published(said._replace(packet_id=number), by) for number, by in ((1, 7), (2, 8), (3, 7), (4, 8))]
    messages, packet_ids, _, _ = joined().feed(b"".join(stream), NOW_MS)

    assert [said.message] * 2 == messages
    assert [1, 2, 3, 4] == packet_ids


def test_resubscribes_while_connected() -> None:
    """New filters are subscribed and those wanted no more are left, on the same connection, in this order."""
    here = joined()
    packets = parsed(here.filters.ask(["microville/#", "plant/#"], FILTERS[1:]))
    last = packets[-1]
    here.feed(b"".join(mqtt5.SubAckPacket(each.packet_id, [GRANTED]).write() for each in subscribes(packets)), NOW_MS)

    assert [mqtt5.SubscribePacket, mqtt5.SubscribePacket, mqtt5.UnsubscribePacket] == [type(each) for each in packets]
    assert isinstance(last, mqtt5.UnsubscribePacket)
    assert here.filters.settled
    assert [] == here.filters.left

    here.feed(mqtt5.UnsubAckPacket(last.packet_id, [mqtt5.UnsubAckReasonCode.SUCCESS]).write(), NOW_MS)

    assert FILTERS[1:] == here.filters.left


def subscribes(packets: Sequence[mqtt5.Packet]) -> list[mqtt5.SubscribePacket]:
    return [each for each in packets if isinstance(each, mqtt5.SubscribePacket)]


@pytest.mark.parametrize("present", [True, False])
def test_former_filters_are_left(present: bool) -> None:
    """A session that the broker still has may have filters of a former configuration, a new one has none."""
    packets = parsed(welcomed(session_present=present).filters.ask(FILTERS, ["plant/#", "$share/g/plant/#"]))
    left = [each.patterns for each in packets if isinstance(each, mqtt5.UnsubscribePacket)]

    assert [["plant/#"], ["$share/g/plant/#"]] * present == left


def test_limits_of_filters() -> None:
    """What the broker does not have is not asked for: it is refused, with what to do; the rest stands."""
    here = welcomed(shared_subscription_available=False, wildcard_subscription_available=False, max_packet_size=40)
    wanted = ["plant", "$share/g/plant", "plant/#", "a/very/long/one/that/fits/into/no/packet"]
    packets = subscribes(parsed(here.filters.ask(wanted, ["another/very/long/one/that/fits/into/no/packet"])))
    refused = here.filters.refused

    assert [["plant"]] == [[each.pattern for each in packet.topic_filters] for packet in packets]
    assert wanted[1:] == list(refused)
    for words, why in zip(["share empty", "without + and #", "the 40 bytes"], refused.values(), strict=True):
        assert words in why


def test_limits_leave_nothing() -> None:
    """When every filter is beyond the broker's limits, that ends the connection."""
    with pytest.raises(Refused, match="refuses topic 'microville/#': it takes no wildcards"):
        welcomed(wildcard_subscription_available=False).filters.ask(FILTERS, [])


def test_without_identifiers() -> None:
    """A broker without subscription identifiers gets none, and every delivery is a message; that is said."""
    here = welcomed(subscription_id_available=False)
    packets = subscribes(parsed(here.filters.ask(FILTERS, [])))
    here.feed(SUBACK, NOW_MS)

    assert [None, None] == [packet.subscription_id for packet in packets]
    assert 2 == len(here.feed(published(delivery(1)) * 2, NOW_MS).messages)
    assert ["it has no subscription identifiers"] == [caution.partition(":")[0] for caution in limited(here)]


def test_cautions() -> None:
    """A broker that promises less is known by it."""
    assert [] == limited(welcomed())
    assert 2 == len(limited(welcomed(max_qos=mqtt5.QoS.AT_MOST_ONCE, session_expiry_interval=60)))


@pytest.mark.parametrize(("most", "sent"), [(None, True), (10, False), (100, True)])
def test_publication(most: int | None, sent: bool) -> None:
    """A request goes out unless it is larger than the broker's greatest packet."""
    request = Request("spBv1.0/g/NCMD/n", b"rebirth")

    assert sent == bool(welcomed(max_packet_size=most).publication(request))


def test_split_at_every_byte() -> None:
    """A stream cut in two at any byte gives the same deliveries as in one piece."""
    stream = CONNACK + mqtt5.PingRespPacket().write() + b"".join(map(published, STREAM))
    for cut in range(len(stream) + 1):
        here = fresh()

        assert STREAM == brought(here, stream[:cut]) + brought(here, stream[cut:])


_DELIVERIES = st.lists(
    st.builds(
        lambda topic, payload, packet_id, retained: Delivery(
            Message(topic, payload, NOW_MS, min(packet_id, 1), retained), packet_id
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
        got += brought(here, stream[start:end])

    assert list(expected) == got


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        (mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, r"check \[broker\] username and password"),
        (mqtt5.ConnAckReasonCode.NOT_AUTHORIZED, r"check \[broker\] username, password and client_id"),
        (mqtt5.ConnAckReasonCode.CLIENT_ID_NOT_VALID, r"check \[broker\] client_id"),
        (mqtt5.ConnAckReasonCode.SERVER_BUSY, "it is tried again"),
        (mqtt5.ConnAckReasonCode.BANNED, "ask whoever runs the broker"),
        (mqtt5.ConnAckReasonCode.QUOTA_EXCEEDED, "raise the broker's limits"),
        (mqtt5.ConnAckReasonCode.PACKET_TOO_LARGE, "raise the broker's greatest packet"),
        (mqtt5.ConnAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "see what its log says"),
    ],
)
def test_not_welcome(code: mqtt5.ConnAckReasonCode, next_step: str) -> None:
    """A refused CONNECT says why, in the broker's words too, and what to do."""
    said = mqtt5.ConnAckPacket(reason_code=code, reason_str="not today").write()

    with pytest.raises(Refused, match=rf"refuses us: {code.name.lower().replace('_', ' ')} \(not today\); {next_step}"):
        fresh().feed(said, NOW_MS)


def test_filter_refused() -> None:
    """One refused filter among two is named, with the reason, and the other stands; both refused end the connection."""
    here, alone = welcomed(), welcomed()
    for each in (here, alone):
        each.filters.ask(FILTERS, [])
    refusal = mqtt5.SubAckPacket(2, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]).write()
    here.feed(mqtt5.SubAckPacket(1, [GRANTED]).write() + refusal, NOW_MS)
    alone.feed(mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]).write(), NOW_MS)

    assert here.filters.settled
    ((pattern, why),) = here.filters.refused.items()
    assert "shellies/+/events" == pattern
    assert "topic 'shellies/+/events': not authorized; check its access list" in why
    with pytest.raises(Refused, match="refuses topic 'microville/#': not authorized"):
        alone.feed(refusal, NOW_MS)


@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        (mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER, r"a \[broker\] client_id of its own"),
        (mqtt5.DisconnectReasonCode.SERVER_SHUTTING_DOWN, "it is waited for"),
        (mqtt5.DisconnectReasonCode.ADMINISTRATIVE_ACTION, "ask there"),
        (mqtt5.DisconnectReasonCode.UNSPECIFIED_ERROR, "see what its log says"),
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
        mqtt5.PublishPacket("plant", b"", topic_alias=1).write(),
        mqtt5.PublishPacket("", b"", topic_alias=1).write(),
        mqtt5.PublishPacket("plant", b"", qos=mqtt5.QoS.EXACTLY_ONCE, packet_id=1).write(),
        mqtt5.PubRelPacket(1).write(),
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


@given(st.lists(st.integers(1, 65_535), max_size=50))
def test_acknowledge(packet_ids: list[int]) -> None:
    """Acknowledgements are the codec's PUBACKs, in order."""
    expected = b"".join(mqtt5.PubAckPacket(packet_id).write() for packet_id in packet_ids)

    assert expected == acknowledge(packet_ids)


def test_no_copy_of_a_subscription_that_is_gone() -> None:
    """After one of two subscriptions has ended, equal messages of the other are each one of their own."""
    stream = [published(delivery(1), by) for by in (7, 8, 8, 8)]

    assert 3 == len(joined().feed(b"".join(stream), NOW_MS).messages)


def test_no_copy_across_a_new_subscription() -> None:
    """What a subscription brings first is no copy of what another one brought before it stood."""
    here = joined()
    here.feed(published(delivery(1), 7), NOW_MS)
    (asked,) = subscribes(parsed(here.filters.ask(["plant/#"], [])))
    granted = mqtt5.SubAckPacket(asked.packet_id, [GRANTED]).write()

    assert 1 == len(here.feed(granted + published(delivery(1), 8), NOW_MS).messages)


def test_another_server() -> None:
    """A broker that sends us elsewhere is quoted."""
    code = mqtt5.ConnAckReasonCode.USE_ANOTHER_SERVER
    with pytest.raises(Refused, match=r"another server 'b2:1883'; set \[broker\] url"):
        welcomed(reason_code=code, server_reference="b2:1883")


@pytest.mark.parametrize("old", [b"\x20\x02\x00\x01", b"\x20\x02\x00\x00"])
def test_older_broker(old: bytes) -> None:
    """The answer of a broker that speaks MQTT 3 alone is told as such."""
    with pytest.raises(Refused, match="no MQTT 5"):
        fresh().feed(old, NOW_MS)
