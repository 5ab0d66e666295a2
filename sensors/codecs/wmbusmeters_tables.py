"""Which fields of wmbusmeters are taken and left.

A row of `FIELDS` is a field of any meter, or a family of media and a field; ``{n}`` stands for the number of a phase
or tariff. A row of `LEFT` is a pattern: ``*`` stands for anything. Source: the fields and examples of the meter
drivers of wmbusmeters/wmbusmeters (drivers/src), whose names end in their unit.
"""

from calendar import month_name
from collections.abc import Iterable, Iterator

from sensors.model import Field

MEDIA = {
    **dict.fromkeys(("water", "cold water", "warm water", "hot water", "hot/cold water"), "water"),
    **dict.fromkeys(("heat", "heat volume at inlet", "heat/cooling load"), "heat"),
    **dict.fromkeys(("cooling load", "cooling load volume at outlet", "cooling load volume at inlet"), "cooling"),
    **dict.fromkeys(("heat cost allocation", "heat cost allocator"), "allocator"),
    **dict.fromkeys(("room sensor", "smoke detector"), "room"),
    "gas": "gas",
    "electricity": "electricity",
    "pressure": "pressure",
}
"""The media of meters, and the family of rows that reads them; other media only have the rows of any meter."""

DRIVERS = {
    **dict.fromkeys(("qwater", "emerlin868", "gwfwater", "apator08"), "water"),
    **dict.fromkeys(("qheat", "qheatv2"), "heat"),
}
"""Drivers of one medium whose telegrams name another thing: the radio converter, the system component."""

STATES: dict[str, tuple[str, frozenset[str], frozenset[str]]] = {
    "lansendw": ("opening.contact", frozenset(("OPEN",)), frozenset(("CLOSED",))),
    "lansensm": ("safety.smoke", frozenset(("SMOKE",)), frozenset(("OK",))),
    "kamwater": ("water.leak", frozenset(("LEAK", "BURST")), frozenset(("OK", "DRY"))),
}
"""Drivers whose status is a measurement: its quantity, the words for 1 and for 0."""


def _rows(
    family: str, names: Iterable[str], quantity: str, unit: str = "", channel: str = ""
) -> Iterator[tuple[str, Field]]:
    for name in names:
        yield f"{family} {name}".lstrip(), Field(quantity, 1.0, unit, channel)


def _any() -> Iterator[tuple[str, Field]]:
    yield "rssi_dbm", Field("device.rssi", absent=(999,))
    yield from _rows("", ("battery_v",), "device.voltage")
    yield from _rows("", ("battery_pct",), "device.battery")
    yield from _rows("", ("external_temperature_c", "external_temperature"), "climate.temperature")
    yield from _rows("", ("a_counter",), "pulse.count", channel="a")
    yield from _rows("", ("b_counter",), "pulse.count", channel="b")
    for driver, (quantity, _, _) in STATES.items():
        yield f"{driver} status", Field(quantity)


def _water() -> Iterator[tuple[str, Field]]:
    for family in ("water", "gas"):
        quantity = f"{family}.volume"
        yield from _rows(family, ("total_m3", "totalitator_m3"), quantity)
        yield from _rows(family, ("total_forward_m3",), quantity, channel="forward")
        yield from _rows(family, ("total_tariff{n}_m3",), quantity, channel="tariff{n}")
    yield from _rows("water", ("volume_flow_m3h", "flow_m3h", "current_flow_m3h"), "water.flow")
    for name in ("flow_temperature_c", "flow_temperature", "temperature_c"):
        yield f"water {name}", Field("water.temperature", absent=(127, -100))
    yield from _rows("water", ("voltage_v",), "device.voltage")
    yield from _rows("pressure", ("pressure_bar",), "water.pressure", "bar")


