"""MClimate's devices: a keep-alive with the measures, after answers to commands if there are any.

The bytes do not name the device. An estate that does (``lorawan_mclimate/vicki``) is followed; without it, `guess`
tells by first byte, length and impossible bits. Sources: the vendor's protocol pages (MClimate/docs) and decoder
(MClimate/mclimate-payload-helper).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed, drafted
from sensors.lorawan.mclimate import devices
from sensors.lorawan.mclimate.answers import end_of_answers
from sensors.lorawan.mclimate.fields import FIELDS, LEFT
from sensors.lorawan.mclimate.guess import guess
from sensors.model import Codec

NAME = "lorawan_mclimate"

MOST_BYTES = 242
"""Of one LoRaWAN message, at the highest data rate (LoRaWAN regional parameters RP002)."""


class Device(NamedTuple):
    """One of the vendor's devices."""

    read: Callable[[Draft, Cursor], None]
    lengths: Mapping[int, int]  # of its keep-alives, by their first byte


FLOOD_STATES = dict.fromkeys((byte for byte in range(256) if not byte & 0x15), 3)

DEVICES = {
    "vicki": Device(devices.vicki, {0x01: 9, 0x81: 9}),
    "ht_sensor": Device(devices.ht_sensor, {0x01: 7}),
    "ht_display_lite": Device(devices.ht_display_lite, {0x01: 9}),
    "ht_mini": Device(devices.ht_mini, {0x01: 5}),
    "ht_pir_lite": Device(devices.ht_pir_lite, {0x81: 6}),
    "co2_sensor": Device(devices.co2_sensor, {0x01: 7}),
    "co2_display": Device(devices.co2_display, {0x01: 11}),
    "co2_display_lite": Device(devices.co2_display_lite, {0x01: 10}),
    "co2_pir_lite": Device(devices.co2_pir_lite, {0x81: 8}),
    "pir_mini": Device(devices.pir_mini, {0x01: 10}),
    "wireless_thermostat": Device(devices.wireless_thermostat, {0x01: 11, 0x81: 12}),
    "fan_coil_thermostat": Device(devices.fan_coil_thermostat, {0x01: 11}),
    "aqi_sensor": Device(devices.aqi_sensor, {0x01: 10}),
    "multisensor": Device(devices.multisensor, {0x81: 15, 0x82: 15}),
    "open_close": Device(devices.open_close, {0x01: 8, 0x20: 8, 0x21: 8}),
    "button": Device(devices.button, {0x01: 5}),
    "melissa": Device(devices.melissa, {0x01: 5}),
    "flood_sensor": Device(devices.flood_sensor, FLOOD_STATES),
    "t_valve": Device(devices.t_valve, {}),
    "relay_16a_power": Device(devices.relay_16a_power, {0x01: 12}),
    "relay_16a_dry": Device(devices.relay_16a_dry, {0x01: 3}),
}

MODELS = {
    "co2_sensor": "if it can show a humidity below 3 %; or else an HT sensor is meant",
    "aqi_sensor": "if its compounds can pass 24 ppm in good air; or else a CO2 Display Lite is meant",
    "flood_sensor": "beside T-Valves in cold water, and for its answers to commands",
    "t_valve": "in water below 6 °C, where a flood sensor is meant, and in frost, where an answer to a command is",
    "melissa": "while it records; or else an HT mini is meant",
}
"""Where the guess may be wrong. Every device of the table can be named."""


def _fill(draft: Draft) -> None:
    payload = draft.message.payload
    if not 0 < len(payload) <= MOST_BYTES:
        raise Malformed(f"{len(payload)} bytes, where LoRaWAN carries 1 to {MOST_BYTES}")
    name = draft.context.model or guess(payload) or _guess_behind_answers(payload)
    if name not in DEVICES:
        raise Malformed(f"{name!r} is none of {', '.join(DEVICES)}")
    keep_alive = payload[:5] if name == "t_valve" else payload[_start(payload, name) :]
    if keep_alive:
        DEVICES[name].read(draft, Cursor(keep_alive))
    if len(keep_alive) < len(payload):
        draft.take("answers", None)
        draft.control()


def _start(payload: bytes, name: str) -> int:
    """Where the keep-alive begins. After an answer that is not known, it is the end that has its first byte."""
    if name == "flood_sensor" and len(payload) == 2:
        return 0
    lengths = DEVICES[name].lengths
    at, known = end_of_answers(payload, name, lengths)
    if known:
        return at
    for first, length in lengths.items():
        if len(payload) >= length and payload[-length] == first:
            return len(payload) - length
    shown = f"byte {at}, {payload[at]:#04x}, is" if at < len(payload) else "its last answer is cut off:"
    raise Malformed(f"{shown} no keep-alive and no known answer of {name}")


def _guess_behind_answers(payload: bytes) -> str:
    """The device whose keep-alive stands behind answers that it can give; "" when none fits."""
    for name, device in DEVICES.items():
        at, known = end_of_answers(payload, name, device.lengths)
        if known and at < len(payload) and guess(payload[at:]) == name:
            return name
    for name, device in DEVICES.items():
        alone = end_of_answers(payload, name, device.lengths) == (len(payload), True)
        if alone and name not in ("t_valve", "flood_sensor"):  # which take any two bytes
            return name  # answers alone: control, whoever gave them
    at, _ = end_of_answers(payload, "", {})
    raise Malformed(f"byte {min(at, len(payload) - 1)} of {len(payload)} is no keep-alive and no known answer")


CODEC = Codec(
    name=NAME,
    title="MClimate",
    families="Vicki, HT Sensor, HT and CO2 Display, CO2 and HT PIR Lite, PIR and HT mini, CO2 Sensor, AQI Sensor, "
    "multisensor, Wireless and Fan Coil Thermostat, 16ASPM, 16ADS, Flood Sensor, T-Valve, Open/Close, button, Melissa",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models=MODELS,
    lorawan=True,
)
