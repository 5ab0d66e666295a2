"""Rows of an export, from what the API answers."""

from dashboards.exporting import columns, rows
from tests.dashboards.conftest import small_estate


def test_hour_that_comes_twice_is_in_order() -> None:
    """On 25 October 2026 the hour from 2 comes at +02:00 first, then at +01:00."""
    estate = small_estate()
    start = ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    group = {"tags": {"meter": "b01-gas"}, "unit": "Wh", "start": start, "amount": [1, 2], "estimated": [0, 0]}
    answer = [{**group, "settled": ["", ""]}]
    found = rows("consumption", columns("consumption", estate, ["gas"], []), {"": answer}, estate)

    assert start == [row[1] for row in found]
