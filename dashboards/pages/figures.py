"""What the page of energy shows, read from the store: figures, bars and who used what, of one scope and period.

The site and its buildings count by their site meters, a tenant by its shares. What is not settled is absent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote

from dashboards.pages.period import BARS, WHOLE, Period, Span
from energy.derived.indicator_query import Kind
from energy.meters.steps import NOTHING, Steps
from energy.usage import SITE, summed
from estate.calendar import Every, Step, floor
from estate.vocabulary import CARRIERS
from store.base import Store, Usage, UsageRow, UsageTag


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
    """What flowed of one carrier in the period so far."""

    carrier: str
    amount: int  # in the carrier's unit
    guessed: int  # of it, estimated
    former: int | None  # in as much of the former period; None when its days are not all known
    settled_ms: int  # when the last of it was settled; 0 when that is unknown
    blank: bool = False  # nothing of it was measured, also when it comes to 0

    @property
    def estimated(self) -> float:
        return self.guessed / self.amount if self.amount else float(self.blank)

    @property
    def change(self) -> float | None:
        """From the former period, as a share of it."""
        return (self.amount - self.former) / self.former if self.former else None


class Bar(NamedTuple):
    """One step of one carrier."""

    start_ms: int
    carrier: str
    measured: int
    guessed: int


class Part(NamedTuple):
    """What one building or tenant used of one carrier."""

    id: str
    carrier: str
    amount: int
    guessed: int
    blank: bool = False  # of some of it nothing was measured: also of what comes to 0

    @property
    def estimated(self) -> float:
        return self.guessed / self.amount if self.amount else float(self.blank)


def signed(carrier: str, amount: int) -> int:
    """Below zero where it is fed into the grid."""
    return -amount if carrier == "export" else amount


async def figures(store: Store, scope: Scope, period: Period, step: Step) -> list[Figure]:
    """One for each carrier that has any, in the order of their table; `step` is the shortest that is kept."""
    before = period.former_so_far
    midnight = floor(before.end_ms, "1d", period.zone) if before else 0
    last_day = Span(max(before.start_ms, midnight), before.end_ms) if before else None
    rows, days, former, rest = await asyncio.gather(
        _rows(store, scope, period.so_far, WHOLE[period.length]),
        _read(store, scope, period.so_far, "1d"),
        _read(store, scope, before, "1d"),
        _read(store, scope, last_day, step),
    )
    return [
        Figure(
            carrier,
            int(steps.amounts.sum()),
            int(steps.guessed.sum()),
            _until(former[carrier], midnight, rest.get(carrier, NOTHING)) if _covers(former, days, carrier) else None,
            max((int(row.settled.max()) for row in rows if row.tags["carrier"] == carrier), default=0),
            bool(steps.blank.all()),
        )
        for carrier, steps in _ordered({row.tags["carrier"]: summed([row]) for row in rows})
    ]


async def bars(store: Store, scope: Scope, period: Period) -> tuple[list[Bar], dict[str, Steps]]:
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


async def parts(store: Store, scope: Scope, period: Period) -> list[Part]:
    """Who used what of each carrier."""
    return await _parts(store, by_part(scope, period))


async def tenants(store: Store, period: Period) -> list[Part]:
    """What each tenant used of each carrier."""
    where: Mapping[UsageTag, Sequence[str]] = {"carrier": list(CARRIERS)}
    return await _parts(store, Usage(WHOLE[period.length], *period.so_far, "tenant", where, ("tenant", "carrier")))


async def meters(store: Store, scope: Scope, period: Period) -> list[Part]:
    """What each meter counted, the most first."""
    query = Usage(WHOLE[period.length], *period.so_far, scope.of, scope.where, ("meter", "carrier"))
    return sorted(await _parts(store, query), key=lambda part: -part.amount)


async def _parts(store: Store, query: Usage) -> list[Part]:
    found = []
    for row in await store.usage(query):
        steps = summed([row])
        id_, carrier = (row.tags[tag] for tag in query.by)
        found.append(Part(id_, carrier, int(steps.amounts.sum()), int(steps.guessed.sum()), bool(steps.blank.any())))
    return found


def gaps(counted: Sequence[Part]) -> list[Part]:
    """The meters of which something was estimated, the most first."""
    return sorted((part for part in counted if part.guessed or part.blank), key=lambda part: -part.guessed)


async def first_ms(store: Store, now_ms: int) -> int:
    """The start of the first year with consumption; now when there is none."""
    rows = await store.usage(Usage("1y", 0, now_ms, where=SITE, by=("carrier",)))
    return min((int(row.starts[0]) for row in rows), default=now_ms)


async def _rows(store: Store, scope: Scope, span: Span | None, every: Every) -> list[UsageRow]:
    if span is None or span.start_ms >= span.end_ms:
        return []
    return await store.usage(Usage(every, span.start_ms, span.end_ms, scope.of, scope.where, ("carrier",)))


async def _read(store: Store, scope: Scope, span: Span | None, every: Every) -> dict[str, Steps]:
    return {row.tags["carrier"]: summed([row]) for row in await _rows(store, scope, span, every)}


def _until(days: Steps, midnight: int, rest: Steps) -> int:
    """What the days before a midnight come to, and the quarter hours after it."""
    return int(days.amounts[days.starts < midnight].sum() + rest.amounts.sum())


def _covers(former: Mapping[str, Steps], now: Mapping[str, Steps], carrier: str) -> bool:
    """Whether the former period has figures for as many days as this one."""
    return carrier in former and len(former[carrier].starts) >= len(now.get(carrier, former[carrier]).starts)


def _ordered(found: Mapping[str, Steps]) -> list[tuple[str, Steps]]:
    return [(carrier, found[carrier]) for carrier in CARRIERS if carrier in found]
