"""Rows of consumption as InfluxDB answers them → sums by group, which we add up faster than the server does."""

from collections.abc import Sequence

import numpy as np

from store.base import UsageRow
from store.influx_http import Table
from store.influx_tags import group_tags


def usage_row(table: Table, by: Sequence[str]) -> UsageRow:
    """One group: the rows of several meters that start together become one, as sure as they are on average."""
    found = np.array(table.rows, np.float64)
    found = np.nan_to_num(found[np.argsort(found[:, 0], kind="stable")])  # earlier versions wrote no `settled`
    times, amounts, guessed, settled, blank = found.T
    share = np.divide(guessed, amounts, out=blank, where=amounts != 0)
    first = np.flatnonzero(np.diff(times, prepend=-1))
    if len(first) < len(times):
        times, amounts, guessed = times[first], np.add.reduceat(amounts, first), np.add.reduceat(guessed, first)
        least, settled = np.minimum.reduceat(share, first), np.maximum.reduceat(settled, first)
        share = np.divide(guessed, amounts, out=least, where=amounts != 0)
    starts, sums, last = (np.rint(column).astype(np.int64) for column in (times, amounts, settled))
    return UsageRow(group_tags(table, by), starts, sums, share, last)
