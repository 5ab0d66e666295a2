"""Where the registers of Yobiiq devices go. Names, scales and units are those of the vendor's codecs, see `registers`.

Power imported and exported are two registers of one quantity and add up, exported as negative.
"""

from sensors.lorawan.yobiiq.opentherm import MODES
from sensors.model import Field

_PHASES = ("L1", "L2", "L3")

_DSMR = {
    **{
        f"electricityDelivered{way}Client{tariff}": Field(quantity, channel=tariff)
        for way, quantity in (("To", "electricity.energy"), ("By", "electricity.energy_export"))
        for tariff in ("", "T1", "T2")
    },
    "electricityPowerDelivered": Field("electricity.power"),
    "electricityPowerReceived": Field("electricity.power", -1.0),
    **{f"activePowerDelivered{phase}": Field("electricity.power", channel=phase) for phase in _PHASES},
    **{f"activePowerReceived{phase}": Field("electricity.power", -1.0, channel=phase) for phase in _PHASES},
    **{f"importedReactivePower{phase}": Field("electricity.reactive_power", channel=phase) for phase in _PHASES},
    **{f"exportedReactivePower{phase}": Field("electricity.reactive_power", -1.0, channel=phase) for phase in _PHASES},
    "totalImportedReactivePower": Field("electricity.reactive_power"),
    "totalExportedReactivePower": Field("electricity.reactive_power", -1.0),
    "totalImportedApparentPower": Field("electricity.apparent_power"),
    "totalExportedApparentPower": Field("electricity.apparent_power"),
    "totalImportedReactiveEnergy": Field("electricity.reactive_energy"),
    "totalExportedReactiveEnergy": Field("electricity.reactive_energy_export"),
    **{f"voltage{phase}": Field("electricity.voltage", 1, "dV", phase) for phase in _PHASES},
    **{f"current{phase}": Field("electricity.current", channel=phase) for phase in _PHASES},
    "breakerControlState": Field("actuator.on"),
    "relay1ControlState": Field("actuator.on", channel="relay1"),
    "relay2ControlState": Field("actuator.on", channel="relay2"),
    **{f"valvePositionGasChannel{channel}": Field("actuator.on", channel=f"valve{channel}") for channel in range(1, 5)},
    **{f"pulseCounterDryInput{number}": Field("pulse.count", channel=str(number)) for number in (1, 2)},
    "internalCircuitTemperature": Field("device.temperature", 0.01),
    "ambientTemperature": Field("climate.temperature", 0.01),
    "ambientHumidity": Field("climate.humidity"),
    "batteryPercentage": Field("device.battery", absent=(0,)),  # mains devices say 0
    "batteryVoltage": Field("device.voltage", 1, "dV", absent=(0,)),
    "batteryVoltage mV": Field("device.voltage", 1, "mV", absent=(0,)),
}

_METER = {
    **{
        f"{kind}{way}{tariff}": Field(quantity + suffix, channel=tariff)
        for kind, quantity in (
            ("activeEnergy", "electricity.energy"),
            ("reactiveEnergy", "electricity.reactive_energy"),
        )
        for way, suffix in (("Import", ""), ("Export", "_export"))
        for tariff in ("T1", "T2")
    },
    **{f"voltage{phase}N": Field("electricity.voltage", 1, "dV", phase) for phase in _PHASES},
    "currentL123": Field("electricity.current", 1, "mA"),
    **{f"current{phase} mA": Field("electricity.current", 1, "mA", phase) for phase in _PHASES},
    "activePowerL123": Field("electricity.power"),
    **{f"activePower{phase}": Field("electricity.power", channel=phase) for phase in _PHASES},
    **{f"reactivePower{phase}": Field("electricity.reactive_power", channel=phase) for phase in _PHASES},
    **{f"apparentPower{phase}": Field("electricity.apparent_power", channel=phase) for phase in _PHASES},
    **{f"powerFactor{phase}": Field("electricity.power_factor", 0.01, channel=phase) for phase in _PHASES},
    "frequency": Field("electricity.frequency", 0.01),
    "totalSystemActivePower": Field("electricity.power", 1, "kW", "totalSystem"),  # beside the exact L123
    "totalSystemReactivePower": Field("electricity.reactive_power", channel="totalSystem"),
    "totalSystemApparentPower": Field("electricity.apparent_power", channel="totalSystem"),
    "relayStatus": Field("actuator.on"),
    "digitalInputStatus": Field("input.on"),
}

_OPENTHERM = {
    "roomTemperature": Field("climate.temperature", 1 / 256),
    "outsideTemperature": Field("climate.temperature", 1 / 256, channel="outside"),
    "roomSetpointTemperature": Field("climate.setpoint", 1 / 256),
    "roomSetpointTemperature2": Field("climate.setpoint", 1 / 256, channel="2"),
    "domesticHotWaterSetpointTemperature": Field("climate.setpoint", 1 / 256, channel="domesticHotWater"),
    "boilerFlowWaterTemperature": Field("heat.supply_temperature", 1 / 256),
    "flowWaterTemperature2": Field("heat.supply_temperature", 1 / 256, channel="2"),
    "solarCollectorTemperature": Field("heat.supply_temperature", 1 / 256, channel="solarCollector"),
    "returnWaterTemperature": Field("heat.return_temperature", 1 / 256),
    "domesticHotWaterTemperature1": Field("water.temperature", 1 / 256, channel="1"),
    "domesticHotWaterTemperature2": Field("water.temperature", 1 / 256, channel="2"),
    "solarStorageTemperature": Field("water.temperature", 1 / 256, channel="solarStorage"),
    "waterPressure": Field("water.pressure", 1 / 256, "bar"),
    "domesticHotWaterFlowRate": Field("water.flow", 1 / 256, "L/min"),
    "relativeModulationLevel": Field("actuator.level", 1 / 256),
    "boilerExhaustTemperature": Field("device.temperature", channel="exhaust"),
    **{name: Field("actuator.on", channel=name) for name in MODES},
}

