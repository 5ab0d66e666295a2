"""What Tasmota's drivers call their measurements, and where they go.

A name is that of the object and the value in it (``ENERGY.Total``), without the digits that number an object; a name
without object (``Temperature``) holds in the object of any sensor. Names are those of arendst/Tasmota
(include/i18n.h and the drivers xnrg, xsns and xdrv), units those of tasmota/docs and emontnemery/hatasmota.
"""

from sensors.codecs.tasmota_teleinfo import TIC_FIELDS, TIC_LEFT
from sensors.model import Field

_ENERGY_FIELDS = {
    "ENERGY.Total": Field("electricity.energy", unit="kWh"),
    "ENERGY.TotalTariff": Field("electricity.energy", unit="kWh", channel="tariff"),
    "ENERGY.ImportActive": Field("electricity.energy", unit="kWh", channel="ImportActive"),
    "ENERGY.ExportActive": Field("electricity.energy_export", unit="kWh"),
    "ENERGY.ExportTariff": Field("electricity.energy_export", unit="kWh", channel="tariff"),
    "ENERGY.TotalReactive": Field("electricity.reactive_energy", unit="kvarh"),
    "ENERGY.ImportReactive": Field("electricity.reactive_energy", unit="kvarh", channel="ImportReactive"),
    "ENERGY.ExportReactive": Field("electricity.reactive_energy_export", unit="kvarh"),
    "ENERGY.Power": Field("electricity.power"),
    "ENERGY.ActivePower": Field("electricity.power"),
    "ENERGY.ApparentPower": Field("electricity.apparent_power"),
    "ENERGY.ReactivePower": Field("electricity.reactive_power"),
    "ENERGY.Factor": Field("electricity.power_factor"),
    "ENERGY.Frequency": Field("electricity.frequency"),
    "ENERGY.Voltage": Field("electricity.voltage"),
    "ENERGY.Current": Field("electricity.current"),
    "ENERGY.CurrentNeutral": Field("electricity.current", channel="neutral"),
    "ENERGY.SolarPower": Field("pv.power"),
    **{f"ENERGY.Pv{index}Power": Field("pv.power", channel=f"Pv{index}") for index in (1, 2)},
    **{f"ENERGY.Pv{index}Voltage": Field("electricity.voltage", channel=f"Pv{index}") for index in (1, 2)},
    **{f"ENERGY.Pv{index}Current": Field("electricity.current", channel=f"Pv{index}") for index in (1, 2)},
    "ENERGY.Temperature": Field("device.temperature"),
}

_AIR_STATIONS = ("SEN5X", "SEN6X", "SEN62", "SEN63C", "SEN65", "SEN66", "SEN68", "SEN69C")
_DC_METERS = ("INA219", "INA226", "INA228", "INA3221")

