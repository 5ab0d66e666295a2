"""A device is taught by a profile: where its values stand, and what they are."""

import json
from zoneinfo import ZoneInfo

import pytest

from sensors.decode import decode
from sensors.docs import README
from sensors.model import Context, Decoded, Message, Reason, Rejected
from sensors.profile import ProfileWrong, found, taught
from sensors.routes import Routes

NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
HALL = """
topic = "plant/{device}/state"
title = "Example boiler"
left = { "/debug/loops" = "counts the loops of the firmware" }

[time]
pointer = "/ts"
format = "s"

[[values]]
pointer = "/temperatures/0"
quantity = "heat.supply_temperature"
unit = "°F"
absent = [-999]

[[values]]
pointer = "/meter/kwh"
quantity = "heat.energy"
unit = "kWh"
channel = "1"

[[values]]
pointer = "/burner"
quantity = "actuator.on"
texts = { on = 1, off = 0 }
"""
SERIES = """
topic = "logger/data"
device = "/id"
each = "/rows"

[time]
pointer = "/at"
format = "local"

[[values]]
pointer = "/w"
quantity = "electricity.power"
"""
SAID = {
    "ts": NOW_MS / 1000,
    "temperatures": [140],
    "meter": {"kwh": 12.5},
    "burner": "on",
    "debug": {"loops": 9},
    "spin": 3,
}


def decoded(profile: str, said: object, topic: str = "plant/hall-2/state") -> Decoded:
    lesson = taught("example", profile)
    routes = Routes(Context(ZoneInfo("Europe/Paris")), {"example": lesson.codec}, [lesson.entry])
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    return decode(Message(topic, payload, NOW_MS, 1, False), routes, NOW_MS)


def reason(result: Decoded) -> Reason | None:
    return result.problem.reason if isinstance(result.problem, Rejected) else None


def test_values_of_an_object() -> None:
    """Device from the topic, time, unit, channel and words as the profile says; what it does not know is shown."""
    result = decoded(HALL, SAID)

    assert [
        ("hall-2", "", "heat.supply_temperature", 60.0, NOW_MS),
        ("hall-2", "1", "heat.energy", 12_500.0, NOW_MS),
        ("hall-2", "", "actuator.on", 1.0, NOW_MS),
    ] == [tuple(reading) for reading in result.readings]
    assert None is result.problem
    assert [("hall-2", "/spin")] == result.unmapped


def test_array_of_rows() -> None:
    """Each row has its device and its local time; a row that is wrong costs itself alone."""
    rows = [{"id": "l1", "at": "2026-11-23T09:00:00", "w": 5}, {"at": "x", "w": 6, "id": "l1"}, {"id": 7, "w": 1}]
    result = decoded(SERIES, {"rows": [*rows, {"id": "l1", "at": "2026-07-01T09:00:00", "w": 8}]}, "logger/data")

    assert [("l1", 5.0), ("l1", 8.0)] == [(reading.device, reading.value) for reading in result.readings]
    assert [-15 * 60_000, -(145 * 24 + 1) * 3_600_000 - 15 * 60_000] == [r.at_ms - NOW_MS for r in result.readings]
    assert Reason.MALFORMED == reason(result)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        [],
        7,
        {"ts": "x"},
        {"ts": 1e300},
        {"ts": None, "spin": 1},
        {"ts": 5},
        b"[" * 5000,
        b'{"ts":' + b"9" * 999,
    ],
)
def test_not_what_the_profile_says(said: object) -> None:
    """Whatever else comes is refused, never an error."""
    assert Reason.MALFORMED == reason(decoded(HALL, said))


def test_value_that_is_none() -> None:
    """A sentinel is no reading; the others are taken."""
    result = decoded(HALL, {**SAID, "temperatures": [-999]})

    assert ["heat.energy", "actuator.on"] == [reading.quantity for reading in result.readings]
    assert None is result.problem


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("topic = 5", "topic: Input should be a valid string"),
        ("topic =", "is no TOML"),
        ('topic = "x"', "values: Field required"),
        (HALL.replace("heat.energy", "heat.engery"), "values.2.quantity: 'heat.engery' is no quantity"),
        (HALL.replace('unit = "kWh"', 'unit = "m³"'), "unit 'm³' is none of heat.energy: write one of Wh"),
        (HALL.replace("/meter/kwh", "meter.kwh"), "'meter.kwh' is no JSON Pointer"),
        (HALL.replace("absent", "missing"), "values.1.missing: Extra inputs are not permitted"),
    ],
)
def test_wrong_profile(wrong: str, named: str) -> None:
    """Each problem of a profile is named with its place and the next step."""
    with pytest.raises(ProfileWrong) as caught:
        taught("example", wrong)

    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("expected", "pointer"),
    [(1, "/a/0/b~1c"), (2, "/d~0"), (None, "/a/1"), (None, "/a/x"), (None, "/a/0/b~1c/e"), (None, "/none")],
)
def test_pointer(expected: object, pointer: str) -> None:
    """Pointers lead through objects and arrays, by RFC 6901's escapes, or nowhere."""
    assert expected == found({"a": [{"b/c": 1}], "d~": 2}, pointer)


def test_example_of_the_readme() -> None:
    """The profile and the message of the README give what it says."""
    text = README.read_text(encoding="utf-8")
    profile = text.partition("```toml\n")[2].partition("```")[0]
    said = next(line for line in text.splitlines() if line.startswith('`{"time":"2026-11-23 09:15:00"')).strip("`")
    result = decoded(profile, said.encode(), "rtl_433/receiver/events")

    assert [
        ("117", "", "climate.temperature", 21.5, NOW_MS),
        ("117", "", "climate.humidity", 45.0, NOW_MS),
    ] == [tuple(reading) for reading in result.readings]
    assert [] == result.unmapped
