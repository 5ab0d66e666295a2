"""Which paths of Venus OS are taken and left.

A row is ``service/path``; ``{phase}`` stands for L1 to L3 and ``{index}`` for a number, ``+`` for any service, ``#``
for all that follows. Units and meanings: victronenergy/node-red-contrib-victron, services.json.
"""

from collections.abc import Iterator

from sensors.model import Field

METERS = ("grid", "acload", "genset", "heatpump")
"""AC meters: forward is drawn from the grid or generator, or by the load."""

INVERTERS = ("vebus", "multi", "inverter", "acsystem")

DC = ("battery", "solarcharger", "vebus", "multi", "inverter", "acsystem", "charger", "dcload", "dcsource", "dcsystem",
      "dcdc", "fuelcell", "alternator", "dcgenset", "genset", "motordrive")  # fmt: skip
"""What has direct-current terminals."""

FLOWS = (
    "AcIn1ToAcOut", "AcIn1ToInverter", "AcIn2ToAcOut", "AcIn2ToInverter", "AcOutToAcIn1", "AcOutToAcIn2",
    "InverterToAcIn1", "InverterToAcIn2", "InverterToAcOut", "OutToInverter", "SolarToAcIn1", "SolarToAcIn2",
    "SolarToAcOut", "SolarToBattery",
)  # fmt: skip
"""Registers of inverters: from where to where energy went."""

INPUT_STATES: dict[float, tuple[str, float]] = {
    2: ("off", 0.0), 3: ("on", 1.0), 6: ("open", 1.0), 7: ("closed", 0.0), 10: ("running", 1.0), 11: ("stopped", 0.0),
}  # fmt: skip
"""Codes of a digital input's state that mean one thing only."""


def _ac(service: str, power: str, energy: str) -> Iterator[tuple[str, Field]]:
    """An AC meter: totals and phases."""
    yield f"{service}/Ac/Power", Field(power)
    yield f"{service}/Ac/Energy/Forward", Field(energy, 1, "kWh")
    yield f"{service}/Ac/Frequency", Field("electricity.frequency")
    yield f"{service}/Ac/PowerFactor", Field("electricity.power_factor")
    yield f"{service}/Ac/Current", Field("electricity.current")
    yield f"{service}/Ac/Voltage", Field("electricity.voltage")
    phase = f"{service}/Ac/{{phase}}"
    yield f"{phase}/Power", Field(power, channel="{phase}")
    yield f"{phase}/Energy/Forward", Field(energy, 1, "kWh", "{phase}")
    yield f"{phase}/Voltage", Field("electricity.voltage", channel="{phase}")
    yield f"{phase}/VoltageLineToLine", Field("electricity.voltage", channel="{phase}/LineToLine")
    yield f"{service}/Ac/N/Current", Field("electricity.current", channel="N")
    yield f"{phase}/Current", Field("electricity.current", channel="{phase}")
    yield f"{phase}/Frequency", Field("electricity.frequency", channel="{phase}")
    yield f"{phase}/PowerFactor", Field("electricity.power_factor", channel="{phase}")


def _sides(service: str) -> Iterator[tuple[str, Field]]:
    """The AC sides of an inverter: its inputs and its output."""
    letters = {
        "P": "electricity.power",
        "S": "electricity.apparent_power",
        "I": "electricity.current",
        "V": "electricity.voltage",
        "F": "electricity.frequency",
    }
    for side in ("ActiveIn", "In/{index}", "Out"):
        for letter, quantity in letters.items():
            yield f"{service}/Ac/{side}/{{phase}}/{letter}", Field(quantity, channel=f"{side}/{{phase}}")
            yield f"{service}/Ac/{side}/{letter}", Field(quantity, channel=side)
    for flow in FLOWS:
        yield f"{service}/Energy/{flow}", Field("electricity.energy", 1, "kWh", flow)


def _dc(service: str) -> Iterator[tuple[str, Field]]:
    power = "storage.power" if service == "battery" else "electricity.power"
    terminals = f"{service}/Dc/{{index}}"
    yield f"{terminals}/Voltage", Field("electricity.voltage", channel="Dc/{index}")
    yield f"{terminals}/Current", Field("electricity.current", channel="Dc/{index}")
    yield f"{terminals}/Power", Field(power, channel="" if service == "battery" else "Dc/{index}")
    yield f"{terminals}/Temperature", Field("device.temperature", channel="Dc/{index}")
    yield f"{service}/Dc/In/P", Field("electricity.power", channel="Dc/In")
    yield f"{service}/Dc/In/V", Field("electricity.voltage", channel="Dc/In")
    yield f"{service}/Dc/In/I", Field("electricity.current", channel="Dc/In")
    yield f"{service}/History/EnergyIn", Field("electricity.energy", 1, "kWh")
    yield f"{service}/History/EnergyOut", Field("electricity.energy_export", 1, "kWh")


