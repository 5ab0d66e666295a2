"""What buildings used by area: the indicator `energy_m2_year` of all of them at once."""

from collections import defaultdict
from typing import NamedTuple

from energy.derived.facts import ROLE
from energy.derived.ratios import RATIOS
from energy.meters.steps import Steps
from energy.usage import Where
from estate.calendar import Every
from estate.model import Estate
from store.base import Store, Usage


class Intensity(NamedTuple):
    """What a building used per area."""

    building: str
    kwh_per_m2: float  # and year
    estimated: float


async def intensities(store: Store, estate: Estate, start_ms: int, end_ms: int, every: Every = "1d") -> list[Intensity]:
    """What each building used per gross area and year, over whole local days or longer steps; the greatest first.

    As the indicator `energy_m2_year` has it, of days that are over.
    """
    above, below, factor, _ = RATIOS["energy_m2_year"]
    facts: Where = {"carrier": [*above, *below], "role": [ROLE]}
    rows: dict[str, dict[str, Steps]] = defaultdict(dict)
    for row in await store.usage(Usage(every, start_ms, end_ms, where=facts, by=("meter", "carrier"))):
        kind, _, rest = row.tags["meter"].partition("#")
        if kind == "building" and (building := rest.partition("#")[0]) in estate.buildings:
            rows[building][row.tags["carrier"]] = Steps(*row[1:4])
    found = [_intensity(building, of["energy"], of["area"], factor) for building, of in rows.items() if len(of) == 2]
    return sorted(found, key=lambda each: -each.kwh_per_m2)


def _intensity(building: str, energy: Steps, area: Steps, factor: float) -> Intensity:
    total = int(energy.amounts.sum())
    estimated = int(energy.guessed.sum()) / total if total else 0.0
    return Intensity(building, total / int(area.amounts.sum()) * factor, estimated)
