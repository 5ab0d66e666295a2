"""Rows of consumption as lines, and as InfluxDB answers them: summed by group here, which it does more slowly."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import numpy as np

from estate.calendar import DAY_MS, LENGTHS
from store.base import Usage, UsageRow, share
from store.influx_tables import Table
from store.influx_tags import group_tags
from store.line_protocol import series
from store.runs import Run

_LINES = 5_000
"""In one body: 1 MB, roughly. The server takes more at once no faster."""


def bodies(runs: Iterable[Run]) -> Iterator[bytes]:
    """The rows of all runs as lines."""
    every = chain.from_iterable(map(_lines, runs))
    while lines := [*islice(every, _LINES)]:
        yield "".join(lines).encode()


def _lines(run: Run) -> list[str]:
    """A line for each row; whole amounts are exact as floats up to 2⁵³.

    What is estimated is kept as an amount, so that it can be summed; of 0 `blank` says whether that was measured.
    """
    tags = {"building": run.building, "carrier": run.carrier, "every": run.every, "meter": run.meter, "role": run.role}
    start = series("allocation", **tags, tenant=run.tenant) if run.tenant else series("consumption", **tags)
    guessed = run.amounts * run.estimated
    columns = (run.starts, run.amounts, guessed, run.settled, run.estimated)
    return [
        f"{start} amount={amount}.0,estimated_amount={guess},settled={settled}.0"
        f"{'' if amount else f',blank={blank}'} {at}\n"
        for at, amount, guess, settled, blank in zip(*(column.tolist() for column in columns), strict=True)
    ]


def is_long(query: Usage) -> bool:
    """Whether its series may hold hundreds of rows."""
    return query.every in LENGTHS or (query.every == "1d" and query.end_ms - query.start_ms > 200 * DAY_MS)


def usage_rows(tables: Sequence[Table], by: Sequence[str]) -> list[UsageRow]:
    """A group for each table, worked out together: the rows of several meters that start together become one."""
    if not tables:
        return []
    of = np.repeat(np.arange(len(tables)), [len(table.rows) for table in tables])
    found = np.nan_to_num(np.concatenate([table.rows for table in tables]))  # earlier versions wrote no `settled`
    if ((found[1:, 0] < found[:-1, 0]) & (of[1:] == of[:-1])).any():
        found = found[np.lexsort((found[:, 0], of))]
    times, amounts, guessed, settled, blank = found.T
    guessed = np.abs(guessed)
    shares = share(amounts, guessed, blank)
    first = np.flatnonzero((np.diff(times, prepend=-1) != 0) | (np.diff(of, prepend=-1) != 0))
    if len(first) < len(times):
        times, amounts, guessed = times[first], np.add.reduceat(amounts, first), np.add.reduceat(guessed, first)
        least, settled = np.minimum.reduceat(shares, first), np.maximum.reduceat(settled, first)
        shares = share(amounts, guessed, least)
    starts, sums, last = (np.rint(column).astype(np.int64) for column in (times, amounts, settled))
    cuts = np.searchsorted(of[first], np.arange(len(tables) + 1)).tolist()
    groups = zip(tables, map(slice, cuts, cuts[1:]), strict=True)
    return [UsageRow(group_tags(table, by), starts[at], sums[at], shares[at], last[at]) for table, at in groups]
