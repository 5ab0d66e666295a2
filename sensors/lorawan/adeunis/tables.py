"""What Adeunis devices measure, and where it goes: names are those of Adeunis' own codecs.

TIC labels are those of Enedis (Enedis-NOI-CPT_54E for Linky, Enedis-NOI-CPT_02E for PME-PMI).
"""

from sensors.model import Field

NO_LABEL = 0x8000_0000  # a TIC register whose label the meter does not send
NO_PROBE = -0x8000  # a temperature probe that is missing or broken

_TARIFFS = (
    *("HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
    *(f"EASF{number:02}" for number in range(1, 11)),
)


def _register(quantity: str, channel: str = "", unit: str = "") -> Field:
    return Field(quantity, unit=unit, channel=channel, absent=(NO_LABEL,))


_TIC = {
    "BASE": _register("electricity.energy"),
    "EAST": _register("electricity.energy"),
    "EAIT": _register("electricity.energy_export"),
    **{label: _register("electricity.energy", label) for label in _TARIFFS},
    "ERQ1": _register("electricity.reactive_energy", "ERQ1"),
    "ERQ2": _register("electricity.reactive_energy", "ERQ2"),
    "ERQ3": _register("electricity.reactive_energy_export", "ERQ3"),
    "ERQ4": _register("electricity.reactive_energy_export", "ERQ4"),
    "IINST": _register("electricity.current"),
    **{f"IINST{phase}": _register("electricity.current", f"L{phase}") for phase in (1, 2, 3)},
    **{f"IRMS{phase}": _register("electricity.current", f"L{phase}") for phase in (1, 2, 3)},
    **{f"URMS{phase}": _register("electricity.voltage", f"L{phase}") for phase in (1, 2, 3)},
    "PAPP": _register("electricity.apparent_power"),
    "SINSTS": _register("electricity.apparent_power"),
    **{f"SINSTS{phase}": _register("electricity.apparent_power", f"L{phase}") for phase in (1, 2, 3)},
    "SINSTI": _register("electricity.apparent_power", "SINSTI"),
    "EAP_s": _register("electricity.energy", unit="kWh"),
    "ER+P_s": _register("electricity.reactive_energy", unit="kvarh"),
    "ER-P_s": _register("electricity.reactive_energy_export", unit="kvarh"),
}

FIELDS = {
    "lowBattery": Field("device.low_battery"),
    "temperature": Field("climate.temperature", 0.1, absent=(NO_PROBE,)),
    "humidity": Field("climate.humidity"),
    "co2": Field("climate.co2"),
    "voc": Field("climate.tvoc_index"),
    "tvoc": Field("climate.tvoc_mass"),
    "pm10": Field("climate.pm10"),
    "pm25": Field("climate.pm2_5"),
    "pm1": Field("climate.pm1"),
    "luminosity": Field("climate.light_level"),
    "presence": Field("occupancy.rate"),
    "presenceDetected": Field("occupancy.presence"),
    "globalCounterValue": Field("occupancy.motions"),
    "deltaPressure": Field("ventilation.differential_pressure"),
    "voltage, mV": Field("input.voltage", unit="mV"),
    "voltage, µV": Field("input.voltage", 1e-6, "V"),
    "current, µA": Field("input.current", 1e-6, "A"),
    "current, 10 nA": Field("input.current", 1e-8, "A"),
    "counterValue": Field("pulse.count"),
    "counter.global": Field("pulse.count"),
    "state": Field("input.on"),
    "tamperAlarm": Field("safety.tamper"),
    "FTD temperature": Field("climate.temperature"),
    "FTD battery": Field("device.voltage", unit="mV"),
    "FTD RSSI": Field("device.rssi", -1, channel="downlink"),
    "FTD SNR": Field("device.snr", channel="downlink"),
    **_TIC,
}

_PERIOD = "an amount of the integration period, no register; the registers of the tariff are taken"
_PAST = "register at the end of the last billing period"

LEFT = {
    "alarmStatus": "an alarm by the threshold set on the device; the value that raised it is taken",
    "flow": "pulses per hour while the weight of a pulse is not told; the counter is taken",
    "leakageAlarm": "the device's own judgement of the flow, and the medium is not told",
    "deltaValues": "pulses of one interval, sent without the register; frames 0x46 and 0x5A carry it",
    "contact events": "events since the last frame: an amount, no register; the state is taken",
    "motion events": "detections of one interval, no register; the global counter is taken",
    "counter.instantaneous": "events since the last alarm: an amount, no register; the global counter is taken",
    "timeCounter": "how long the input was on: a duration, which no quantity of the table is",
    "durationThreshold": "a setting: the input was on for longer than this",
    "previousState": "the state in the frame before, which told it",
    "daily statistics": "extremes and means of the past day: of no instant; the samples come in frames of their own",
    "FTD position": "position: the estate says where a device is",
    "FTD frame counters": "frames sent and received, no measure of the site",
    **dict.fromkeys(("ADCO", "ADSC", "PRM", "VTIC", "DATE"), "identity or time of the meter"),
    **dict.fromkeys(("PTCOUR1", "OPTARIF", "PTEC", "HHPHC", "NGTF", "LTARF", "NTARF"), "tariff, no measure"),
    **dict.fromkeys(("PEJP", "DEMAIN", "MOTDETAT", "STGE"), "announcement or state, no measure"),
    **dict.fromkeys(("ADPS", "ADIR1", "ADIR2", "ADIR3"), "warning of an overrun; the current is taken"),
    **dict.fromkeys(("ISOUSC", "PREF", "PCOUP"), "a term of the contract"),
    **dict.fromkeys(("IMAX", "IMAX1", "IMAX2", "IMAX3", "PMAX", "SMAXSN", "SMAXIN"), "greatest so far: of no instant"),
    **dict.fromkeys(("UMOY1", "UMOY2", "UMOY3", "CCASN", "CCAIN"), "mean of a past step: of no instant"),
    **{f"EASD{number:02}": "the distributor's split of what EASF registers split too" for number in range(1, 5)},
    **dict.fromkeys(("EA_s", "ER+_s", "ER-_s", "EAPP_s"), _PERIOD),
    **dict.fromkeys(("EaP-1_s", "ER+P-1_s", "ER-P-1_s"), _PAST),
    "NB-IoT signalQuality": "a grade of the modem, no level",
}

MODELS = {
    "drycontacts2": "Dry Contacts 2: its keep-alive has the length of that of Pulse, which is the default",
    "breath": "Breath on Sigfox: its daily frame has the length of the keep-alive of Analog, which is the default",
    "comfortCo2": "Comfort CO2 on Sigfox: its daily frame has the length of the keep-alive of Pulse, the default",
    "temp3": "Temp 3 with a hardware error: the bit is that by which Temp 4 announces a time, which is the default",
    "pulse3": "Pulse 3 with a hardware error: the bit is that by which Pulse 4 announces a time, which is the default",
    "ticCbeLinkyMono": "TIC of a single-phase Linky that sends neither tariff option nor tariff period",
    "ticCbeLinkyTri": "TIC of a three-phase Linky whose index and power are both nought",
    "pulse4nbiot": "Pulse 4 NB-IoT: its frames follow a header of 13 bytes",
    "ftd": "Field Test Device for US915 and AS923: its frames of position look like frames of other products",
    "repeater": "Repeater: its frames are about its list of devices",
}
