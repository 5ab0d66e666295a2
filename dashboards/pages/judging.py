"""The indicators of a place over the whole days of its period, and of the former one beside them."""

from collections.abc import Mapping

from dashboards.pages.period import Span
from dashboards.pages.view import View
from energy.derived.indicator_query import Scope, read
from energy.derived.indicators import INDICATORS, Found, Indicator, indicators
from estate.calendar import floor
from estate.model import Estate
from store.base import Store


async def indicators_of(estate: Estate, store: Store, view: View) -> list[tuple[Indicator, Found]]:
    """Of the whole days of the period that are over; none before the first is."""
    found = await _found(estate, store, view, view.period.so_far)
    return [(INDICATORS[name], each) for name, each in found.items()]


async def indicators_before(estate: Estate, store: Store, view: View) -> Mapping[str, Found]:
    """Of as many whole days of the former period, by id; none of everything."""
    return await _found(estate, store, view, view.period.former_so_far)


async def _found(estate: Estate, store: Store, view: View, span: Span | None) -> Mapping[str, Found]:
    until_ms = floor(span.end_ms, "1d", estate.site.zone) if span else 0
    if span is None or until_ms <= span.start_ms:
        return {}
    place = Scope(view.scope.kind, view.scope.id or estate.site.id, span.start_ms, until_ms)
    return indicators(await read(store, estate, place))
