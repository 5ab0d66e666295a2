"""Facts that stand in the store and that nothing bears out any longer → what is to be removed. Pure."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import numpy as np

from energy.meters.cleaned import Times
from estate.calendar import Every
from store.base import Span, UsageRow
from store.runs import Runs

Remove = Callable[[Sequence[Span]], Awaitable[None]]
"""Removes rows, of a store that can."""


def starts_of(rows: Runs) -> dict[str, Times]:
    """By meter, when its rows start."""
    found: dict[str, list[Times]] = defaultdict(list)
    for run in rows.runs:
        found[run.meter].append(run.starts)
    return {meter: np.concatenate(starts) for meter, starts in found.items()}


def strays(held: Iterable[UsageRow], found: Mapping[str, Times], every: Every) -> list[Span]:
    """What is held by meter and not among those found; rows that stand side by side as one span."""
    spans = []
    for row in held:
        meter = row.tags["meter"]
        borne_out = set(found[meter].tolist()) if meter in found else set()
        gone = np.array([at for at, start in enumerate(row.starts.tolist()) if start not in borne_out])
        for part in np.split(gone, np.flatnonzero(np.diff(gone) > 1) + 1) if len(gone) else ():
            first, last = row.starts[part[[0, -1]]].tolist()
            spans.append(Span(meter, "", every, first, last + 1))
    return spans
