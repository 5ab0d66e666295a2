"""How far sensors reach: numbers that can be checked on paper."""

from collections.abc import Sequence

import numpy as np

from energy.derived.places import Place
from energy.derived.reach import reach
from estate.calendar import DAY_MS
from store.base import UsageRow
from tests.energy.sites import estate

B01 = Place("building", "b01", "b01")


def row(name: str, days: Sequence[int]) -> UsageRow:
    """Rows of a fact of this place on these days; whatever their amounts, something is known."""
    none = np.zeros(len(days), np.int64)
    starts = np.array(days, np.int64) * DAY_MS
    return UsageRow({"meter": f"{name}#people"}, starts, none, none.astype(float), none)


def area(place: Place, rows: Sequence[UsageRow]) -> dict[str, list[int]]:
    return {fact: steps.amounts.tolist() for fact, steps in reach(estate(), place, {"people": rows}).items()}


def test_zones() -> None:
    """z1 has 600 of the 900 m² of zones: known on two days, z2 on the second of them."""
    found = [row("zone#z1", [1, 2]), row("zone#z2", [2])]

    assert {"counted_area": [600, 900], "zones_area": [900, 900]} == area(B01, found)


def test_the_whole() -> None:
    """Counters at the building's doors reach all of it, and of the site its zones."""
    doors = [row("own#b01", [1])]

    assert {"counted_area": [900], "zones_area": [900]} == area(B01, doors)
    assert {"counted_area": [900], "zones_area": [900]} == area(Place("site", "site", "site"), doors)
