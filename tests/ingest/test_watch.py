"""Devices that look wrong are named; those that are right are left alone, however unruly."""

from collections.abc import Sequence

from ingest.watch import LOOK_MS, LOOKS_PER_MS, STEADY_MESSAGES, Finding, Kind, Watch
from sensors.model import Message, Reading
from tests.ingest.values import HOUR_MS, NOW_MS

MINUTE_MS = 60_000


def message(topic: str, received_ms: int) -> Message:
    return Message(topic, b"", received_ms, 1, False)


def meter(value: float, at_ms: int, channel: str = "") -> Reading:
    return Reading("m1", channel, "electricity.energy", value, at_ms)


def kinds(found: Sequence[Finding]) -> list[tuple[str, Kind]]:
    return [(each.device, each.kind) for each in found]


def registers(*values: float) -> list[tuple[str, Kind]]:
    """What is found of a register that reads these values, a minute apart."""
    watch = Watch()
    for number, value in enumerate(values):
        at_ms = NOW_MS + number * MINUTE_MS
        watch.see(message("microville/b01/m1/readings", at_ms), [meter(value, at_ms)])
    return kinds(watch.found())


def late_by(skews_ms: Sequence[int]) -> list[Finding]:
    """What is found of a device whose messages come so much after the time they carry."""
    watch = Watch()
    for number, skew_ms in enumerate(skews_ms):
        received_ms = NOW_MS + number * MINUTE_MS
        watch.see(message("microville/b01/m1/readings", received_ms), [meter(number, received_ms - skew_ms)])
    return watch.found()


def test_clock_an_hour_behind() -> None:
    """A device whose every message is an hour old has its clock wrong, and is named with how much."""
    (found,) = late_by([HOUR_MS] * STEADY_MESSAGES)

    assert ("m1", "clock") == (found.device, found.kind)
    assert "60 min behind" in found.detail


def test_late_data_is_no_wrong_clock() -> None:
    """Values that waited somewhere come with ages that differ; fresh ones are not old."""
    assert [] == late_by([HOUR_MS - number * 5 * MINUTE_MS for number in range(20)])
    assert [] == late_by([2_000] * 20)


def test_two_registers_under_one_id() -> None:
    """A register that jumps back and forth between two counts is two."""
    assert [("m1", "two_registers")] == registers(100, 900, 101, 901, 102, 902, 103)


def test_one_register_with_its_troubles() -> None:
    """A reset, a rollover, a restless last digit and a quiet meter are one register each."""
    assert [] == registers(900, 901, 0, 1, 2, 3, 4)
    assert [] == registers(999_998, 999_999, 1, 2, 3)
    assert [] == registers(100.1, 100.0, 100.1, 100.0, 100.1, 100.0, 100.1, 100.0)
    assert [] == registers(5, 5, 5, 5)


def test_channels_are_registers_of_their_own() -> None:
    """Phases count apart."""
    watch = Watch()
    for number in range(10):
        at_ms = NOW_MS + number * MINUTE_MS
        watch.see(message("t/m1", at_ms), [meter(100 + number, at_ms, "a"), meter(900 + number, at_ms, "b")])

    assert [] == watch.found()


def test_disordered_values_are_one_register() -> None:
    """Values that arrive out of order of their times are no fall."""
    watch = Watch()
    for turn, number in enumerate((1, 5, 2, 6, 3, 7, 4, 8)):
        received_ms = NOW_MS + turn * LOOK_MS
        watch.see(message("t/m1", received_ms), [meter(100.0 * number, NOW_MS - HOUR_MS + number * MINUTE_MS)])

    assert [] == kinds(watch.found())


def test_one_id_under_two_topics() -> None:
    """The same id below two prefixes within the hour is named with both; sub-topics of one device are not."""
    watch = Watch()
    reading = [Reading("a81758fffe0523db", "", "climate.temperature", 20.0, NOW_MS)]
    for application in ("1", "1", "2"):
        watch.see(message(f"application/{application}/device/a81758fffe0523db/event/up", NOW_MS), reading)
    (found,) = watch.found()
    for device, *topics in (
        ("shelly-1", "shelly-1/status/em:0", "shelly-1/status/emdata:0", "shelly-1/events/rpc"),
        ("gizmo", "tele/gizmo/SENSOR", "stat/gizmo/STATUS10"),
        ("plant/node", "spBv1.0/plant/NBIRTH/node", "spBv1.0/plant/NDATA/node"),
        ("urn:dev:mac:1", "senml/gateway-1", "senml/gateway-2"),
    ):
        for topic in topics:
            watch.see(message(topic, NOW_MS), [Reading(device, "", "electricity.power", 20.0, NOW_MS)])

    assert "two_topics" == found.kind
    assert "application/1/" in found.detail
    assert "application/2/" in found.detail
    assert [] == watch.found()


def test_many_are_looked_at_less_often() -> None:
    """Among twice as many as can be looked at, every second message is: of a register's ups and downs the ups."""
    found = []
    for others in (0, 2 * LOOKS_PER_MS * LOOK_MS - 1):
        watch = Watch()
        for number in range(others):
            watch.see(message(f"t/d{number}", NOW_MS), [Reading(f"d{number}", "", "climate.co2", 400.0, NOW_MS)])
        for turn, value in enumerate((100, 900, 101, 901, 102, 902, 103)):
            at_ms = NOW_MS + turn * LOOK_MS
            watch.see(message("t/m1", at_ms), [meter(value, at_ms)])
        found.append(kinds(watch.found()))

    assert [[("m1", "two_registers")], []] == found


def test_moved_to_another_network() -> None:
    """A device that changes its topic for good, hours later, is one."""
    watch = Watch()
    reading = [Reading("m1", "", "climate.temperature", 20.0, NOW_MS)]
    watch.see(message("a/m1", NOW_MS), reading)
    watch.see(message("b/m1", NOW_MS + 3 * HOUR_MS), reading)

    assert [] == watch.found()