def _solar(service: str) -> Iterator[tuple[str, Field]]:
    """The panels of a charger or inverter with a tracker."""
    yield f"{service}/Yield/Power", Field("pv.power")
    yield f"{service}/Yield/System", Field("pv.energy", 1, "kWh")
    yield f"{service}/Yield/User", Field("pv.energy", 1, "kWh", "User")
    yield f"{service}/Pv/V", Field("electricity.voltage", channel="Pv")
    yield f"{service}/Pv/I", Field("electricity.current", channel="Pv")
    yield f"{service}/Pv/{{index}}/P", Field("pv.power", channel="Pv/{index}")
    yield f"{service}/Pv/{{index}}/V", Field("electricity.voltage", channel="Pv/{index}")
    yield f"{service}/Pv/{{index}}/I", Field("electricity.current", channel="Pv/{index}")
    yield f"{service}/Load/I", Field("electricity.current", channel="Load")
    yield f"{service}/Load/State", Field("actuator.on", channel="Load")


def _system() -> Iterator[tuple[str, Field]]:
    """What the gateway adds up over the whole installation."""
    for part in ("Grid", "Genset", "Consumption", "ConsumptionOnInput", "ConsumptionOnOutput", "ActiveIn"):
        row = f"system/Ac/{part}/{{phase}}"
        yield f"{row}/Power", Field("electricity.power", channel=f"{part}/{{phase}}")
        yield f"{row}/Current", Field("electricity.current", channel=f"{part}/{{phase}}")
    for part in ("PvOnGrid", "PvOnOutput", "PvOnGenset"):
        row = f"system/Ac/{part}/{{phase}}"
        yield f"{row}/Power", Field("pv.power", channel=f"{part}/{{phase}}")
        yield f"{row}/Current", Field("electricity.current", channel=f"{part}/{{phase}}")
    for part in ("System", "Charger", "Vebus", "InverterCharger", "Alternator", "FuelCell"):
        yield f"system/Dc/{part}/Power", Field("electricity.power", channel=f"Dc/{part}")
        yield f"system/Dc/{part}/Current", Field("electricity.current", channel=f"Dc/{part}")
    yield "system/Dc/Pv/Power", Field("pv.power", channel="Dc/Pv")
    yield "system/Dc/Pv/Current", Field("electricity.current", channel="Dc/Pv")
    yield "system/Dc/Battery/Soc", Field("storage.charge")
    yield "system/Dc/Battery/Power", Field("storage.power")
    yield "system/Dc/Battery/Voltage", Field("electricity.voltage", channel="Dc/Battery")
    yield "system/Dc/Battery/Current", Field("electricity.current", channel="Dc/Battery")
    yield "system/Dc/Battery/Temperature", Field("device.temperature", channel="Dc/Battery")


