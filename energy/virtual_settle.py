"""Keeps the rows of virtual meters in step with their members': what differs is written, what holds no more goes.

A pass that broke off finds the difference again, as the rest of settlement does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np

from energy.flows.rollup import rollup
from energy.meters.register import Finding
from energy.meters.steps import NOTHING, Steps
from energy.meters.virtual import below_zero, combined, touched
from estate.calendar import DAY_MS, LENGTHS, Every, floor, kept
from estate.model import Consumption, Estate, Virtual
from store.base import Span, Store, Usage, UsageTag

Found = dict[str, list[Finding]]
Remove = Callable[[Sequence[Span]], Awaitable[None]]


async def settle_virtuals(
    store: Store, remove: Remove, estate: Estate, meters: Collection[str], start_ms: int, now_ms: int
) -> tuple[int, Found]:
    """Bring the virtual meters over these up to date from the day of `start_ms` on: rows written, and findings."""
    written, found = 0, Found()
    for virtual in touched(estate, meters):
        first_ms = floor(start_ms, "1d", estate.site.zone) if start_ms else 0
        members = await _steps(store, estate.step, [name for _, name in virtual.terms], first_ms, now_ms)
        steps = await asyncio.to_thread(combined, virtual, members)
        findings = list(below_zero(steps, estate.site.zone, LENGTHS[estate.step]))
        if findings:
            found[virtual.id] = findings
        written += await _write(store, remove, virtual, estate.step, first_ms, steps, now_ms)
        for finer, coarser in pairwise(kept(estate.step)):
            first_ms = floor(first_ms, coarser, estate.site.zone) if first_ms else 0
            own = await _steps(store, finer, [virtual.id], first_ms, now_ms)
            longer = rollup(own.get(virtual.id, NOTHING), coarser, estate.site.zone)
            written += await _write(store, remove, virtual, coarser, first_ms, longer, now_ms)
    return written, found


async def _steps(
    store: Store, every: Every, meters: Collection[str], first_ms: int, now_ms: int
) -> Mapping[str, Steps]:
    where: Mapping[UsageTag, Sequence[str]] = {"meter": sorted(set(meters)), "role": ["site", "submeter", "virtual"]}
    rows = await store.usage(Usage(every, first_ms, now_ms + DAY_MS, "meter", where, ("meter",)))
    return {row.tags["meter"]: Steps(*row[1:4]) for row in rows}


async def _write(
    store: Store, remove: Remove, virtual: Virtual, every: Every, first_ms: int, steps: Steps, now_ms: int
) -> int:
    """Those that are not there as they are; those that are there and should not be are removed."""
    held = (await _steps(store, every, [virtual.id], first_ms, now_ms)).get(virtual.id, NOTHING)
    known = set(zip(held.starts.tolist(), held.amounts.tolist(), held.guessed.tolist(), strict=True))
    now = zip(steps.starts.tolist(), steps.amounts.tolist(), steps.guessed.tolist(), strict=True)
    new = steps.only(np.array([each not in known for each in now], np.bool_))
    names = (virtual.id, "", virtual.carrier, virtual.building, virtual.role, every)
    columns = zip(new.starts.tolist(), new.amounts.tolist(), new.estimated.tolist(), strict=True)
    rows = [Consumption(*names, *each, now_ms) for each in columns]
    if rows:
        await store.write_consumption(rows)
    gone = np.setdiff1d(held.starts, steps.starts).tolist()
    await remove([Span(virtual.id, "", every, start_ms, start_ms + 1) for start_ms in gone])
    return len(rows)
