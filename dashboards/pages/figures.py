"""What the page of energy shows, read from the store: figures, bars and who used what, of one scope and period.

The site and its buildings count by their site meters, a tenant by its shares. What is not settled is absent.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple
from urllib.parse import quote

import numpy as np

from dashboards.pages.cache import Asked
from dashboards.pages.comparing import UNKNOWN, Alike, Known, alike, last_day
from dashboards.pages.period import BARS, WHOLE, Period, Span
from energy.derived.indicator_query import Kind
from energy.meters.steps import NOTHING, Steps
from energy.usage import SITE, summed
from estate.calendar import DAY_MS, Every, Step, floor
from estate.vocabulary import CARRIERS
from store.base import Usage, UsageRow, UsageTag, share

Key = tuple[str, str]
"""Of a part, or "" of the place itself, and a carrier."""


class Scope(NamedTuple):
    """Whose figures. Of a zone the page shows no consumption: meters are of buildings."""

    kind: Kind
    id: str = ""  # of the building, zone or tenant

    @property
    def path(self) -> str:
        """Where its page is."""
        return "/energy" if self.kind == "site" else f"/{self.kind}s/{quote(self.id, safe='')}"

    @property
    def of(self) -> Literal["meter", "tenant"]:
        return "tenant" if self.kind == "tenant" else "meter"

    @property
    def where(self) -> Mapping[UsageTag, Sequence[str]]:
        carriers: Mapping[UsageTag, Sequence[str]] = {"carrier": list(CARRIERS)}
        if self.kind == "tenant":
            return {**carriers, "tenant": [self.id]}
        return {**carriers, **SITE, **({} if self.kind == "site" else {"building": [self.id]})}


class Figure(NamedTuple):
    """What flowed of one carrier in the period so far: of the place, or of one of its parts."""

    id: str  # of the part: a building, tenant or meter; "" of the place itself
    carrier: str
    amount: int  # in the carrier's unit
    guessed: int  # of it, estimated
    blank: bool = False  # nothing of it was measured, also when it comes to 0
    like: int = 0  # of it, what is compared: of meters, and on days, that are known of both periods
    former: int | None = None  # of these meters, on these days of the former period; None where there are none
    settled_ms: int = 0  # when the last of it was settled; 0 when that is unknown

    @property
    def measured(self) -> int:
        return self.amount - self.guessed

    @property
    def estimated(self) -> float:
        return _estimated(self.amount, self.guessed, self.blank)

    @property
    def change(self) -> float | None:
        """From the former period, as a share of it."""
        return (self.like - self.former) / self.former if self.former else None


class Counted(NamedTuple):
    """What a meter counted in the period so far."""

    id: str
    carrier: str
    amount: int
    guessed: int  # of it, estimated
    blank: bool  # some of it was not measured, also where that comes to 0
    unknown: int  # whole days of which nothing is known, since the first one that is
    last_ms: int  # the start of the last day of which something is known

    @property
    def estimated(self) -> float:
        return _estimated(self.amount, self.guessed, self.blank)


class Bar(NamedTuple):
    """One step of one carrier."""

    start_ms: int
    carrier: str
    measured: int
    guessed: int


def signed(carrier: str, amount: int) -> int:
    """Below zero where it is fed into the grid."""
    return -amount if carrier == "export" else amount


def energy_change(found: Iterable[Figure]) -> float | None:
    """How all energy together changed from the former period; None where that is not wholly known."""
    energy = [each for each in found if CARRIERS[each.carrier].unit == "Wh"]
    if not energy or any(each.former is None for each in energy):
        return None
    before = sum(signed(each.carrier, each.former or 0) for each in energy)
    return sum(signed(each.carrier, each.like) for each in energy) / before - 1 if before else None


async def compared(store: Asked, query: Usage, period: Period, step: Step) -> list[Figure]:
    """The groups of a question about the period so far, beside as much of the former one, meter by meter.

    It asks by carrier, and by one tag more where it is of parts; `step` is the shortest that is kept.
    """
    single = replace(query, by=(*query.by, "meter"))
    before = period.former_so_far
    rows, now, former = await asyncio.gather(
        store.usage(query),
        _known(store, single, period.so_far if before else None, period, step),
        _known(store, single, before, period, step),
    )
    both: dict[Key, list[Alike]] = defaultdict(list)
    for (part, meter), ours in now.items():
        if found := alike(ours, former.get((part, meter), UNKNOWN), period):
            both[part].append(found)
    return [_figure(row, both[_key(row)]) for row in rows]


async def figures(store: Asked, scope: Scope, period: Period, step: Step) -> list[Figure]:
    """One for each carrier that has any, in the order of their table."""
    query = Usage(WHOLE[period.length], *period.so_far, scope.of, scope.where, ("carrier",))
    found = {figure.carrier: figure for figure in await compared(store, query, period, step)}
    return [found[carrier] for carrier in CARRIERS if carrier in found]


async def bars(store: Asked, scope: Scope, period: Period) -> tuple[list[Bar], dict[str, Steps]]:
    """The steps of the period, and those of the former one by carrier."""
    every = BARS[period.length]
    found, former = await asyncio.gather(
        _read(store, scope, period.so_far, every), _read(store, scope, period.former, every)
    )
    own = [
        Bar(start, carrier, amount - guessed, guessed)
        for carrier, steps in _ordered(found)
        for start, amount, guessed in zip(
            steps.starts.tolist(), steps.amounts.tolist(), steps.guessed.tolist(), strict=True
        )
    ]
    return own, former


def by_part(scope: Scope, period: Period) -> Usage:
    """Asks for the site by building, a building by tenant, a tenant by building."""
    tag: UsageTag = "tenant" if scope.kind == "building" else "building"
    where: Mapping[UsageTag, Sequence[str]] = scope.where
    if scope.kind == "building":  # tenants have shares of its sub-meters, too
        where = {"building": [scope.id], "carrier": list(CARRIERS)}
    return Usage(
        WHOLE[period.length], *period.so_far, "meter" if scope.kind == "site" else "tenant", where, (tag, "carrier")
    )


async def parts(store: Asked, scope: Scope, period: Period, step: Step) -> list[Figure]:
    """Who used what of each carrier."""
    return await compared(store, by_part(scope, period), period, step)


async def tenants(store: Asked, period: Period, step: Step) -> list[Figure]:
    """What each tenant used of each carrier."""
    where: Mapping[UsageTag, Sequence[str]] = {"carrier": list(CARRIERS)}
    query = Usage(WHOLE[period.length], *period.so_far, "tenant", where, ("tenant", "carrier"))
    return await compared(store, query, period, step)


async def meters(store: Asked, scope: Scope, period: Period) -> list[Counted]:
    """What each meter counted, the most first."""
    query = Usage("1d", *period.so_far, scope.of, scope.where, ("meter", "carrier"))
    days = {(row.tags["meter"], row.tags["carrier"]): summed([row]) for row in await store.usage(query)}
    found = [_counted(*key, steps, period) for key, steps in days.items()]
    return sorted(found, key=lambda meter: -meter.amount)


def gaps(counted: Iterable[Counted]) -> list[Counted]:
    """The meters of which days are not known, or something was estimated, the most first."""
    found = (each for each in counted if each.unknown or each.guessed or each.blank)
    return sorted(found, key=lambda each: (-each.unknown, -each.guessed))


async def first_ms(store: Asked, now_ms: int) -> int:
    """The start of the first year with consumption; now when there is none."""
    rows = await store.usage(Usage("1y", 0, now_ms, where=SITE, by=("carrier",)))
    return min((int(row.starts[0]) for row in rows), default=now_ms)


async def _read(store: Asked, scope: Scope, span: Span | None, every: Every) -> dict[str, Steps]:
    query = Usage(every, 0, 0, scope.of, scope.where, ("carrier",))
    return {row.tags["carrier"]: summed([row]) for row in await _rows(store, query, span, every)}


async def _rows(store: Asked, query: Usage, span: Span | None, every: Every) -> Sequence[UsageRow]:
    """What the same question of another span, by another step, is answered."""
    if span is None or span.start_ms >= span.end_ms:
        return ()
    return await store.usage(replace(query, every=every, start_ms=span.start_ms, end_ms=span.end_ms))


async def _known(
    store: Asked, query: Usage, span: Span | None, period: Period, step: Step
) -> dict[tuple[Key, str], Known]:
    """What is known of each meter of a part."""
    if span is None:
        return {}
    days, steps = await asyncio.gather(
        _rows(store, query, span, "1d"), _rows(store, query, last_day(span, period), step)
    )
    found = {(_key(row), row.tags["meter"]): Known(summed([row]), NOTHING) for row in days}
    for row in steps:
        key = _key(row), row.tags["meter"]
        found[key] = found.get(key, UNKNOWN)._replace(steps=summed([row]))
    return found


def _estimated(amount: int, guessed: int, blank: bool) -> float:
    return float(share(np.array([amount]), np.array([guessed]), np.array([float(blank)]))[0])


def _key(row: UsageRow) -> Key:
    parts = [value for tag, value in row.tags.items() if tag not in ("carrier", "meter")]
    return parts[0] if parts else "", row.tags["carrier"]


def _figure(row: UsageRow, both: Sequence[Alike]) -> Figure:
    steps = summed([row])
    return Figure(
        *_key(row),
        int(steps.amounts.sum()),
        int(steps.guessed.sum()),
        bool(steps.blank.all()),
        sum(each.now for each in both),
        sum(each.former for each in both) if both else None,
        int(row.settled.max()),
    )


def _counted(meter: str, carrier: str, steps: Steps, period: Period) -> Counted:
    """Today is not over, and what was before the first day with a reading is nobody's gap."""
    end_ms = floor(period.so_far.end_ms, "1d", period.zone)
    first_ms, last_ms = int(steps.starts[0]), int(steps.starts[-1])
    whole = max(round((end_ms - first_ms) / DAY_MS), 0)  # a day of 23 or 25 hours is one
    return Counted(
        meter,
        carrier,
        int(steps.amounts.sum()),
        int(steps.guessed.sum()),
        bool(steps.blank.any()),
        max(whole - int((steps.starts < end_ms).sum()), 0),
        last_ms,
    )


def _ordered(found: Mapping[str, Steps]) -> list[tuple[str, Steps]]:
    return [(carrier, found[carrier]) for carrier in CARRIERS if carrier in found]
