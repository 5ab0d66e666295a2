"""What is taken of the fields of French meters: names of Enedis-NOI-CPT_54E and of the older meters' documents.

Registers of a tariff have the field's name as channel, phases their number. What a site feeds in (`_i`, I) counts as
negative power.
"""

from sensors.lorawan.watteco.tic_tables import ICE_TARIFFS
from sensors.model import Field

_BLUE_METER = (
    "HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR",
)  # fmt: skip

FIELDS = {
    "BASE": Field("electricity.energy"),
    **{name: Field("electricity.energy", channel=name) for name in _BLUE_METER},
    "IINST": Field("electricity.current"),
    **{f"IINST{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    "PAPP": Field("electricity.apparent_power"),
    **{f"ENERG{n}": Field("electricity.energy", 1, "kWh", f"ENERG{n}") for n in range(1, 7)},
    "EAST": Field("electricity.energy"),
    **{f"EASF{n:02}": Field("electricity.energy", channel=f"EASF{n:02}") for n in range(1, 11)},
    **{f"EASD{n:02}": Field("electricity.energy", channel=f"EASD{n:02}") for n in range(1, 5)},
    "EAIT": Field("electricity.energy_export"),
    "ERQ1": Field("electricity.reactive_energy", channel="ERQ1"),
    "ERQ2": Field("electricity.reactive_energy", channel="ERQ2"),
    "ERQ3": Field("electricity.reactive_energy_export", channel="ERQ3"),
    "ERQ4": Field("electricity.reactive_energy_export", channel="ERQ4"),
    **{f"IRMS{phase}": Field("electricity.current", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"URMS{phase}": Field("electricity.voltage", channel=str(phase)) for phase in (1, 2, 3)},
    **{f"UMOY{phase}": Field("electricity.voltage", channel=str(phase)) for phase in (1, 2, 3)},
    "SINSTS": Field("electricity.apparent_power"),
    **{f"SINSTS{phase}": Field("electricity.apparent_power", channel=str(phase)) for phase in (1, 2, 3)},
    "SINSTI": Field("electricity.apparent_power", channel="SINSTI"),
    **{f"CCASN{back}": Field("electricity.power") for back in ("", "-1")},
    **{f"CCAIN{back}": Field("electricity.power", -1, channel="CCAIN") for back in ("", "-1")},
    **{f"PA{n}": Field("electricity.power", 1, "kW") for n in range(1, 7)},
    **{f"PA{n}_s": Field("electricity.power", 1, "kW") for n in range(1, 7)},
    **{f"PA{n}_i": Field("electricity.power", -1, "kW", "i") for n in range(1, 7)},
    "PA1MN": Field("electricity.power", 1, "kW", "PA1MN"),
    "PA10MN": Field("electricity.power", 1, "kW", "PA10MN"),
    "PREA1MN": Field("electricity.reactive_power", 1, "kvar", "PREA1MN"),
    "PREA10MN": Field("electricity.reactive_power", 1, "kvar", "PREA10MN"),
    "U10MN": Field("electricity.voltage"),
    **{f"EAp{t}": Field("electricity.energy", 1, "kWh", f"EAp{t}") for t in ICE_TARIFFS},
    **{f"ERPp{t}": Field("electricity.reactive_energy", 1, "kvarh", f"ERPp{t}") for t in ICE_TARIFFS},
    **{f"ERNp{t}": Field("electricity.reactive_energy_export", 1, "kvarh", f"ERNp{t}") for t in ICE_TARIFFS},
    "EAP_s": Field("electricity.energy", 1, "kWh", "EAP_s"),
    "EAP_i": Field("electricity.energy_export", 1, "kWh", "EAP_i"),
    **{f"ER+P_{way}": Field("electricity.reactive_energy", 1, "kvarh", f"ER+P_{way}") for way in "si"},
    **{f"ER-P_{way}": Field("electricity.reactive_energy_export", 1, "kvarh", f"ER-P_{way}") for way in "si"},
    "EaP_s2": Field("electricity.energy", 1, "kWh", "EaP_s2"),
}

_RUNNING = "runs within the ten minutes in progress; the registers are taken"
_MAXIMUM = "greatest of a day or a period, not of now"
_AGREED = "agreed in the contract, not measured"
_CLOSED = "of a period that has ended; the registers of the present one are taken"
_SHORT_NAMES = ("EA_s", "EA_i", "ER+_s", "ER+_i", "ER-_s", "ER-_i", "EAPP_s", "EAPP_i")
_SMAX = ("SMAXSN", "SMAXSN1", "SMAXSN2", "SMAXSN3")

LEFT = {
    **dict.fromkeys(("EA", "ERP", *_SHORT_NAMES), _RUNNING),
    **dict.fromkeys((*_SMAX, *(f"{name}-1" for name in _SMAX), "SMAXIN", "SMAXIN-1"), _MAXIMUM),
    **dict.fromkeys(("IMAX", "IMAX1", "IMAX2", "IMAX3", "PMAX", "PMAX_s", "PMAX_i"), _MAXIMUM),
    **dict.fromkeys([f"{name}{n}" for name in ("PMAXC", "PMAXP", "TDEPA") for n in range(1, 5)], _MAXIMUM),
    **dict.fromkeys(("ISOUSC", "PREF", "PCOUP", "PS", "KDC", "KDCD", "CAFp", "CAFp1"), _AGREED),
    **dict.fromkeys([f"{name}{n}" for name in ("PSOUSC", "PSOUSP") for n in range(1, 5)], _AGREED),
    **dict.fromkeys([f"PS{tariff}" for tariff in ICE_TARIFFS], _AGREED),
    **dict.fromkeys([f"{kind}p1{t}" for kind in ("EA", "ERP", "ERN") for t in ICE_TARIFFS], _CLOSED),
    **dict.fromkeys(("EaP-1_s", "EaP-1_i", "EaP-1_s2", "ER+P-1_s", "ER+P-1_i", "ER-P-1_s", "ER-P-1_i"), _CLOSED),
    **dict.fromkeys(("TGPHI", "TGPHI_s", "TGPHI_i"), "reactive to active energy; both are taken"),
    **dict.fromkeys(("ADIR1", "ADIR2", "ADIR3", "ADPS"), "warning of a current above the contract's"),
    **dict.fromkeys(("GAZ", "AUTRE"), "registers of another meter, of unknown unit"),
    **dict.fromkeys(
        ("VTIC", "PEJP", "KP", "PERCC", "PERCP", "FCOU", "RELAIS", "NTARF", "NJOURF", "NJOURF+1", "_DDMES1_"),
        "version, calendar, relay or delay: no measure",
    ),
    **dict.fromkeys([f"{edge}PM{n}" for edge in "DF" for n in range(1, 4)], "calendar: no measure"),
    "JAUNE": "apparent power reached in the period in progress",
}
