"""Facts that stand in the store and that nothing bears out any longer → what is to be removed. Pure."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import numpy as np

from energy.meters.register import Times
from estate.calendar import Every
from estate.model import Consumption
from store.base import Span, UsageRow

Remove = Callable[[Sequence[Span]], Awaitable[None]]
"""Removes rows, of a store that can."""


def starts_of(rows: Iterable[Consumption]) -> dict[str, Times]:
    """By meter, when its rows start."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.meter].append(row.start_ms)
    return {meter: np.array(starts, np.int64) for meter, starts in found.items()}


def strays(held: Iterable[UsageRow], found: Mapping[str, Times], every: Every) -> list[Span]:
    """What is held by meter and not among those found; rows that stand side by side as one span."""
    spans = []
    for row in held:
        meter = row.tags["meter"]
        gone = np.flatnonzero(~np.isin(row.starts, found.get(meter, ())))
        for part in np.split(gone, np.flatnonzero(np.diff(gone) > 1) + 1) if len(gone) else ():
            first, last = row.starts[part[[0, -1]]].tolist()
            spans.append(Span(meter, "", every, first, last + 1))
    return spans
