"""wmbusmeters: from fields to rows of the tables."""

import pytest

from sensors.codecs.wmbusmeters import source


@pytest.mark.parametrize(
    ("family", "name", "expected"),
    [
        ("water", "total_m3", ("water total_m3", "")),
        ("heat", "total_m3", ("heat total_m3", "")),
        ("electricity", "voltage_l3_l1_v", ("electricity voltage_l{n}_l{n}_v", "L3-L1")),
        ("electricity", "voltage_1_n_v", ("electricity voltage_{n}_n_v", "L1")),
        ("electricity", "total_energy_consumption_tariff_12_kwh",
         ("electricity total_energy_consumption_tariff_{n}_kwh", "tariff12")),
        ("electricity", "current_power_consumption_phase2_kw",
         ("electricity current_power_consumption_phase{n}_kw", "L2")),
        ("water", "consumption_at_history_3_m3", ("*_at_history_*", "")),
        ("heat", "t1_temperature_c", ("heat t1_temperature_c", "")),
        ("water", "turbidity_ntu", ("", "")),
        ("", "total_m3", ("", "")),
    ],
)  # fmt: skip
def test_row_of_a_field(family: str, name: str, expected: tuple[str, str]) -> None:
    """A field leads to the row of its medium, else to one of any meter or one that is left, else to none."""
    assert expected == source(family, name)
