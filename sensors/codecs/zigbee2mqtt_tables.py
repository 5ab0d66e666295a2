"""What Zigbee2MQTT's devices expose: names, units and the raw values that stand for none.

After Koenkk/zigbee-herdsman-converters, src/lib/exposes.ts and src/devices.
"""

import re

from sensors.codecs.zigbee2mqtt_linky import TIC_FIELDS, TIC_LEFT
from sensors.model import Field

HUNDREDTHS = (655.35, -327.68, 65535, -32768)
"""All bits set, or the least number, of 16 bits in hundredths or as it is: none."""

TENTHS = (6553.5, -3276.8, 65535, -32768)


def _same(field: Field, *names: str) -> dict[str, Field]:
    return dict.fromkeys(names, field)


FIELDS: dict[str, Field] = {
    **_same(Field("climate.temperature", absent=HUNDREDTHS), "temperature", "local_temperature", "room_temperature"),
    "outdoor_temperature": Field("climate.temperature", channel="outdoor", absent=HUNDREDTHS),
    "floor_temperature": Field("climate.temperature", channel="floor", absent=HUNDREDTHS),
    "outdoor_air_temperature": Field("climate.temperature", channel="outdoor", absent=HUNDREDTHS),
    **_same(Field("climate.temperature", channel="floor", absent=HUNDREDTHS), "floor_temp", "local_temperature_floor"),
    **_same(Field("climate.temperature", channel="probe", absent=HUNDREDTHS), "temperature_probe", "probe_temperature"),
    **_same(Field("climate.temperature", absent=HUNDREDTHS), "current_temperature", "air_temp"),
    "humidity": Field("climate.humidity", absent=HUNDREDTHS),
    "pressure": Field("climate.pressure", absent=TENTHS),
    "co2": Field("climate.co2", absent=(65535,)),
    **_same(Field("climate.carbon_monoxide", absent=(65535,)), "co", "co_ppm", "carbon_monoxide_value"),
    **_same(Field("climate.tvoc", absent=(65535,)), "tvoc", "total_volatile_organic_compounds"),
    "nox_index": Field("climate.nox_index", absent=(65535,)),
    "ozone": Field("climate.ozone", absent=(65535,)),
    "pm4": Field("climate.pm4", absent=(65535,)),
    "voc": Field("climate.tvoc_mass", absent=(65535,)),
    "voc_index": Field("climate.tvoc_index", absent=(65535,)),
    **_same(Field("climate.formaldehyde", unit="mg/m³", absent=(65535, 65.535)), "formaldehyd", "hcho"),
    "pm1": Field("climate.pm1", absent=(65535,)),
    "pm25": Field("climate.pm2_5", absent=(65535,)),
    "pm10": Field("climate.pm10", absent=(65535,)),
    **_same(Field("climate.noise", absent=(65535,)), "noise", "noise_level"),
    **_same(Field("climate.illuminance", absent=(65535,)), "illuminance", "illuminance_lux"),
    **_same(Field("occupancy.presence"), "occupancy", "presence"),
    "motion": Field("occupancy.motion"),
    "contact": Field("opening.contact"),
    **_same(Field("opening.contact"), "window_open", "window"),
    **_same(Field("water.leak"), "water_leak", "active_water_leak", "water"),
    "smoke": Field("safety.smoke"),
    "carbon_monoxide": Field("safety.carbon_monoxide"),
    "gas": Field("safety.gas"),
    "tamper": Field("safety.tamper"),
    "battery": Field("device.battery", absent=(255, 65535)),
    "battery_low": Field("device.low_battery"),
    "voltage": Field("electricity.voltage", absent=(*HUNDREDTHS, *TENTHS)),
    **_same(Field("electricity.voltage", absent=HUNDREDTHS), "rms_voltage", "voltage_rms", "mains_voltage"),
    "voltage of a battery": Field("device.voltage", unit="mV", absent=(65535, 25500)),
    **_same(Field("device.temperature", absent=HUNDREDTHS), "device_temperature", "device_intenal_temperature"),
    "cpu_temperature": Field("device.temperature", absent=HUNDREDTHS),
    **_same(Field("electricity.power", absent=TENTHS), "power", "total_power", "total_active_power"),
    **_same(Field("electricity.apparent_power", absent=(65535,)), "power_apparent", "total_power_apparent"),
    **_same(Field("electricity.apparent_power", absent=(65535,)), "total_apparent_power", "apparent_power"),
    "total_active_power in kW": Field("electricity.power", unit="kW"),
    **_same(Field("electricity.reactive_power", absent=(65535, -32768)), "power_reactive", "total_power_reactive"),
    **_same(Field("electricity.reactive_power", absent=(65535, -32768)), "reactive_power", "total_reactive_power"),
    **_same(Field("electricity.energy", unit="kWh"), "energy", "energy_consumed", "total_energy"),
    **_same(Field("electricity.energy_export", unit="kWh"), "produced_energy", "energy_produced", "reverse_energy"),
    **_same(Field("electricity.energy", unit="kWh"), "active_energy", "total_active_energy"),
    "energy_wh": Field("electricity.energy"),
    "consumed_energy": Field("electricity.energy"),  # in Wh: only Perenio's plugs have it
    **{f"energy_tier_{tier}": Field("electricity.energy", unit="kWh", channel=f"tier_{tier}") for tier in range(1, 5)},
    **{
        f"produced_energy_tier_{tier}": Field("electricity.energy_export", unit="kWh", channel=f"tier_{tier}")
        for tier in range(1, 5)
    },
    **_same(Field("electricity.reactive_energy", unit="kvarh"), "reactive_energy", "energy_reactive"),
    "current_average": Field("electricity.current", channel="average"),
    "current": Field("electricity.current", absent=(*HUNDREDTHS, *TENTHS, 65.535, -32.768)),
    "power_factor": Field("electricity.power_factor"),
    "ac_frequency": Field("electricity.frequency", absent=HUNDREDTHS),
    "state": Field("actuator.on"),
    "brightness": Field("actuator.level", scale=100 / 254, absent=(255,)),
    "position": Field("actuator.level", absent=(255,)),
    **_same(Field("climate.setpoint", absent=HUNDREDTHS), "occupied_heating_setpoint", "current_heating_setpoint"),
    "occupied_cooling_setpoint": Field("climate.setpoint", channel="cooling", absent=HUNDREDTHS),
    **_same(Field("actuator.valve_position", absent=(255,)), "pi_heating_demand", "valve_position"),
    "valve_opening_degree": Field("actuator.valve_position", absent=(255,)),
    "pi_cooling_demand": Field("actuator.valve_position", channel="cooling", absent=(255,)),
    **_same(Field("soil.moisture", absent=HUNDREDTHS), "soil_moisture", "moisture"),
    "soil_temperature": Field("soil.temperature", absent=HUNDREDTHS),
    **_same(Field("soil.conductivity", absent=(65535,)), "ec", "soil_fertility", "fertility"),
    **_same(Field("water.temperature", absent=HUNDREDTHS), "water_temperature", "dhw_temperature"),
    **_same(Field("water.volume", unit="L"), "water_total", "water_consumed_total"),
    "water_current": Field("water.flow", unit="L/min"),
    "cumulative_heat": Field("heat.energy", unit="kWh"),
    **_same(Field("heat.supply_temperature"), "inlet_water_temperature", "boiler_water_temperature"),
    **_same(Field("heat.return_temperature"), "outlet_water_temperature", "return_water_temperature"),
    "pulse_count": Field("pulse.count"),
    "wind_speed": Field("weather.wind_speed", absent=HUNDREDTHS),
    "precipitation": Field("weather.rain"),
    **TIC_FIELDS,
}

