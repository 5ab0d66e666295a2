"""Meters that have left the estate: their rows stay, under a role that is in no sum; nobody has a share in them.

Put back into the inventory, a meter takes its rows up again, also those whose readings are kept no longer.
"""

from collections.abc import Collection, Mapping, Sequence

import structlog

from energy.flows.rows import EACH_ROW, REMOVED
from estate.calendar import DAY_MS, STEPS
from estate.model import FOREVER_MS, Consumption
from store.base import Span, Store, Usage, UsageTag

log = structlog.get_logger()


async def retire(store: Store, meters: Collection[str], now_ms: int) -> int:
    """Take these meters out of every sum; from when on they were in one (FOREVER_MS: never)."""
    where: Mapping[UsageTag, Sequence[str]] = {"meter": sorted(meters)}
    end_ms, since_ms = now_ms + DAY_MS, FOREVER_MS
    for every in STEPS:
        rows = [
            Consumption(t["meter"], "", t["carrier"], t["building"], REMOVED, every, start, amount, estimated, settled)
            for t, *columns in await store.usage(Usage(every, 0, end_ms, "meter", where, EACH_ROW))
            for start, amount, estimated, settled in zip(*(column.tolist() for column in columns), strict=True)
        ]
        await store.write_consumption(rows)
        since_ms = min([since_ms, *(row.start_ms for row in rows if every == "1d")])
        shares = await store.usage(Usage(every, 0, end_ms, "tenant", where, ("meter", "tenant")))
        spans = [Span(row.tags["meter"], row.tags["tenant"], every, 0, end_ms) for row in shares]
        await store.remove_consumption(spans)
    log.info("meters_left", meters=", ".join(sorted(meters)), effect="their consumption is in no sum any more")
    return since_ms
