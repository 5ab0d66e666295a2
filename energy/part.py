"""Some meters' accounts and what the store holds of them → what must change there. Pure.

A row that is as it should be is not written again: so each row says when its figure was last settled to another one,
and exactly the steps that new readings change are re-opened, with the hours, days, months and years they are in.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.changes import Change, closed_changes
from energy.flows.allocation import NOBODY, People, placement_at
from energy.flows.columns import Columns, Difference, Names, Numbers, columns, difference, joined
from energy.flows.rollup import floored, rolled
from energy.flows.rows import Flow, rows, shared
from energy.meters.account import Account
from energy.meters.cleaned import Finding
from energy.meters.plausible import doubt_ms
from energy.meters.steps import Steps
from estate.calendar import HOUR_MS, LENGTHS, Every, floor, following, kept
from estate.model import FOREVER_MS, Estate, Meter
from store.base import Span, UsageRow
from store.runs import Runs

NEVER = (1 << 42) - 1
"""After every step."""

Held = Mapping[Every, Sequence[UsageRow]]
"""By step, the rows the store holds: each meter, tenant and place for itself."""


class Work(NamedTuple):
    """What one part of a pass is about."""

    accounts: Sequence[Account]
    meters: Collection[str]  # those to be written: the accounts' own, and the meters they are behind
    start_ms: int  # from here on, the store's rows of these and of the meters behind them were read
    now_ms: int


class Outcome(NamedTuple):
    """What the store is to be told."""

    rows: Runs
    gone: list[Span]
    changes: list[Change]  # of closed months
    findings: dict[str, list[Finding]]
    kept_before: dict[str, int]  # by meter: rows before then stand as they are, their readings being gone

    @property
    def since_ms(self) -> int:
        """The start of the earliest row that changes."""
        written = [int(run.starts.min()) for run in self.rows.runs if run.every in LENGTHS]
        removed = [span.start_ms for span in self.gone if span.every in LENGTHS]
        return min([*written, *removed], default=FOREVER_MS)

    @property
    def hours(self) -> set[tuple[str, int]]:
        """The meters and the hours (UTC, ms) in which something changes."""
        runs = [run for run in self.rows.runs if run.every in LENGTHS]
        found = {(run.meter, hour) for run in runs for hour in np.unique(run.starts // HOUR_MS).tolist()}
        for span in self.gone:
            if span.every in LENGTHS:
                found |= {(span.meter, hour) for hour in range(span.start_ms // HOUR_MS, -(-span.end_ms // HOUR_MS))}
        return {(meter, hour * HOUR_MS) for meter, hour in found}

    @property
    def ended(self) -> set[tuple[str, str]]:
        """The meters and tenants that lose steps."""
        return {(span.meter, span.tenant) for span in self.gone}


def bounds(estate: Estate, start_ms: int) -> dict[Every, int]:
    """From where on the rows of each step are needed to settle the steps from `start_ms` on."""
    levels = kept(estate.step)
    return {finer: floor(start_ms, coarser, estate.site.zone) for finer, coarser in pairwise((*levels, "1y"))}


def work_out(estate: Estate, work: Work, held: Held, people: People = NOBODY) -> Outcome:
    """Compare what the accounts come to with what is held."""
    return _Part(estate, work, held).outcome(people)


class _Part:
    """One comparison. `_from` says, by flow, where the rows begin that are compared; NEVER for those only looked at."""

    def __init__(self, estate: Estate, work: Work, held: Held) -> None:
        self._estate, self._work, self._zone = estate, work, estate.site.zone
        self._names = Names()
        self._held = {every: self._table(found) for every, found in held.items()}
        self._kept_before: dict[str, int] = {}

    def outcome(self, people: People) -> Outcome:
        own, begin = self._own()
        flows = [Flow(self._meter(name), "", own.of(number)) for name, number in self._own_flows()]
        found = shared(self._estate, self._work.meters, [flow for flow in flows if len(flow.steps.starts)], people)
        current = columns((self._names[flow.meter.id, flow.tenant], flow.steps) for flow in found.flows)
        result = Outcome(Runs(), [], [], found.findings, self._kept_before)
        for every, different in self._levels(current, begin):
            self._take(result, every, different)
        return result

    def _own(self) -> tuple[Columns, dict[str, int]]:
        """The meters' own steps: those held up to each account, and the account's; and where each meter begins."""
        held, _ = self._held[self._estate.step]
        since = {each.meter.id: self._since(each) for each in self._work.accounts}
        named = [(self._names[meter, ""], at_ms) for meter, at_ms in since.items()]  # before the arrays are sized
        computed = columns(
            (self._names[each.meter.id, ""], _from(each.steps, since[each.meter.id])) for each in self._work.accounts
        )
        until = np.full(len(self._names), NEVER)
        until[[number for (_, tenant), number in self._names.items() if tenant]] = 0
        for number, at_ms in named:
            until[number] = at_ms
        own = joined([held.where(held.starts < until[held.flows]), computed])
        first = np.flatnonzero(np.diff(own.flows, prepend=-1))
        firsts = dict(zip(own.flows[first].tolist(), own.starts[first].tolist(), strict=True))
        read_ms = bounds(self._estate, self._work.start_ms)[self._estate.step]
        begin = {
            meter: max(read_ms, min(firsts.get(self._names.get((meter, ""), -1), NEVER), since.get(meter, NEVER)))
            for meter in self._work.meters
        }
        return own, begin

    def _since(self, account: Account) -> int:
        """Where the account begins to hold.

        Of readings that are no longer kept there are rows still: they stand, up to the midnight after the first
        readings left have shown what they are worth.
        """
        starts = account.steps.starts
        if account.since_ms or not len(starts):
            return account.since_ms or NEVER
        days, _ = self._held["1d"]
        number, first = self._names.get((account.meter.id, "")), int(starts[0])
        if number is None or not (days.starts[days.flows == number] < floor(first, "1d", self._zone)).any():
            return 0
        stand_ms = following(floor(first + doubt_ms(account.meter), "1d", self._zone), "1d", self._zone)
        self._kept_before[account.meter.id] = stand_ms
        return stand_ms

    def _own_flows(self) -> list[tuple[str, int]]:
        return [(meter, number) for (meter, tenant), number in self._names.items() if not tenant]

    def _levels(self, current: Columns, begin: Mapping[str, int]) -> Iterator[tuple[Every, Difference]]:
        """The steps as they are now against those held, the shortest first; each longer one sums the one before."""
        levels = kept(self._estate.step)
        start = np.array([begin.get(meter, NEVER) for meter, _ in self._names], np.int64)
        yield levels[0], self._difference(levels[0], current, start)
        for finer, coarser in pairwise(levels):
            earlier, begins = start, np.full(len(start), NEVER)
            begins[start < NEVER] = floored(start[start < NEVER], coarser, self._zone)
            held, _ = self._held[finer]
            before = held.where((held.starts >= begins[held.flows]) & (held.starts < earlier[held.flows]))
            current, start = rolled(joined([before, current]), coarser, self._zone), begins
            yield coarser, self._difference(coarser, current, start)

    def _difference(self, every: Every, current: Columns, start: Numbers) -> Difference:
        held, wrong = self._held[every]
        compared = held.starts >= start[held.flows]
        return difference(held.where(compared), wrong[compared], current)

    def _take(self, result: Outcome, every: Every, different: Difference) -> None:
        names = list(self._names)
        flows = different.write.flows
        for number in flows[np.flatnonzero(np.diff(flows, prepend=-1))].tolist():
            meter, tenant = names[number]
            flow = Flow(self._meter(meter), tenant, different.write.of(number))
            result.rows.runs.extend(rows(self._estate, [flow], every, self._work.now_ms).runs)
        for number, first, last in different.runs:
            result.gone.append(Span(*names[number], every, first, last + 1))
        if every == "1mo":
            days, _ = self._held["1d"]
            months, _ = self._held["1mo"]
            found = closed_changes(names, different, months, days, self._zone, self._work.now_ms)
            result.changes.extend(found)

    def _table(self, found: Sequence[UsageRow]) -> tuple[Columns, NDArray[np.bool_]]:
        """The rows held of one step, and which of them stand under another building, carrier or role than today's."""
        keys, wrong = [], []
        for row in found:
            number = self._names[row.tags["meter"], row.tags.get("tenant", "")]
            part = columns([(number, Steps(*row[1:4]))])
            keys.append(part)
            wrong.append(self._misplaced(row))
        if not keys:
            return columns(()), np.empty(0, np.bool_)
        every = Columns(*(np.concatenate(column) for column in zip(*keys, strict=True)))
        order = np.argsort(every.keys, kind="stable")
        return _once(every.where(order), np.concatenate(wrong)[order])

    def _misplaced(self, row: UsageRow) -> NDArray[np.bool_]:
        meter = self._meter(row.tags["meter"])
        if (row.tags["carrier"], row.tags["role"]) != (meter.carrier, meter.role):
            return np.ones(len(row.starts), np.bool_)
        places = self._estate.placements[meter.device]
        if len(places) == 1:
            return np.full(len(row.starts), row.tags["building"] != places[0].building)
        buildings = (placement_at(self._estate, meter, at).building for at in row.starts.tolist())
        return np.fromiter((building != row.tags["building"] for building in buildings), np.bool_, len(row.starts))

    def _meter(self, name: str) -> Meter:
        return self._estate.meters[name]


def _from(steps: Steps, since_ms: int) -> Steps:
    chosen = steps.starts >= since_ms
    return Steps(steps.starts[chosen], steps.amounts[chosen], steps.estimated[chosen])


def _once(held: Columns, wrong: NDArray[np.bool_]) -> tuple[Columns, NDArray[np.bool_]]:
    """A step that stands under two places at once is wrong, and counts as one."""
    again = np.diff(held.keys, prepend=-1) == 0
    twice = again | np.append(again[1:], False) if len(again) else again
    return held.where(~again), (wrong | twice)[~again]
