"""The registers of Yobiiq devices: by family, what stands under each type byte, its size, and whether it is signed.

From the vendor's codecs em4301.js 1.0.1, em2101.js 1.0.1, dsmr.js 1.0.0, iq-dsmr-lrw.js 1.0.0, iq-rm200-lrw.js 2.0.0
and iq-opentherm-lrw.js 1.0.0 (chirpstack/chirpstack-device-profiles and TheThingsNetwork/lorawan-devices).
"""

from collections.abc import Mapping
from typing import NamedTuple

TEXT, LOG = 0, -1


class Register(NamedTuple):
    """One register; TEXT runs to the next channel byte, LOG is a count and as many entries of eight bytes."""

    name: str
    size: int  # bytes
    signed: bool = False


class Value(NamedTuple):
    """What a frame says of one register."""

    name: str
    raw: int
    age_s: int = 0  # before the frame's own time


Table = Mapping[int, Register]

PHASES = ("L1", "L2", "L3")


def _row(first: int, size: int, *names: str, signed: bool = False) -> dict[int, Register]:
    """Registers of one size under successive type bytes."""
    return {first + step: Register(name, size, signed) for step, name in enumerate(names)}


def _phases(first: int, size: int, name: str, signed: bool = True) -> dict[int, Register]:
    return _row(first, size, *(name.format(phase) for phase in PHASES), signed=signed)


METER: Table = {
    **_row(0x00, 4, "index", "timestamp"),
    0x03: Register("dataloggerTimestamp", 4),
    **_row(0x04, 4, "activeEnergyImportT1", "activeEnergyImportT2", "activeEnergyExportT1", "activeEnergyExportT2"),
    **_row(0x08, 4, "reactiveEnergyImportT1", "reactiveEnergyImportT2"),
    **_row(0x0A, 4, "reactiveEnergyExportT1", "reactiveEnergyExportT2"),
    **_phases(0x0C, 4, "voltage{}N"),
    0x0F: Register("currentL123", 4, True),
    **_phases(0x10, 4, "current{} mA"),
    0x13: Register("activePowerL123", 4, True),
    **_phases(0x14, 4, "activePower{}"),
    **_phases(0x17, 4, "reactivePower{}"),
    **_phases(0x1A, 4, "apparentPower{}"),
    **_phases(0x1D, 1, "powerFactor{}"),
    **_phases(0x20, 2, "phaseAngle{}"),
    0x23: Register("frequency", 2, True),
    **_row(0x24, 4, "totalSystemActivePower", "totalSystemReactivePower", "totalSystemApparentPower"),
    **_phases(0x27, 4, "maximum{}CurrentDemand"),
    0x2A: Register("averagePower", 4, True),
    0x2B: Register("midYearOfCertification", 4),
    **_row(0xF0, 2, "manufacturedYear", "firmwareVersion", "hardwareVersion"),
    0x0B0A: Register("modbusErrorCode", 1),  # channel and type: the channel alone tells it from a register
}
"""EM2101 and EM4301: energies of the sum of phases, by tariff."""

METER_INFO: Table = {
    0x00: Register("relayStatus", 1),
    **_row(0x09, 2, "hardwareVersion", "firmwareVersion"),
    0x0B: Register("powerEvent", 1),
    0x0F: Register("deviceClass", 1),
    0x16: Register("deviceSerialNumber", 4),
    0x1E: Register("primaryCurrentTransformerRatio", 2),
    0x1F: Register("secondaryCurrentTransformerRatio", 1),
    0x20: Register("primaryVoltageTransformerRatio", 4),
    0x21: Register("secondaryVoltageTransformerRatio", 2),
    0x28: Register("deviceModel", TEXT),
    **{first + step: Register("limit", 2) for first in (0x3C, 0x50) for step in range(8)},
    **{last: Register("limit", 1) for last in (0x44, 0x58)},
}

METER_STATE: Table = _row(0x01, 1, "relayStatus", "digitalInputStatus")

METER_LOG: Table = {
    **_row(0x01, 1, "relaySwitchingOffReason", "relayEnableReason"),
    **_row(0x03, 4, "relaySwitchOffTime", "relayEnableTime", "currentWhenRelaySwitchingOff"),
    **_row(0x06, 4, "voltageWhenRelaySwitchingOff", "activePowerWhenRelaySwitchingOff"),
    0x08: Register("resetAmountStatus", 1),
}

