"""French meters (Linky) behind Zigbee2MQTT: LiXee's ZLinky_TIC and GammaTroniques' TICMeter.

Names, units and what stands behind them are those of Koenkk/zigbee-herdsman-converters, src/devices/lixee.ts and
src/devices/gmmts.ts. Both devices use the names of Zigbee's clusters for things of the meter: ``reactive_power`` is a
register of reactive energy, ``active_power_ph_b`` the mean of a period gone by. ZLinky's registers are in kWh,
TICMeter's, under the same names, in Wh: the names that only one of them has tell which it is.
"""

from collections.abc import Mapping
from typing import Any

from sensors.model import Field

ROW = "TIC "
"""Before the names of these tables."""

_REGISTERS = ("current_summ_", "current_tier")
_ZLINKY = frozenset((
    "active_energy_out_d01", "active_register_tier_delivered", "available_power", "current_date", "current_index_tarif",
    "current_price", "power_threshold", "schedule_h_p_h_c", "software_revision", "status_register", "tomorrow_color",
    "warn_d_p_s",
))  # fmt: skip
_TICMETER = frozenset((
    "contract_type", "current_index", "elec_mode", "index1_dist", "max_contract_power", "power_injected",
    "refresh_rate", "relays", "tic_mode", "tic_version", "tomorow_color",
))  # fmt: skip

_NAMED = {
    "current_summ_delivered": Field("electricity.energy", unit="kWh"),
    "current_summ_received": Field("electricity.energy_export", unit="kWh"),
    **{
        f"current_tier{tier}_summ_delivered": Field("electricity.energy", unit="kWh", channel=f"tier{tier}")
        for tier in range(1, 11)
    },
    **{
        f"active_energy_out_d{index:02}": Field("electricity.energy", unit="kWh", channel=f"d{index:02}")
        for index in range(1, 5)
    },
    **{f"index{index}_dist": Field("electricity.energy", unit="kWh", channel=f"d{index:02}") for index in range(1, 5)},
    "total_reactive_power": Field("electricity.reactive_energy", channel="Q1"),
    "reactive_power": Field("electricity.reactive_energy", channel="Q2"),
    "reactive_power_ph_b": Field("electricity.reactive_energy_export", channel="Q3"),
    "reactive_power_ph_c": Field("electricity.reactive_energy_export", channel="Q4"),
    "total_apparent_power": Field("electricity.apparent_power"),
    **dict.fromkeys(("injected_v_a", "power_injected"), Field("electricity.apparent_power", channel="injected")),
    **{
        f"{name}{tail}": Field(quantity, channel=phase)
        for name, quantity in {
            "apparent_power": "electricity.apparent_power",
            "rms_current": "electricity.current",
            "rms_voltage": "electricity.voltage",
        }.items()
        for tail, phase in {"": "", "_ph_b": "b", "_ph_c": "c"}.items()
    },
}

_LEFT = {
    **dict.fromkeys(
        ("active_power", "active_power_ph_b", "injected_active_load_n", "injected_active_load_n1", "injected_load_n",
         "injected_load_n_1", "average_rms_voltage_meas_period", "average_rms_voltage_measure_period_ph_b",
         "average_rms_voltage_meas_period_ph_c"),
        "mean of a period that nothing dates",
    ),
    **dict.fromkeys(
        ("active_power_max", "active_power_max_ph_b", "active_power_max_ph_c", "rms_current_max",
         "rms_current_max_ph_b", "rms_current_max_ph_c", "drawn_v_a_max_n1", "drawn_v_a_max_n1_p2",
         "drawn_v_a_max_n1_p3", "injected_v_a_max_n", "injected_v_a_max_n1", "power_max_injected",
         "power_max_injected_yesterday", "power_max_yesterday", "power_max_yesterday1", "power_max_yesterday2",
         "power_max_yesterday3"),
        "greatest value of a day or of all time, no value of now",
    ),
    **dict.fromkeys(("available_power", "power_threshold", "max_contract_power"), "what the contract allows"),
    **dict.fromkeys(
        ("warn_d_p_s", "warn_d_i_r1", "warn_d_i_r2", "warn_d_i_r3", "power_overrun", "power_overrun_a",
         "power_overrun_b", "power_overrun_c"),
        "alarm that the contract is passed; the current itself is taken",
    ),
    **dict.fromkeys(
        ("meter_serial_number", "site_id", "software_revision", "tic_version", "tic_mode", "elec_mode", "contract_type",
         "current_tarif", "current_price", "current_index", "current_index_tarif", "active_register_tier_delivered",
         "tomorrow_color", "tomorow_color", "schedule_h_p_h_c", "hc_hours", "current_date", "date", "message1",
         "message2", "short_msg", "ultra_short_msg", "status_register", "motdetat", "MOTDETAT", "presence_potential",
         "potential_presence", "relais", "relays", "uptime", "refresh_rate", "days_number_current_calendar",
         "days_number_next_calendar", "days_profile_current_calendar", "days_profile_next_calendar",
         "start_notice_e_j_p"),
        "identity, contract, calendar, tariff in force or status bits of the meter",
    ),
}  # fmt: skip

TIC_FIELDS = {f"{ROW}{name}": field for name, field in _NAMED.items()}
TIC_LEFT = {f"{ROW}{name}": reason for name, reason in _LEFT.items()}


def is_linky(values: Mapping[str, Any]) -> bool:
    """Whether these are the values of such a meter."""
    return any(name.startswith(_REGISTERS) for name in values)


def unit_of_registers(values: Mapping[str, Any]) -> str:
    """The unit of the registers of active energy; "" when nothing beside them tells it."""
    zlinky, ticmeter = not _ZLINKY.isdisjoint(values), not _TICMETER.isdisjoint(values)
    return "" if zlinky == ticmeter else "kWh" if zlinky else "Wh"


def phase_of(values: Mapping[str, Any], name: str) -> str | None:
    """``a`` for a value that stands beside those of the other phases; else what the table says."""
    return "a" if f"{name}_ph_b" in values and name in ("apparent_power", "rms_current", "rms_voltage") else None
