"""Where what the store holds begins: the first reading that is kept, and the first fact."""

from collections.abc import Iterable

from energy.derived.facts import DEGREES, meter_of
from energy.usage import Where
from estate.calendar import DAY_MS, HOUR_MS, Every
from estate.model import FOREVER_MS, Estate
from store.base import Series, Store, Usage

_OF_ALL = ("expected", "in_all", "observed", "people", *DEGREES)
"""Where any place has a fact, the site has one of these."""


async def first_reading(store: Store, quantities: Iterable[str], now_ms: int) -> int:
    """The hour of the first reading of these that is kept; now where there is none."""
    first_ms = now_ms
    for quantity in quantities:
        start_ms, end_ms = 0, first_ms
        for window_ms in (7 * DAY_MS, HOUR_MS):
            found = await store.series(Series(quantity, start_ms, end_ms, window_ms, "count", by=()))
            start_ms = int(found[0].times[0]) if found else end_ms
            end_ms = min(end_ms, start_ms + window_ms)
        first_ms = min(first_ms, start_ms)
    return first_ms


async def first_stored(store: Store, estate: Estate, every: Every, end_ms: int) -> int:
    """The start of the first row of that step that holds a fact, before `end_ms`; FOREVER_MS where there is none."""
    where: Where = {"meter": [meter_of("site", estate.site.id, fact) for fact in _OF_ALL]}
    found = await store.usage(Usage(every, 0, end_ms, where=where, by=("meter",)))
    return min((int(row.starts[0]) for row in found), default=FOREVER_MS)
