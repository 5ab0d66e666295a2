"""The tables of all codecs agree with the tables of quantities and units."""

import pytest

from sensors.model import Codec
from sensors.quantities import QUANTITIES
from sensors.registry import CODECS
from sensors.units import UNITS


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_fields_lead_to_quantities(codec: Codec) -> None:
    """Every field leads to a quantity of the table, from a unit of the same kind."""
    for name, field in codec.fields.items():
        assert field.quantity in QUANTITIES, name
        assert not field.unit or UNITS[field.unit].base == QUANTITIES[field.quantity].unit, name


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_taken_or_left(codec: Codec) -> None:
    """Nothing is both taken and left, and what is left has a reason."""
    assert not codec.fields.keys() & codec.left.keys()
    assert all(codec.left.values())


@pytest.mark.parametrize("name", UNITS)
def test_units_lead_to_the_table(name: str) -> None:
    """Every unit's base is the unit of some quantity."""
    assert UNITS[name].base in {quantity.unit for quantity in QUANTITIES.values()}
