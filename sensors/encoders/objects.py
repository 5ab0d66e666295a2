"""Formats whose message is one JSON object of many values: native, SenML, Zigbee2MQTT, Shelly, Tasmota and others.

Names and forms are those of the sources named in each format's codec.
"""

import json
from typing import Any

from sensors.encoders.model import Encoder, Measure, Said, Sent, local, named, utc
from sensors.units import clean

POWER = Measure("electricity.power", 0, 60_000, 0.1)
VOLTAGE = Measure("electricity.voltage", 200, 260, 0.1)
CURRENT = Measure("electricity.current", 0, 250, 0.001)
TEMPERATURE = Measure("climate.temperature", -20, 60, 0.01)
HUMIDITY = Measure("climate.humidity", 0, 100, 0.1)
CO2 = Measure("climate.co2", 380, 5_000, 1)


def energy(step: float, channel: str = "") -> Measure:
    """A register of electricity, up to 99,999 kWh."""
    return Measure("electricity.energy", 0, 99_999_000, step, channel)


def _json(topic: str, value: Any) -> Sent:
    return Sent(topic, json.dumps(value, ensure_ascii=False).encode())


def _kilo(value: float) -> float:
    return clean(value / 1000)


def _native(said: Said) -> Sent:
    return _json(f"microville/{said.building}/{said.device}/readings", {"time": utc(said.at_ms), **said.values})


NATIVE = (
    Encoder(named("sim-meter"), (POWER, energy(1), VOLTAGE), _native, "device"),
    Encoder(
        named("sim-room"),
        (TEMPERATURE, HUMIDITY, CO2, Measure("occupancy.count", 0, 500, 1)),
        _native,
        "device",
    ),
)

_SENML = {
    "climate.temperature": ("temperature", "Cel"),
    "climate.humidity": ("humidity", "%RH"),
    "climate.co2": ("co2", "ppm"),
    "electricity.power": ("power", "W"),
    "electricity.energy": ("energy", "Wh"),
}


def _senml(said: Said) -> Sent:
    records: list[dict[str, Any]] = []
    for quantity, value in said.values.items():
        name, unit = _SENML[quantity]
        records.append({"n": name, "u": unit, "v": value})
    records[0] = {"bn": f"{said.device}:", "bt": said.at_ms / 1000, **records[0]}
    return _json(f"senml/{said.number}", records)


SENML = (
    Encoder(
        lambda number: f"urn:dev:mac:0024befffe{number:06x}",
        (TEMPERATURE, HUMIDITY, CO2, POWER, energy(1)),
        _senml,
        "device",
    ),
)


def _zigbee2mqtt(said: Said) -> Sent:
    values = said.values
    return _json(
        f"zigbee2mqtt/{said.device}",
        {
            "current": values["electricity.current"],
            "energy": _kilo(values["electricity.energy"]),
            "last_seen": utc(said.at_ms),
            "linkquality": 120,
            "power": values["electricity.power"],
            "state": "ON" if values["actuator.on"] else "OFF",
            "voltage": values["electricity.voltage"],
        },
    )


ZIGBEE2MQTT = (
    Encoder(
        named("sim-plug"),
        (
            Measure("electricity.power", 0, 3_680, 0.1),
            energy(10),
            VOLTAGE,
            Measure("electricity.current", 0, 16, 0.01),
            Measure("actuator.on", 0, 1, 1),
        ),
        _zigbee2mqtt,
        "device",
    ),
)


def _shelly_gen2(said: Said) -> Sent:
    values = {name.partition("@")[0]: value for name, value in said.values.items()}
    switch = {
        "id": 0,
        "apower": values["electricity.power"],
        "voltage": values["electricity.voltage"],
        "current": values["electricity.current"],
        "aenergy": {"total": values["electricity.energy"]},
    }
    frame = {
        "src": said.device,
        "dst": f"{said.device}/events",
        "method": "NotifyStatus",
        "params": {"ts": said.at_ms / 1000, "switch:0": switch},
    }
    return _json(f"{said.device}/events/rpc", frame)


SHELLY_GEN2 = (
    Encoder(
        lambda number: f"shellyplus1pm-5eed00{number:06x}",
        (
            POWER._replace(high=3_680, channel="switch:0"),
            energy(0.001, "switch:0"),
            VOLTAGE._replace(channel="switch:0"),
            CURRENT._replace(high=16, channel="switch:0"),
        ),
        _shelly_gen2,
        "device",
        tick_ms=10,
    ),
)


def _tasmota(said: Said) -> Sent:
    values = said.values
    measured = {
        "Total": _kilo(values["electricity.energy"]),
        "Power": values["electricity.power"],
        "Voltage": values["electricity.voltage"],
        "Current": values["electricity.current"],
    }
    time = local(said.at_ms, said.zone).replace(tzinfo=None).isoformat()
    return _json(f"tele/{said.device}/SENSOR", {"Time": time, "ENERGY": measured})


TASMOTA = (
    Encoder(
        named("sim-tasmota"),
        (POWER._replace(high=3_680, step=1), energy(1), VOLTAGE._replace(step=1), CURRENT._replace(high=16)),
        _tasmota,
        "device",
        tick_ms=1000,
    ),
)

_AIRGRADIENT = {
    "climate.temperature": "atmpCompensated",
    "climate.humidity": "rhumCompensated",
    "climate.co2": "rco2",
    "climate.pm2_5": "pm02Compensated",
    "device.rssi": "wifi",
}


def _airgradient(said: Said) -> Sent:
    values = {_AIRGRADIENT[quantity]: value for quantity, value in said.values.items()}
    about = {"serialno": said.device, "firmware": "3.1.3", "model": "I-9PSL"}
    return _json(f"airgradient/readings/{said.device}", {**values, **about})


AIRGRADIENT = (
    Encoder(
        lambda number: f"5eed01{number:06x}",
        (
            TEMPERATURE,
            HUMIDITY._replace(step=1),
            CO2,
            Measure("climate.pm2_5", 0, 1_000, 0.1),
            Measure("device.rssi", -95, -20, 1),
        ),
        _airgradient,
        "none",
    ),
)


def _wmbusmeters(said: Said) -> Sent:
    meter = f"water_{said.device}"
    telegram = {
        "_": "telegram",
        "media": "water",
        "meter": "multical21",
        "name": meter,
        "id": said.device,
        "total_m3": said.values["water.volume"],
        "flow_temperature_c": said.values["water.temperature"],
        "timestamp": utc(said.at_ms).replace(".000Z", "Z"),
        "rssi_dbm": said.values["device.rssi"],
    }
    return _json(f"wmbusmeters/{meter}", telegram)


WMBUSMETERS = (
    Encoder(
        lambda number: f"7{number:07}",
        (
            Measure("water.volume", 0, 99_999, 0.001),
            Measure("water.temperature", 0, 90, 1),
            Measure("device.rssi", -110, -30, 1),
        ),
        _wmbusmeters,
        "device",
        tick_ms=1000,
    ),
)
