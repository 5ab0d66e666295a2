"""Keeps what tariffs ask of each day in step with consumption: what differs is written.

A pass that broke off finds the difference again, as the rest of settlement does.
"""

import asyncio
from collections.abc import Collection, Sequence

from energy.cost.query import merged
from energy.cost.tariff_rows import PART, POINT, tariff_rows, wants
from energy.flows.rows import EACH_ROW, WHOSE, Flow
from estate.calendar import DAY_MS, floor
from estate.model import Estate
from store.base import Store, Usage, UsageRow, UsageTag

Kept = dict[tuple[str, int], tuple[int, float]]


async def settle_days(store: Store, estate: Estate, meters: Collection[str], start_ms: int, now_ms: int) -> int:
    """Bring the days of these meters up to date from the one that holds `start_ms`; how many rows that took."""
    wanted = wants(estate, meters)
    if not wanted:
        return 0
    first_ms, end_ms = floor(start_ms, "1d", estate.site.zone) if start_ms else 0, now_ms + DAY_MS
    found: list[Flow] = []
    for of in WHOSE:
        query = Usage(estate.step, first_ms, end_ms, of, {"meter": wanted}, EACH_ROW)
        by_whom = merged(await store.usage(query))
        found += [Flow(estate.meters[meter], tenant, steps) for (meter, tenant), steps in by_whom.items()]
    worked_out = await asyncio.to_thread(tariff_rows, estate, found, now_ms)
    where: dict[UsageTag, Sequence[str]] = {"role": ["derived"], "carrier": [POINT, PART]}
    where["meter"] = sorted({row.meter for row in worked_out})
    kept = _kept(await store.usage(Usage("1d", first_ms, end_ms, "meter", where, EACH_ROW))) if worked_out else {}
    different = [row for row in worked_out if kept.get((row.meter, row.start_ms)) != _value(row.amount, row.estimated)]
    if different:
        await store.write_consumption(different)
    return len(different)


def _kept(found: Sequence[UsageRow]) -> Kept:
    return {
        (row.tags["meter"], start): _value(amount, share)
        for row in found
        for start, amount, share in zip(*(column.tolist() for column in row[1:4]), strict=True)
    }


def _value(amount: int, share: float) -> tuple[int, float]:
    return amount, round(share, 9)
