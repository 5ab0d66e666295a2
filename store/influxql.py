"""Queries of the store as InfluxQL, the one language InfluxDB 1, 2 and 3 all answer; dashboards: `influxql_shown`.

Windows are aligned to the epoch and empty ones are absent (``fill(none)``).
"""

import re
from collections.abc import Iterable, Sequence

from store.base import Latest, Series, Usage
from store.own import STORED

MOST_VALUES = 20
"""Of more values of a tag a pattern is asked for: 400 take InfluxDB 1.6 a third of the time of 400 conditions."""

_FAR_MS = (2**63 - 1) // 1_000_000
"""InfluxQL counts nanoseconds in 64 bits: no time further from the epoch can be said (the year 2262)."""

MEASUREMENTS = {"meter": "consumption", "tenant": "allocation"}
_PLACE = ("building", "zone", "device", "channel")


def compile_query(query: Series | Latest | Usage) -> str:
    """The query as the store asks it. Of a `Latest`: about when each series spoke last; `last_values` gives what."""
    if isinstance(query, Latest):
        tags = ", ".join(map(name, (*_PLACE, "quantity")))
        return f'SELECT "at" FROM "latest" {_conditions(query)}GROUP BY {tags}'
    if isinstance(query, Usage):
        return _usage_rows(query)
    if query.every_ms is None:
        return _readings(query)
    aligned = between(query.start_ms - query.start_ms % query.every_ms, query.end_ms)
    return _windows(query, between(query.start_ms, query.end_ms), aligned, f"{query.every_ms}ms")


def last_values(quantity: str, since_ms: int | None, where: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The last value of each series of the quantity: without a time to begin from, every shard is searched."""
    of = STORED[quantity]
    conditions = [*([] if since_ms is None else [since(since_ms)]), *matches(where)]
    condition = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    tags = ", ".join(map(name, _PLACE))
    return f"SELECT last({name(of.field)}) AS {name(of.field)} FROM {name(of.family)} {condition}GROUP BY {tags}"


def between(start_ms: int, end_ms: int) -> str:
    """The times from start on and before end."""
    return f"{since(start_ms)} AND time < {_instant(end_ms)}"


def since(start_ms: int) -> str:
    """The times from start on."""
    return f"time >= {_instant(start_ms)}"


def matches(where: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """One condition per tag; the value "" is a tag that is not there."""
    return [_match(tag, values) for tag, values in where]


def _match(tag: str, values: Sequence[str]) -> str:
    if len(values) <= MOST_VALUES:
        return "(" + " OR ".join(f"{name(tag)} = {text(value)}" for value in values) + ")"
    chosen = "|".join(re.escape(value).replace("/", r"\/") for value in values)
    return f"{name(tag)} =~ /^({chosen})$/"


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text(value: str) -> str:
    """A string, quoted."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _instant(at_ms: int) -> str:
    return f"{max(-_FAR_MS, min(at_ms, _FAR_MS))}ms"


def _windows(query: Series, time: str, outer_time: str, window: str) -> str:
    """By device and channel first; then, where groups are wider, the values of one group together."""
    quantity = STORED[query.quantity]
    wide = not {"device", "channel"} <= set(query.by)
    inner_by = (*query.by, *(tag for tag in ("device", "channel") if tag not in query.by)) if wide else query.by
    conditions = " AND ".join([time, *matches(query.where.items())])
    inner = (
        f'SELECT {query.how}({name(quantity.field)}) AS "value" FROM {name(quantity.family)} '
        f"WHERE {conditions} {groups(window, inner_by)}"
    )
    if not wide:
        return inner
    return f'SELECT {quantity.across}("value") AS "value" FROM ({inner}) WHERE {outer_time} {groups(window, query.by)}'


def _readings(query: Series) -> str:
    quantity = STORED[query.quantity]
    conditions = [between(query.start_ms, query.end_ms), *matches(query.where.items())]
    return (
        f'SELECT {name(quantity.field)} AS "value" FROM {name(quantity.family)} '
        f"WHERE {' AND '.join(conditions)} GROUP BY {', '.join(map(name, query.by))}"
    )


def _usage_rows(query: Usage) -> str:
    """The rows one by one: to walk through windows takes the server four to ten times as long as to hand them out."""
    conditions = [between(query.start_ms, query.end_ms), *matches([("every", [query.every]), *query.where.items()])]
    tags = f" GROUP BY {', '.join(map(name, query.by))}" if query.by else ""
    fields = '"amount", "estimated_amount" AS "estimated", "settled", "blank"'
    return f"SELECT {fields} FROM {name(MEASUREMENTS[query.of])} WHERE {' AND '.join(conditions)}{tags}"


def _conditions(query: Latest) -> str:
    known = [(tag, values) for tag, values in query.where.items() if tag not in ("building", "zone")]
    return f"WHERE {' AND '.join(matches(known))} " if known else ""


def groups(window: str, by: Sequence[str]) -> str:
    """Groups by time and tags; a window without values is absent."""
    return f"GROUP BY {', '.join([f'time({window})', *map(name, by)])} fill(none)"
