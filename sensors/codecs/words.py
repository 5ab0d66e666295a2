"""What a measurement is by its name and unit, for formats whose names people choose: Homie, Sparkplug, ESPHome.

The last words of a name say what is measured ("Meter 1/Voltage", "living_room_temperature"), the words before them and
a phase or number after them are the channel. A unit that is told must be one of the quantity's; a unit that is not told
is the table's only where no other is in use by a factor of a thousand.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from sensors.model import Field
from sensors.quantities import QUANTITIES
from sensors.units import UNITS

BOOLEAN = "boolean"
"""Stands in the place of a unit for what is true or false."""

MOST_LETTERS = 100
MOST_WORDS = 4  # of a name in the table
MOST_INDEXES = 3  # words behind it, as in "phase a 1"


def _same(field: Field, *names: str) -> dict[str, Field]:
    return dict.fromkeys(names, field)


FIELDS: dict[str, Field] = {
    **_same(Field("climate.temperature", unit="°C"), "temperature", "temp", "air_temperature"),
    **_same(Field("climate.setpoint", unit="°C"), "setpoint", "target_temperature", "temperature_setpoint"),
    **_same(Field("climate.setpoint", unit="°C"), "set_temperature", "setpoint_temperature", "heating_setpoint"),
    **_same(Field("climate.humidity", unit="%"), "humidity", "relative_humidity", "rh"),
    **_same(Field("climate.co2", unit="ppm"), "co2", "carbon_dioxide", "co_2", "co2_concentration", "co2_value"),
    **_same(Field("climate.carbon_monoxide", unit="ppm"), "carbon_monoxide", "co"),
    **_same(
        Field("climate.illuminance", unit="lx"), "illuminance", "lux", "ambient_light", "brightness [lx]", "light [lx]"
    ),
    **_same(Field("climate.illuminance", unit="lx"), "luminosity", "light_level [lx]"),
    **_same(Field("climate.light_level", unit="%"), "illuminance [%]", "light_level"),
    **_same(Field("climate.pressure", unit="hPa"), "pressure", "air_pressure", "barometric_pressure", "barometer"),
    **_same(Field("climate.pressure", unit="hPa"), "atmospheric_pressure"),
    **_same(Field("climate.noise", unit="dB"), "noise", "noise_level", "sound_level", "sound_pressure"),
    **_same(Field("climate.pm1", unit="µg/m³"), "pm1", "pm_1", "pm1_0", "pm_1_0", "particulate_matter_1_0"),
    **_same(Field("climate.pm2_5", unit="µg/m³"), "pm25", "pm_25", "pm2_5", "pm_2_5", "particulate_matter_2_5"),
    **_same(Field("climate.pm4", unit="µg/m³"), "pm4", "pm_4", "pm4_0", "pm_4_0", "particulate_matter_4_0"),
    **_same(Field("climate.pm10", unit="µg/m³"), "pm10", "pm_10", "pm10_0", "pm_10_0", "particulate_matter_10_0"),
    **_same(Field("climate.tvoc", unit="ppb"), "tvoc", "voc", "total_volatile_organic_compound"),
    **_same(Field("climate.tvoc_mass", unit="µg/m³"), "tvoc [µg/m³]", "voc [µg/m³]"),
    **_same(Field("climate.tvoc_index"), "voc_index", "tvoc_index"),
    **_same(Field("climate.nox_index"), "nox_index"),
    **_same(Field("climate.formaldehyde", unit="µg/m³"), "formaldehyde", "hcho"),
    **_same(Field("climate.ozone", unit="ppb"), "ozone", "o3"),
    **_same(Field("electricity.power", unit="W"), "power", "active_power", "power_active"),
    **_same(Field("electricity.apparent_power", unit="VA"), "apparent_power", "power_apparent", "power [VA]"),
    **_same(Field("electricity.reactive_power", unit="var"), "reactive_power", "power_reactive", "power [var]"),
    **_same(Field("electricity.energy", unit="kWh"), "energy", "active_energy", "total_energy", "energy_total"),
    **_same(
        Field("electricity.energy", unit="kWh"), "energy_import", "import_energy", "energy_imported", "import [Wh]"
    ),
    **_same(Field("electricity.energy", unit="kWh"), "imported_energy", "energy_consumed", "consumed_energy"),
    **_same(Field("electricity.energy_export", unit="kWh"), "energy_export", "export_energy", "energy_exported"),
    **_same(Field("electricity.energy_export", unit="kWh"), "exported_energy", "export [Wh]", "produced_energy"),
    **_same(Field("electricity.energy_export", unit="kWh"), "export_active_energy", "energy_produced"),
    **_same(Field("electricity.reactive_energy", unit="kvarh"), "reactive_energy", "import_reactive_energy"),
    **_same(Field("electricity.reactive_energy_export", unit="kvarh"), "export_reactive_energy"),
    **_same(Field("electricity.voltage", unit="V"), "voltage"),
    **_same(Field("electricity.current", unit="A"), "current"),
    **_same(Field("electricity.frequency", unit="Hz"), "frequency"),
    **_same(Field("electricity.power_factor"), "power_factor"),
    **_same(Field("electricity.power_factor", scale=0.01), "power_factor [%]"),
    **_same(Field("pv.power", unit="W"), "pv_power", "solar_power"),
    **_same(Field("pv.energy", unit="kWh"), "pv_energy", "solar_energy"),
    **_same(Field("heat.power", unit="W"), "heat_power", "heating_power", "thermal_power"),
    **_same(Field("heat.energy", unit="kWh"), "heat_energy", "heating_energy", "thermal_energy"),
    **_same(Field("heat.supply_temperature", unit="°C"), "supply_temperature", "flow_temperature"),
    **_same(Field("heat.return_temperature", unit="°C"), "return_temperature"),
    **_same(Field("water.volume", unit="m³"), "water", "water_volume", "water_total", "total_water", "water_meter"),
    **_same(Field("water.flow", unit="m³/h"), "water_flow", "water_flow_rate", "water [m³/h]"),
    **_same(Field("water.temperature", unit="°C"), "water_temperature"),
    **_same(Field("water.pressure", unit="hPa"), "water_pressure"),
    **_same(Field("gas.volume", unit="m³"), "gas", "gas_volume", "gas_total", "total_gas", "gas_meter"),
    **_same(Field("gas.energy", unit="kWh"), "gas_energy", "gas [Wh]"),
    **_same(Field("pulse.count"), "pulse_count", "pulses", "total_pulses"),
    **_same(Field("soil.moisture", unit="%"), "soil_moisture", "moisture"),
    **_same(Field("soil.temperature", unit="°C"), "soil_temperature"),
    **_same(Field("soil.conductivity", unit="µS/cm"), "soil_conductivity"),
    **_same(Field("weather.irradiance", unit="W/m²"), "irradiance", "solar_irradiance", "solar_radiation"),
    **_same(Field("weather.wind_speed", unit="m/s"), "wind_speed"),
    **_same(Field("occupancy.count"), "people", "people_count", "person_count", "occupancy_count", "occupants"),
    **_same(Field("actuator.level", unit="%"), "brightness", "position", "dimmer"),
    **_same(Field("actuator.valve_position", unit="%"), "valve_position", "valve_opening", "valve"),
    **_same(Field("device.battery", unit="%"), "battery", "battery_level", "battery_percentage", "battery_percent"),
    **_same(Field("device.voltage", unit="V"), "battery_voltage", "battery [V]", "supply_voltage", "battery_level [V]"),
    **_same(Field("device.temperature", unit="°C"), "device_temperature", "internal_temperature", "cpu_temperature"),
    **_same(Field("device.temperature", unit="°C"), "chip_temperature", "board_temperature", "esp32_temperature"),
    **_same(Field("device.low_battery"), "battery_low [boolean]", "low_battery [boolean]", "battery [boolean]"),
    **_same(Field("device.rssi", unit="dBm"), "rssi", "wifi_signal", "wifi_signal_strength", "signal_strength"),
    **_same(Field("device.rssi", unit="dBm"), "wifi_signal_sensor", "wifi_signal_db"),
    **_same(Field("device.snr", unit="dB"), "snr"),
    **_same(Field("occupancy.motion"), "motion [boolean]", "pir [boolean]", "motion_detected [boolean]"),
    **_same(Field("occupancy.presence"), "occupancy [boolean]", "presence [boolean]", "occupied [boolean]"),
    **_same(Field("opening.contact"), "door [boolean]", "window [boolean]", "opening [boolean]", "open [boolean]"),
    **_same(Field("opening.contact"), "door_open [boolean]", "window_open [boolean]", "opened [boolean]"),
    **_same(Field("opening.contact"), "contact [boolean]"),
    **_same(Field("water.leak"), "leak [boolean]", "water_leak [boolean]", "flood [boolean]", "moisture [boolean]"),
    **_same(Field("safety.smoke"), "smoke [boolean]", "smoke_detected [boolean]"),
    **_same(Field("safety.tamper"), "tamper [boolean]"),
    **_same(Field("safety.gas"), "gas [boolean]"),
    **_same(Field("safety.carbon_monoxide"), "carbon_monoxide [boolean]", "co [boolean]"),
    **_same(Field("input.on"), "input [boolean]"),
    **_same(Field("actuator.on"), "output [boolean]"),
    **_same(Field("actuator.on"), "power [boolean]", "on [boolean]", "switch [boolean]", "relay [boolean]"),
    **_same(Field("actuator.on"), "light [boolean]", "pump [boolean]", "fan [boolean]", "heater [boolean]"),
    **_same(Field("actuator.on"), "state [boolean]", "running [boolean]", "socket [boolean]", "outlet [boolean]"),
}
"""By name, in lower case with ``_`` between words; ``name [unit]`` when it is told in a unit of that kind."""

BY_UNIT = {
    "W": Field("electricity.power", unit="W"),
    "Wh": Field("electricity.energy", unit="Wh"),
    "VA": Field("electricity.apparent_power", unit="VA"),
    "var": Field("electricity.reactive_power", unit="var"),
    "V": Field("electricity.voltage", unit="V"),
    "A": Field("electricity.current", unit="A"),
    "Hz": Field("electricity.frequency", unit="Hz"),
    "°C": Field("climate.temperature", unit="°C"),
    "lx": Field("climate.illuminance", unit="lx"),
}
"""What a told unit means when the name says nothing."""

CHANGES = frozenset((
    "min", "max", "minimum", "maximum", "average", "mean", "peak", "rated", "nominal", "delta", "dew", "forecast",
    "target", "set", "limit", "threshold", "alarm", "offset", "calibration", "tariff", "cost", "price",
    "daily", "today", "yesterday", "weekly", "monthly", "yearly",
))  # fmt: skip
"""Words that make of a measurement something else: none of the table, unless they stand in it."""

DOUBTFUL = frozenset(("W", "Wh", "VA", "var", "varh", "m³", "m³/h", "hPa", "µg/m³", "ppb", "m/s", "kg"))
"""Kinds of which several units are in use: untold, they are not guessed."""

SPELLINGS = {
    **dict.fromkeys(("℃", "degc", "deg c", "celsius", "degrees celsius"), "°C"),
    **dict.fromkeys(("℉", "degf", "deg f", "fahrenheit", "degrees fahrenheit"), "°F"),
    **dict.fromkeys(("percent", "pct", "%rh"), "%"),
    **dict.fromkeys(("volt", "volts"), "V"),
    **dict.fromkeys(("millivolt", "millivolts"), "mV"),
    **dict.fromkeys(("amp", "amps", "ampere", "amperes"), "A"),
    **dict.fromkeys(("milliamp", "milliamps"), "mA"),
    **dict.fromkeys(("hertz",), "Hz"),
    **dict.fromkeys(("kilowatt", "kilowatts"), "kW"),
    **dict.fromkeys(("kwh", "kw-h", "kw·h", "kilowatt-hours", "kilowatt hours"), "kWh"),
    **dict.fromkeys(("wh", "watt-hours", "watt hours"), "Wh"),
    **dict.fromkeys(("m^3", "cubic meters"), "m³"),
    **dict.fromkeys(("m^3/h", "m³/hr", "m3/hr"), "m³/h"),
    **dict.fromkeys(("liter", "liters", "litre", "litres"), "L"),
    **dict.fromkeys(("µg/m3", "ug/m³", "ug/m^3"), "µg/m³"),
}
"""Further spellings of units, in lower case."""

_WORD = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")
_INDEX = re.compile(r"l[123]|[abc]|phase|\d{1,3}|ch(?:annel)?\d{0,2}")
_BETWEEN = " _-/.:"
_MEASURES = frozenset(name.partition(" ")[0] for name in FIELDS if BOOLEAN not in name)
_LAST = frozenset(name.partition(" ")[0].rpartition("_")[2] for name in FIELDS)


class Meaning(NamedTuple):
    """What a name says."""

    field: Field
    channel: str


def unit_of(text: str) -> str | None:
    """The unit's name in `sensors.units`; "" when the text is none or a mere count, None when it is unknown."""
    text = text.strip().replace("μ", "µ")  # Greek mu and the micro sign look alike
    if text in ("", "#", "1", "count"):
        return ""
    return text if text in UNITS else SPELLINGS.get(text.lower())


