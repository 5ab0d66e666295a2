"""French meters read by Tasmota: what the ``TIC`` object holds, and the objects of another firmware made for them.

Labels are those of Enedis-NOI-CPT_54E (Linky, historique and standard) and Enedis-NOI-CPT_02E (older meters). The
official driver (tasmota/docs, Teleinfo.md; arendst/Tasmota, xnrg_15_teleinfo.ino) publishes TIC beside ENERGY, or
alone and in parts in its raw modes. `METER` and `CONTRACT` are of the firmware of N. Bernaerts
(NicolasBernaerts/tasmota, teleinfo/README.md).

Each register is a channel by its label: the total that Tasmota keeps in ENERGY is not their sum.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sensors.draft import number
from sensors.model import Field

_DRAWN = (
    "BASE", "HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR",
    "EAST", *(f"EASF{index:02}" for index in range(1, 11)), *(f"EASD{index:02}" for index in range(1, 5)),
)  # fmt: skip

TIC_FIELDS = {
    **{f"TIC.{label}": Field("electricity.energy", channel=label) for label in _DRAWN},
    "TIC.EAIT": Field("electricity.energy_export", channel="EAIT"),
    **{f"TIC.ERQ{index}": Field("electricity.reactive_energy", channel=f"ERQ{index}") for index in (1, 2)},
    **{f"TIC.ERQ{index}": Field("electricity.reactive_energy_export", channel=f"ERQ{index}") for index in (3, 4)},
    "TIC.PAPP": Field("electricity.apparent_power"),
    "TIC.SINSTS": Field("electricity.apparent_power"),
    "TIC.SINSTI": Field("electricity.apparent_power", channel="SINSTI"),
    "TIC.IINST": Field("electricity.current"),
    "TIC.TENSION": Field("electricity.voltage"),
    **{f"TIC.SINSTS{phase}": Field("electricity.apparent_power", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"TIC.IINST{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"TIC.IRMS{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"TIC.URMS{phase}": Field("electricity.voltage", channel=str(phase)) for phase in (1, 2, 3)},
    "METER.P": Field("electricity.apparent_power"),
    "METER.W": Field("electricity.power"),
    "METER.I": Field("electricity.current"),
    "METER.C": Field("electricity.power_factor"),
    **{f"METER.P{phase}": Field("electricity.apparent_power", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"METER.W{phase}": Field("electricity.power", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"METER.I{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"METER.U{phase}": Field("electricity.voltage", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"METER.C{phase}": Field("electricity.power_factor", channel=str(phase)) for phase in (1, 2, 3)},
    "METER.PP": Field("electricity.apparent_power", channel="PP"),
    "METER.PW": Field("electricity.power", channel="PW"),
    "METER.PC": Field("electricity.power_factor", channel="PC"),
    "CONTRACT.CONSO": Field("electricity.energy", channel="CONSO"),
    "CONTRACT.PROD": Field("electricity.energy_export", channel="PROD"),
    "CONTRACT.*": Field("electricity.energy"),
}

_MAXIMA = (
    "IMAX", "IMAX1", "IMAX2", "IMAX3", "PMAX",
    *(f"SMAX{kind}{phase}{day}" for kind in ("SN", "IN") for phase in ("", 1, 2, 3) for day in ("", "-1")),
)  # fmt: skip

TIC_LEFT = {
    **{f"TIC.{label}": "greatest value of a day or of all time, no value of now" for label in _MAXIMA},
    **{f"TIC.{label}": "mean of a half hour or ten minutes gone by, no value of now"
       for label in ("CCASN", "CCASN-1", "CCAIN", "CCAIN-1", "UMOY1", "UMOY2", "UMOY3")},
    **{f"TIC.{label}": "what the contract allows" for label in ("ISOUSC", "PREF", "PCOUP", "PEJP")},
    **{f"TIC.{label}": "identity, contract, tariff in force, calendar or status bits"
       for label in ("ADCO", "ADSC", "PRM", "VTIC", "OPTARIF", "NGTF", "PTEC", "LTARF", "NTARF", "NJOURF", "NJOURF+1",
                     "PJOURF+1", "PPOINTE", "DEMAIN", "HHPHC", "MOTDETAT", "STGE", "RELAIS", "MSG1", "MSG2", "PPOT",
                     *(f"{edge}PM{index}" for edge in "DF" for index in (1, 2, 3)))},
    **{f"TIC.{label}": "alarm that the contract's current is passed; the current itself is taken"
       for label in ("ADPS", "ADIR1", "ADIR2", "ADIR3")},
    "TIC.DATE": "the meter's clock: the time of a raw frame",
    **{f"METER.{key}": "what the contract allows, or the number of phases" for key in ("PH", "ISUB", "PSUB", "PMAX")},
    **{f"METER.{key}": "energy of a day; CONSO and PROD hold the registers"
       for key in ("TDAY", "YDAY", "PTDAY", "PYDAY")},
    **{f"CONTRACT.{key}": "identity, contract and tariff in force"
       for key in ("serial", "name", "period", "color", "hour", "tday", "tmrw")},
    **dict.fromkeys(("CAL.*", "RELAY.*", "ALERT.*"), "tariff calendar, virtual relays and alarms, no measurement"),
}  # fmt: skip

_SEASONS = {"E": timedelta(hours=2), "H": timedelta(hours=1)}
"""Summer and winter time, ahead of UTC; in lower case the meter's clock is not to be trusted."""


def meter_ms(values: Mapping[str, Any]) -> int | None:
    """The time of a raw frame by the meter's own clock; None when the frame does not hold it."""
    tic = values.get("TIC")
    text = tic.get("DATE") if isinstance(tic, dict) else None
    if not isinstance(text, str) or text[:1] not in _SEASONS or len(text) != 13:
        return None
    ahead = timezone(_SEASONS[text[0]])
    try:
        return round(datetime.strptime(text[1:], "%y%m%d%H%M%S").replace(tzinfo=ahead).timestamp() * 1000)
    except ValueError:
        return None


def is_register(raw: Any) -> bool:
    """Whether a value under CONTRACT is the register of a tariff period: those are named as the contract names them."""
    return number(raw) is not None
