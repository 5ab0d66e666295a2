"""Rows of consumption, each for itself, out of the DuckDB file: millions of them for a settlement."""

from collections.abc import Mapping

import duckdb
import numpy as np
from numpy.typing import NDArray

from store.base import Usage, UsageRow
from store.duck_sql import of_rows

_FLOW = 32
"""Bits for the number of a kind, beside that of a flow."""


def each_row(database: duckdb.DuckDBPyConnection, query: Usage) -> list[UsageRow]:
    """One group for each meter, tenant and place: numbers alone, in order, and each name looked up once."""
    statement = of_rows(query)
    flow, kind, *figures = database.execute(statement.sql, statement.parameters).fetchnumpy().values()
    if not len(flow):
        return []
    keys = (flow.astype(np.int64) << _FLOW) | kind
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    flows = _named(database, "flow", ("meter", "tenant"), flow[first])
    kinds = _named(database, "kind", ("building", "carrier", "role"), kind[first])
    found = []
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(keys)], strict=True):
        of = flows[int(flow[begin])] | kinds[int(kind[begin])]
        found.append(UsageRow({tag: of[tag] for tag in query.by}, *(column[begin:end] for column in figures)))
    return sorted(found, key=lambda row: tuple(row.tags.values()))


def _named(
    database: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], ids: NDArray[np.int64]
) -> Mapping[int, dict[str, str]]:
    wanted = np.unique(ids).tolist()
    sql = f"SELECT id, {', '.join(columns)} FROM {table} WHERE list_contains($ids::INTEGER[], id)"
    rows = database.execute(sql, {"ids": wanted}).fetchall()
    return {id_: dict(zip(columns, names, strict=True)) for id_, *names in rows}
