"""Steps → hours, days, months and years of the site's zone. A day of a clock change has 23 or 25 hours (law 8)."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from energy.flows.columns import Columns, Numbers, columns, summed
from energy.meters.steps import Steps
from estate.calendar import LENGTHS, Every
from estate.calendar import steps as calendar_steps


def rollup(finer: Steps, every: Every, zone: ZoneInfo) -> Steps:
    """The sums by period; a period without steps is absent. Summing sums gives the same as summing steps."""
    return rolled(columns([(0, finer)]), every, zone).of(0)


def rolled(finer: Columns, every: Every, zone: ZoneInfo) -> Columns:
    """The same of many flows."""
    return summed(finer, floored(finer.starts, every, zone))


def floored(starts: Numbers, every: Every, zone: ZoneInfo) -> Numbers:
    """The start of the period that holds each."""
    if not len(starts):
        return starts
    if length := LENGTHS.get(every):
        return starts - starts % length
    periods = _periods(_year(int(starts.min())), _year(int(starts.max())), every, zone)
    found: Numbers = periods[np.searchsorted(periods, starts, side="right") - 1]
    return found


def _year(at_ms: int) -> int:
    return datetime.fromtimestamp(at_ms / 1000, UTC).year


@lru_cache(64)
def _periods(first: int, last: int, every: Every, zone: ZoneInfo) -> Numbers:
    """The starts of all periods that touch these years, by UTC."""
    begin, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000) for year in (first, last + 1))
    return np.array(list(calendar_steps(begin, end, every, zone)), np.int64)
