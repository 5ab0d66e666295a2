"""What SenML's units and names mean here. Units: the IANA registry of SenML units (RFC 8428, RFC 8798).

A key of `FIELDS` is a unit, or a unit and a measurement where the unit alone leaves the quantity open; ``·s`` after a
unit marks a sum: the integral of the value over time, which only rises (RFC 8428, section 4.3), its unit times seconds.
``vb`` is a boolean, ``vs`` a text, ``vd`` bytes.
"""

from collections.abc import Iterator

from sensors.model import Field

Scaled = tuple[float, str]  # a factor, and a key of sensors.units.UNITS ("": the unit of the quantity)

TEMPERATURE: dict[str, Scaled] = {"Cel": (1, "Cel"), "K": (1, "K")}
POWER: dict[str, Scaled] = {"W": (1, "W"), "kW": (1, "kW")}
REACTIVE: dict[str, Scaled] = {"var": (1, "var"), "kvar": (1, "kvar")}
ENERGY: dict[str, Scaled] = {"J": (1, "J"), "Wh": (1, "Wh"), "kWh": (1, "kWh")}
REACTIVE_ENERGY: dict[str, Scaled] = {"vars": (1 / 3600, "varh"), "varh": (1, "varh"), "kvarh": (1, "kvarh")}
VOLUME: dict[str, Scaled] = {"m3": (1, "m3"), "l": (1, "l")}
FLOW: dict[str, Scaled] = {"m3/s": (1, "m3/s"), "l/s": (1, "l/s"), "m3/h": (1, "m3/h")}
PRESSURE: dict[str, Scaled] = {"Pa": (1, "Pa"), "hPa": (1, "hPa")}
SHARE: dict[str, Scaled] = {"/": (1, "/"), "%": (1, "%"), "/100": (1, "%"), "/1000": (0.1, "%")}
PARTS: dict[str, Scaled] = {"ppm": (1, "ppm"), "/": (1e6, "ppm")}
BILLIONTHS: dict[str, Scaled] = {"ppb": (1, "ppb"), "ppm": (1e3, "ppb")}
DENSITY: dict[str, Scaled] = {"ug/m3": (1, "ug/m3"), "kg/m3": (1e9, "ug/m3")}
MASS: dict[str, Scaled] = {"kg": (1, "kg"), "g": (1, "g")}
VOLTAGE: dict[str, Scaled] = {"V": (1, "V"), "mV": (1, "mV")}
COUNT: dict[str, Scaled] = {"count": (1, "")}
YES: dict[str, Scaled] = {"vb": (1, ""), "/": (1, "")}

WORDS: dict[str, tuple[str, dict[str, Scaled]]] = {
    "temperature": ("climate.temperature", TEMPERATURE),
    "setpoint": ("climate.setpoint", TEMPERATURE),
    "supply_temperature": ("heat.supply_temperature", TEMPERATURE),
    "return_temperature": ("heat.return_temperature", TEMPERATURE),
    "water_temperature": ("water.temperature", TEMPERATURE),
    "soil_temperature": ("soil.temperature", TEMPERATURE),
    "device_temperature": ("device.temperature", TEMPERATURE),
    "humidity": ("climate.humidity", {"%RH": (1, "%RH"), **SHARE}),
    "soil_moisture": ("soil.moisture", {"%RH": (1, "%RH"), **SHARE}),
    "co2": ("climate.co2", PARTS),
    "co": ("climate.carbon_monoxide", PARTS),
    "tvoc": ("climate.tvoc", BILLIONTHS),
    "tvoc_mass": ("climate.tvoc_mass", DENSITY),
    "ozone": ("climate.ozone", BILLIONTHS),
    "formaldehyde": ("climate.formaldehyde", DENSITY),
    "pm1": ("climate.pm1", DENSITY),
    "pm2_5": ("climate.pm2_5", DENSITY),
    "pm4": ("climate.pm4", DENSITY),
    "pm10": ("climate.pm10", DENSITY),
    "illuminance": ("climate.illuminance", {"lx": (1, "lx")}),
    "noise": ("climate.noise", {"dB": (1, "dB"), "Bspl": (10, "dB")}),
    "pressure": ("climate.pressure", PRESSURE),
    "water_pressure": ("water.pressure", PRESSURE),
    "power": ("electricity.power", POWER),
    "apparent_power": ("electricity.apparent_power", {"VA": (1, "VA"), "kVA": (1, "kVA")}),
    "reactive_power": ("electricity.reactive_power", REACTIVE),
    "energy": ("electricity.energy", ENERGY),
    "energy_export": ("electricity.energy_export", ENERGY),
    "reactive_energy": ("electricity.reactive_energy", REACTIVE_ENERGY),
    "voltage": ("electricity.voltage", VOLTAGE),
    "current": ("electricity.current", {"A": (1, "A"), "mA": (1, "mA")}),
    "frequency": ("electricity.frequency", {"Hz": (1, "Hz")}),
    "power_factor": ("electricity.power_factor", {"/": (1, "")}),
    "pv_power": ("pv.power", POWER),
    "pv_energy": ("pv.energy", ENERGY),
    "ev_power": ("ev.power", POWER),
    "ev_energy": ("ev.energy", ENERGY),
    "heat_power": ("heat.power", POWER),
    "heat_energy": ("heat.energy", ENERGY),
    "heat_flow": ("heat.flow", FLOW),
    "cooling_power": ("cooling.power", POWER),
    "cooling_energy": ("cooling.energy", ENERGY),
    "water": ("water.volume", VOLUME),
    "gas": ("gas.volume", VOLUME),
    "flow": ("water.flow", FLOW),
    "pulses": ("pulse.count", COUNT),
    "people": ("occupancy.count", COUNT),
    "entries": ("occupancy.entries", COUNT),
    "exits": ("occupancy.exits", COUNT),
    "presence": ("occupancy.presence", YES),
    "motion": ("occupancy.motion", YES),
    "contact": ("opening.contact", YES),
    "leak": ("water.leak", YES),
    "smoke": ("safety.smoke", YES),
    "tamper": ("safety.tamper", YES),
    "on": ("actuator.on", YES),
    "valve": ("actuator.valve_position", SHARE),
    "level": ("actuator.level", SHARE),
    "state_of_charge": ("storage.charge", SHARE),
    "fill": ("waste.fill", SHARE),
    "waste": ("waste.mass", MASS),
    "irradiance": ("weather.irradiance", {"W/m2": (1, "W/m²")}),
    "wind_speed": ("weather.wind_speed", {"m/s": (1, "m/s"), "km/h": (1, "km/h")}),
    "rain": ("weather.rain", {"mm": (1, "mm")}),
    "soil_conductivity": ("soil.conductivity", {"S/m": (1e4, "µS/cm"), "mS/m": (10, "µS/cm")}),
    "battery": ("device.battery", {"%EL": (1, "%"), **SHARE}),
    "battery_voltage": ("device.voltage", VOLTAGE),
    "rssi": ("device.rssi", {"dBm": (1, "dBm")}),
    "snr": ("device.snr", {"dB": (1, "dB")}),
}
"""By measurement: its quantity, and the units it is taken in."""

