"""Sparkplug B: each device is an edge node; its birth names the metrics, its data say them by alias.

After the Sparkplug 3.0.0 specification, chapter 6.
"""

from collections.abc import Sequence

from sensors.codecs.sparkplug_pb import PAYLOAD
from sensors.encoders.model import Encoder, Measure, Said, Sent
from sensors.units import clean

GROUP = "simulation"
INT64, DOUBLE, BOOLEAN = 4, 10, 11  # datatypes

_METRICS = {  # name and unit by measure; the alias is the place in this table, counted from 1
    "electricity.power@Meter": ("Meter/Power", "W"),
    "electricity.energy@Meter": ("Meter/Energy", "kWh"),
    "electricity.voltage@Meter": ("Meter/Voltage", "V"),
    "climate.temperature@Room": ("Room/Temperature", "°C"),
}


def _births(said: Said) -> Sequence[Sent]:
    payload = PAYLOAD(timestamp=said.at_ms)
    payload.metrics.add(name="bdSeq", timestamp=said.at_ms, datatype=INT64, long_value=0)
    payload.metrics.add(name="Node Control/Rebirth", timestamp=said.at_ms, datatype=BOOLEAN, boolean_value=False)
    for alias, (measure, (name, unit)) in enumerate(_METRICS.items(), start=1):
        metric = payload.metrics.add(name=name, alias=alias, timestamp=said.at_ms, datatype=DOUBLE)
        metric.double_value = _told(said, measure)
        metric.properties.keys.append("engUnit")
        metric.properties.values.add(string_value=unit)
    return (Sent(_topic(said, "NBIRTH"), payload.SerializeToString()),)


def _data(said: Said) -> Sent:
    payload = PAYLOAD(timestamp=said.at_ms)
    for alias, measure in enumerate(_METRICS, start=1):
        payload.metrics.add(alias=alias, timestamp=said.at_ms, datatype=DOUBLE, double_value=_told(said, measure))
    return Sent(_topic(said, "NDATA"), payload.SerializeToString())


def _told(said: Said, measure: str) -> float:
    """The value in the unit of its metric."""
    value = said.values[measure]
    return clean(value / 1000) if _METRICS[measure][1] == "kWh" else value


def _topic(said: Said, kind: str) -> str:
    group, _, node = said.device.partition("/")
    return f"spBv1.0/{group}/{kind}/{node}"


SPARKPLUG_B = (
    Encoder(
        lambda number: f"{GROUP}/node-{number:04}",
        (
            Measure("electricity.power", 0, 60_000, 0.1, "Meter"),
            Measure("electricity.energy", 0, 99_999_000, 1, "Meter"),
            Measure("electricity.voltage", 200, 260, 0.1, "Meter"),
            Measure("climate.temperature", -20, 60, 0.1, "Room"),
        ),
        _data,
        "device",
        births=_births,
        cut_shows=False,
    ),
)
