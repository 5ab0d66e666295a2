"""What people ask of consumption, asked once here: by alerts and by every dashboard.

Sums over a building, a use or the site take site meters alone, so that nothing counts twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Times
from energy.meters.steps import Steps, total
from estate.calendar import HOUR_MS, LENGTHS, Step
from estate.model import Building, Estate
from store.base import Store, Usage, UsageRow, UsageTag

Where = Mapping[UsageTag, Sequence[str]]

SITE: Where = {"role": ["site"]}

DRAWN = ("electricity", "gas", "heat", "cooling")
"""The carriers of energy a building draws, all in Wh. Photovoltaic is what it makes."""


class Load(NamedTuple):
    """Mean power of each step."""

    starts: Times  # ms since the epoch
    watts: NDArray[np.float64]
    estimated: NDArray[np.float64]  # the share of it that was not measured


class Intensity(NamedTuple):
    """What a building drew per area."""

    building: str
    kwh_per_m2: float
    estimated: float


def of_meters(estate: Estate, meters: Collection[str], roles: Sequence[str] = ("site", "submeter")) -> Where:
    """The rows of these meters; where they are most of them those of all: the caller leaves out what it did not ask.

    To choose hundreds of names costs InfluxDB more than the rows of the others.
    """
    return {"role": roles} if 2 * len(meters) > len(estate.meters) else {"meter": sorted(meters)}


async def site_days(store: Store, start_ms: int, end_ms: int) -> dict[str, Steps]:
    """The site's consumption by local day, by carrier."""
    found = await store.usage(Usage("1d", start_ms, end_ms, where=SITE, by=("carrier",)))
    return {row.tags["carrier"]: summed([row]) for row in found}


async def load_by_use(store: Store, estate: Estate, carrier: str, start_ms: int, end_ms: int) -> dict[str, Load]:
    """The site's load curve by what its buildings are used for, "" where a meter serves the whole site."""
    where: Where = {**SITE, "carrier": [carrier]}
    rows: dict[str, list[UsageRow]] = defaultdict(list)
    for row in await store.usage(Usage(estate.step, start_ms, end_ms, where=where, by=("building",))):
        building = estate.buildings.get(row.tags["building"])
        rows[building.use if building else ""].append(row)
    return {use: load(summed(rows[use]), estate.step) for use in sorted(rows)}


async def intensities(store: Store, estate: Estate, start_ms: int, end_ms: int) -> list[Intensity]:
    """What each building drew per gross area over whole local days, the greatest first."""
    where: Where = {**SITE, "carrier": DRAWN}
    rows: dict[str, list[UsageRow]] = defaultdict(list)
    for row in await store.usage(Usage("1d", start_ms, end_ms, where=where, by=("building", "carrier"))):
        rows[row.tags["building"]].append(row)
    found = [_intensity(building, summed(rows[id_])) for id_, building in estate.buildings.items() if id_ in rows]
    return sorted(found, key=lambda each: -each.kwh_per_m2)


def load(steps: Steps, every: Step) -> Load:
    """The mean power, in W, of steps in Wh."""
    watts = steps.amounts.astype(np.float64) * (HOUR_MS / LENGTHS[every])
    return Load(steps.starts, watts, steps.estimated)


def summed(rows: Iterable[UsageRow]) -> Steps:
    """The steps of several groups together; a step that only some have is the sum of those."""
    return total([Steps(*row[1:4]) for row in rows])


def _intensity(building: Building, days: Steps) -> Intensity:
    total = int(days.amounts.sum())
    estimated = int(days.guessed.sum()) / total if total else 0.0
    return Intensity(building.id, total / 1000 / building.area_m2, estimated)