_SMOKE = {
    "batteryLevelInPercentage": Field("device.battery"),
    "smokeAlarm": Field("safety.smoke"),
}

_RELAYS = {f"channel{channel}State": Field("actuator.on", channel=str(channel)) for channel in (1, 2)}

FIELDS = {**_DSMR, **_METER, **_OPENTHERM, **_SMOKE, **_RELAYS}

LEFT = {
    "timestamp": "time of the frame",
    "dataloggerTimestamp": "time of the values",
    "telegramTimestamp": "local time of the P1 telegram, without its offset",
    "index": "number of the frame",
    **{f"phaseAngle{phase}": "angle; the power factor beside it is taken" for phase in _PHASES},
    **{f"maximum{phase}CurrentDemand": "maximum since it was reset, no value of now" for phase in _PHASES},
    "averagePower": "mean of an interval; the power itself is sent too",
    "maxImportedExportedCurrent": "limit or maximum, no value of now",
    **dict.fromkeys(("activeThreshold", "limit"), "limit that was set"),
    "lastReadingOnChannel": "sent without its unit, and its meter's type in another frame",
    **dict.fromkeys(("deviceTypeOnChannel", "equipmentIdentifierChannel", "equipmentIdentifier"), "a meter's identity"),
    "tariffIndicator": "tariff now in force",
    **dict.fromkeys(("numberOfPowerFailures", "numberOfLongPowerFailures", "powerFailureEventLog"), "power failures"),
    **{f"numberOfVoltage{kind}{phase}": "voltage events" for kind in ("Sags", "Swells") for phase in _PHASES},
    "internalCircuitHumidity": "inside the casing",
    **dict.fromkeys(
        ("internalCircuitTemperatureAlarm", "internalCircuitTemperatureNumberOfAlarms"),
        "alarm on the temperature of the casing, which is taken",
    ),
    **dict.fromkeys(
        (
            "relaySwitchingOffReason",
            "relayEnableReason",
            "relaySwitchOffTime",
            "relayEnableTime",
            "currentWhenRelaySwitchingOff",
            "voltageWhenRelaySwitchingOff",
            "activePowerWhenRelaySwitchingOff",
            "resetAmountStatus",
        ),
        "log of the relay's switching off",
    ),
    **{f"channel{channel}Counter": "switchings of the relay" for channel in (1, 2)},
    **{
        f"channel{channel}{name}": "command or setting of the relay; its state is taken"
        for channel in (1, 2)
        for name in ("Control", "DefaultState", "WatchdogState", "ButtonOverrideFunction", "ButtonOverrideStatus")
    },
    "modbusErrorCode": "state of the connection to the meter",
    "powerEvent": "whether there is mains power",
    "lowBatteryAlarm": "the battery's charge is taken",
    "faultAlarm": "self-test of the smoke detector",
    "interconnectAlarm": "alarm of another detector, which sends it itself",
    "testButtonPressed": "test of the smoke detector",
    **dict.fromkeys(
        (
            "controlSetpointTemperature",
            "controlSetpointTemperature2",
            "coolingControlSignalPercentage",
            "maximumRelativeModulationLevel",
            "centralHeatingWaterMaximumSetpointTemperature",
            "outsideTemperatureCompensationHeatCurveRatio",
            "OpenTherm settings",
        ),
        "command or setting of the boiler",
    ),
    "OpenTherm alarm": "silence of the boiler or thermostat, faulty settings",
    "OpenTherm service data": "starts, hours, versions and fault codes of the boiler",
    **dict.fromkeys(
        (
            "p1Version",
            "deviceStatus",
            "manufacturer",
            "originalEquipmentManufacturer",
            "deviceModel",
            "deviceSerialNumber",
            "firmwareVersion",
            "hardwareVersion",
            "deviceClass",
            "midYearOfCertification",
            "manufacturedYear",
            "primaryCurrentTransformerRatio",
            "secondaryCurrentTransformerRatio",
            "primaryVoltageTransformerRatio",
            "secondaryVoltageTransformerRatio",
            "joinStatus",
            "applicationPort",
            "joinType",
            "adr",
            "sf",
            "radioMode",
            "numberOfJoinAttempts",
            "linkCheckTimeframe",
            "dataRetransmission",
            "lorawanWatchdogAlarm",
            "serialStopBits",
            "serialDataWidth",
            "serialParity",
            "serialBaudRate",
            "dsmrProfile",
            "serialWatchdogFunction",
            "serialWatchdogTimeout",
            "serialWatchdogAlarm",
            "decryptionKey",
            "decryptionFunction",
        ),
        "identity and settings, no measure",
    ),
}
