"""The indicators of a place over the whole days of its period, and those of the former one beside them.

Both are compared by the rule of consumption (`comparing.py`): on the days that are known of ours, which the former
period must know, too. An indicator whose terms it does not know so has no figure of before.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboards.pages.cache import Asked
from dashboards.pages.comparing import alike_days
from dashboards.pages.figures import meters
from dashboards.pages.period import Period, Span
from dashboards.pages.view import View
from energy.derived.facts import DEGREES, HOURLY, ROLE, meter_of
from energy.derived.found import Found, Inputs
from energy.derived.indicator_query import Scope, read
from energy.derived.indicators import INDICATORS, Indicator
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, floor
from estate.model import Estate
from store.base import Store, Usage, UsageTag

SENSED = frozenset((*HOURLY, *DEGREES, "received", "expected"))
"""Facts that are whole while a meter is silent."""


OF_ZONES = ("utilisation", "co2_800")
"""The indicators that the list of zones shows."""

FACTS_OF_ZONES = ("used", "usable", "co2_800", "aired")
"""What they are found from."""


class Judged(NamedTuple):
    """The indicators that a place has, and by id what they were before."""

    rows: list[tuple[Indicator, Found]]
    before: Mapping[str, Found]


async def indicators_of(estate: Estate, store: Store, view: View) -> list[tuple[Indicator, Found]]:
    """Those of the whole days of the period that are over, not compared; none before the first is."""
    inputs = await _inputs(estate, store, view, view.period.so_far)
    return [(row, row.find(inputs)) for row in INDICATORS.values()] if inputs else []


async def judged(estate: Estate, store: Store, view: View, usage: Asked) -> Judged:
    """Of the whole days of the period that are over; none before the first is. `usage` is asked of single meters."""
    now, former = view.period.so_far, view.period.former_so_far
    inputs = await _inputs(estate, store, view, now)
    if inputs is None:
        return Judged([], {})
    rows = [(row, row.find(inputs)) for row in INDICATORS.values()]
    before = await _inputs(estate, store, view, former) if former else None
    if before is None:
        return Judged(rows, {})
    silent = view.scope.kind != "zone" and await _is_silent(usage, view)
    return Judged(rows, before_of(inputs, before, view.period, metered=not silent))


async def zones_judged(estate: Estate, store: Store, period: Period) -> dict[str, Judged]:
    """What sensors say of every zone they are in, over the whole days of the period that are over, by zone."""
    now, former = await asyncio.gather(
        _of_zones(estate, store, period.so_far), _of_zones(estate, store, period.former_so_far)
    )
    found = dict[str, Judged]()
    for zone, inputs in now.items():
        rows = [(INDICATORS[name], INDICATORS[name].find(inputs)) for name in OF_ZONES]
        before = before_of(inputs, former[zone], period, metered=True) if zone in former else {}
        found[zone] = Judged(rows, before)
    return found


async def _of_zones(estate: Estate, store: Store, span: Span | None) -> dict[str, Inputs]:
    until_ms = floor(span.end_ms, "1d", estate.site.zone) if span else 0
    if span is None or until_ms <= span.start_ms:
        return {}
    where: Mapping[UsageTag, Sequence[str]] = {"carrier": FACTS_OF_ZONES, "role": [ROLE]}
    amounts: dict[str, dict[str, Steps]] = {}
    for row in await store.usage(Usage("1d", span.start_ms, until_ms, where=where, by=("meter", "carrier"))):
        fact = row.tags["carrier"]
        zone = row.tags["meter"].removeprefix("zone#").removesuffix(f"#{fact}")
        if zone in estate.zones and row.tags["meter"] == meter_of("zone", zone, fact):
            amounts.setdefault(zone, {})[fact] = Steps(*row[1:4])
    days = round((until_ms - span.start_ms) / DAY_MS)
    area = {zone: estate.zones[zone].area_m2 for zone in amounts}
    return {zone: Inputs(days, area[zone], own, 1.0, 1.0, None, estate.site.zone) for zone, own in amounts.items()}


def before_of(now: Inputs, former: Inputs, period: Period, *, metered: bool) -> dict[str, Found]:
    """The indicators of the former period on the days known of ours, of those whose terms it knows on all of them.

    Without `metered` some meter lacks days that others know, so that no sum over meters is compared.
    """
    amounts, lacking = dict[str, Steps](), set[str]()
    for name, steps in now.amounts.items():
        theirs = former.amounts.get(name)
        chosen = alike_days(steps.starts, theirs.starts, period) if theirs else None
        if theirs is None or chosen is None or not (metered or name in SENSED):
            lacking.add(name)
        else:
            amounts[name] = theirs.only(chosen)
    found = dict[str, Found]()
    for row in INDICATORS.values():
        asked = _Asked(now.amounts)
        row.find(now._replace(amounts=asked))
        if lacking.isdisjoint(asked.names):
            found[row.id] = row.find(former._replace(amounts=amounts))
    return found


class _Asked(dict[str, Steps]):
    """Amounts that remember which of them an indicator took."""

    def __init__(self, amounts: Mapping[str, Steps]) -> None:
        super().__init__(amounts)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Steps:
        self.names.add(name)
        return super().__getitem__(name)


async def _is_silent(store: Asked, view: View) -> bool:
    """Whether a meter lacks days of one of the two periods."""
    period, former = view.period, view.period.former_so_far
    spans = [period, *([period._replace(span=former, now_ms=former.end_ms)] if former else [])]
    found = await asyncio.gather(*(meters(store, view.scope, span) for span in spans))
    return any(each.unknown for counted in found for each in counted)


async def _inputs(estate: Estate, store: Store, view: View, span: Span) -> Inputs | None:
    until_ms = floor(span.end_ms, "1d", estate.site.zone)
    if until_ms <= span.start_ms:
        return None
    return await read(store, estate, Scope(view.scope.kind, view.scope.id or estate.site.id, span.start_ms, until_ms))
