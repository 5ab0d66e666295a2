"""Shelly: which channel a value belongs to, and whose temperature it is."""

import json
from zoneinfo import ZoneInfo

import pytest

from sensors.decode import decode
from sensors.model import Context, Decoded, Message
from sensors.registry import CODECS
from sensors.routes import Entry, Routes

NOW = 1_795_421_700_000  # 2026-11-23T08:15:00Z


def decoded(topic: str, payload: object, *own: Entry) -> Decoded:
    routes = Routes(Context(ZoneInfo("Europe/Paris")), CODECS, own)
    return decode(Message(topic, json.dumps(payload).encode(), NOW, 1, False), routes, NOW)


def quantities(result: Decoded) -> list[tuple[str, str]]:
    return [(reading.channel, reading.quantity) for reading in result.readings]


@pytest.mark.parametrize(
    ("prefix", "quantity"),
    [
        ("shellyplusht-08b61f", "climate.temperature"),
        ("ShellyWallDisplay-0008", "climate.temperature"),
        ("shellypro3em-08b61f", "device.temperature"),
        ("shellyemg3-08b61f", "device.temperature"),
        ("shelly3em63g3-08b61f", "device.temperature"),
    ],
)
def test_whose_temperature(prefix: str, quantity: str) -> None:
    """A device's own temperature is the room's, but an energy meter's is that of its case."""
    assert [("", quantity)] == quantities(decoded(f"{prefix}/status/temperature:0", {"id": 0, "tC": 21.5}))


def test_whose_temperature_by_model() -> None:
    """A meter that somebody renamed is told by its model in the estate."""
    own = Entry("main/{device}/status/temperature:0", "shelly_gen2/em")

    result = decoded("main/meter/status/temperature:0", {"id": 0, "tC": 21.5}, own)

    assert [("", "device.temperature")] == quantities(result)


def test_blu_device_is_its_own() -> None:
    """What a gateway heard from a BLU device is not the gateway's, also when the estate names the gateway."""
    data = {"address": "38:39:8f:00:00:01", "temperature": 21.5}
    events = [{"component": "script:1", "event": "shelly-blu", "data": data}]
    frame = {"method": "NotifyEvent", "params": {"ts": NOW / 1000, "events": events}}

    result = decoded("gw/events/rpc", frame, Entry("gw/events/rpc", device="gateway"))

    assert ["38:39:8f:00:00:01"] == [reading.device for reading in result.readings]


@pytest.mark.parametrize(
    ("status", "channel"),
    [
        ({"relays": [{}, {}]}, "relay/1"),
        ({"lights": [{}, {}]}, "light/1"),
        ({"relays": [{}, {}], "rollers": [{}]}, "roller/1"),
        ({}, "meter/1"),
    ],
)
def test_meter_of_what_it_measures(status: dict[str, object], channel: str) -> None:
    """A meter of generation 1 belongs to the part of its number."""
    result = decoded("shellies/x/info", {**status, "meters": [{}, {"power": 5.5}]})

    assert [(channel, "electricity.power")] == quantities(result)


def test_watt_minutes_or_watt_hours() -> None:
    """Meters of generation 1 count Watt-minutes, its energy meters Watt-hours."""
    plug = decoded("shellies/x/info", {"meters": [{"total": 600}]})
    meter = decoded("shellies/x/info", {"emeters": [{"total": 600}]})

    assert [10.0, 600.0] == [result.readings[0].value for result in (plug, meter)]


@pytest.mark.parametrize("stamp", [1_795_425_300, 0])
def test_meter_that_comes_alone_tells_local_time(stamp: int) -> None:
    """A meter's timestamp is local time counted as UTC; a clock that is not set dates nothing."""
    result = decoded("shellies/x/meter/0", {"power": 5, "total": 600, "timestamp": stamp})

    assert [NOW, NOW] == [reading.at_ms for reading in result.readings]
