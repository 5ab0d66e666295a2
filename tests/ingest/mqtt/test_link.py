"""One connection as bytes: what the broker says, cut wherever a network may cut it."""

from collections.abc import Sequence
from itertools import pairwise

import mqtt5
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.mqtt import link
from ingest.mqtt.link import Link, acknowledge
from ingest.mqtt.refusals import Refused
from sensors.model import Message, Request
from tests.ingest.mqtt.links import (
    CONNACK,
    GRANTED,
    STREAM,
    Delivery,
    brought,
    delivery,
    fresh,
    joined,
    parsed,
    published,
    welcomed,
)
from tests.ingest.values import NOW_MS

codec_panics = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


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
