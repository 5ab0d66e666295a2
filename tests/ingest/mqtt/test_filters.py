"""Which filters a broker is asked for and which it is told to forget; what its limits and refusals leave of them."""

import mqtt5
import pytest

from ingest.mqtt.refusals import Refused
from tests.ingest.mqtt.links import (
    FILTERS,
    GRANTED,
    SUBACK,
    delivery,
    joined,
    limited,
    parsed,
    published,
    subscribes,
    welcomed,
)
from tests.ingest.values import NOW_MS


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


def test_no_copy_across_a_new_subscription() -> None:
    """What a subscription brings first is no copy of what another one brought before it stood."""
    here = joined()
    here.feed(published(delivery(1), 7), NOW_MS)
    (asked,) = subscribes(parsed(here.filters.ask(["plant/#"], [])))
    granted = mqtt5.SubAckPacket(asked.packet_id, [GRANTED]).write()

    assert 1 == len(here.feed(granted + published(delivery(1), 8), NOW_MS).messages)


def test_no_copy_of_a_subscription_that_is_gone() -> None:
    """After one of two subscriptions has ended, equal messages of the other are each one of their own."""
    stream = [published(delivery(1), by) for by in (7, 8, 8, 8)]

    assert 3 == len(joined().feed(b"".join(stream), NOW_MS).messages)


def test_without_identifiers() -> None:
    """A broker without subscription identifiers gets none, and every delivery is a message; that is said."""
    here = welcomed(subscription_id_available=False)
    packets = subscribes(parsed(here.filters.ask(FILTERS, [])))
    here.feed(SUBACK, NOW_MS)

    assert [None, None] == [packet.subscription_id for packet in packets]
    assert 2 == len(here.feed(published(delivery(1)) * 2, NOW_MS).messages)
    assert ["it has no subscription identifiers"] == [caution.partition(":")[0] for caution in limited(here)]
