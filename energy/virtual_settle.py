"""Keeps the rows of virtual meters in step with their members': what differs is written, what holds no more goes.

A pass that broke off finds the difference again, as the rest of settlement does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np

from energy.changes import closed_changes
from energy.flows.columns import Columns, columns, difference
from energy.flows.rollup import rollup
from energy.meters.cleaned import Finding, Marks
from energy.meters.steps import NOTHING, Steps
from energy.meters.virtual import below_zero, combined, touched
from energy.part import Outcome
from estate.calendar import DAY_MS, LENGTHS, Every, floor, kept
from estate.model import Estate, Virtual
from store.base import Span, Store, Usage, UsageRow, UsageTag
from store.runs import Run, Runs

Put = Callable[[Outcome], Awaitable[None]]
"""Writes and removes rows, and notes the changes of closed months before."""

Found = dict[str, list[Finding]]


async def settle_virtuals(
    store: Store, put: Put, estate: Estate, meters: Collection[str], start_ms: int, now_ms: int
) -> tuple[int, Found]:
    """Bring the virtual meters over these up to date from the day of `start_ms` on.

    How many rows were written, and by each virtual meter looked at all findings from that day on.
    """
    written, found = 0, Found()
    for virtual in touched(estate, meters):
        one = _Virtual(store, estate, virtual, now_ms)
        outcomes = [await one.steps(day_of(estate, start_ms), put)]
        found[virtual.id] = outcomes[0].findings[virtual.id]
        first_ms = day_of(estate, start_ms)
        for finer, coarser in pairwise(kept(estate.step)):
            first_ms = floor(first_ms, coarser, estate.site.zone) if first_ms else 0
            outcomes.append(await one.longer(finer, coarser, first_ms, put))
        written += sum(len(outcome.rows) for outcome in outcomes)
    return written, found


def day_of(estate: Estate, start_ms: int) -> int:
    """The start of the local day; 0 is ever."""
    return floor(start_ms, "1d", estate.site.zone) if start_ms else 0


class _Virtual:
    """One virtual meter, step by step."""

    def __init__(self, store: Store, estate: Estate, virtual: Virtual, now_ms: int) -> None:
        self._store, self._estate, self._virtual, self._now_ms = store, estate, virtual, now_ms
        self._days = columns(())  # as they were held before

    async def steps(self, first_ms: int, put: Put) -> Outcome:
        """By formula, from the members' own."""
        every, zone = self._estate.step, self._estate.site.zone
        members = await self._usage(every, [name for _, name in self._virtual.terms], first_ms, ("meter",))
        steps = {row.tags["meter"]: Steps(*row[1:4]) for row in members}
        now = await asyncio.to_thread(combined, self._virtual, steps)
        findings = {self._virtual.id: list(below_zero(now, zone, LENGTHS[every]))}
        outcome = (await self._compared(every, first_ms, now))._replace(findings=findings)
        await put(outcome)
        return outcome

    async def longer(self, finer: Every, coarser: Every, first_ms: int, put: Put) -> Outcome:
        """Summed from its shorter ones as they stand."""
        own, _ = await self._held(finer, first_ms)
        outcome = await self._compared(coarser, first_ms, rollup(own.of(0), coarser, self._estate.site.zone))
        await put(outcome)
        return outcome

    async def _compared(self, every: Every, first_ms: int, now: Steps) -> Outcome:
        """What is not there as it is, and what is there and should not be."""
        virtual, zone = self._virtual, self._estate.site.zone
        held, wrong = await self._held(every, first_ms)
        different = difference(held, wrong, columns([(0, now)]))
        names = (virtual.id, "", virtual.carrier, virtual.building, virtual.role, every)
        new = different.write.of(0)
        settled = np.full(len(new.starts), self._now_ms, np.int64)
        rows = Runs([Run(*names, *new, settled)] if len(settled) else ())
        gone = [Span(virtual.id, "", every, first, last + 1) for _, first, last in different.runs]
        changes = []
        if every == "1d":
            self._days = held
        elif every == "1mo":
            changes = closed_changes([(virtual.id, "")], different, held, self._days, zone, self._now_ms)
        return Outcome(rows, gone, changes, {}, {})

    async def _held(self, every: Every, first_ms: int) -> tuple[Columns, Marks]:
        """Its rows, and which of them stand under another building or carrier than today's."""
        today = (self._virtual.building, self._virtual.carrier, self._virtual.role)
        rows = await self._usage(every, [self._virtual.id], first_ms, ("building", "carrier", "role"))
        starts = np.concatenate([row.starts for row in rows]) if rows else NOTHING.starts
        wrong = [np.full(len(row.starts), tuple(row.tags.values()) != today) for row in rows]
        order = np.argsort(starts)
        marks: Marks = np.concatenate(wrong)[order] if wrong else np.empty(0, np.bool_)
        steps = [np.concatenate(parts)[order] for parts in zip(*(row[1:4] for row in rows), strict=True)]
        return columns([(0, Steps(*steps))] if steps else ()), marks

    async def _usage(
        self, every: Every, meters: Collection[str], first_ms: int, by: Sequence[UsageTag]
    ) -> Sequence[UsageRow]:
        where: Mapping[UsageTag, Sequence[str]] = {"meter": sorted({*meters}), "role": ["site", "submeter", "virtual"]}
        return await self._store.usage(Usage(every, first_ms, self._now_ms + DAY_MS, "meter", where, tuple(by)))
