"""AirGradient monitors: a flat JSON object of measures on ``airgradient/readings/<serial>``, without a time.

Names are those of the firmware's local server document (airgradienthq/arduino, docs/local-server.md), of its source
(src/AgValue.cpp) and of its second version as home-assistant/core reads it (tests/components/airgradient). Of a raw
value and its compensated twin the compensated one is taken: the raw one includes the device's own warmth.

Open Air monitors with two sensors of a kind tell them apart under ``channels`` (channel ``1`` and ``2``) beside their
mean. Sensors that a monitor hears by radio stand under ``satellites``: devices of their own, by their address.
"""

from collections.abc import Mapping
from typing import Any

from sensors.draft import Draft, Malformed, drafted, parsed_object
from sensors.leaves import MOST_NAME
from sensors.model import Codec, Field

NAME = "airgradient"

FIELDS = {
    "rco2": Field("climate.co2"),
    "pm01": Field("climate.pm1"),
    "pm02Compensated": Field("climate.pm2_5"),
    "pm10": Field("climate.pm10"),
    "atmpCompensated": Field("climate.temperature"),
    "rhumCompensated": Field("climate.humidity"),
    "tvocIndex": Field("climate.tvoc_index"),
    "noxIndex": Field("climate.nox_index"),
    "wifi": Field("device.rssi"),
    "co2": Field("climate.co2"),
    "pm25": Field("climate.pm2_5"),
    "temperature": Field("climate.temperature"),
    "humidity": Field("climate.humidity"),
    "wifiRssi": Field("device.rssi"),
    "battPercent": Field("device.battery"),
    "battVolt": Field("device.voltage"),
}

LEFT = {
    "pm02": "raw twin of pm02Compensated",
    "atmp": "raw twin of atmpCompensated, warmed by the device",
    "rhum": "raw twin of rhumCompensated",
    **dict.fromkeys(("pm01Standard", "pm02Standard", "pm10Standard"), "for standard air, not the air in the room"),
    **dict.fromkeys(("pm003Count", "pm005Count", "pm01Count", "pm02Count", "pm50Count", "pm10Count"), "particle count"),
    **dict.fromkeys(("tvocRaw", "noxRaw", "tvoc_raw", "nox_raw"), "the sensor's raw signal, without unit"),
    **dict.fromkeys(("boot", "bootCount", "resetReason", "freeHeap"), "running of the device"),
    "chargeVolt": "of the charger, not of the battery",
    **dict.fromkeys(
        ("serialno", "serialNumber", "firmware", "firmwareVersion", "model", "fwMode", "ledMode",
         "monitorDisplayCompensatedValues"),
        "identity and settings, no measure",
    ),
}  # fmt: skip

RAW_TWINS = {
    "pm02": Field("climate.pm2_5"),
    "atmp": Field("climate.temperature"),
    "rhum": Field("climate.humidity"),
}
"""What stands for a compensated value on firmware that sends none."""


MOST_PARTS = 20
"""Sensors under one monitor: two of its own, and a handful by radio."""


def _fill(draft: Draft) -> None:
    draft.device = draft.context.device or draft.message.topic.rpartition("/")[2]
    values = parsed_object(draft.message.payload)
    for channel, part in _parts(values, "channels"):
        _take(draft, part, channel)
    satellites = _parts(values, "satellites")
    _take(draft, values, "")
    for address, part in satellites:
        draft.device = address
        _take(draft, part, "")


def _parts(values: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """Objects within one, by their names; they leave the values. What is none stays, and is shown as unmapped."""
    value = values.get(name)
    if not isinstance(value, dict) or not all(isinstance(part, dict) for part in value.values()):
        return []
    if len(value) > MOST_PARTS or any(not 0 < len(part) <= MOST_NAME for part in value):
        raise Malformed(f"{name} of {len(value)} parts: more than {MOST_PARTS}, or without a name of use")
    del values[name]
    return list(value.items())


def _take(draft: Draft, values: Mapping[str, Any], channel: str) -> None:
    for name, raw in values.items():
        if name in RAW_TWINS and f"{name}Compensated" not in values:
            draft.put(RAW_TWINS[name], raw, name, channel)
        else:
            draft.take(name, raw, channel)


CODEC = Codec(
    name=NAME,
    title="AirGradient",
    families="ONE, Open Air",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("airgradient/readings/+",),
    fields=FIELDS,
    left=LEFT,
)