_SENSOR_FIELDS = {
    "Temperature": Field("climate.temperature"),
    "Humidity": Field("climate.humidity"),
    "Pressure": Field("climate.pressure"),
    **dict.fromkeys(("Illuminance", "Ambient"), Field("climate.illuminance")),
    "CarbonDioxide": Field("climate.co2"),
    "TVOC": Field("climate.tvoc"),
    **{f"{kind}.VOC": Field("climate.tvoc_index") for kind in _AIR_STATIONS},
    **{f"{kind}.NOx": Field("climate.nox_index") for kind in (*_AIR_STATIONS, "SGP41")},
    **{f"SGP4{kind}.{name}": Field("climate.tvoc_index") for kind in "01" for name in ("TVOC", "AirQuality")},
    "Light": Field("climate.light_level"),
    **dict.fromkeys(("PM1", "PM1_0"), Field("climate.pm1")),
    **dict.fromkeys(("PM2.5", "PM2_5"), Field("climate.pm2_5")),
    **dict.fromkeys(("PM4", "PM4_0"), Field("climate.pm4")),
    "PM10": Field("climate.pm10"),
    "MPU6050.Temperature": Field("device.temperature"),
    "Flora.Humidity": Field("soil.moisture"),
    "NeoPool.Temperature": Field("water.temperature"),
    "OBJTMP": Field("climate.temperature", channel="OBJTMP"),
    "AMBTMP": Field("climate.temperature"),
    "Moisture": Field("soil.moisture"),
    "Fertility": Field("soil.conductivity"),
    "Battery": Field("device.battery"),
    "BatteryPercentage": Field("device.battery"),
    "BatteryVoltage": Field("device.voltage"),
    "MAX17043.Voltage": Field("device.voltage"),
    "RSSI": Field("device.rssi"),
    "HX711.Weight": Field("waste.mass"),
    "SR04.Distance": Field("level.distance", 10),  # cm
    "VL53L0X.Distance": Field("level.distance"),
    "VL53L1X.Distance": Field("level.distance"),
    **dict.fromkeys(("Speed.Act", "TX20.Speed", "TX23.Speed"), Field("weather.wind_speed")),
    "RG.Total": Field("weather.rain"),
    "ESP32.Temperature": Field("device.temperature"),
    **{f"{kind}.Power": Field("electricity.power") for kind in _DC_METERS},
    **{f"{kind}.Voltage": Field("electricity.voltage") for kind in _DC_METERS},
    **{f"{kind}.Current": Field("electricity.current") for kind in _DC_METERS},
    "ANALOG.CTEnergy.Energy": Field("electricity.energy", unit="kWh"),
    "ANALOG.CTEnergy.Power": Field("electricity.power"),
    "ANALOG.CTEnergy.Voltage": Field("electricity.voltage"),
    "ANALOG.CTEnergy.Current": Field("electricity.current"),
    "ANALOG.Voltage": Field("input.voltage"),
    "COUNTER.C": Field("pulse.count"),
    "Switch": Field("input.on"),
    "Switch.Action": Field("input.on"),
}

_STATE_FIELDS = {
    "POWER": Field("actuator.on"),
    "Dimmer": Field("actuator.level"),
    "Shutter.Position": Field("actuator.level"),
    "Vcc": Field("device.voltage"),
    "Wifi.Signal": Field("device.rssi"),
}

_ZIGBEE_FIELDS = {
    "ZbReceived.Power": Field("actuator.on"),
    "ZbReceived.Dimmer": Field("actuator.level", 100 / 254),
    "ZbReceived.Occupancy": Field("occupancy.motion"),
    "ZbReceived.Voltage": Field("device.voltage"),
    "ZbReceived.ActivePower": Field("electricity.power"),
}

FIELDS = {**_ENERGY_FIELDS, **TIC_FIELDS, **_SENSOR_FIELDS, **_STATE_FIELDS, **_ZIGBEE_FIELDS}

COMMANDED = "ZbReceived command"
"""Row of what a Zigbee device asks of others."""

