"""Queries as data → SQL with parameters: no value ever becomes part of the text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from estate.calendar import STEPS
from store.base import Latest, Series, Usage
from store.own import OWN, STORED

Tag = TypeVar("Tag", bound=str)

_COLUMNS = {
    "building": "p.building", "zone": "p.zone", "device": "s.device", "channel": "s.channel", "quantity": "s.quantity",
}  # fmt: skip
"""Tag of a reading → its column; and below, tag of consumption."""
_USAGE_COLUMNS = {
    "building": "k.building", "meter": "f.meter", "tenant": "f.tenant", "carrier": "k.carrier", "role": "k.role",
}  # fmt: skip
_HOW = {
    "mean": "avg(r.value)", "min": "min(r.value)", "max": "max(r.value)", "last": "arg_max(r.value, r.time)",
    "sum": "sum(r.value)", "count": "count(*)::DOUBLE",
}  # fmt: skip
_ACROSS = {"sum": "sum(value)", "mean": "avg(value)", "max": "max(value)"}
_GUESSED = "sum(abs(c.amount) * c.estimated)"
_SHARE = f"""
    CASE WHEN sum(c.amount) <> 0 THEN least({_GUESSED} / abs(sum(c.amount)), 1)
        WHEN {_GUESSED} > 0 THEN 1 ELSE min(c.estimated) END"""
"""As `store.base.share`."""
_WHOSE = {"meter": "f.tenant = ''", "tenant": "f.tenant <> ''"}
_NAMED = "JOIN series s ON s.id = r.series JOIN place p ON p.id = r.place"

TOUCHED = """
    SELECT s.device, s.channel, min(t.from_ms), max(t.arrived_ms) FROM touched t JOIN series s ON s.id = t.series
    WHERE t.arrived_ms >= $since GROUP BY ALL ORDER BY ALL"""
"""The columns of store.base.Touched."""

Parameters = dict[str, str | int | list[str]]


class Statement(NamedTuple):
    sql: str
    parameters: Parameters


def of_series(query: Series) -> Statement:
    """One row per group: its tags, then lists of `time` and `value`."""
    chosen, parameters = _chosen(query.where, _COLUMNS)
    parameters |= {"quantity": query.quantity, "start": query.start_ms, "end": query.end_ms}
    readings = f"FROM reading r {_NAMED} WHERE s.quantity = $quantity AND r.time >= $start AND r.time < $end{chosen}"
    if query.every_ms is None:
        rows = f"SELECT {_columns(query.by, _COLUMNS)}r.time, r.value {readings}"
    else:
        parameters["every"] = query.every_ms
        inner = _columns(dict.fromkeys((*query.by, "device", "channel")), _COLUMNS)
        each = f"SELECT {inner}r.time - r.time % $every AS time, {_HOW[query.how]} AS value {readings} GROUP BY ALL"
        across = _ACROSS[STORED[query.quantity].across]
        rows = f"SELECT {_names(query.by)}time, {across} AS value FROM ({each}) GROUP BY ALL"
    return Statement(_by_group(query.by, rows, ("time", "value")), parameters)


def of_latest(query: Latest) -> Statement:
    """The columns of estate.model.Point, one row per series."""
    chosen, parameters = _chosen(query.where, _COLUMNS)
    columns = "s.device, s.channel, s.quantity, r.value, r.time, p.building, p.zone"
    devices = "NOT list_contains($own::VARCHAR[], s.quantity)"
    sql = f"SELECT {columns} FROM latest r {_NAMED} WHERE {devices}{chosen} ORDER BY 1, 2, 3"
    return Statement(sql, {**parameters, "own": list(OWN)})


def of_usage(query: Usage) -> Statement:
    """One row per group: its tags, then lists of `time`, `amount`, `estimated` and `settled_ms`."""
    condition, parameters = _steps(query)
    rows = f"""
        SELECT {_columns(query.by, _USAGE_COLUMNS)}c.time, sum(c.amount)::BIGINT AS amount,
            {_SHARE} AS estimated,
            max(c.settled_ms) AS settled_ms
        {condition} GROUP BY ALL"""
    return Statement(_by_group(query.by, rows, ("time", "amount", "estimated", "settled_ms")), parameters)


def of_rows(query: Usage) -> Statement:
    """Every row for itself, in order: `flow` and `kind` by number, `time`, `amount`, `estimated` and `settled_ms`."""
    condition, parameters = _steps(query)
    columns = "c.flow, c.kind, c.time, c.amount, c.estimated, c.settled_ms"
    return Statement(f"SELECT {columns} {condition} ORDER BY ALL", parameters)


def is_each_row(query: Usage) -> bool:
    """Whether every row stands for itself: there is nothing to sum."""
    return set(query.by) == set(_USAGE_COLUMNS)


def _steps(query: Usage) -> Statement:
    """Where the rows come from."""
    chosen, parameters = _chosen(query.where, _USAGE_COLUMNS)
    parameters |= {"start": query.start_ms, "end": query.end_ms}
    text = f"""
        FROM consumption_{STEPS[STEPS.index(query.every)]} c JOIN flow f ON f.id = c.flow JOIN kind k ON k.id = c.kind
        WHERE {_WHOSE[query.of]} AND c.time >= $start AND c.time < $end{chosen}"""
    return Statement(text, parameters)


def _chosen(where: Mapping[Tag, Sequence[str]], columns: Mapping[str, str]) -> tuple[str, Parameters]:
    text = "".join(f" AND list_contains($in_{tag}::VARCHAR[], {columns[tag]})" for tag in where)
    parameters: Parameters = {f"in_{tag}": list(allowed) for tag, allowed in where.items()}
    return text, parameters


def _columns(tags: Iterable[str], columns: Mapping[str, str]) -> str:
    return "".join(f"{columns[tag]}, " for tag in tags)


def _names(tags: Iterable[str]) -> str:
    return "".join(f"{tag}, " for tag in tags)


def _by_group(by: Sequence[str], rows: str, values: Iterable[str]) -> str:
    # One row per group keeps the text of tags from being repeated on each value: 7 times faster on 4 million values.
    lists = ", ".join(f"list({value} ORDER BY time) AS {value}" for value in values)
    order = f"ORDER BY {', '.join(by)}" if by else ""
    return f"SELECT {_names(by)}{lists} FROM ({rows}) GROUP BY ALL HAVING count(*) > 0 {order}"
