"""What the page of a place shows beside its figures: load, presence, heating and weather, tariff periods, sub-meters.

Facts of days and months are those that indicators and Grafana read. What is not settled or not known is absent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dashboards.pages.figures import Figure, Scope
from dashboards.pages.period import BARS, WHOLE, Length, Period
from energy.cost.facts import ENERGY, LINES, SUBSCRIBED
from energy.derived.facts import ROLE, meter_of
from energy.derived.ratios import HEATING
from energy.meters.steps import NOTHING, Steps
from energy.usage import Load, load, summed
from estate.calendar import DAY_MS, HOUR_MS, LENGTHS, Every, floor, following
from estate.model import Estate
from store.base import Store, Usage, UsageTag

FINEST: Mapping[Length, Every] = {"month": "1h", "year": "1d", "all": "1d"}
"""The step of a load curve over a longer time; of a day or a week it is the shortest that is kept."""


class Presence(NamedTuple):
    """What a place used of electricity in one step, in Wh, by what was known of its people."""

    start_ms: int
    occupied: int  # while somebody was there
    empty: int
    unknown: int


class Heated(NamedTuple):
    """One day's heating and how cold it was."""

    day_ms: int
    kwh: float
    degrees: float  # degree days, base 18 °C
    estimated: float


class Tariffed(NamedTuple):
    """What one tariff period comes to."""

    period: str  # a key of PERIODS
    wh: int
    nano: int  # 1e-9 EUR, for energy of that period


class Peak(NamedTuple):
    """The day on which a building came nearest to what it has subscribed."""

    building: str
    day_ms: int
    watts: int
    subscribed: int  # VA

    @property
    def share(self) -> float:
        """Of the subscribed power; the power factor is taken for 1."""
        return self.watts / self.subscribed


class Balance(NamedTuple):
    """A main meter and those behind it, over the steps that all of them have."""

    main: Figure
    behind: Sequence[Figure]
    rest: int  # what they do not explain: below zero it is a fault


async def curve(store: Store, estate: Estate, scope: Scope, period: Period) -> tuple[Load, int]:
    """The electric load of a place over the period so far, and the length of its steps in ms; of whole days by day."""
    every, span, zone = FINEST.get(period.length, estate.step), period.so_far, estate.site.zone
    end_ms = floor(span.end_ms, "1d", zone) if every == "1d" else span.end_ms
    if span.start_ms >= end_ms:
        return load(NOTHING, estate.step), DAY_MS
    where: Mapping[UsageTag, Sequence[str]] = {**scope.where, "carrier": ["electricity"]}
    found = summed(await store.usage(Usage(every, span.start_ms, end_ms, scope.of, where, ("carrier",))))
    lengths = [following(start, every, zone) - start for start in found.starts.tolist()]
    hours = np.array(lengths, np.float64) / HOUR_MS  # a day has 23, 24 or 25
    return Load(found.starts, found.amounts / hours, found.estimated), LENGTHS.get(every, DAY_MS)


async def facts(store: Store, estate: Estate, scope: Scope, names: Sequence[str], span: Usage) -> dict[str, Steps]:
    """Facts of a place by name, over the steps of a question."""
    id_ = scope.id or estate.site.id
    where: Mapping[UsageTag, Sequence[str]] = {
        "meter": [meter_of(scope.kind, id_, name) for name in names],
        "role": [ROLE],
    }
    asked = Usage(span.every, span.start_ms, span.end_ms, "meter", where, ("carrier",))
    return {row.tags["carrier"]: summed([row]) for row in await store.usage(asked)}


def whole(period: Period) -> Every:
    """The step of the period's bars, where days are the finest."""
    return "1d" if period.length == "day" else BARS[period.length]


async def presence(store: Store, estate: Estate, scope: Scope, period: Period) -> list[Presence]:
    """Electricity by whether anybody was there, by the steps of the period's bars; days at the finest."""
    asked = Usage(whole(period), *period.so_far)
    found = await facts(store, estate, scope, ("in_all", "watched", "empty"), asked)
    if "watched" not in found or "in_all" not in found:
        return []
    in_all = found["in_all"]
    watched, empty = (found.get(name, NOTHING).at(in_all.starts).amounts for name in ("watched", "empty"))
    return [
        Presence(start, known - away, away, max(0, every_ - known))
        for start, every_, known, away in zip(
            in_all.starts.tolist(), in_all.amounts.tolist(), watched.tolist(), empty.tolist(), strict=True
        )
    ]


