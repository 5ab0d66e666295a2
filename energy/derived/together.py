"""Facts of days that take several others: all energy, its area, and what is known together with people. Pure.

A ratio is of the days that have both its terms. Where terms are kept of those days alone, their sums may be divided
whatever the days are, by a month's row as by a day's.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from energy.derived.places import Place
from energy.derived.ratios import ENERGY
from energy.meters.cleaned import Times
from energy.meters.steps import NOTHING, Steps, total
from energy.usage import DRAWN
from estate.model import Estate

WITH_PEOPLE = {"energy": ("counted_energy", "energy_people"), "water": ("counted_water", "water_people")}
"""What is judged by people: its amounts on the days on which they are counted, and they on the days it is known."""


def together(amounts: Mapping[str, Steps]) -> dict[str, Steps]:
    """From what is known of a place by day, by carrier and fact; a day with some of the energy has the sum of those."""
    found = {"energy": total([amounts[name] for name in ENERGY if name in amounts])}
    people = amounts.get("people", NOTHING)
    for name, (counted, present) in WITH_PEOPLE.items():
        used = found[name] if name in found else amounts.get(name, NOTHING)
        both = np.intersect1d(used.starts, people.starts)
        found |= {counted: used.at(both), present: people.at(both)}
    return {name: steps for name, steps in found.items() if len(steps.starts)}


def of_places(
    estate: Estate, known: Mapping[Place, Mapping[str, Steps]], facts: Mapping[Place, Mapping[str, Steps]]
) -> dict[Place, dict[str, Steps]]:
    """The same of buildings and the site, with their areas: the site's is that of the buildings of known energy."""
    wide = [place for place in {**known, **facts} if place.kind in ("building", "site")]
    found = {place: together({**known.get(place, {}), **facts.get(place, {})}) for place in wide}
    site_m2: dict[int, float] = defaultdict(float)
    for place, of in found.items():
        if "energy" in of and place.id in estate.buildings:
            days, square_metres = of["energy"].starts, estate.buildings[place.id].area_m2
            of["area"] = area(days, square_metres)
            for day in days.tolist():
                site_m2[day] += square_metres
    all_m2 = sum(building.area_m2 for building in estate.buildings.values())
    for of in (of for place, of in found.items() if place.kind == "site" and "energy" in of):
        of["area"] = area(of["energy"].starts, all_m2 if _serves_all(estate) else site_m2)
    return found


def _serves_all(estate: Estate) -> bool:
    """Whether the energy of the site as a whole goes through a site meter."""
    meters = (each for each in estate.meters.values() if each.role == "site" and each.carrier in DRAWN)
    return any(estate.placements[each.device][-1].building == estate.site.id for each in meters)


def area(days: Times, square_metres: Mapping[int, float] | float) -> Steps:
    """The area of these days (m², in whole ones; by day, where it is not one), but of those that have none."""
    by_day = square_metres if isinstance(square_metres, Mapping) else dict.fromkeys(days.tolist(), square_metres)
    each = [by_day.get(day, 0) for day in days.tolist()]
    amounts = np.rint(np.array(each, np.float64)).astype(np.int64)
    return Steps.of(days, amounts, amounts * 0).only(amounts > 0)
