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
from estate.calendar import HOUR_MS, LENGTHS, Step
from estate.model import Estate
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
    """The mean power of the last 60 minutes, and what it usually is; of the meters that know both."""

    watts: float
    usual: float  # the mean of those minutes on the same weekday of the weeks before
    estimated: float  # the share of the 60 minutes that was not measured

    @property
    def change(self) -> float | None:
        """From what is usual, as a share of it; None where nothing is usual."""
        return self.watts / self.usual - 1 if self.usual else None


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
    """The load of the last 60 minutes of each building with site meters, against comparable days.

    Of both it is the mean of the steps that begin in them and are settled, as Grafana's dashboards ask it; comparable
    are the same 60 minutes by the clock on that weekday of the `COMPARED_WEEKS` before. Meters that know only one of
    the two are left out.
    """
    until = datetime.fromtimestamp(now_ms / 1000, estate.site.zone)
    where: Where = {**SITE, "carrier": [carrier]}
    by: Sequence[UsageTag] = ("building", "meter")
    ends = [round((until - timedelta(weeks=week)).timestamp() * 1000) for week in range(COMPARED_WEEKS + 1)]
    lately, *weeks = await asyncio.gather(
        *(store.usage(Usage(estate.step, end - HOUR_MS, end, where=where, by=by)) for end in ends)
    )
    usual: dict[str, list[float]] = defaultdict(list)
    for row in (row for rows in weeks for row in rows):
        usual[row.tags["meter"]] += load(summed([row]), estate.step).watts.tolist()
    known: dict[str, list[UsageRow]] = defaultdict(list)
    for row in lately:
        if row.tags["meter"] in usual:
            known[row.tags["building"]].append(row)
    return {
        building: _against(rows, [usual[row.tags["meter"]] for row in rows], estate.step)
        for building, rows in known.items()
    }


def load(steps: Steps, every: Step) -> Load:
    """The mean power, in W, of steps in Wh."""
    watts = steps.amounts.astype(np.float64) * (HOUR_MS / LENGTHS[every])
    return Load(steps.starts, watts, steps.estimated)


def summed(rows: Iterable[UsageRow]) -> Steps:
    """The steps of several groups together; a step that only some have is the sum of those."""
    return total([Steps(*row[1:4]) for row in rows])


def _against(rows: Sequence[UsageRow], usual: Sequence[Sequence[float]], step: Step) -> Against:
    loads = [load(summed([row]), step) for row in rows]
    watts = sum(float(each.watts.mean()) for each in loads)
    guessed = sum(float((each.watts * each.estimated).mean()) for each in loads)
    return Against(watts, sum(sum(each) / len(each) for each in usual), guessed / watts if watts else 0.0)


def all_of(found: Iterable[Against]) -> Against | None:
    """Several buildings together; None of none."""
    each = list(found)
    if not each:
        return None
    watts, usual = sum(one.watts for one in each), sum(one.usual for one in each)
    guessed = sum(one.watts * one.estimated for one in each)
    return Against(watts, usual, guessed / watts if watts else 0.0)
