"""From messages to points: each message has one outcome, each good reading its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.model import Point
from ingest.pipeline import MOST_CHANNELS, Outcome
from sensors.model import Ignored, Message, Reason, Unused
from tests.ingest.values import (
    HOUR_MS,
    IN_A_DRAWER,
    METER,
    MOVED,
    MOVED_MS,
    NOW_MS,
    message,
    pipeline,
    point,
)


def process(*messages: Message) -> Outcome:
    return pipeline().process(messages, NOW_MS)


def test_placed_at_the_time_of_the_reading() -> None:
    """A reading belongs where its device was at that time, not where it is now."""
    before = message(MOVED, {"climate.co2": 600, "time": "2026-11-22T08:14:59Z"})
    after = message(MOVED, {"climate.co2": 700, "time": "2026-11-22T08:15:00Z"}, building="b02")

    assert [
        Point(MOVED, "", "climate.co2", 600.0, MOVED_MS - 1000, "b01", ""),
        Point(MOVED, "", "climate.co2", 700.0, MOVED_MS, "b02", "b02-1"),
    ] == process(before, after).points


def test_time_of_receipt_holds_when_none_is_given() -> None:
    """A reading without a time is one of the moment it came."""
    assert [point(1.0, NOW_MS - 5)] == process(message(received_ms=NOW_MS - 5)).points


@pytest.mark.parametrize(
    ("refused", "reason", "named"),
    [
        (message(building="b02"), Reason.WRONG_BUILDING, "'b01'"),
        (message("b99-water"), Reason.UNKNOWN_DEVICE, "devices.csv"),
        (message(IN_A_DRAWER), Reason.NOT_PLACED, "devices.csv"),
        (message(said=b"not json"), Reason.MALFORMED, "JSON"),
        (message(said={"electricity.pwr": 1}), Reason.UNKNOWN_QUANTITY, "electricity.pwr"),
        (message(said={"electricity.power": 1e12}), Reason.IMPLAUSIBLE_VALUE, "electricity.power"),
        (message(said={"electricity.power": 1, "time": "2027-01-01T00:00:00Z"}), Reason.WRONG_TIME, "ahead"),
        (message(leaf="commands"), Reason.UNKNOWN_TOPIC, "microville/"),
    ],
)
def test_refused(refused: Message, reason: Reason, named: str) -> None:
    """What cannot be stored is rejected as it came, with its reason and a detail that names the thing."""
    outcome = process(refused)

    assert [(refused, reason)] == [(rejected.message, rejected.reason) for rejected in outcome.rejected]
    assert named in outcome.rejected[0].detail
    assert ([], [], []) == (outcome.points, outcome.stored, outcome.ignored)


def test_ignored() -> None:
    """Status messages, and retained values of unknown age, are no readings."""
    status = message(said=b"online", leaf="status")
    retained = message()._replace(retained=True)

    assert [
        Ignored(status, Unused.CONTROL),
        Ignored(retained, Unused.RETAINED_WITHOUT_TIME),
    ] == process(status, retained).ignored


def test_worst_outcome_counts_and_good_readings_stay() -> None:
    """A message with one bad value among three counts as rejected, and gives its two good points."""
    partly = message(said={"electricity.power": 1, "electricity.voltage": 9e9, "electricity.energy": 5})
    outcome = process(partly)

    assert ["electricity.power", "electricity.energy"] == [point.quantity for point in outcome.points]
    assert [Reason.IMPLAUSIBLE_VALUE] == [rejected.reason for rejected in outcome.rejected]
    assert [] == outcome.stored


def test_one_misplaced_reading_leaves_the_others() -> None:
    """An array whose later entry falls after a move is rejected for it, and keeps the point that is right."""
    partly = message(
        MOVED,
        [{"climate.co2": 700, "time": "2026-11-22T09:00:00Z"}, {"climate.co2": 600, "time": "2026-11-22T08:00:00Z"}],
    )
    outcome = process(partly)

    assert [600.0] == [point.value for point in outcome.points]
    assert [Reason.WRONG_BUILDING] == [rejected.reason for rejected in outcome.rejected]


def test_a_channel_for_each_message() -> None:
    """A device that invents channels is held to so many; those it has keep their readings."""
    here = pipeline()
    many = [message(said={f"electricity.power@{number}": 1}) for number in range(MOST_CHANNELS + 1)]
    outcome = here.process([*many, many[0]], NOW_MS)

    assert [Reason.TOO_MANY_CHANNELS] == [rejected.reason for rejected in outcome.rejected]
    assert MOST_CHANNELS + 1 == len(outcome.points)


def test_receipt_times_increase() -> None:
    """Three messages of one millisecond on one topic, and one on another after the clock went back."""
    here = pipeline()
    stamped = here.stamp([message(received_ms=at) for at in (NOW_MS, NOW_MS, NOW_MS - HOUR_MS)])
    (other,) = here.stamp([message(MOVED, received_ms=NOW_MS)])

    assert [NOW_MS, NOW_MS + 1, NOW_MS + 2] == [each.received_ms for each in stamped]
    assert NOW_MS == other.received_ms


@given(st.lists(st.tuples(st.sampled_from([METER, MOVED]), st.integers(NOW_MS, NOW_MS + 5)), max_size=40))
def test_receipt_times_always_increase(arrivals: list[tuple[str, int]]) -> None:
    """Whatever the clock does, receipt times of one topic are distinct, in order, and never before the receipt."""
    here = pipeline()
    stamped = here.stamp([message(device, received_ms=at) for device, at in arrivals])

    for device in (METER, MOVED):
        times = [each.received_ms for each in stamped if f"/{device}/" in each.topic]

        assert sorted(set(times)) == times
    assert all(each.received_ms >= at for each, (_, at) in zip(stamped, arrivals, strict=True))


_SAID = st.sampled_from(
    [
        message(),
        message(building="b02"),
        message("b99-water"),
        message(IN_A_DRAWER),
        message(said=b"\xff\x00"),
        message(said=[]),
        message(said={"electricity.power": 1, "electricity.voltage": 9e9}),
        message(leaf="status"),
        message()._replace(retained=True),
        message()._replace(topic=""),
    ]
)


@given(st.lists(_SAID, max_size=20))
def test_every_message_has_one_outcome(messages: list[Message]) -> None:
    """Stored, rejected and ignored together are the messages, each once."""
    outcome = process(*messages)
    claimed = [
        *outcome.stored,
        *(rejected.message for rejected in outcome.rejected),
        *(ignored.message for ignored in outcome.ignored),
    ]

    assert sorted(messages) == sorted(claimed)
