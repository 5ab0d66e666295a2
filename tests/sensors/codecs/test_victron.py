"""Victron: from paths to rows of the tables."""

import pytest

from sensors.codecs.victron import source
from sensors.codecs.victron_tables import FIELDS, LEFT


@pytest.mark.parametrize(
    ("service", "path", "expected"),
    [
        ("grid", "Ac/Power", ("grid/Ac/Power", "", "")),
        ("grid", "Ac/L2/Power", ("grid/Ac/{phase}/Power", "L2", "")),
        ("multi", "Ac/In/1/L3/P", ("multi/Ac/In/{index}/{phase}/P", "L3", "1")),
        ("switch", "SwitchableOutput/output_1/State", ("+/SwitchableOutput/{index}/State", "", "output_1")),
        ("vebus", "Alarms/L1/Overload", ("+/Alarms/#", "L1", "")),
        ("settings", "Settings/Gps/Format", ("+/Settings/#", "", "")),
        ("gps", "Position/Latitude", ("gps/#", "", "")),
        ("battery", "Voltages/Cell1", ("battery/Voltages/Cell1", "", "")),
    ],
)
def test_row_of_a_path(service: str, path: str, expected: tuple[str, str, str]) -> None:
    """A path leads to its own row, else to one for any service, else to itself, which no row knows."""
    assert expected == source(service, path)


def test_rows_are_not_both_taken_and_left() -> None:
    """No row stands in both tables."""
    assert not FIELDS.keys() & LEFT.keys()
