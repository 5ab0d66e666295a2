"""Tasmota: topics in any order, and the channels of sensors."""

import json
from zoneinfo import ZoneInfo

import pytest

from sensors.codecs import tasmota
from sensors.decode import decode
from sensors.model import Context, Decoded, Message, Unused
from sensors.registry import CODECS
from sensors.routes import Entry, Routes, matches

NOW = 1_795_421_700_000  # 2026-11-23T08:15:00Z
ROUTES = Routes(Context(ZoneInfo("Europe/Paris")), CODECS, [Entry("#", "tasmota")])


def decoded(topic: str, payload: object) -> Decoded:
    return decode(Message(topic, json.dumps(payload).encode(), NOW, 1, False), ROUTES, NOW)


@pytest.mark.parametrize(
    "topic",
    [
        "tele/plug/SENSOR",
        "plug/tele/SENSOR",
        "tele/hall/plug/SENSOR",
        "hall/plug/tele/SENSOR",
        "home/tele/plug/SENSOR",
        "site/building/hall/plug/tele/SENSOR",
    ],
)
def test_device_by_its_level(topic: str) -> None:
    """Wherever the FullTopic puts the prefix, the last other level is the device."""
    result = decoded(topic, {"ENERGY": {"Power": 12}})

    assert [("plug", 12.0)] == [(reading.device, reading.value) for reading in result.readings]


@pytest.mark.parametrize("leaf", ["LWT", "INFO1", "INFO2", "INFO3", "STATUS", "STATUS2"])
def test_about_the_device(leaf: str) -> None:
    """Last will, start and settings are no readings."""
    result = decoded(f"tele/plug/{leaf}", {"Status": {}})

    assert result.problem is not None
    assert Unused.CONTROL == result.problem.reason


def channels(values: object) -> set[tuple[str, str]]:
    return {(reading.channel, reading.quantity) for reading in decoded("tele/x/SENSOR", values).readings}


def test_lone_sensor_has_no_channel() -> None:
    """What one object alone measures has no channel, even when others measure something else."""
    expected = {("", "climate.temperature"), ("", "climate.illuminance")}

    assert expected == channels({"SI7021": {"Temperature": 20}, "BH1750": {"Illuminance": 79}})


def test_several_of_a_kind_are_channels() -> None:
    """Two objects that measure the same thing are told apart by their names, also when one of them failed."""
    assert {("SI7021", "climate.temperature")} == channels(
        {"SI7021": {"Temperature": 20}, "BMP280": {"Temperature": None}}
    )


def test_numbered_sensor_keeps_its_channel() -> None:
    """A sensor that is numbered keeps its channel when the others are missing."""
    assert {("DS18B20-2", "climate.temperature")} == channels({"DS18B20-2": {"Temperature": 20}})


def test_meter_keeps_its_channel_beside_other_meters() -> None:
    """The device's own meter has no channel, whatever else measures current."""
    assert {("", "electricity.current"), ("INA219", "electricity.current")} == channels(
        {"ENERGY": {"Current": 1.5}, "INA219": {"Current": 0.02}}
    )


@pytest.mark.parametrize("unit", ["C", "F"])
def test_temperature_unit_of_the_message(unit: str) -> None:
    """Temperatures are read in the unit that the message names beside them."""
    (reading,) = decoded("tele/x/SENSOR", {"LM75AD": {"Temperature": 68}, "TempUnit": unit}).readings

    assert {"C": 68.0, "F": 20.0}[unit] == reading.value


@pytest.mark.parametrize("topic", ["tele/plug/SENSOR", "plug/tele/SENSOR", "stat/plug/RESULT", "plug/stat/RESULT"])
def test_topics_cover_what_is_published(topic: str) -> None:
    """Both of Tasmota's own orders of a topic are read without a word in the estate."""
    assert any(matches(pattern, topic) for pattern in tasmota.CODEC.topics)
