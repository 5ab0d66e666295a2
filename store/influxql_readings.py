"""Queries of readings as Grafana's panels and alert rules ask them: over the time shown, of what is chosen.

The innermost windows are absent when they are empty; the outermost are null where a curve must break (``fill(null)``).
"""

from collections.abc import Sequence

from store.base import Latest, Series
from store.influxql import matches, name
from store.influxql_shown import SHOWN, Chosen, by_tags, held, windows
from store.own import STORED


def panel_series(query: Series, zone: str, chosen: Chosen = (), fill: str = "null", above: float | None = None) -> str:
    """A curve of readings: by device and channel first; where groups are wider, these together as the quantity says.

    `fill`: `null` where curves break at a gap; `none` for heat maps, which would draw a null as zero. `above`: only of
    greater values.
    """
    quantity = STORED[query.quantity]
    time = SHOWN if above is None else f"{SHOWN} AND {name(quantity.field)} > {above}"
    inner_by = _each(query)
    if inner_by == tuple(query.by):  # the outer select would read the inner one anew for each group
        return f"{_readings(query, chosen, time)} {windows(query.by, zone, fill)}"
    inner = f"{_readings(query, chosen, time)} {windows(inner_by, zone, fill='none')}"
    outer = windows(query.by, zone, fill)
    return f'SELECT {quantity.across}("value") AS "value" FROM ({inner}) WHERE {SHOWN} {outer}'


def panel_reading(query: Series, chosen: Chosen = (), time: str = SHOWN) -> str:
    """One figure per group of the readings then: of each device and channel by `query.how`, then these together."""
    inner_by = _each(query)
    inner = f"{_readings(query, chosen, time)}{by_tags(inner_by)}"
    if inner_by == tuple(query.by):
        return inner
    return f'SELECT {STORED[query.quantity].across}("value") AS "value" FROM ({inner}){by_tags(query.by)}'


def panel_points(query: Series) -> str:
    """The readings one by one, each with its device."""
    quantity = STORED[query.quantity]
    return f'SELECT {name(quantity.field)}, "device" FROM {name(quantity.family)} WHERE {SHOWN}'


def alert_any(*queries: Series) -> str:
    """The greatest of several quantities by group, of those that a place has."""
    each = ", ".join(f"({panel_reading(query)})" for query in queries)
    return f'SELECT max("value") AS "value" FROM {each} WHERE {SHOWN}{by_tags(queries[0].by)}'


def alert_how_many(query: Series) -> str:
    """How many groups have a value."""
    return f'SELECT count("value") AS "value" FROM ({panel_reading(query)})'


def alert_told_apart(query: Series) -> str:
    """A quantity by group, and beside it a group of no name, which is zero as long as the service runs.

    Two results that are a single series each Grafana joins whatever their labels say (pkg/expr/mathexp, `union`), so
    that one room's air would meet another's people: this one never is a single series. The other group is of another
    measurement, for InfluxDB takes the tags of the outer select into all inner ones.
    """
    minutes = panel_reading(Series("ingest.received", 0, 0, None, "last", by=query.by))
    nowhere = f'SELECT 0 * max("value") AS "value" FROM ({minutes})'
    named = f"({panel_reading(query)}), ({nowhere})"
    return f'SELECT max("value") AS "value" FROM {named} WHERE {SHOWN}{by_tags(query.by)}'


def panel_last_seen(query: Latest, chosen: Chosen = ()) -> str:
    """The time of each device's last reading (ms), for a table; whatever time is shown."""
    conditions = [*matches((tag, values) for tag, values in query.where.items()), *held(chosen)]
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'SELECT max("at") AS "at", "building", "zone" FROM "latest"{condition} GROUP BY "device"'


def _each(query: Series) -> Sequence[str]:
    """The groups that are reduced first: each device and channel, but for sums of sums, and greatest of greatest."""
    if query.how == STORED[query.quantity].across and query.how in ("sum", "max", "min"):
        return tuple(query.by)
    return (*query.by, *(tag for tag in ("device", "channel") if tag not in query.by))


def _readings(query: Series, chosen: Chosen, time: str = SHOWN) -> str:
    quantity = STORED[query.quantity]
    conditions = [time, *matches(query.where.items()), *held(chosen)]
    select = f'SELECT {query.how}({name(quantity.field)}) AS "value" FROM {name(quantity.family)}'
    return f"{select} WHERE {' AND '.join(conditions)}"