def meaning(name: str, kind: str = "", assume: bool = False) -> Meaning | None:
    """What a measurement of this name is, told in this unit, or as BOOLEAN, or untold (""); None when no table knows.

    `assume`: an untold unit is the table's even where several are in use, for a format that promises so.
    """
    return _meaning(name, kind, assume) if len(name) <= MOST_LETTERS else None


@lru_cache(maxsize=16_384)
def _meaning(name: str, kind: str, assume: bool) -> Meaning | None:
    words = list(_WORD.finditer(name))
    told = [word.group().lower() for word in words]
    base = kind if kind in ("", BOOLEAN) else UNITS[kind].base
    for end in _ends(told):
        for start in range(max(0, end - MOST_WORDS), end):
            field = _field("_".join(told[start:end]), base, kind, assume)
            if field is not None:
                return None if CHANGES.intersection(told[:start]) else Meaning(field, _rest(name, words, start, end))
            if "_".join(told[start:end]) in _MEASURES:
                return None  # told in a unit that it cannot have
    if base not in BY_UNIT or CHANGES.intersection(told):
        return None
    return Meaning(BY_UNIT[base]._replace(unit=kind), name.strip(_BETWEEN))


def _ends(words: list[str]) -> list[int]:
    """Where the name of the measurement may end: last, or before a phase or a number."""
    ends = [len(words)]
    while ends[-1] > 1 and len(ends) <= MOST_INDEXES and _INDEX.fullmatch(words[ends[-1] - 1]):
        ends.append(ends[-1] - 1)
    return [end for end in ends if end and words[end - 1] in _LAST]


