"""What people ask of consumption, asked once here: by alerts and by every dashboard.

Sums over a building, a use or the site take site meters alone, so that nothing counts twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Times
from energy.meters.steps import Steps, total
from estate.calendar import HOUR_MS, LENGTHS, STEP_MS, Every, Step, floor
from estate.model import Building, Estate
from store.base import Store, Usage, UsageRow, UsageTag
from store.influxql_panels import COMPARED_WEEKS

Where = Mapping[UsageTag, Sequence[str]]

SITE: Where = {"role": ["site"]}

DRAWN = ("electricity", "gas", "heat", "cooling")
"""The carriers of energy a building draws, all in Wh. Photovoltaic is what it makes."""


class Load(NamedTuple):
    """Mean power of each step."""

    starts: Times  # ms since the epoch
    watts: NDArray[np.float64]
    estimated: NDArray[np.float64]  # the share of it that was not measured


class Against(NamedTuple):
    """The mean power of one hour, and what it usually is; of the meters that know both."""

    start_ms: int  # of the hour
    watts: float
    usual: float  # the mean of that hour on the same weekday of the weeks before
    estimated: float  # the share of the hour that was not measured

    @property
    def change(self) -> float | None:
        """From what is usual, as a share of it; None where nothing is usual."""
        return self.watts / self.usual - 1 if self.usual else None


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


async def against_usual(store: Store, estate: Estate, carrier: str, now_ms: int) -> dict[str, Against]:
    """The last whole hour's load of each building with site meters, against comparable days.

    Comparable is the same hour by the clock on that weekday of the `COMPARED_WEEKS` before, as Grafana's dashboards ask
    it. Meters that have not settled the whole hour, or have no such hour before, are left out of both figures.
    """
    zone, step_ms = estate.site.zone, LENGTHS[estate.step]
    hour_ms = floor(now_ms - STEP_MS, "1h", zone) - HOUR_MS  # what ended just now has hardly arrived
    clock = datetime.fromtimestamp(hour_ms / 1000, zone)
    before = [int((clock - timedelta(weeks=week)).timestamp() * 1000) for week in range(1, COMPARED_WEEKS + 1)]
    where: Where = {**SITE, "carrier": [carrier]}
    by: Sequence[UsageTag] = ("building", "meter")
    steps, *weeks = await asyncio.gather(
        store.usage(Usage(estate.step, hour_ms, hour_ms + HOUR_MS, where=where, by=by)),
        *(store.usage(Usage("1h", start, start + HOUR_MS, where=where, by=by)) for start in before),
    )
    usual: dict[str, list[int]] = defaultdict(list)
    for row in (row for rows in weeks for row in rows):
        usual[row.tags["meter"]].append(int(row.amounts.sum()))
    known: dict[str, list[UsageRow]] = defaultdict(list)
    for row in steps:
        if len(row.starts) * step_ms == HOUR_MS and row.tags["meter"] in usual:
            known[row.tags["building"]].append(row)
    return {
        building: _against(hour_ms, summed(rows), [usual[row.tags["meter"]] for row in rows])
        for building, rows in known.items()
    }


async def intensities(store: Store, estate: Estate, start_ms: int, end_ms: int, every: Every = "1d") -> list[Intensity]:
    """What each building drew per gross area over whole local days, or longer steps, the greatest first."""
    where: Where = {**SITE, "carrier": DRAWN}
    rows: dict[str, list[UsageRow]] = defaultdict(list)
    for row in await store.usage(Usage(every, start_ms, end_ms, where=where, by=("building", "carrier"))):
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


def _against(hour_ms: int, hour: Steps, usual: Sequence[Sequence[int]]) -> Against:
    watts = int(hour.amounts.sum())  # Wh in an hour
    estimated = int(hour.guessed.sum()) / watts if watts else 0.0
    return Against(hour_ms, watts, sum(sum(weeks) / len(weeks) for weeks in usual), estimated)


def all_of(found: Iterable[Against]) -> Against | None:
    """Several buildings together; None of none."""
    each = list(found)
    if not each:
        return None
    watts, usual = sum(one.watts for one in each), sum(one.usual for one in each)
    guessed = sum(one.watts * one.estimated for one in each)
    return Against(each[0].start_ms, watts, usual, guessed / watts if watts else 0.0)


def _intensity(building: Building, days: Steps) -> Intensity:
    total = int(days.amounts.sum())
    estimated = int(days.guessed.sum()) / total if total else 0.0
    return Intensity(building.id, total / 1000 / building.area_m2, estimated)