async def heating(store: Store, estate: Estate, scope: Scope, period: Period) -> list[Heated]:
    """Gas and heat of each day of the period that has degree days."""
    asked = Usage("1d", *period.so_far)
    where: Mapping[UsageTag, Sequence[str]] = {**scope.where, "carrier": list(HEATING)}
    used = summed(await store.usage(Usage("1d", *period.so_far, scope.of, where, ("carrier",))))
    cold = (await facts(store, estate, Scope("site"), ["degree18"], asked)).get("degree18", NOTHING)
    both = np.intersect1d(used.starts, cold.starts)
    days, degrees = used.at(both), cold.at(both)
    return [
        Heated(*each)
        for each in zip(
            both.tolist(),
            (days.amounts / 1000).tolist(),
            (degrees.amounts / 1000).tolist(),
            days.estimated.tolist(),
            strict=True,
        )
    ]


async def tariffs(store: Store, estate: Estate, scope: Scope, period: Period) -> list[Tariffed]:
    """Electricity of the site or a building by the tariff periods of its contracts."""
    names = {**{ENERGY[key]: key for key in ENERGY}, **{LINES[key]: key for key in ENERGY}}
    asked = Usage(WHOLE[period.length], *period.so_far)
    found = await facts(store, estate, scope, [*names], asked)
    sums = {name: int(steps.amounts.sum()) for name, steps in found.items()}
    return [Tariffed(key, sums[energy], sums.get(LINES[key], 0)) for key, energy in ENERGY.items() if sums.get(energy)]


async def peaks(store: Store, estate: Estate, scope: Scope, period: Period) -> list[Peak]:
    """How near buildings came to what they have subscribed, the nearest first."""
    buildings = [scope.id] if scope.kind == "building" else list(estate.buildings)
    names = [meter_of("building", building, name) for building in buildings for name in ("peak", SUBSCRIBED)]
    where: Mapping[UsageTag, Sequence[str]] = {"meter": names, "role": [ROLE]}
    days: dict[str, dict[str, Steps]] = defaultdict(dict)
    for row in await store.usage(Usage("1d", *period.so_far, "meter", where, ("meter",))):
        _, building, name = row.tags["meter"].split("#")
        days[building][name] = summed([row])
    found = [_peak(building, each["peak"], each[SUBSCRIBED]) for building, each in days.items() if len(each) == 2]
    return sorted((peak for peak in found if peak), key=lambda peak: -peak.share)


def _peak(building: str, powers: Steps, subscribed: Steps) -> Peak | None:
    both = np.intersect1d(powers.starts, subscribed.starts[subscribed.amounts > 0])
    if not len(both):
        return None
    watts, limits = powers.at(both).amounts, subscribed.at(both).amounts
    at = int(np.argmax(watts / limits))
    return Peak(building, int(both[at]), int(watts[at]), int(limits[at]))


async def balances(store: Store, estate: Estate, scope: Scope, period: Period) -> list[Balance]:
    """Each main meter of a building that has others behind it."""
    mains: dict[str, list[str]] = defaultdict(list)
    for meter in estate.meters.values():
        if meter.submeter_of:
            mains[meter.submeter_of].append(meter.id)
    where: Mapping[UsageTag, Sequence[str]] = {"building": [scope.id], "role": ["site", "submeter"]}
    query = Usage(WHOLE[period.length], *period.so_far, "meter", where, ("meter", "carrier"))
    rows = {row.tags["meter"]: (row.tags["carrier"], summed([row])) for row in await store.usage(query)}
    return [
        _balance(main, [name for name in behind if name in rows], rows)
        for main, behind in mains.items()
        if main in rows and any(name in rows for name in behind)
    ]


def _balance(main: str, behind: Sequence[str], rows: Mapping[str, tuple[str, Steps]]) -> Balance:
    both = rows[main][1].starts
    for name in behind:
        both = np.intersect1d(both, rows[name][1].starts)
    amounts = [_amount(name, rows[name][0], rows[name][1].at(both)) for name in (main, *behind)]
    return Balance(amounts[0], amounts[1:], amounts[0].amount - sum(each.amount for each in amounts[1:]))


def _amount(meter: str, carrier: str, steps: Steps) -> Figure:
    return Figure(meter, carrier, int(steps.amounts.sum()), int(steps.guessed.sum()), bool(steps.blank.any()))
