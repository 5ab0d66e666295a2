"""What the page of energy shows, read from the store: figures, bars and who used what, of one scope and period.

The site and its buildings count by their site meters, a tenant by its shares. What is not settled is absent.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from dashboards.pages.period import BARS, WHOLE, Period, Span
from energy.derived.indicator_query import Kind
from energy.meters.steps import NOTHING, Steps
from energy.usage import SITE, summed
from estate.calendar import DAY_MS, Every, Step, floor
from estate.vocabulary import CARRIERS
from store.base import Store, Usage, UsageRow, UsageTag, share

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
    like: int = 0  # of it, what is compared: on days that are known of both periods
    former: int | None = None  # on these days of the former period; None where it does not know them
    settled_ms: int = 0  # when the last of it was settled; 0 when that is unknown

    @property
    def measured(self) -> int:
        return self.amount - self.guessed

    @property
    def estimated(self) -> float:
        return float(share(np.array([self.amount]), np.array([self.guessed]), np.array([float(self.blank)]))[0])

    @property
    def change(self) -> float | None:
        """From the former period, as a share of it."""
        return (self.like - self.former) / self.former if self.former else None


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


async def compared(store: Store, query: Usage, period: Period, step: Step) -> list[Figure]:
    """The groups of a question about the period so far, beside as much of the former one.

    It asks by carrier, and by one tag more where it is of parts; `step` is the shortest that is kept.
    """
    before = period.former_so_far
    by_day = query.every == "1d" or before is None
    rows, days, today, former, rest = await asyncio.gather(
        store.usage(query),
        _steps(store, query, None if by_day else period.so_far, "1d"),
        _steps(store, query, _last_day(period.so_far if before else None, period), step),
        _steps(store, query, before, "1d"),
        _steps(store, query, _last_day(before, period), step),
    )
    now = {_key(row): summed([row]) for row in rows}
    days = now if by_day else days
    return [
        Figure(
            *key,
            int(now[key].amounts.sum()),
            int(now[key].guessed.sum()),
            bool(now[key].blank.all()),
            *_alike(
                Known(days.get(key, NOTHING), today.get(key, NOTHING)),
                Known(former.get(key, NOTHING), rest.get(key, NOTHING)),
                period,
            ),
            int(row.settled.max()),
        )
        for row in rows
        for key in [_key(row)]
    ]


async def figures(store: Store, scope: Scope, period: Period, step: Step) -> list[Figure]:
    """One for each carrier that has any, in the order of their table."""
    query = Usage(WHOLE[period.length], *period.so_far, scope.of, scope.where, ("carrier",))
    found = {figure.carrier: figure for figure in await compared(store, query, period, step)}
    return [found[carrier] for carrier in CARRIERS if carrier in found]


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


async def parts(store: Store, scope: Scope, period: Period, step: Step) -> list[Figure]:
    """Who used what of each carrier."""
    return await compared(store, by_part(scope, period), period, step)


async def tenants(store: Store, period: Period, step: Step) -> list[Figure]:
    """What each tenant used of each carrier."""
    where: Mapping[UsageTag, Sequence[str]] = {"carrier": list(CARRIERS)}
    query = Usage(WHOLE[period.length], *period.so_far, "tenant", where, ("tenant", "carrier"))
    return await compared(store, query, period, step)


async def meters(store: Store, scope: Scope, period: Period) -> list[Figure]:
    """What each meter counted, the most first; not compared."""
    query = Usage(WHOLE[period.length], *period.so_far, scope.of, scope.where, ("meter", "carrier"))
    found = []
    for row in await store.usage(query):
        steps = summed([row])
        amounts = int(steps.amounts.sum()), int(steps.guessed.sum())
        found.append(Figure(*_key(row), *amounts, bool(steps.blank.any())))
    return sorted(found, key=lambda figure: -figure.amount)


def gaps(counted: Sequence[Figure]) -> list[Figure]:
    """The meters of which something was estimated, the most first."""
    return sorted((each for each in counted if each.guessed or each.blank), key=lambda each: -each.guessed)


async def first_ms(store: Store, now_ms: int) -> int:
    """The start of the first year with consumption; now when there is none."""
    rows = await store.usage(Usage("1y", 0, now_ms, where=SITE, by=("carrier",)))
    return min((int(row.starts[0]) for row in rows), default=now_ms)


async def _read(store: Store, scope: Scope, span: Span | None, every: Every) -> dict[str, Steps]:
    query = Usage(every, 0, 0, scope.of, scope.where, ("carrier",))
    return {carrier: steps for (_, carrier), steps in (await _steps(store, query, span, every)).items()}


async def _steps(store: Store, query: Usage, span: Span | None, every: Every) -> dict[Key, Steps]:
    """The same question of another span, by another step."""
    if span is None or span.start_ms >= span.end_ms:
        return {}
    rows = await store.usage(replace(query, every=every, start_ms=span.start_ms, end_ms=span.end_ms))
    return {_key(row): summed([row]) for row in rows}


def _key(row: UsageRow) -> Key:
    (id_,) = [value for tag, value in row.tags.items() if tag != "carrier"] or [""]
    return id_, row.tags["carrier"]


def _last_day(span: Span | None, period: Period) -> Span | None:
    """What a span holds of a day that is not over; none of a span that ends at midnight."""
    return Span(max(span.start_ms, floor(span.end_ms, "1d", period.zone)), span.end_ms) if span else None


class Known(NamedTuple):
    """What is known of one period: its days, and the steps of the one that is under way."""

    days: Steps
    steps: Steps


def _alike(now: Known, before: Known, period: Period) -> tuple[int, int | None]:
    """What the two periods come to on the days that are known of ours, today as far as its steps are settled.

    The last day that is known may be known in part: it counts where it is today, or the last of all. The second is None
    where the former period lacks one of these days.
    """
    so_far, former = period.so_far, period.former_so_far
    if period.former is None or former is None:
        return 0, None
    ours, theirs = _days(now.days, so_far.start_ms), _days(before.days, former.start_ms)
    last = round((period.span.end_ms - period.span.start_ms) / DAY_MS) - 1
    length = round((period.former.end_ms - period.former.start_ms) / DAY_MS)
    midnight, morning = (floor(span.end_ms, "1d", period.zone) for span in (former, so_far))
    under_way = period.running and len(now.steps.starts) > 0
    whole = ours if not period.running and last in ours else ours[:-1]
    shared = whole if whole.size > last else whole[whole < length]
    wanted = np.arange(length) if whole.size > last else shared
    if not np.isin(wanted, theirs).all() or not (len(shared) or under_way):
        return 0, None
    like = int(now.days.amounts[np.isin(ours, shared)].sum())
    amount = int(before.days.amounts[np.isin(theirs, wanted)].sum())
    if under_way:
        like += int(now.steps.amounts.sum())
        as_far = before.steps.starts - midnight <= int(now.steps.starts[-1]) - morning
        amount += int(before.steps.amounts[as_far].sum())
    return like, amount


def _days(steps: Steps, start_ms: int) -> NDArray[np.int64]:
    """The number of each day in its period; a day of 23 or 25 hours shifts none."""
    return np.rint((steps.starts - start_ms) / DAY_MS).astype(np.int64)


def _ordered(found: Mapping[str, Steps]) -> list[tuple[str, Steps]]:
    return [(carrier, found[carrier]) for carrier in CARRIERS if carrier in found]
