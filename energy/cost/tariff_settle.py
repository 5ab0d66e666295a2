"""Keeps what tariffs ask of each day in step with consumption: what differs is written, what holds no more goes.

A pass that broke off finds the difference again, as the rest of settlement does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from energy.cost.query import MOST_NAMES, Whose, merged
from energy.cost.tariff_rows import PART, POINT, facts_for, tariff_rows, wants
from energy.derived.facts import ROLE
from energy.flows.rows import EACH_ROW, WHOSE, Flow
from estate.calendar import DAY_MS, floor
from estate.model import Estate
from store.base import Span, Store, Usage, UsageRow, UsageTag

Remove = Callable[[Sequence[Span]], Awaitable[None]]
Kept = dict[tuple[str, int], tuple[int, float]]


async def settle_days(
    store: Store,
    remove: Remove,
    estate: Estate,
    meters: Collection[str],
    ended: Collection[Whose],
    start_ms: int,
    now_ms: int,
) -> int:
    """Bring the days of these meters up to date from the one that holds `start_ms`; how many rows that took.

    What of them, or of their tenants, has `ended` may have days that are no more, as may those with steps.
    """
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
    whose = {(flow.meter.id, flow.tenant) for flow in found} | {each for each in ended if each[0] in wanted}
    where: dict[UsageTag, Sequence[str]] = {"role": [ROLE], "carrier": [POINT, PART]}
    names = {fact.row(*each) for each in whose for fact in facts_for(estate, *each)}
    if len(names) < MOST_NAMES:
        where["meter"] = sorted(names)
    kept = _kept(await store.usage(Usage("1d", first_ms, end_ms, "meter", where, EACH_ROW)), names)
    different = [row for row in worked_out if kept.get((row.meter, row.start_ms)) != _value(row.amount, row.estimated)]
    gone = kept.keys() - {(row.meter, row.start_ms) for row in worked_out}
    await remove([Span(name, "", "1d", day, day + 1) for name, day in sorted(gone)])
    if different:
        await store.write_consumption(different)
    return len(different) + len(gone)


def _kept(found: Sequence[UsageRow], names: Collection[str]) -> Kept:
    return {
        (row.tags["meter"], start): _value(amount, share)
        for row in found
        if row.tags["meter"] in names
        for start, amount, share in zip(*(column.tolist() for column in row[1:4]), strict=True)
    }


def _value(amount: int, share: float) -> tuple[int, float]:
    return amount, round(share, 9)