def _heat(family: str) -> Iterator[tuple[str, Field]]:
    """Heat meters, and cooling meters, whose fields have the same names."""
    energies = ("total_energy_consumption_kwh", "total_energy_kwh", "total_kwh", "heat_kwh")
    yield from _rows(family, energies, f"{family}.energy", "kWh")
    tariffs = (
        "total_tariff{n}_kwh",
        "total_energy_consumption_tariff{n}_kwh",
        "total_energy_consumption_tariff_{n}_kwh",
    )
    yield from _rows(family, tariffs, f"{family}.energy", "kWh", "tariff{n}")
    yield from _rows(family, ("total_volume_m3", "volume_m3", "total_m3", "total_water_m3"), f"{family}.volume")
    yield from _rows(family, ("total_volume_tariff{n}_m3",), f"{family}.volume", channel="tariff{n}")
    powers = ("power_kw", "current_power_kw", "current_power_consumption_kw", "current_kw")
    yield from _rows(family, powers, f"{family}.power", "kW")
    flows = ("volume_flow_m3h", "flow_m3h", "current_volume_flow_m3h", "flow_water_m3h")
    yield from _rows(family, flows, f"{family}.flow")
    supply = ("flow_temperature_c", "supply_temperature_c", "flow_c", "forward_c", "t1_temperature_c")
    yield from _rows(family, supply, f"{family}.supply_temperature")
    returned = ("return_temperature_c", "return_c", "t2_temperature_c")
    yield from _rows(family, returned, f"{family}.return_temperature")


def _heat_and_cooling() -> Iterator[tuple[str, Field]]:
    """The registers of meters of both, which say which they are of."""
    for family in ("heat", "cooling"):
        yield from _rows(family, ("total_heating_kwh", "total_heat_energy_kwh"), "heat.energy", "kWh")
        yield from _rows(family, ("total_heating_m3",), "heat.volume")
        cooling = ("total_cooling_kwh", "total_cooling_energy_kwh", "total_cooling_consumption_kwh",
                   "total_energy_cooling_kwh")  # fmt: skip
        yield from _rows(family, cooling, "cooling.energy", "kWh")
        volumes = ("total_cooling_m3", "total_cooling_volume_m3", "total_volume_cooling_m3")
        yield from _rows(family, volumes, "cooling.volume")


def _registers() -> Iterator[tuple[str, Field]]:
    """Electricity: energies."""
    rows = (
        ("electricity.energy", "kWh", ("total_energy_consumption_kwh", "total_kwh", "positive_total_active_energy_kwh",
                                "total_active_positive_1phase_kwh", "total_active_positive_3phase_kwh"), ""),
        ("electricity.energy", "kWh", ("total_energy_consumption_tariff_{n}_kwh",
                                "total_energy_consumption_tariff{n}_kwh", "total_tariff_{n}_kwh", "total_tariff{n}_kwh",
                                "positive_tariff{n}_active_energy_kwh"), "tariff{n}"),
        ("electricity.energy", "kWh", ("total_energy_consumption_l{n}_kwh",), "L{n}"),
        ("electricity.energy_export", "kWh", ("total_energy_production_kwh", "negative_total_active_energy_kwh"), ""),
        ("electricity.energy_export", "kWh", ("total_energy_production_tariff_{n}_kwh",
                                       "total_energy_production_tariff{n}_kwh",
                                       "negative_tariff{n}_active_energy_kwh"), "tariff{n}"),
        ("electricity.reactive_energy", "kvarh", ("total_reactive_energy_consumption_kvarh",
                                           "positive_total_reactive_energy_kvarh",
                                           "total_reactive_positive_1phase_kwh",
                                           "total_reactive_positive_3phase_kwh"), ""),
        ("electricity.reactive_energy", "kvarh", ("positive_tariff{n}_reactive_energy_kvarh",
                                           "total_reactive_tariff_{n}_kwh"), "tariff{n}"),
        ("electricity.reactive_energy_export", "kvarh", ("total_reactive_energy_production_kvarh",
                                                  "negative_total_reactive_energy_kvarh"), ""),
        ("electricity.reactive_energy_export", "kvarh", ("negative_tariff{n}_reactive_energy_kvarh",), "tariff{n}"),
    )  # fmt: skip
    for quantity, unit, names, channel in rows:
        yield from _rows("electricity", names, quantity, unit, channel)