POWER_SUM: dict[str, Scaled] = {"W·s": (1, "J"), "kW·s": (1, "kJ")}
FLOW_SUM: dict[str, Scaled] = {"m3/s·s": (1, "m3"), "l/s·s": (1, "l")}

SUMS: dict[str, tuple[str, dict[str, Scaled]]] = {
    "power": ("electricity.energy", POWER_SUM),
    "pv_power": ("pv.energy", POWER_SUM),
    "ev_power": ("ev.energy", POWER_SUM),
    "heat_power": ("heat.energy", POWER_SUM),
    "cooling_power": ("cooling.energy", POWER_SUM),
    "reactive_power": ("electricity.reactive_energy", {"var·s": (1 / 3600, "varh")}),
    "flow": ("water.volume", FLOW_SUM),
    "heat_flow": ("heat.volume", FLOW_SUM),
}
"""The registers that sums of a measurement are."""

UNNAMED = (
    "temperature", "humidity", "illuminance", "power", "apparent_power", "reactive_power", "voltage", "current",
    "frequency", "irradiance", "wind_speed",
)  # fmt: skip
"""What a unit alone stands for, when no name of a record says otherwise."""

ALIASES = {
    **dict.fromkeys(("temp", "t", "air_temperature"), "temperature"),
    **dict.fromkeys(("target_temperature", "set_point"), "setpoint"),
    "flow_temperature": "supply_temperature",
    **dict.fromkeys(("hum", "rh", "relative_humidity"), "humidity"),
    "carbon_dioxide": "co2",
    "carbon_monoxide": "co",
    **dict.fromkeys(("pm25", "pm2.5"), "pm2_5"),
    **dict.fromkeys(("light", "lux", "luminosity"), "illuminance"),
    **dict.fromkeys(("sound", "sound_level"), "noise"),
    **dict.fromkeys(("air_pressure", "barometer", "barometric_pressure"), "pressure"),
    "active_power": "power",
    **dict.fromkeys(("active_energy", "energy_import", "total_energy", "energy_total"), "energy"),
    "volt": "voltage",
    "amperage": "current",
    **dict.fromkeys(("water_volume", "water_total"), "water"),
    **dict.fromkeys(("gas_volume", "gas_total"), "gas"),
    "water_flow": "flow",
    "pulse_count": "pulses",
    **dict.fromkeys(("people_count", "occupants"), "people"),
    **dict.fromkeys(("occupancy", "occupied"), "presence"),
    "pir": "motion",
    **dict.fromkeys(("door", "window", "open"), "contact"),
    "flood": "leak",
    **dict.fromkeys(("switch", "relay", "heat", "heater", "fan", "pump", "lamp"), "on"),
    "valve_position": "valve",
    **dict.fromkeys(("dimmer", "position"), "level"),
    "soc": "state_of_charge",
    "battery_level": "battery",
    "vbat": "battery_voltage",
}
"""Other spellings of the measurements."""

NAMED = frozenset(("door", "window", "heat", "heater", "fan", "pump", "lamp", "relay", "switch"))
"""Spellings that tell apart what a device has several of: they are its channels."""


def _fields() -> Iterator[tuple[str, Field]]:
    for table in (WORDS, SUMS):
        for word, (quantity, units) in table.items():
            for unit, (scale, ours) in units.items():
                yield f"{unit} {word}", Field(quantity, scale, ours)
                if word in UNNAMED and unit not in SHARE:
                    yield unit, Field(quantity, scale, ours)
    yield "%EL", Field("device.battery")
    yield "dBm", Field("device.rssi")


FIELDS = dict(_fields())

LEFT = {
    "vs": "text is no reading",
    "vd": "bytes are no reading",
    **dict.fromkeys(
        ("lat", "lon", "m lat", "m lon", "deg"), "where it is, or which way it points: no measure of a building"
    ),
    **dict.fromkeys(("EL", "s", "min", "h", "ms"), "a duration"),
    **dict.fromkeys(("beat/min", "beats"), "a heart rate is nobody's business here"),
    **dict.fromkeys(("B", "bit", "bit/s", "KiB", "GB", "Mbit/s", "B/s", "MB/s"), "data traffic"),
}
