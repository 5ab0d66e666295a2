"""DSMR P1: telegrams are checked as a whole, and each line for itself."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sensors.codecs.dsmr import CODEC, MOST_BYTES, crc16
from sensors.model import Context, Decoded, Message, Reason, Rejected

PARIS = ZoneInfo("Europe/Paris")
RECEIVED = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)


def telegram(*lines: str, ends: str = "\r\n") -> bytes:
    """A telegram of these lines with its CRC."""
    body = ends.join(["/KFM5KAIFA-METER", "", *lines, "!"])
    return f"{body}{crc16(body.encode()):04X}{ends}".encode()


def decoded(payload: bytes, zone: ZoneInfo = PARIS) -> Decoded:
    received_ms = round(RECEIVED.timestamp() * 1000)
    return CODEC.decode(Message("p1/house/telegram", payload, received_ms, 1, False), Context(zone))


def reason(result: Decoded) -> Reason | None:
    return result.problem.reason if isinstance(result.problem, Rejected) else None


def times(result: Decoded) -> set[str]:
    return {datetime.fromtimestamp(reading.at_ms / 1000, UTC).isoformat() for reading in result.readings}


TIME = "0-0:1.0.0(261123091500W)"


def test_crc_of_the_published_check() -> None:
    """The CRC is CRC-16/ARC, whose check value for 123456789 is BB3D."""

    assert crc16(b"123456789") == 0xBB3D


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("261025023000S", "2026-10-25T00:30:00+00:00"),
        ("261025023000W", "2026-10-25T01:30:00+00:00"),
        ("260701120000S", "2026-07-01T10:00:00+00:00"),
        ("260701120000W", "2026-07-01T11:00:00+00:00"),
    ],
    ids=["first of two hours", "second of two hours", "summer", "a meter on winter time all year"],
)
def test_season_is_what_the_meter_says(text: str, expected: str) -> None:
    """The hour that comes twice is told by S and W, and a meter that never changes its clock is believed."""

    assert {expected} == times(decoded(telegram(f"0-0:1.0.0({text})", "1-0:1.8.0(000001.000*kWh)")))


def test_power_delivered_is_negative() -> None:
    """Power drawn and delivered are two lines of one value."""
    result = decoded(telegram(TIME, "1-0:1.7.0(00.100*kW)", "1-0:2.7.0(00.350*kW)"))

    assert [-250.0] == [reading.value for reading in result.readings]


def test_telegram_with_a_time_needs_its_crc() -> None:
    """A telegram of a version that has a CRC is not believed without it."""
    without = telegram(TIME, "1-0:1.8.0(000001.000*kWh)").rpartition(b"!")[0] + b"!\r\n"

    assert reason(decoded(without)) == Reason.MALFORMED


@pytest.mark.parametrize(
    "line",
    [
        "1-0:1.8.0(000001.000*m3)",
        "1-0:1.8.0(000001.000)",
        "1-0:1.8.0(lots*kWh)",
        "not a line",
        "0-1:24.2.1(991332000000W)(00001.000*m3)",
    ],
)
def test_one_bad_line_keeps_the_rest(line: str) -> None:
    """A line with a wrong unit, number or time is refused alone."""
    result = decoded(telegram(TIME, "0-1:24.1.0(003)", line, "1-0:32.7.0(230.0*V)"))

    assert reason(result) == Reason.MALFORMED
    assert ["electricity.voltage"] == [reading.quantity for reading in result.readings]


def test_mbus_by_type_and_unit() -> None:
    """The same line is gas, heat or water by its meter's type; an unknown type is shown as unmapped."""
    types = {1: ("003", "m3"), 2: ("004", "GJ"), 3: ("007", "m3"), 4: ("099", "m3")}
    lines = [f"0-{bus}:24.1.0({kind})" for bus, (kind, _) in types.items()]
    lines += [f"0-{bus}:24.2.1(261123090000W)(00002.000*{unit})" for bus, (_, unit) in types.items()]
    expected = [("1", "gas.volume"), ("2", "heat.energy"), ("3", "water.volume")]

    result = decoded(telegram(TIME, *lines))

    assert expected == [(reading.channel, reading.quantity) for reading in result.readings]
    assert ["24.2.1 of M-Bus type 099, m3"] == [name for _, name in result.unmapped]


def test_two_telegrams_in_one_message() -> None:
    """Each telegram of a message is read by its own time."""
    first = telegram("0-0:1.0.0(261123091400W)", "1-0:1.8.0(000001.000*kWh)")
    second = telegram("0-0:1.0.0(261123091410W)", "1-0:1.8.0(000001.001*kWh)")

    assert [1000.0, 1001.0] == [reading.value for reading in decoded(first + second).readings]


@pytest.mark.parametrize("payload", [b"", b"\xdb\x08SAG", b"{}", b"/" * MOST_BYTES + b"//"])
def test_no_telegram(payload: bytes) -> None:
    """What is empty, encrypted, something else or too long is refused as a whole."""

    assert reason(decoded(payload)) == Reason.MALFORMED