def _electricity() -> Iterator[tuple[str, Field]]:
    """Electricity: what flows now. Some drivers write kW where kvar or kVA is meant."""
    rows = (
        ("electricity.power", "kW", ("current_power_consumption_kw", "power_kw", "active_consumption_kw",
                              "active_power_overall_kw", "three_phase_total_active_power_kw",
                              "active_positive_1phase_kw", "active_positive_3phase_kw",
                              "total_active_power_requirement_kw"), ""),
        ("electricity.power", "kW", ("current_power_production_kw", "active_negative_1phase_kw",
                              "active_negative_3phase_kw"), "production"),
        ("electricity.power", "kW", ("current_power_consumption_phase{n}_kw", "current_power_consumption_{n}_kw",
                              "power_l{n}_kw", "active_power_l{n}_kw", "active_consumption_l{n}_kw",
                              "active_power_at_phase_{n}_kw"), "L{n}"),
        ("electricity.reactive_power", "kvar", ("reactive_consumption_kw", "reactive_power_overall_kw",
                                         "three_phase_total_reactive_power_kvar", "reactive_positive_1phase_kw",
                                         "reactive_positive_3phase_kw"), ""),
        ("electricity.reactive_power", "kvar", ("reactive_negative_1phase_kw",
                                         "reactive_negative_3phase_kw"), "production"),
        ("electricity.reactive_power", "kvar", ("reactive_power_l{n}_kvar", "reactive_power_l{n}_kw",
                                         "reactive_power_at_phase_{n}_kw"), "L{n}"),
        ("electricity.apparent_power", "kVA", ("apparent_consumption_kw", "three_phase_total_apparent_power_kva"), ""),
        ("electricity.apparent_power", "kVA", ("apparent_power_l{n}_kva",), "L{n}"),
        ("electricity.voltage", "V", ("voltage_at_phase_{n}_v", "voltage_l{n}_n_v", "voltage_{n}_n_v",
                               "voltage_l{n}_l{n}_v", "voltage_{n}_{n}_v"), "L{n}"),
        ("electricity.voltage", "V", ("voltage_average_ln_v",), ""),
        ("electricity.voltage", "V", ("voltage_average_ll_v",), "LL"),
        ("electricity.current", "A", ("current_at_phase_{n}_a", "current_l{n}_a", "amperage_at_phase_{n}_a"), "L{n}"),
        ("electricity.current", "A", ("current_average_a",), "average"),
        ("electricity.current", "A", ("current_in_neutral_a",), "N"),
        ("electricity.frequency", "Hz", ("frequency_hz",), ""),
        ("electricity.power_factor", "", ("power_factor", "three_phase_power_factor"), ""),
        ("electricity.power_factor", "", ("at_phase_{n}_power_factor",), "L{n}"),
    )  # fmt: skip
    for quantity, unit, names, channel in rows:
        yield from _rows("electricity", names, quantity, unit, channel)


def _rooms() -> Iterator[tuple[str, Field]]:
    yield from _rows("room", ("current_temperature_c", "temperature_c"), "climate.temperature")
    yield from _rows(
        "room", ("current_relative_humidity_rh", "relative_humidity_rh", "humidity_rh"), "climate.humidity"
    )
    yield from _rows("room", ("co2_ppm",), "climate.co2")
    yield from _rows("allocator", ("temp_room_c", "current_room_temp_c"), "climate.temperature")
    yield from _rows("allocator", ("temp_radiator_c", "current_temp_c", "flow_temperature_c"), "device.temperature")


FIELDS = dict(
    (
        *_any(),
        *_water(),
        *_heat("heat"),
        *_heat("cooling"),
        *_heat_and_cooling(),
        *_registers(),
        *_electricity(),
        *_rooms(),
    )
)

