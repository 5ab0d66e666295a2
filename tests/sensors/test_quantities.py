"""The table of quantities is whole, and everything written about it says the same."""

from math import isfinite

import pytest

from sensors import docs
from sensors.model import Reason, Unused
from sensors.quantities import QUANTITIES, Quantity

ROWS = pytest.mark.parametrize("row", QUANTITIES.values(), ids=lambda row: row.name)


@ROWS
def test_row_is_whole(row: Quantity) -> None:
    """A quantity has a unit code, names in every vocabulary and labels in both languages."""
    texts = (row.family, row.field, row.ucum, row.brick, row.haystack, row.grafana, row.fr, row.en)

    assert all(text and text == text.strip() for text in texts)
    assert f"{row.family}.{row.field}" == row.name
    assert bool(row.unit) == (row.kind != "state")


@ROWS
def test_range_and_rate(row: Quantity) -> None:
    """The range is finite and holds something; a counter, and only a counter, has a greatest rate and starts at 0."""
    assert isfinite(row.low)
    assert isfinite(row.high)
    assert row.low < row.high
    assert (row.kind == "counter") == (row.rate > 0)
    assert row.kind != "counter" or row.low == 0


def test_every_quantity_stands_once() -> None:
    """No row hides another of the same name, and no two share their labels."""
    labels = [(row.family, row.en) for row in QUANTITIES.values()]

    assert sorted(QUANTITIES) == sorted(row.name for row in QUANTITIES.values())
    assert len(labels) == len(set(labels))


def test_readme_table_is_up_to_date() -> None:
    """The table in the README is the one in the code."""
    text = docs.README.read_text(encoding="utf-8")

    assert docs.written(text) == text


def test_changed_table_is_found() -> None:
    """A line changed by hand between the markers does not survive."""
    text = docs.README.read_text(encoding="utf-8")

    assert text == docs.written(text.replace("`electricity.power` | W", "`electricity.power` | kW"))


def test_missing_marker_is_named() -> None:
    """Without a marker nothing is written, and the error names it."""
    with pytest.raises(ValueError, match="end of quantities"):
        docs.written(docs.README.read_text(encoding="utf-8").replace("<!-- end of quantities -->", ""))


@pytest.mark.parametrize("reason", [*Reason, *Unused])
def test_reason_stands_in_readme(reason: Reason | Unused) -> None:
    """Every reason for which a message can be refused or ignored is explained."""
    assert f"`{reason}`" in docs.README.read_text(encoding="utf-8")
