"""What identifies a row in InfluxDB: tags from points and rows, and what an answer's tags and columns mean."""

from collections.abc import Iterable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from estate.model import Point
from store.influx_moves import Tags
from store.influx_tables import Table
from store.line_protocol import Whose
from store.runs import Run

Place = tuple[str, str, str]
"""Building, carrier and role of a row of consumption."""


def latest_key(table: Table) -> tuple[str, str, str, str, str]:
    """Device, channel, quantity, building and zone of a row of `latest`."""
    tags = table.tags
    return cast(
        tuple[str, str, str, str, str],
        tuple(tags.get(tag, "") for tag in ("device", "channel", "quantity", "building", "zone")),
    )


def whose(point: Point) -> Whose:
    return point.device, point.channel, point.building, point.zone


def series_tags(whose: Whose) -> Tags:
    device, channel, building, zone = whose
    return (("building", building), ("channel", channel), ("device", device), ("zone", zone))


def usage_tags(row: Run, place: Place) -> Tags:
    building, carrier, role = place
    tags = (("building", building), ("carrier", carrier), ("every", row.every), ("meter", row.meter), ("role", role))
    return (*tags, ("tenant", row.tenant)) if row.tenant else tags


def group_tags(table: Table, by: Iterable[str]) -> dict[str, str]:
    return {tag: table.tags.get(tag, "") for tag in by}


def columns(rows: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Times and first values."""
    return rows[:, 0].astype(np.int64), rows[:, 1].astype(np.float64)