LEFT = {
    **dict.fromkeys(("ENERGY.Today", "ENERGY.Yesterday", "ENERGY.Period", "ENERGY.TodaySumImport",
                     "ENERGY.TodaySumExport"), "energy of an interval; Total holds the register"),
    "ENERGY.TotalStartTime": "when Total was last reset",
    **dict.fromkeys(("ENERGY.TotalActive", "ENERGY.ResetTotalActive"), "drawn and exported energy in one sum"),
    **dict.fromkeys(("ENERGY.MaxPower", "ENERGY.ImportPower", "ENERGY.ExportPower"),
                    "greatest or mean power of an interval; Power is taken"),
    "ENERGY.PhaseAngle": "follows from the power factor",
    "ENERGY.Load": "percent of what the contract allows",
    "ENERGY beside TIC": "TIC says it under the meter's own label; Power there is in VA, not W",
    **TIC_LEFT,
    **dict.fromkeys(("DewPoint", "HeatIndex", "aHumidity"), "follows from temperature and humidity"),
    "SeaPressure": "reduced to sea level; Pressure is what was measured",
    "Noise": "a level in ten steps, no dB: only the Sonoff SC has it",
    "eCO2": "no CO2 measured: estimated from VOC, or a running mean of CarbonDioxide",
    **dict.fromkeys(("AirQuality", "BME680.Gas", "IAQ.Resistance", "SGP40.Raw", "VOC_Raw", "NOX_Raw"),
                    "the sensor's raw signal"),
    **dict.fromkeys(("CF1", "CF2.5", "CF10"), "for factory air; PM1, PM2.5 and PM10 are for the air in the room"),
    **dict.fromkeys(("PB0.3", "PB0.5", "PB1", "PB2.5", "PB5", "PB10", "NCPM0_5", "NCPM1_0", "NCPM2_5", "NCPM4_0",
                     "NCPM10", "TYPSIZ"), "particle count or size"),
    **dict.fromkeys(("Red", "Green", "Blue", "CCT", "Proximity"), "colour sensor, without unit"),
    **dict.fromkeys(("UvLevel", "UvIndex", "UvIndexText", "UvPower"), "ultraviolet light, no quantity of ours"),
    **dict.fromkeys(("Speed.Avg", "Speed.Min", "Speed.Max", "TX23.SpeedAvg", "TX23.SpeedMax", "TX23.Dir",
                     "TX23.Direction", "TX23.Degree", "TX20.SpeedAvg", "TX20.SpeedMax", "TX20.Direction",
                     "TX20.Degree"),
                    "wind of the last interval, or its direction; the speed now is taken"),
    **dict.fromkeys(("RG.Active", "RG.Event", "RG.FlowRate"), "rain of an interval; Total holds the register"),
    "Button.*": "a press, no state",
    "ANALOG.A": "raw signal of an analog input, without unit",
    "ANALOG.Range": "scaled by the user to an unknown unit; a profile can name it",
    "ANALOG.pH": "acidity, no quantity of ours",
    **dict.fromkeys(("Id", "Address", "Type", "Model", "MAC"), "identity of a sensor"),
    **dict.fromkeys(("PN532.*", "RC522.*", "RDM6300.*", "IBEACON.*", "IrReceived.*", "RfReceived.*"),
                    "badges, beacons and remote controls, no measurement"),
    **dict.fromkeys(("Time", "Epoch", "TempUnit", "PressureUnit", "SpeedUnit"), "time and units of the others"),
    "Wifi.RSSI": "percent of a good signal; Signal is in dBm",
    **dict.fromkeys(("Wifi.AP", "Wifi.SSId", "Wifi.SSID", "Wifi.BSSId", "Wifi.APMac", "Wifi.Channel", "Wifi.Mode",
                     "Wifi.LinkCount", "Wifi.Downtime", "Hostname", "IPAddress"), "network"),
    **dict.fromkeys(("Uptime", "UptimeSec", "Heap", "SleepMode", "Sleep", "LoadAvg", "MqttCount", "Berry.*", "Ver"),
                    "running of the firmware"),
    **dict.fromkeys(("Color", "HSBColor", "White", "CT", "Channel.*", "Scheme", "Fade", "Speed", "Width", "LedTable",
                     "PWM.*", "FanSpeed", "Shutter.Direction", "Shutter.Target", "Shutter.Tilt"),
                    "setting of a light, fan or shutter"),
    **dict.fromkeys(("ZbReceived.Device", "ZbReceived.Name", "ZbReceived.ModelId", "ZbReceived.Manufacturer",
                     "ZbReceived.Endpoint", "ZbReceived.Group", "ZbReceived.LinkQuality"),
                    "identity and link of a Zigbee device"),
    COMMANDED: "what a remote control wants of others, no state of its own",
    "ZbReceived.Illuminance": "logarithmic Zigbee value, not lux",
    **dict.fromkeys(("ZbReceived.RMSVoltage", "ZbReceived.RMSCurrent"), "scaled by a factor that is not sent"),
}  # fmt: skip
