"""Steps → hours, days, months and years of the site's zone. A day of a clock change has 23 or 25 hours (law 8)."""

from zoneinfo import ZoneInfo

import numpy as np

from energy.steps import Steps
from estate.calendar import Every
from estate.calendar import steps as calendar_steps


def rollup(finer: Steps, every: Every, zone: ZoneInfo) -> Steps:
    """The sums by period; a period without steps is absent. Summing sums gives the same as summing steps."""
    if not len(finer.starts):
        return finer
    periods = np.array(list(calendar_steps(int(finer.starts[0]), int(finer.starts[-1]) + 1, every, zone)), np.int64)
    period = np.searchsorted(periods, finer.starts, side="right") - 1
    first = np.flatnonzero(np.diff(period, prepend=-1))
    amounts, guessed = np.add.reduceat(finer.amounts, first), np.add.reduceat(finer.guessed, first)
    return Steps.of(periods[period[first]], amounts, guessed)
