"""The store's rows → what they emit, step by step; a step in which a factor changes is computed from its days."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.cost.carbon import changes, emitted, factors
from energy.flows.rollup import rollup
from energy.meters.steps import Steps
from estate.calendar import floor, following
from estate.model import Estate
from estate.tariff import Factor
from store.base import Store, Usage, UsageRow


class Emitted(NamedTuple):
    """What one group of consumption emits."""

    row: UsageRow  # the consumption, step by step
    nano_kg: NDArray[np.int64]  # 1e-9 kg CO₂e
    factors: Sequence[Factor]


async def emissions(store: Store, estate: Estate, query: Usage) -> list[Emitted]:
    """The groups of a query (by carrier at least) whose carrier has a factor."""
    found = []
    for row in await store.usage(query):
        if own := factors(estate, row.tags["carrier"]):
            nano_kg = emitted(row.starts, row.amounts, own)
            for change_ms in changes(own):
                await _mend(store, estate, query, row, own, nano_kg, change_ms)
            found.append(Emitted(row, nano_kg, own))
    return found


async def _mend(
    store: Store,
    estate: Estate,
    query: Usage,
    row: UsageRow,
    own: Sequence[Factor],
    nano_kg: NDArray[np.int64],
    change_ms: int,
) -> None:
    """Put the step in which the factor changes right, should the row have it."""
    zone = estate.site.zone
    start_ms = floor(change_ms, query.every, zone)
    at = np.flatnonzero(row.starts == start_ms)
    if not len(at) or start_ms == change_ms:
        return
    where = dict(query.where) | {tag: [row.tags[tag]] for tag in query.by}
    span = replace(query, every="1d", start_ms=start_ms, end_ms=following(start_ms, query.every, zone), where=where)
    for days in await store.usage(span):
        each = emitted(days.starts, days.amounts, own)
        nano_kg[at] = rollup(Steps(days.starts, each, days.estimated), query.every, zone).amounts
