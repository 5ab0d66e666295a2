"""Names and units that people choose lead to the quantities they mean."""

import pytest

from sensors.codecs.words import BOOLEAN, FIELDS, Meaning, meaning, unit_of
from sensors.model import Field
from sensors.quantities import QUANTITIES
from sensors.units import UNITS


@pytest.mark.parametrize("key", FIELDS)
def test_names_are_as_names_are_split(key: str) -> None:
    """Every name of the table is found by itself, told in its own unit or kind."""
    name, _, told = key.partition(" [")
    field = FIELDS[key]
    kind = BOOLEAN if told == "boolean]" else field.unit or ("%" if told else "")

    assert meaning(name, kind) == Meaning(field, "")


@pytest.mark.parametrize("key", FIELDS)
def test_told_units_are_of_the_table(key: str) -> None:
    """The unit in a name's brackets is a quantity's unit, as told units are brought to that."""
    told = key.partition(" [")[2].removesuffix("]")

    assert told in ("", BOOLEAN) or told in {row.unit for row in QUANTITIES.values()}


@pytest.mark.parametrize(
    ("name", "kind", "quantity", "channel"),
    [
        ("Meter 1/Voltage", "V", "electricity.voltage", "Meter 1"),
        ("Meter 1/Voltage L2", "V", "electricity.voltage", "Meter 1/L2"),
        ("livingRoomTemperature", "°C", "climate.temperature", "livingRoom"),
        ("power_phase_b", "W", "electricity.power", "phase_b"),
        ("temperature_2", "°C", "climate.temperature", "2"),
        ("PM2.5", "µg/m³", "climate.pm2_5", ""),
        ("voc", "µg/m³", "climate.tvoc_mass", ""),
        ("Boiler", "kW", "electricity.power", "Boiler"),
        ("power", BOOLEAN, "actuator.on", ""),
    ],
)
def test_name_and_unit_are_understood(name: str, kind: str, quantity: str, channel: str) -> None:
    """The last words say what it is, the others which one."""
    found = meaning(name, kind)

    assert found is not None
    assert (quantity, channel) == (found.field.quantity, found.channel)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("max_temperature", "°C"),
        ("total_daily_energy", "kWh"),
        ("temperature", "V"),
        ("temperature", BOOLEAN),
        ("energy", ""),
        ("flux", ""),
        ("flux", "ppm"),
        ("", ""),
        ("temperature" * 100, "°C"),
        ("water_temperature", "m³"),
    ],
)
def test_other_names_mean_nothing(name: str, kind: str) -> None:
    """A changed measurement, a unit of another kind or one that is not told are not guessed at."""
    assert meaning(name, kind) is None


def test_assumed_unit() -> None:
    """A format that promises its units is taken at its word."""
    assert Meaning(Field("electricity.energy", unit="kWh"), "") == meaning("energy", assume=True)


@pytest.mark.parametrize("text", ["degC", "℃", "°C", " °C "])
def test_spellings_of_a_unit(text: str) -> None:
    """A unit is known in the spellings in use."""
    assert unit_of(text) == "°C"


@pytest.mark.parametrize("text", ["furlong", "kWh/m²"])
def test_unknown_unit(text: str) -> None:
    """A unit that is not known is none, not no unit."""
    assert unit_of(text) is None
    assert text not in UNITS