def _fields() -> Iterator[tuple[str, Field]]:
    for service in METERS:
        yield from _ac(service, "electricity.power", "electricity.energy")
        yield f"{service}/Ac/Energy/Reverse", Field("electricity.energy_export", 1, "kWh")
        yield f"{service}/Ac/{{phase}}/Energy/Reverse", Field("electricity.energy_export", 1, "kWh", "{phase}")
    yield from _ac("pvinverter", "pv.power", "pv.energy")
    yield "pvinverter/Ac/Energy/Reverse", Field("electricity.energy", 1, "kWh")  # what it draws at night
    yield "pvinverter/Ac/{phase}/Energy/Reverse", Field("electricity.energy", 1, "kWh", "{phase}")
    yield from _ac("evcharger", "ev.power", "ev.energy")
    yield "ev/Ac/Power", Field("ev.power")
    yield "ev/Soc", Field("storage.charge")
    yield "evcharger/Current", Field("electricity.current", channel="Charge")
    for service in INVERTERS:
        yield from _sides(service)
        yield f"{service}/Soc", Field("storage.charge")
    yield "charger/Ac/In/{phase}/P", Field("electricity.power", channel="In/{phase}")
    yield "charger/Ac/In/{phase}/I", Field("electricity.current", channel="In/{phase}")
    for service in DC:
        yield from _dc(service)
    for service in ("solarcharger", "multi", "inverter"):
        yield from _solar(service)
    yield from _system()
    for service in ("battery", "alternator", "dcsource"):
        yield f"{service}/Soc", Field("storage.charge")
    yield "battery/History/ChargedEnergy", Field("electricity.energy", 1, "kWh")
    yield "battery/History/DischargedEnergy", Field("electricity.energy_export", 1, "kWh")
    yield "temperature/Temperature", Field("climate.temperature")
    yield "temperature/Humidity", Field("climate.humidity")
    yield "temperature/Pressure", Field("climate.pressure", 1, "kPa")
    yield "temperature/CO2", Field("climate.co2")
    yield "temperature/Luminosity", Field("climate.illuminance")
    yield "temperature/NOX", Field("climate.nox_index")
    yield "temperature/VOC", Field("climate.tvoc_index")
    yield "temperature/PM25", Field("climate.pm2_5")
    yield "meteo/Irradiance", Field("weather.irradiance")
    yield "meteo/WindSpeed", Field("weather.wind_speed")
    yield "meteo/ExternalTemperature", Field("climate.temperature")
    yield "meteo/ExternalTemperature2", Field("climate.temperature", channel="2")
    yield "meteo/CellTemperature", Field("device.temperature")
    yield "digitalinput/Count", Field("pulse.count")
    yield "digitalinput/InputState", Field("input.on")
    yield "pulsemeter/Count", Field("pulse.count")
    for word in ("off", "on", "running", "stopped"):
        yield f"digitalinput/State {word}", Field("actuator.on")
    for word in ("open", "closed"):
        yield f"digitalinput/State {word}", Field("opening.contact")
    yield "pump/State", Field("actuator.on")
    for engine in (
        "CoolantTemperature",
        "ExaustTemperature",
        "ExhaustTemperature",
        "OilTemperature",
        "WindingTemperature",
    ):
        for service in ("genset", "dcgenset"):
            yield f"{service}/Engine/{engine}", Field("device.temperature", channel=engine)
    yield "+/HeatsinkTemperature", Field("device.temperature", channel="HeatsinkTemperature")
    yield "motordrive/Coolant/Temperature", Field("device.temperature", channel="Coolant")
    yield "motordrive/Motor/Temperature", Field("device.temperature", channel="Motor")
    yield "motordrive/Controller/Temperature", Field("device.temperature", channel="Controller")
    yield "+/StarterVoltage", Field("electricity.voltage", channel="Starter")
    yield "+/BatteryVoltage", Field("device.voltage")
    yield "+/Relay/{index}/State", Field("actuator.on", channel="Relay/{index}")
    yield "+/SwitchableOutput/{index}/State", Field("actuator.on", channel="{index}")
    yield "+/SwitchableOutput/{index}/Dimming", Field("actuator.level", channel="{index}")


FIELDS = dict(_fields())

_IDENTITY = "identity or state of the software"
_SETTING = "a setting or a limit, not a measure"
_CODE = "a code of what the device is doing"
_DAILY = "an amount of a day that is not over; the register is taken"

