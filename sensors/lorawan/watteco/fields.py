"""What is taken of Watteco's measurements, by the name the vendor's decoders give them."""

from sensors.lorawan.watteco import tic_fields
from sensors.model import Field

FIELDS = {
    "temperature": Field("climate.temperature"),
    "probe_temperature": Field("input.temperature"),
    "humidity": Field("climate.humidity"),
    "CO2": Field("climate.co2"),
    "VOC": Field("climate.tvoc"),
    "IAQ": Field("climate.tvoc_index"),
    "pressure": Field("climate.pressure"),
    "differential_pressure": Field("ventilation.differential_pressure"),
    "illuminance": Field("climate.illuminance"),
    "occupancy": Field("occupancy.presence"),
    "index": Field("pulse.count"),
    "pin_state": Field("input.on"),
    "open": Field("opening.contact"),
    "violation_detection": Field("safety.tamper"),
    "output": Field("actuator.on"),
    "4-20_mA": Field("input.current", 1, "mA", "4-20_mA"),
    "0-100_mV": Field("input.voltage", 1, "mV", "0-100_mV"),
    "0-70_V": Field("input.voltage", 1, "mV", "0-70_V"),
    **{
        name: Field("input.voltage", channel=name)
        for name in ("0-10_V", "0-5_V_1", "0-5_V_2", "ratiometric_0-5_V_1", "ratiometric_0-5_V_2")
    },
    "distance": Field("level.distance", 1000),
    "acc_temperature": Field("device.temperature"),
    "active_energy": Field("electricity.energy"),
    "negative_active_energy": Field("electricity.energy_export"),
    "reactive_energy": Field("electricity.reactive_energy"),
    "negative_reactive_energy": Field("electricity.reactive_energy_export"),
    "active_power": Field("electricity.power"),
    "reactive_power": Field("electricity.reactive_power"),
    "Vrms": Field("electricity.voltage"),
    "Irms": Field("electricity.current"),
    "cosine of angle": Field("electricity.power_factor"),
    "frequency": Field("electricity.frequency"),
    "battery_voltage": Field("device.voltage"),
    "disposable_battery_voltage": Field("device.voltage", 1, "mV"),
    "main_or_external_voltage": Field("device.voltage", 1, "mV", "main_or_external"),
    "rechargeable_battery_voltage": Field("device.voltage", 1, "mV", "rechargeable_battery"),
    "solar_harvesting_voltage": Field("device.voltage", 1, "mV", "solar_harvesting"),
    "tic_harvesting_voltage": Field("device.voltage", 1, "mV", "tic_harvesting"),
    "external_power_voltage": Field("device.voltage", channel="main_or_external"),
    "external_level": Field("device.voltage", channel="main_or_external"),
    **tic_fields.FIELDS,
}

_EXTREMES = "extreme or mean of an interval; the value itself is taken"
_MOVEMENT = "movement of the thing it is fixed to"

LEFT = {
    "analog": "what it measures only the product tells: name it",
    "number": "what it counts only the product tells: name it",
    "concentration": "further gases are not published",
    **dict.fromkeys(("mean_concentration", "min_concentration", "max_concentration"), _EXTREMES),
    **{f"{kind}_differential_pressure_since_last_report": _EXTREMES for kind in ("mean", "minimal", "maximal")},
    **dict.fromkeys(("frequency_min", "frequency_max", "Vrms_min", "Vrms_max"), _EXTREMES),
    **dict.fromkeys(("Vpeak", "Vpeak_min", "Vpeak_max"), "peak of the voltage; its effective value is taken"),
    **dict.fromkeys(("over_voltage", "sag_voltage", "brownout_number"), "count of disturbances of the network"),
    "nb_samples": "minutes that the energy was measured for",
    **dict.fromkeys(("Tilt", "ACCmg", "xyz_acceleration"), _MOVEMENT),
    "magnitude": "strength of the radar's echo",
    "crack_distance": "width of a crack in a wall",
    "output_value": "order to a heater's pilot wire: one of several modes, on no scale",
    "multi_state": "all inputs in one number; each is taken",
    "modbus_payload": "registers of another device; only its owner knows what they measure",
    "volume": "its unit is not published",
    "classification": "grade of the air; the concentration is taken",
    **dict.fromkeys(("power_mode", "power_source"), "how the device is fed; the voltages are taken"),
    **tic_fields.LEFT,
}
