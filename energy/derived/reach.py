"""How far the sensors of zones reach in a building or the site, by day: what their facts may be judged by. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from energy.derived.places import Place
from energy.meters.steps import Steps
from estate.model import Estate
from store.base import UsageRow

REACH = {"people": "counted_area", "observed": "watched_area"}
"""The facts of zones, and those that say how much of the zones' area has them."""


def reach(estate: Estate, around: Place, found: Mapping[str, Iterable[UsageRow]]) -> dict[str, Steps]:
    """The area (m²·d) of the zones with rows of each fact by day, and that of all zones on any of these days.

    Sensors of a building or the site as a whole reach all of its zones.
    """
    zones = {
        zone.id: round(zone.area_m2)
        for zone in estate.zones.values()
        if around.kind == "site" or zone.building == around.id
    }
    total = sum(zones.values()) or 1
    areas: dict[str, dict[int, int]] = {}
    for fact in REACH.keys() & found.keys():
        areas[REACH[fact]] = {
            day: total
            if f"own#{around.id}" in names
            else sum(
                area for zone, area in zones.items() if {f"zone#{zone}", f"own#{estate.zones[zone].building}"} & names
            )
            for day, names in _names(found[fact]).items()
        }
    if areas:
        areas["zones_area"] = {day: total for of in areas.values() for day in of}
    return {fact: _steps(of) for fact, of in areas.items()}


def _names(found: Iterable[UsageRow]) -> dict[int, set[str]]:
    """The places that have a row, by day."""
    days: dict[int, set[str]] = defaultdict(set)
    for row in found:
        for start_ms in row.starts.tolist():
            days[start_ms].add(row.tags["meter"].rpartition("#")[0])
    return days


def _steps(of: Mapping[int, int]) -> Steps:
    starts = np.array(sorted(of), np.int64)
    return Steps.of(starts, np.array([of[day] for day in starts.tolist()], np.int64), starts * 0)