_GENERIC: Table = {
    0x01: Register("dataloggerTimestamp", 4),
    0xFE: Register("timestamp", 4),
    0x64: Register("deviceStatus", 1),
    **_row(0x65, TEXT, "manufacturer", "originalEquipmentManufacturer", "deviceModel"),
    0x68: Register("deviceSerialNumber", 4),
    **_row(0x69, 2, "firmwareVersion", "hardwareVersion"),
    0x6B: Register("powerEvent", 1),
    0x78: Register("internalCircuitTemperatureAlarm", 1),
    0x79: Register("internalCircuitTemperatureNumberOfAlarms", 4),
    0x7A: Register("internalCircuitTemperature", 2, True),
    0x7B: Register("internalCircuitHumidity", 1),
    0x82: Register("ambientTemperature", 2, True),
    0x83: Register("ambientHumidity", 1),
    0x96: Register("joinStatus", 1),
    **_row(0x9D, 1, "applicationPort", "joinType", "deviceClass", "adr", "sf"),
    **_row(0xA3, 1, "radioMode", "numberOfJoinAttempts"),
    0xA5: Register("linkCheckTimeframe", 2),
    **_row(0xA6, 1, "dataRetransmission", "lorawanWatchdogAlarm"),
}

DSMR: Table = {
    **_GENERIC,
    0x6C: Register("batteryPercentage", 1),
    0x6D: Register("batteryVoltage mV", 2),
    0x10: Register("p1Version", 2),
    0x11: Register("telegramTimestamp", 4),
    0x12: Register("equipmentIdentifier", TEXT),
    **_row(0x13, 4, *(f"electricityDeliveredToClient{tariff}" for tariff in ("", "T1", "T2"))),
    **_row(0x16, 4, *(f"electricityDeliveredByClient{tariff}" for tariff in ("", "T1", "T2"))),
    0x19: Register("tariffIndicator", 2),
    **_row(0x1A, 4, "electricityPowerDelivered", "electricityPowerReceived", signed=True),
    **_row(0x1C, 4, "numberOfPowerFailures", "numberOfLongPowerFailures"),
    0x1E: Register("powerFailureEventLog", LOG),
    **_phases(0x1F, 4, "numberOfVoltageSags{}", signed=False),
    **_phases(0x22, 4, "numberOfVoltageSwells{}", signed=False),
    **_phases(0x25, 4, "voltage{}"),
    **_phases(0x28, 4, "current{}"),
    **_phases(0x2B, 4, "activePowerDelivered{}"),
    **_phases(0x2E, 4, "activePowerReceived{}"),
    **{0x31 + 3 * step: Register("deviceTypeOnChannel", 2) for step in range(4)},
    **{0x32 + 3 * step: Register("equipmentIdentifierChannel", TEXT) for step in range(4)},
    **{0x33 + 3 * step: Register("lastReadingOnChannel", 8) for step in range(4)},
    **_row(0x3D, 4, "totalImportedReactiveEnergy", "totalExportedReactiveEnergy"),
    **_row(0x3F, 4, "totalImportedReactivePower", "totalExportedReactivePower"),
    **_row(0x41, 4, "activeThreshold", "maxImportedExportedCurrent"),
    **_row(0x43, 4, "totalImportedApparentPower", "totalExportedApparentPower"),
    **_row(0x45, 1, "breakerControlState", "relay1ControlState", "relay2ControlState"),
    **_phases(0x48, 4, "importedReactivePower{}", signed=False),
    **_phases(0x4B, 4, "exportedReactivePower{}", signed=False),
    **_row(0x4E, 1, *(f"valvePositionGasChannel{channel}" for channel in range(1, 5))),
    **_row(0xB0, 1, "serialStopBits", "serialDataWidth", "serialParity"),
    0xB3: Register("serialBaudRate", 4),
    **_row(0xB4, 1, "dsmrProfile", "serialWatchdogFunction"),
    0xB6: Register("serialWatchdogTimeout", 2),
    0xB7: Register("serialWatchdogAlarm", 1),
    **_row(0xD1, 4, "pulseCounterDryInput1", "pulseCounterDryInput2"),
    0xDD: Register("decryptionKey", 16),
    0xDE: Register("decryptionFunction", 1),
}