def _field(name: str, base: str, kind: str, assume: bool) -> Field | None:
    if field := FIELDS.get(f"{name} [{base}]"):
        return field._replace(unit=kind) if field.unit else field
    field = FIELDS.get(name)
    if field is None or base == BOOLEAN:
        return None
    unit = QUANTITIES[field.quantity].unit
    if base:
        return field._replace(unit=kind) if unit == base else None
    return field if assume or unit not in DOUBTFUL else None


def _rest(name: str, words: list[re.Match[str]], start: int, end: int) -> str:
    before = name[: words[start].start()]
    return (before + name[words[end - 1].end() :].lstrip(_BETWEEN)).strip(_BETWEEN)


def is_contact(name: str) -> bool:
    """Whether a boolean of this name is a contact: true may mean closed, or open."""
    return [word.lower() for word in _WORD.findall(name[-MOST_LETTERS:])][-1:] == ["contact"]


_STATES = {
    **dict.fromkeys(("on", "true", "open", "opened", "detected", "yes", "occupied", "wet", "1"), 1.0),
    **dict.fromkeys(("off", "false", "closed", "close", "clear", "no", "unoccupied", "vacant", "dry", "0"), 0.0),
}


def state_of(text: str) -> float | None:
    """The number a word of state stands for (on 1, off 0; open 1, closed 0); None when it is no such word."""
    return _STATES.get(text.strip().lower())
