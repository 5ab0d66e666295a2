"""The service's own quantities: whole rows, and nothing that comes from outside can be one."""

import pytest

from sensors.quantities import QUANTITIES, Quantity
from store.own import OWN


@pytest.mark.parametrize("row", OWN.values(), ids=lambda row: row.name)
def test_row_is_whole(row: Quantity) -> None:
    """A row has a family, a unit unless it is a state, a Grafana unit and labels in both languages."""
    texts = (row.family, row.field, row.ucum, row.grafana, row.fr, row.en)

    assert all(text and text == text.strip() for text in texts)
    assert bool(row.unit) == (row.kind != "state")
    assert row.kind != "counter"


def test_apart() -> None:
    """No family is both a sensor's and the service's, and no labels are the same."""
    assert set() == {row.family for row in OWN.values()} & {row.family for row in QUANTITIES.values()}
    assert len(OWN) == len({row.en for row in OWN.values()}) == len({row.fr for row in OWN.values()})
