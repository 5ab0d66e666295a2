"""The table of topics: the estate's own entries first, then those of the codecs."""

from zoneinfo import ZoneInfo

import pytest

from sensors.model import Context
from sensors.registry import CODECS
from sensors.routes import MOST_LETTERS, Entry, Routes, matches
from tests.sensors.test_corpus import CASES, message_of, properties_of

CONTEXT = Context(ZoneInfo("Europe/Paris"))


def routes(*own: Entry) -> Routes:
    return Routes(CONTEXT, CODECS, own)


def test_codec_of_a_common_topic() -> None:
    """A topic that no entry of the estate claims is read by the codec that brings it."""
    route = routes().find("airgradient/readings/84fce612f5b8")

    assert route is not None
    assert "airgradient" == route.codec.name
    assert "" == route.context.device


def test_own_entry_holds_first() -> None:
    """The estate's entry names codec, model and device, whatever the topic looks like."""
    route = routes(Entry("microville/+/gateway/readings", "airgradient/one", "b01-air")).find(
        "microville/b/gateway/readings"
    )

    assert route is not None
    assert ("airgradient", "one", "b01-air") == (route.codec.name, route.context.model, route.context.device)


def test_own_entry_may_leave_the_codec() -> None:
    """An entry without a codec names the device alone."""
    route = routes(Entry("airgradient/readings/84fce612f5b8", "", "b01-air")).find("airgradient/readings/84fce612f5b8")

    assert route is not None
    assert ("airgradient", "b01-air") == (route.codec.name, route.context.device)


def test_the_next_entry_names_the_codec() -> None:
    """An entry without a codec leaves it to a profile as well as to the formats."""
    route = routes(Entry("rtl/7/events", "", "b01-air"), Entry("rtl/+/events", "airgradient")).find("rtl/7/events")

    assert route is not None
    assert ("airgradient", "b01-air") == (route.codec.name, route.context.device)


def test_level_names_the_device() -> None:
    """A level `{device}` of the pattern is the device."""
    route = routes(Entry("plant/{device}/air", "airgradient")).find("plant/hall-2/air")

    assert route is not None
    assert "hall-2" == route.context.device


def test_nobody_reads_it() -> None:
    """A topic without any entry has no route, however often it is asked for."""
    table = routes()

    assert (None, None) == (table.find("plant/x"), table.find("plant/x"))


@pytest.mark.parametrize(
    ("expected", "pattern", "topic"),
    [
        (True, "microville/#", "microville/b01/x/readings"),
        (True, "microville/#", "microville"),
        (False, "microville/#", "microvilles/b01"),
        (True, "+/b01/+", "any/b01/x"),
        (False, "+/b01/+", "any/b01"),
        (False, "+/b01", "any/b01/x"),
        (True, "plant/{device}/air", "plant/x/air"),
    ],
)
def test_topic_filter(expected: bool, pattern: str, topic: str) -> None:
    """`+` stands for one level, `#` for any number of them, none included."""
    assert expected == matches(pattern, topic)


def test_one_filter_for_every_topic() -> None:
    """No topic of any device is covered by two of the filters: brokers deliver once for each."""
    filters = routes().filters()
    topics = {message_of(case).topic for case in CASES if "codec" not in properties_of(case)}
    covered = {topic: [pattern for pattern in filters if matches(pattern, topic)] for topic in topics}

    assert {} == {topic: found for topic, found in covered.items() if len(found) > 1}


def test_filter_within_another_is_left_out() -> None:
    """A device's own topic below a format's filter needs no subscription of its own; one that is not does."""
    filters = routes(Entry("zigbee2mqtt/hall", "", "d1"), Entry("plant/{device}/x", "airgradient")).filters()

    assert "zigbee2mqtt/hall" not in filters
    assert "plant/+/x" in filters
    assert filters["spBv1.0/#"]


@pytest.mark.parametrize(
    ("expected", "patterns"),
    [
        ({"microville/#"}, ["microville/+/#"]),
        ({"home/k/#"}, ["home/k/+", "home/k/#"]),
        ({"home/+/#"}, ["home/+", "home/+/#"]),
    ],
)
def test_something_covers_what_is_left_out(expected: set[str], patterns: list[str]) -> None:
    """`+` covers no `#`: of two filters one stays, and it covers the other."""
    common = set(routes().filters())
    filters = set(routes(*(Entry(pattern, "native", "d") for pattern in patterns)).filters())

    assert common <= filters
    assert expected == {pattern for pattern in filters if pattern in (*patterns, *expected)}


def test_first_entry_holds() -> None:
    """Of several entries that cover a topic the first holds, however exact the others are."""
    table = routes(Entry("plant/#", "native", "one"), Entry("plant/x", "native", "two"))
    found = table.find("plant/x")

    assert found is not None
    assert "one" == found.context.device


def test_nobody_reads_a_topic_without_end() -> None:
    """Topics far longer than any device's are not read, and not remembered."""
    assert None is routes().find("microville/" + "x" * MOST_LETTERS)
