"""AirGradient monitors: a flat JSON object of measures on ``airgradient/readings/<serial>``, without a time.

Names are those of the firmware's local server document (airgradienthq/arduino, docs/local-server.md). Of a raw value
and its compensated twin the compensated one is taken: the raw one includes the device's own warmth.
"""

from sensors.draft import Draft, drafted, parsed_object
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
}

LEFT = {
    "pm02": "raw twin of pm02Compensated",
    "atmp": "raw twin of atmpCompensated, warmed by the device",
    "rhum": "raw twin of rhumCompensated",
    **dict.fromkeys(("pm01Standard", "pm02Standard", "pm10Standard"), "for standard air, not the air in the room"),
    **dict.fromkeys(("pm003Count", "pm005Count", "pm01Count", "pm02Count", "pm50Count", "pm10Count"), "particle count"),
    **dict.fromkeys(("tvocRaw", "noxRaw"), "the sensor's raw signal, without unit"),
    **dict.fromkeys(("boot", "bootCount"), "restarts of the device"),
    **dict.fromkeys(
        ("serialno", "firmware", "model", "ledMode", "monitorDisplayCompensatedValues"),
        "identity and settings, no measure",
    ),
}

RAW_TWINS = {
    "pm02": Field("climate.pm2_5"),
    "atmp": Field("climate.temperature"),
    "rhum": Field("climate.humidity"),
}
"""What stands for a compensated value on firmware that sends none."""


def _fill(draft: Draft) -> None:
    draft.device = draft.context.device or draft.message.topic.rpartition("/")[2]
    values = parsed_object(draft.message.payload)
    for name, raw in values.items():
        if name in RAW_TWINS and f"{name}Compensated" not in values:
            draft.put(RAW_TWINS[name], raw, name)
        else:
            draft.take(name, raw)


CODEC = Codec(
    name=NAME,
    title="AirGradient",
    families="ONE, Open Air",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("airgradient/readings/+",),
    fields=FIELDS,
    left=LEFT,
)