_DATED = "the register at an earlier date, given without a time of day; the live register is taken"
_EXTREME = "the least, greatest or mean of a period"
_TIME = "a time, of the meter's own clock or of an event"
_IDENTITY = "identity or state of the meter"

LEFT = {
    **dict.fromkeys(("_", "media", "meter", "name", "id", "device", "telegram", "timestamp*"), "read, but no measure"),
    "*_hca": "heat cost units: shares of a bill, no energy",
    **dict.fromkeys(("average_*", "*_avg_*", "max_*", "min_*", "maximum_*", "minimum_*", "*_max_*"), _EXTREME),
    **dict.fromkeys(("ambient_temperature_at_*", "relative_humidity_*h_rh"), _EXTREME),
    **dict.fromkeys(
        (
            "target_*", "subunit*_target_*", "*_at_date_*", "*_at_set_date*", "*_at_old_date_*",
            "*_at_reporting_date_*", "*_at_history_*", "history_*", "historic_*", "due_*", "last_*", "*_last_month_*",
            "*_last_year_*", "prev_*", "previous_*", "*_months_ago_*", "key_datetime_*", "*_year_period_m3",
            "*_month_period_m3",
        ),
        _DATED,
    ),
    **dict.fromkeys([f"{month}_total_m3" for month in month_name[1:]], "the amount of a past month, without its year"),
    **dict.fromkeys(
        ("current_kwh", "current_gj", "*_period_kwh"), "an amount since a date that is set; the register is taken"
    ),
    **dict.fromkeys(
        ("*_delta_*",), "the amount of a past interval, which has no register of its own; the live register is taken"
    ),
    "total_gj": "the register of total_kwh once more, in another unit",
    "partial_*": "a register that people reset; the total is taken",
    "total_active_partial_*": "a register that people reset; the total is taken",
    "total_reactive_partial_*": "a register that people reset; the total is taken",
    **dict.fromkeys(
        ("*subunit*_m3", "c?_volume_m3", "input?_volume_m3", "volume_b_m3"),
        "of a further meter on this one's inputs, whose medium the message does not name",
    ),
    **dict.fromkeys(
        ("backflow_m3", "total_backward_*", "total_backwards_m3", "total_energy_backward_*"),
        "what flowed backwards: no such quantity",
    ),
    **dict.fromkeys(
        ("flow_return_temperature_difference_c", "temperature_difference_c", "difference_c"),
        "the difference of two temperatures that are taken",
    ),
    **dict.fromkeys(
        ("forward_energy_m3c", "return_energy_m3c", "alfa_counter", "beta_counter", "addtemp_c", "sumtemp_c",
         "va_counter", "vb_counter"),
        "for checking the meter",
    ),
    **dict.fromkeys(("total_l", "*_temperature_f"), "a conversion by the user of a field that is taken"),
    "*apparent_energy*_kvah": "apparent energy: no such quantity",
    "gas temperature_c": "the temperature of the gas: no such quantity",
    "gas flow_m3h": "the flow of the gas: no such quantity",
    **dict.fromkeys(("*_date", "*_datetime", "*_date_time", "*_y", "*_year"), _TIME),
    **dict.fromkeys(("*_h", "*_s", "*_duration_*"), "a duration"),
    **dict.fromkeys(("*_nr", "*_factor", "nominal_*", "*_setup"), "a setting of the meter"),
    **dict.fromkeys(("*_counter",), "counts telegrams, alarms or settings, not what is metered"),
    **dict.fromkeys(("*status*", "*alarm*", "*error*", "*_flags", "*version*", "serial_number", "fabrication_no",
                     "parameter_set", "enhanced_id", "customer", "location*", "warning", "prefix",
                     "battery_level", "battery", "dust_level"), _IDENTITY),
    "unknown*": "the driver itself does not know what it is",
}  # fmt: skip