LEFT = {
    "linkquality": "0 to 255, on a scale of each adapter's own: no dBm",
    "last_seen": "the time of the values",
    "elapsed": "time since the message before",
    **TIC_LEFT,
    **dict.fromkeys(("update", "update_available", "device", "color", "options"), "an object about the device"),
    **dict.fromkeys(("color_temp", "color_mode", "color_temp_startup", "effect"), "a setting of the light"),
    **dict.fromkeys(("state OPEN", "state CLOSE", "state STOP"), "which way a cover or valve moves; see `position`"),
    **dict.fromkeys(("state CLOSED", "valve_state", "moving", "motor_state"), "how a cover, lock or valve stands"),
    **dict.fromkeys(("state LOCK", "state UNLOCK", "lock_state"), "how a lock stands"),
    "illuminance_raw": "raw twin of illuminance",
    "temperature_f": "twin of temperature",
    "eco2": "estimated by the device from organic compounds, no measure of CO₂",
    "aqi": "an index of the device's own making",
    **dict.fromkeys(("action", "click", "action_group", "action_duration", "action_rate"), "an event"),
    **dict.fromkeys(("water_consumed", "flow", "volume"), "in L or m³, as the model has it: teach it with a profile"),
    **dict.fromkeys(("energy_today", "energy_yesterday", "energy_month"), "begins anew; `energy` is the register"),
    **dict.fromkeys(
        ("vibration", "tilt", "strength", "angle", "angle_x", "angle_y", "angle_z"), "how a thing is moved"
    ),
    **dict.fromkeys(("x_axis", "y_axis", "z_axis", "angle_x_absolute", "angle_y_absolute"), "how a thing moves"),
    **dict.fromkeys(("power_outage_count", "trigger_count", "device_power_on_count"), "counts events of the device"),
    **dict.fromkeys(("running_state", "system_mode", "preset", "fan_mode", "battery_state", "mode"), "a word"),
    **dict.fromkeys(("local_temperature_calibration", "external_temperature_input", "sensitivity"), "a setting"),
    **dict.fromkeys(("unoccupied_heating_setpoint", "unoccupied_cooling_setpoint"), "a setting not in force"),
    **dict.fromkeys(("min_temperature", "max_temperature", "comfort_temperature", "eco_temperature"), "a setting"),
    **dict.fromkeys(
        ("temperature_calibration", "humidity_calibration", "occupancy_timeout", "sensitivity"), "a setting"
    ),
    **dict.fromkeys(("motion_sensitivity", "keep_time", "child_lock", "window_detection", "open_window"), "a setting"),
    **dict.fromkeys(("power_on_behavior", "power_outage_memory", "indicator_mode", "led_indication"), "a setting"),
    **dict.fromkeys(
        ("identify", "countdown", "linkage_alarm", "self_test", "test", "switch_type", "backlight_mode"), "a setting"
    ),
}

BESIDE = {
    "total_active_power": ("charge_limit", "total_active_power in kW"),  # Amina's charger
    "illuminance": ("illuminance_lux", "illuminance_raw"),
    "occupancy": ("presence", "motion"),
    "temperature": ("local_temperature", "temperature_probe"),
}
"""By name: beside which other name it is read as a third."""

ENDPOINT = re.compile(
    r"(.+?)_(?:phase_)?("
    r"[a-c]{1,2}|neutral|(?:l|c|ch|s|t|th|b|plug_|button_|channel_)?\d{1,2}|usb(?:_[ac])?|rgb|white|cct|relay|wall|"
    r"(?:(?:top|bottom|center)_)?(?:left|right|center|top|bottom|middle)|rear|front|heat|water|day|night|local|remote)"
)
"""A name with its endpoint, as the vendors' definitions call them."""
