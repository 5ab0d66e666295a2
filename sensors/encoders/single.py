"""Formats of one value a message: Homie, Victron Venus, ESPHome. Their messages carry no time.

Topics and forms are those of the sources named in each format's codec.
"""

import json
from collections.abc import Sequence

from sensors.encoders.model import Encoder, Measure, Said, Sent, named
from sensors.units import clean

_KWH = ("electricity.energy",)  # told in kWh by all of these

_HOMIE = {  # node/property, datatype and unit of a quantity
    "electricity.power": ("meter/power", "float", "W"),
    "electricity.energy": ("meter/energy", "float", "kWh"),
    "climate.temperature": ("air/temperature", "float", "°C"),
    "climate.humidity": ("air/humidity", "float", "%"),
    "occupancy.presence": ("room/occupancy", "boolean", ""),
}

_VICTRON = {  # path below the service, by name of the measure
    "electricity.power": "Ac/Power",
    "electricity.energy": "Ac/Energy/Forward",
    "electricity.voltage@L1": "Ac/L1/Voltage",
    "electricity.current@L1": "Ac/L1/Current",
}

_ESPHOME = {  # component and object id
    "climate.temperature": "sensor/temperature",
    "climate.humidity": "sensor/humidity",
    "climate.co2": "sensor/co2",
    "electricity.power": "sensor/power",
    "occupancy.motion": "binary_sensor/motion",
}


def _only(said: Said) -> tuple[str, float]:
    """The one value that is said, in the unit it is told in."""
    ((name, value),) = said.values.items()
    return name, clean(value / 1000) if name in _KWH else value


def _homie(said: Said) -> Sent:
    name, value = _only(said)
    path, datatype, _ = _HOMIE[name]
    text = ("true" if value else "false") if datatype == "boolean" else f"{value}"
    return Sent(f"homie/5/{said.device}/{path}", text.encode())


def _description(said: Said) -> Sequence[Sent]:
    """What a property is, retained by the broker; the values are not, so that none outlives the simulation."""
    nodes: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    for path, datatype, unit in _HOMIE.values():
        node, _, name = path.partition("/")
        told: dict[str, object] = {"datatype": datatype, "retained": False} | ({"unit": unit} if unit else {})
        nodes.setdefault(node, {"properties": {}})["properties"][name] = told
    document = {"homie": "5.0", "version": 1, "name": said.device, "nodes": nodes}
    topic = f"homie/5/{said.device}"
    return (
        Sent(f"{topic}/$state", b"init", retained=True, control=True),
        Sent(f"{topic}/$description", json.dumps(document, ensure_ascii=False).encode(), retained=True, control=True),
        Sent(f"{topic}/$state", b"ready", retained=True, control=True),
    )


def _victron(said: Said) -> Sent:
    name, value = _only(said)
    return Sent(f"N/{said.device}/{_VICTRON[name]}", json.dumps({"value": value}).encode())


def _esphome(said: Said) -> Sent:
    name, value = _only(said)
    path = _ESPHOME[name]
    text = ("ON" if value else "OFF") if path.startswith("binary_sensor") else f"{value}"
    return Sent(f"{said.device}/{path}/state", text.encode())


_POWER = Measure("electricity.power", 0, 60_000, 0.1)
_TEMPERATURE = Measure("climate.temperature", -20, 60, 0.1)
_HUMIDITY = Measure("climate.humidity", 0, 100, 0.1)

HOMIE_5 = (
    Encoder(
        named("sim-homie"),
        (
            _POWER,
            Measure("electricity.energy", 0, 99_999_000, 1),
            _TEMPERATURE,
            _HUMIDITY,
            Measure("occupancy.presence", 0, 1, 1),
        ),
        _homie,
        "none",
        singly=True,
        births=_description,
        cut_shows=False,
    ),
)

VICTRON_VENUS = (
    Encoder(
        lambda number: f"5eed02{number:06x}/grid/30",
        (
            _POWER,
            Measure("electricity.energy", 0, 99_999_000, 10),
            Measure("electricity.voltage", 200, 260, 0.1, "L1"),
            Measure("electricity.current", 0, 250, 0.01, "L1"),
        ),
        _victron,
        "none",
        singly=True,
    ),
)

ESPHOME = (
    Encoder(
        named("sim-esphome"),
        (
            _TEMPERATURE,
            _HUMIDITY,
            Measure("climate.co2", 380, 5_000, 1),
            _POWER,
            Measure("occupancy.motion", 0, 1, 1),
        ),
        _esphome,
        "none",
        singly=True,
        codec="esphome/kWh",
        topic="{device}/sensor/+/state",  # within a topic of the codec: of two that overlap both would deliver
        cut_shows=False,
    ),
)
