"""What is taken of Dragino devices, and what is left, by the names of the maker's decoders.

A name begins with the model where models scale one thing differently. Raw values are the numbers in the frame.
"""

from sensors.model import Field

NO_PROBE = 0x7FFF
NOTHING = 0xFFFF


def _celsius(scale: float, channel: str = "", absent: tuple[float, ...] = (NO_PROBE,)) -> Field:
    return Field("climate.temperature", scale, channel=channel, absent=absent)


def _humidity(channel: str = "", absent: tuple[float, ...] = (NOTHING, 0xFFF)) -> Field:
    return Field("climate.humidity", 0.1, channel=channel, absent=absent)


FIELDS = {
    "BatV": Field("device.voltage", unit="mV"),
    "BAT": Field("device.voltage", unit="mV"),
    "LSN50 BatV": Field("device.voltage", 0.1),
    "WSC1 bat": Field("device.voltage", 1 / 30),
    # temperature and humidity of the air
    "LHT65 TempC_SHT": _celsius(0.01),
    "LHT65 Hum_SHT": _humidity(),
    "LHT65 TempC_DS": _celsius(0.01, "Ext"),
    "LHT65 TempC_TMP117": _celsius(0.01, "Ext"),
    "LHT65 Ext_TempC_SHT": _celsius(0.01, "Ext"),
    "LHT65 Ext_Hum_SHT": _humidity("Ext"),
    "TempC_SHT": _celsius(0.1, absent=(NO_PROBE, -1)),
    "Hum_SHT": _humidity(absent=(NOTHING,)),
    "LSN50 TempC_SHT": _celsius(0.1, "SHT", (NO_PROBE, -1)),
    "TempC1": _celsius(0.1, "1"),
    "TempC2": _celsius(0.1, "2"),
    "TempC3": _celsius(0.1, "3"),
    "TempC_TMP117": _celsius(0.01, "TMP117"),
    "TempC_DS18B20": _celsius(0.1, "DS18B20"),
    "TempC": _celsius(0.1),
    "T68DL TempC": _celsius(0.01),
    "roomtemp_F": Field("climate.temperature", 0.1, "°F"),
    "AQS TempC": _celsius(0.01),
    "LTC2 Temp_Channel": Field("input.temperature", 0.01, absent=(NO_PROBE, -NO_PROBE)),
    "LTC2-LB Temp_Channel": Field("input.temperature", 0.1, absent=(NO_PROBE, -NO_PROBE)),
    "TC01 TempC": Field("input.temperature", 0.1, absent=(NO_PROBE,)),
    "Leaf_Temperature": _celsius(0.1, "leaf"),
    "Lidar_temp": Field("device.temperature"),
    # air quality, light, weather
    "CO2_ppm": Field("climate.co2", absent=(NOTHING,)),
    "CO_ppm": Field("climate.carbon_monoxide", absent=(NOTHING,)),
    "TVOC_ppb": Field("climate.tvoc", absent=(NOTHING,)),
    "air_pressure": Field("climate.pressure", 0.1, absent=(0, NOTHING)),
    "ILL_lx": Field("climate.illuminance", absent=(NOTHING,)),
    "WSC1 wind_speed": Field("weather.wind_speed", 0.1),
    "WSC1 illumination": Field("climate.illuminance", 10),
    "WSC1 HUM": Field("climate.humidity", 0.1),
    "WSC1 PM2_5": Field("climate.pm2_5"),
    "WSC1 PM10": Field("climate.pm10"),
    "WSC1 TSR": Field("weather.irradiance", 0.1),
    # soil, levels
    "water_SOIL": Field("soil.moisture", 0.01),
    "temp_SOIL": Field("soil.temperature", 0.01),
    "SPH01 TEMP_SOIL": Field("soil.temperature", 0.1),
    "conduct_SOIL": Field("soil.conductivity"),
    "Distance": Field("level.distance", absent=(0, 20, 0x3FFF, NOTHING)),  # none, out of range (LDDS), none (MDS)
    "Distance_mm": Field("level.distance", absent=(0, NOTHING)),
    # doors, leaks, contacts, motion
    "DOOR_OPEN_STATUS": Field("opening.contact"),
    "DOOR_OPEN_TIMES": Field("opening.openings"),
    "Door_status": Field("opening.contact"),
    "WATER_LEAK_STATUS": Field("water.leak"),
    "PIN_STATUS": Field("input.on"),
    "Exti_pin_level": Field("input.on", channel="EXTI"),
    "Digital_IStatus": Field("input.on", channel="DI"),
    "PIR": Field("occupancy.motion"),
    "Move_count": Field("occupancy.motions"),
    # meters and inputs
    "TOTAL_PULSE": Field("pulse.count"),
    "Exit_count": Field("pulse.count", channel="EXTI"),
    "Water_flow_value": Field("water.volume", unit="L"),
    "ADC_V": Field("input.voltage", unit="mV", channel="ADC"),
    "AVI_V": Field("input.voltage", unit="mV"),
    "ACI_mA": Field("input.current", 1e-3, "mA"),
    "DI_status": Field("input.on"),
    "RO_status": Field("actuator.on"),
    "Relay": Field("actuator.on"),
    "Current_A": Field("electricity.current"),
}

LEFT = {
    **dict.fromkeys(
        ("LAST_DOOR_OPEN_DURATION", "LAST_WATER_LEAK_DURATION", "LAST_DISCONNECT_DURATION", "Exit_duration"),
        "minutes that the last event took; the state itself is taken",
    ),
    "WATER_LEAK_TIMES": "number of leaks so far; the leak itself is taken",
    **dict.fromkeys(
        ("ALARM", "Exti_status", "Sensor_flag"), "why the message was sent, or what is plugged in; no measure"
    ),
    "PH1_SOIL": "acidity of the soil: no quantity of the table",
    "PART_count": "amount since the last report (CMOD 1); no register",
    "Last_pulse": "pulses since the last report (MOD 1); no register",
    "log Exit_count": "last 16 bits of a register of 32",
    "collected": "samples of which the frame does not tell the times",
    "history": "log of which the maker publishes no layout with names",
    "vib_count": "shocks of the thing it is fixed to",
    "work_min": "minutes the thing it is fixed to was running",
    "acceleration": "vibration of the thing it is fixed to",
    "Res_Channel": "resistance of a probe; means what the installer decided",
    "Weight": "grams of whatever stands on it; zero and scale are the installer's",
    "PWM": "frequency and duty cycle of a signal; means what the installer decided",
    "DO_status": "level of an output that pulls to ground; on or off is a matter of wiring",
    "Motor_out": "direction in which a motor was driven",
    "thresholds": "which threshold of an input was crossed",
    "curtotal_mA_min": "charge through a clamp; no quantity of the site",
    "Probe_mod": "what is wired to the current loop; the loop's current is taken",
    "RS485 data": "answers of the device on the bus; what they mean is the installer's, by a mapping profile",
    "raw SOIL": "dielectric constant and raw signals (MOD 1)",
    "Leaf_Moisture": "wetness of a leaf",
    "signal_strength": "of the echo",
    "WSC1 wind_direction": "direction of the wind",
    "WSC1 rain_snow": "whether it rains or snows, without amount",
    "WSC1 rain_gauge": "rain of a span that the maker does not publish",
    "WSC1 PAR": "light for plants",
    "WSC1 A": "sensors of one's own; mean what the installer decided",
}
