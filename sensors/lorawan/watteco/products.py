"""Watteco's products: what their batch labels and their endpoints mean, which the bytes do not tell.

The tables are those of the vendor's decoders (Watteco/Codec-API-LoRaWAN, devices/<product>; for products no longer
there TheThingsNetwork/lorawan-devices, vendor/nke-watteco), which hold for devices configured as the vendor proposes.
Move'O's light level is in lx in both kinds of report, although that decoder divides it by 100 in one of them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sensors.lorawan.watteco.batch import Label


class Product(NamedTuple):
    """One product, or several that report alike."""

    title: str
    tag_bits: int = 0  # length of a tag in batch reports; 0: none are published
    labels: Mapping[int, Label] = {}  # by tag
    endpoints: Mapping[str, Sequence[str]] = {}  # by the general name of a measurement: what it is at each endpoint
    inputs: int = 0  # logical inputs it has; 0: as many as the report can hold


def _battery(step: float = 100) -> Label:
    return Label("battery_voltage", "u16", step, 1000)


def _temperature(channel: str = "") -> Label:
    return Label("temperature", "i16", 10, 100, channel)


_HUMIDITY = Label("humidity", "u16", 100, 100)
_TAMPER = {"pin_state": ("violation_detection",)}
_CLIMATE = {0: _temperature(), 1: _HUMIDITY, 2: _battery(1), 3: Label("violation_detection", "bool")}
_PROBE = {0: _temperature(), 1: _battery()}
_OUTDOOR = {0: _temperature(), 5: _battery()}
_INDEXES = {tag: Label("index", "u32", channel=str(tag + 1)) for tag in range(3)}
_STATES = {tag: Label("pin_state", "bool", channel=str(tag - 2)) for tag in range(3, 6)}
_PULSES = {**_INDEXES, **_STATES, 6: _battery(), 7: Label("multi_state", "u16")}
_LOOP = {
    0: Label("4-20_mA", "float", 0.004),
    1: Label("0-10_V", "float"),
    2: _battery(),
    3: Label("external_power_voltage", "u16", 100, 1000),
    4: Label("index", "u32", channel="1"),
}
_LOOP_INPUTS = {"analog": ("4-20_mA", "0-10_V")}
_AIR = {
    0: Label("occupancy", "u8"),
    1: _temperature(),
    2: _HUMIDITY,
    3: Label("CO2", "u16", 10),
    4: Label("IAQ", "u16", 10),
    5: Label("illuminance", "u16", 10),
    6: Label("pressure", "u16", 10, 10),
}
_TORANO = {
    **_INDEXES,
    **_STATES,
    6: Label("4-20_mA", "float", 0.004),
    7: Label("0-5_V_1", "float"),
    8: Label("0-5_V_2", "float"),
    9: Label("ratiometric_0-5_V_1", "float"),
    10: Label("ratiometric_0-5_V_2", "float"),
    11: _battery(),
}

_WITHOUT_BATCHES = {
    "ino": "In'O",
    "modbus": "Modbus",
    "smartpilot-wire": "SmartPilot Wire",
    "ticso": "Tics'O",
    "triphaso": "Triphas'O",
}

UNKNOWN = Product("any")
"""What is read when the estate names no product."""

PRODUCTS = {
    "alto": Product(
        "Alt'O",
        3,
        {
            0: Label("ACCmg", "u16"),
            1: Label("Tilt", "float", 0.1),
            2: Label("distance", "float", 0.001),
            3: Label("magnitude", "u16"),
            4: _battery(0.1),
            5: Label("acc_temperature", "i16", 0.1, 100),
        },
        {"analog": ("Tilt", "distance"), "number": ("ACCmg", "magnitude")},
    ),
    "atmo": Product(
        "Atm'O",
        3,
        {
            0: Label("temperature", "i16", 1, 100),
            1: Label("humidity", "u16", 1, 100),
            2: Label("pressure", "i16"),
            3: Label("index", "u32", channel="1"),
            4: Label("index", "u32", channel="2"),
            5: _battery(1),
        },
    ),
    "celso": Product("Cels'O", 1, _PROBE),
    "climo": Product("Clim'O", 2, _CLIMATE, _TAMPER),
    "closo": Product("Clos'O", endpoints={"pin_state": ("violation_detection", "open")}),
    "fissuro": Product(
        "Fissur'O",
        2,
        {
            0: Label("Tilt", "float", 0.1),
            1: Label("crack_distance", "float", 0.001),
            2: _temperature(),
            3: _battery(20),
        },
        {"analog": ("Tilt", "crack_distance"), "temperature": ("acc_temperature", "temperature")},
    ),
    "flasho": Product("Flash'O", 1, {0: Label("index", "u32", channel="1"), 1: _battery()}),
    "humido": Product("Humid'O", 3, _LOOP, _LOOP_INPUTS),
    "hygrotempo": Product("HygroTemp'O", 2, _CLIMATE, _TAMPER),
    "hygrotempo-remote": Product("HygroTemp'O Remote", 2, _CLIMATE, _TAMPER),
    "inclino": Product(
        "Inclin'O", 3, {0: Label("ACCmg", "u16"), 1: Label("Tilt", "float", 0.1, 1000)}, {"analog": ("Tilt",)}
    ),
    "indoor-temperature": Product("Indoor Temperature", 2, {0: _temperature(), 2: _battery(1)}),
    "intenso": Product("Intens'O", 2, {0: Label("Irms", "float", 0.1), 1: _battery()}, {"analog": ("Irms",)}),
    "levo": Product("Lev'O", 3, _LOOP, _LOOP_INPUTS),
    "monito": Product(
        "Monit'O",
        3,
        {
            0: Label("0-100_mV", "float", 0.02),
            1: Label("0-70_V", "float", 17),
            2: _battery(),
            3: Label("external_level", "u16", 100, 1000),
        },
        {"analog": ("0-100_mV", "0-70_V")},
    ),
    "moveo-lite": Product(
        "Move'O Lite",
        3,
        {0: Label("occupancy", "u8"), 1: _temperature(), 2: _HUMIDITY, 5: Label("illuminance", "u16", 10)},
        _TAMPER,
    ),
    "presso": Product("Press'O", 3, _LOOP, _LOOP_INPUTS),
    "pt1000": Product("PT1000", 1, _PROBE),
    "pt1000-400c": Product(
        "PT1000 400 °C",
        1,
        {0: Label("probe_temperature", "i16", 1, 10), 1: _battery()},
        {"temperature": ("probe_temperature",)},
    ),
    "pulse-senso": Product("Pulse Sens'O", 4, _PULSES, inputs=3),
    "pulse-senso-atex": Product("Pulse Sens'O ATEX", 4, _PULSES, inputs=3),
    "smartplug": Product("Smart Plug", 1, {0: Label("active_energy", "i24")}),
    "tempo": Product("Temp'O", 2, {0: _temperature()}, _TAMPER),
    "tempo-outdoor": Product("Temp'O Outdoor", 3, _OUTDOOR),
    "tempo-remote-1-probe": Product("Temp'O Remote, 1 probe", 1, _PROBE),
    "tempo-remote-2-probes": Product("Temp'O Remote, 2 probes", 3, {**_OUTDOOR, 1: _temperature("2")}),
    **dict.fromkeys(("th", "th-sensor", "indoor-temperature-humidity"), Product("TH", 2, _CLIMATE, _TAMPER)),
    "torano-atex": Product(
        "Toran'O ATEX",
        4,
        _TORANO,
        {"analog": ("4-20_mA", "0-5_V_1", "0-5_V_2", "ratiometric_0-5_V_1", "ratiometric_0-5_V_2")},
        inputs=3,
    ),
    "vaqao": Product(
        "Vaqa'O",
        3,
        {1: _temperature(), 2: _HUMIDITY, 3: Label("CO2", "u16", 10), 4: Label("VOC", "u16", 10)},
        {"concentration": ("VOC", "CO2")},
    ),
    "vaqao-lite": Product("Vaqa'O Lite", 3, _AIR, _TAMPER),
    "vaqao-plus": Product("Vaqa'O Plus", 3, {**_AIR, 4: Label("VOC", "u16", 10)}, {"concentration": ("VOC", "CO2")}),
    "ventilo": Product(
        "Ventil'O",
        3,
        {
            0: Label("mean_differential_pressure_since_last_report", "i16"),
            1: Label("minimal_differential_pressure_since_last_report", "i16"),
            2: Label("maximal_differential_pressure_since_last_report", "i16"),
            3: _battery(1),
            4: _temperature(),
            5: Label("differential_pressure", "i16"),
            6: Label("index", "u32", channel="1"),
            7: Label("pin_state", "bool", channel="1"),
        },
    ),
    **{model: Product(f"{title}, which sends no batch reports") for model, title in _WITHOUT_BATCHES.items()},
}
