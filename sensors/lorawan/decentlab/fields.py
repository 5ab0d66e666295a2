"""Where the values of Decentlab's devices go. Units are those of the vendor's decoders, see `models`."""

from sensors.model import Field

_UNCONNECTED = -327.68
"""A level of a profile that has no sensor."""

FIELDS = {
    "Battery voltage": Field("device.voltage"),
    "Air temperature": Field("climate.temperature"),
    "Air temperature (radiation shield)": Field("climate.temperature", channel="radiation shield"),
    "Surface temperature": Field("climate.temperature", channel="surface"),
    "Temperature target": Field("climate.temperature", channel="target"),
    "Black globe temperature": Field("climate.temperature", channel="globe"),
    "Temperature": Field("climate.temperature"),
    "CH0: Temperature": Field("climate.temperature", channel="CH0"),
    "CH1: Temperature": Field("climate.temperature", channel="CH1"),
    "Air humidity": Field("climate.humidity"),
    "Air humidity (radiation shield)": Field("climate.humidity", channel="radiation shield"),
    "Barometric pressure": Field("climate.pressure", 1, "Pa"),
    "Atmospheric pressure": Field("climate.pressure", 1, "kPa"),
    "Illuminance": Field("climate.illuminance"),
    "CO2 concentration": Field("climate.co2"),
    "Total VOC": Field("climate.tvoc"),
    "PM1.0 mass concentration": Field("climate.pm1"),
    "PM2.5 mass concentration": Field("climate.pm2_5"),
    "PM4 mass concentration": Field("climate.pm4"),
    "PM10 mass concentration": Field("climate.pm10"),
    "Motion": Field("occupancy.motion"),  # of the activity counter, which starts anew with each message
    "Sensor temperature": Field("device.temperature"),
    "Head temperature": Field("device.temperature", channel="head"),
    "Barometer temperature": Field("device.temperature", channel="barometer"),
    "CO2 sensor temperature": Field("device.temperature", channel="CO2 sensor"),
    "Electronics temperature": Field("device.temperature", channel="electronics"),
    "Water temperature": Field("water.temperature"),
    "Water pressure": Field("water.pressure", 1, "bar"),
    "Volumetric water content": Field("soil.moisture", 100),
    "Soil temperature": Field("soil.temperature"),
    "Electrical conductivity": Field("soil.conductivity"),
    **{f"Moisture at level {level}": Field("soil.moisture", channel=str(level)) for level in range(12)},
    **{
        f"Temperature at level {level}": Field("soil.temperature", channel=str(level), absent=(_UNCONNECTED,))
        for level in range(16)
    },
    "Solar radiation": Field("weather.irradiance"),
    "Reflected radiation": Field("weather.irradiance", channel="reflected"),
    "Wind speed": Field("weather.wind_speed"),
    "Maximum wind speed": Field("weather.wind_speed", channel="maximum"),
    "Cumulative precipitation": Field("weather.rain"),
    "Cumulative pulse count": Field("pulse.count"),
    "CH0: Cumulative pulse count": Field("pulse.count", channel="CH0"),
    "CH1: Cumulative pulse count": Field("pulse.count", channel="CH1"),
    "Input": Field("input.on"),
    "CH0: Input": Field("input.on", channel="CH0"),
    "CH1: Input": Field("input.on", channel="CH1"),
    "Input current": Field("input.current", 1, "mA"),
    "Input voltage": Field("input.voltage"),
    "Distance": Field("level.distance"),
}

LEFT = {
    **dict.fromkeys(
        ("Pulse count", "CH0: Pulse count", "CH1: Pulse count"), "pulses since the last message; their sum is taken"
    ),
    **dict.fromkeys(
        ("Pulse interval", "CH0: Pulse interval", "CH1: Pulse interval", "Precipitation interval"),
        "time since the last message",
    ),
    "Precipitation": "rain since the last message: where there is a sum, that is taken",
    "Position": "share of a potentiometer: what it stands for is not said",
    "Ambient light": "raw signals; the illuminance is taken",
    "CO2 concentration LPF": "slow twin of the CO2 concentration",
    "Sensor signals": "status and raw signals of a sensor",
    "Particle counts": "particles by size; their mass is taken",
    "Gas concentration": "of NO2, NO, CO and ozone: needs figures that belong to each sensor",
    "Wind direction": "no quantity of the table",
    "Wind components": "the wind speed is taken",
    "Orientation": "how the device hangs",
    "Lightning": "no quantity of the table",
    "Vapor pressure": "follows from temperature and humidity",
    "Dew point": "follows from temperature and humidity",
    "Albedo": "ratio of two values that are taken",
    "Photosynthetically active radiation": "light for plants",
    "Plant": "sap flow, size, leaf temperature and wetness of plants",
    "Permittivity": "raw value; the water content is taken",
    "Soil moisture index": "without a unit",
    "Salinity": "without a unit",
    "Water potential": "suction of the soil: no quantity of the table",
    "Water level": "depth or conductivity of open water: no quantity of the table",
    "Water quality": "turbidity, oxygen, acidity: no quantity of the table",
    "Distances": "extremes, percentiles and further means; the mean is taken",
    "Weight or strain": "of whatever lies on it; needs figures that belong to each sensor",
    "Ultraviolet": "no quantity of the table",
    "Sensor ID": "identity of a sensor",
}