LEFT = {
    **{
        f"+/{name}": _IDENTITY
        for name in (
            "Connected", "ConnectionInformation", "CustomName", "DeviceInstance", "DeviceName", "DeviceType",
            "FirmwareVersion", "HardwareVersion", "Model", "ProductId", "ProductName", "Serial", "NrOfPhases",
            "NumberOfTrackers", "Ac/NumberOfPhases", "Role", "AllowedRoles",
        )
    },
    **{
        f"+/{head}/#": reason
        for head, reason in {
            "Mgmt": _IDENTITY,
            "Devices": _IDENTITY,
            "Settings": _SETTING,
            "Hub4": _SETTING,
            "Ess": _SETTING,
            "Control": _SETTING,
            "Info": "limits of the battery's management",
            "Bms": _CODE,
            "Io": _CODE,
            "Alarms": "alarms: the values that raise them are taken",
            "Error": _CODE,
            "Errors": _CODE,
            "Diagnostics": _CODE,
            "Equalization": _CODE,
            "Balancer": _CODE,
            "Timers": "durations",
            "History": "extremes, counts and amounts of a day since a reset; the registers are taken",
            "Session": "of one charging session; the register is taken",
            "SystemState": _CODE,
            "DynamicEss": "plans of the energy management",
            "System": "cells within the battery",
            "Battery": "modules and cells within the battery",
            "Link": "what the devices tell each other about charging",
            "Capabilities": _IDENTITY,
            "VEDirect": _CODE,
            "Buzzer": _CODE,
        }.items()
    },
    **{
        f"+/{name}": _CODE
        for name in (
            "State", "Status", "StatusCode", "ErrorCode", "Mode", "ModeIsAdjustable", "MppOperationMode", "VebusError",
            "VebusChargeState", "SystemType", "Position", "Balancing", "Ac/ActiveIn/Source", "Pv/{index}/Enabled",
            "Ac/ActiveIn/ActiveInput", "Pv/{index}/MppOperationMode", "Dc/Battery/State", "SystemSwitch", "Enabled",
        )
    },
    **{
        f"+/{name}": _SETTING
        for name in (
            "Ac/PowerLimit", "Ac/MaxPower", "SetCurrent", "MaxCurrent", "StartStop", "AutoStart", "EnableDisplay",
            "Start", "Capacity", "Ac/In/{index}/CurrentLimit", "Ac/In/{index}/CurrentLimitIsAdjustable",
            "Ac/In/{index}/Type", "Ac/In/CurrentLimit", "Ac/In/{phase}/CurrentLimit", "Offset", "Scale",
            "TemperatureType", "Type", "FluidType", "Multiplier", "SwitchableOutput/{index}/Auto",
        )
    },
    "system/Ac/Grid/DeviceType": _IDENTITY,
    "system/Ac/Genset/DeviceType": _IDENTITY,
    **{f"system/Ac/{part}/NumberOfPhases": _IDENTITY for part in (
        "Grid", "Genset", "Consumption", "ConsumptionOnInput", "ConsumptionOnOutput", "PvOnGrid", "PvOnOutput",
        "PvOnGenset",
    )},
    **dict.fromkeys(
        ("battery/ConsumedAmphours", "system/Dc/Battery/ConsumedAmphours"),
        "charge in Ah since full; the state of charge and the energy are taken",
    ),
    **dict.fromkeys(
        ("battery/TimeToGo", "system/Dc/Battery/TimeToGo", "evcharger/ChargingTime"), "a forecast or a duration"
    ),
    "battery/Soh": "the state of health: no such quantity",
    "battery/Dc/{index}/MidVoltage": "half of the bank; the whole voltage is taken",
    "battery/Dc/{index}/MidVoltageDeviation": "half of the bank; the whole voltage is taken",
    "tank/Level": "of a fluid that the message does not name",
    "tank/Remaining": "of a fluid that the message does not name",
    "tank/Temperature": "of a fluid that the message does not name",
    "pulsemeter/Aggregate": "of a fluid that the message does not name; Count is taken",
    "digitalinput/Aggregate": "of a fluid that the message does not name; Count is taken",
    "digitalinput/State": "low, high, yes, no, ok, alarm: of what, another message says",
    "meteo/TodaysYield": _DAILY,
    "meteo/InstallationPower": "reckoned from the irradiance, not measured",
    "meteo/TimeSinceLastSun": "a duration",
    "meteo/WindDirection": "a direction: no such quantity",
    **dict.fromkeys(("temperature/AccelX", "temperature/AccelY", "temperature/AccelZ"), "accelerations"),
    **{f"genset/Engine/{name}": "of the engine itself" for name in (
        "Load", "OilPressure", "OperatingHours", "Speed", "Starts")},
    **{f"dcgenset/Engine/{name}": "of the engine itself" for name in (
        "Load", "OilPressure", "OperatingHours", "Speed", "Starts")},
    **{f"+/{name}": _SETTING for name in (
        "RemoteStartModeEnabled", "Ac/Control/RemoteGeneratorSelected", "Ac/State/RemoteGeneratorSelected",
        "Dc/{index}/PreferRenewableEnergy", "PvInverter/Disable", "RedetectSystem", "SystemReset", "FieldDrive",
        "Ac/State/IgnoreAcIn1", "Ac/State/IgnoreAcIn2",
    )},
    **dict.fromkeys(("alternator/Speed", "alternator/Engine/Speed", "motordrive/Motor/RPM"), "of the engine itself"),
    "digitalinput/Alarm": "alarms: the values that raise them are taken",
    "ev/#": "where somebody's vehicle is, and how far it goes",
    "generator/#": "start and stop of a generator; its power is of the genset",
    "settings/#": _SETTING,
    "platform/#": _IDENTITY,
    "logger/#": _IDENTITY,
    "hub4/#": _SETTING,
    "gps/#": "where the gateway is",
    "vecan/#": _IDENTITY,
    "fronius/#": _IDENTITY,
    "modbusclient/#": _IDENTITY,
    "adc/#": _SETTING,
}  # fmt: skip
