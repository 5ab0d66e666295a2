"""JSON taken apart, within bounds."""

import pytest

from sensors.draft import Malformed
from sensors.leaves import MOST_DEPTH, MOST_LEAVES, MOST_NAME, leaves


def test_every_value_with_its_way() -> None:
    """A value stands under the keys and indices that lead to it."""
    value = {"ENERGY": {"Total": [1.2, 3.4], "Power": None}, "Vcc": 3.1}

    expected = [(("ENERGY", "Total", "0"), 1.2), (("ENERGY", "Total", "1"), 3.4), (("ENERGY", "Power"), None)]
    assert [*expected, (("Vcc",), 3.1)] == leaves(value)


@pytest.mark.parametrize("value", [{}, [], {"a": {}, "b": [[]]}])
def test_nothing_of_empty_objects(value: object) -> None:
    """Objects and arrays are ways, no values."""
    assert [] == leaves(value)


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    "value",
    [[0] * (MOST_LEAVES + 1), nested(MOST_DEPTH + 1), {"x" * (MOST_NAME + 1): 1}],
    ids=["values", "depth", "name"],
)
def test_bounds(value: object) -> None:
    """More values, levels or characters of a name than any device has are refused."""
    with pytest.raises(Malformed):
        leaves(value)


def test_within_bounds() -> None:
    """What just keeps the bounds is taken apart."""
    assert MOST_LEAVES == len(leaves([0] * MOST_LEAVES))
    assert MOST_DEPTH == len(leaves(nested(MOST_DEPTH))[0][0])