RELAYS: Table = {
    **_GENERIC,
    **_row(0x6C, 1, "batteryVoltage", "batteryPercentage"),
    **{
        16 * channel + low: Register(f"channel{channel}{name}", 4 if name == "Counter" else 1)
        for channel in (1, 2)
        for low, name in (
            (0x0, "ButtonOverrideStatus"),
            (0xA, "State"),
            (0xB, "Control"),
            (0xC, "Counter"),
            (0xD, "DefaultState"),
            (0xE, "WatchdogState"),
            (0xF, "ButtonOverrideFunction"),
        )
    },
}
"""RM200."""

OLD_DSMR: Table = {
    0x00: Register("p1Version", 2),
    0x02: Register("telegramTimestamp", 4),
    0x06: Register("electricityDeliveredToClientT1", 4),
    0x08: Register("electricityDeliveredToClientT2", 4),
    0x0A: Register("electricityDeliveredByClientT1", 4),
    0x0C: Register("electricityDeliveredByClientT2", 4),
    0x0E: Register("tariffIndicator", 2),
    0x10: Register("electricityPowerDelivered", 4, True),
    0x12: Register("electricityPowerReceived", 4, True),
    0x14: Register("numberOfPowerFailures", 4),
    0x18: Register("powerFailureEventLog", LOG),
    **{0x1A + 2 * step: Register(f"numberOfVoltageSags{phase}", 4) for step, phase in enumerate(PHASES)},
    **_phases(0x1F, 4, "numberOfVoltageSwells{}", signed=False),
    **_phases(0x22, 4, "voltage{}"),
    **{0x26 + 2 * step: Register(f"current{phase}", 4, True) for step, phase in enumerate(PHASES)},
    **{0x2C + 2 * step: Register(f"activePowerDelivered{phase}", 4, True) for step, phase in enumerate(PHASES)},
    **_phases(0x32, 4, "activePowerReceived{}"),
    **{0x46 + 16 * step: Register("deviceTypeOnChannel", 2) for step in range(4)},
    **{0x50 + 16 * step: Register("lastReadingOnChannel", 8) for step in range(4)},
    0x71: Register("internalCircuitTemperature", 2),
    0x72: Register("internalCircuitHumidity", 1),
    0x81: Register("ambientTemperature", 2),
    0x82: Register("ambientHumidity", 1),
    **_row(0xD1, 4, "pulseCounterDryInput1", "pulseCounterDryInput2"),
    0xFE: Register("timestamp", 4),
}

OLD_INFO: Table = {
    **_row(0x01, TEXT, "manufacturer", "deviceModel"),
    0x03: Register("deviceSerialNumber", 4),
    **_row(0x04, 2, "firmwareVersion", "hardwareVersion"),
    0x06: Register("powerEvent", 1),
    **_row(0x07, 1, "batteryPercentage", "batteryVoltage"),
    0x11: Register("deviceClass", 1),
}
"""The first DSMR gateway and the OpenTherm gateway."""

OPENTHERM_ALARM: Table = {0xFE: Register("timestamp", 4), **_row(0x00, 1, *3 * ("OpenTherm alarm",))}

OPENTHERM_SETTINGS: Table = {
    kind: Register("OpenTherm settings", size)
    for kinds, size in (
        ((0x12, 0x13, 0x66, 0x67, *range(0x70, 0x76), *range(0x9F, 0xA3)), 1),
        ((0x64, 0x65, *range(0x95, 0x9F), *range(0xA3, 0xA6)), 2),
    )
    for kind in kinds
}

SMOKE_INFO: Table = {
    **_row(0x09, 2, "hardwareVersion", "firmwareVersion"),
    0x0B: Register("powerEvent", 1),
    0x0F: Register("deviceClass", 1),
    0x16: Register("deviceSerialNumber", 5),
}

SMOKE = (
    "batteryLevelInPercentage",
    "powerEvent",
    "lowBatteryAlarm",
    "faultAlarm",
    "smokeAlarm",
    "interconnectAlarm",
    "testButtonPressed",
)
"""SD-1001: channels from 1, each with a type byte of no meaning and one byte of value."""
