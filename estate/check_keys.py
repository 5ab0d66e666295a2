"""What the keys of a meter must agree on: one kind at a time, a tenant once, and no weight after its last lease."""

from collections.abc import Iterator
from datetime import date

from estate.problems import Problem
from estate.rows import KeyRow, LeaseRow
from estate.spans import grouped, overlaps
from estate.tables import Table
from estate.vocabulary import KEYS

Lined = tuple[int, KeyRow]


def check_keys(keys: Table[KeyRow], leases: Table[LeaseRow]) -> Iterator[Problem]:
    """Every problem of keys.csv with itself and with the leases."""
    for own in grouped(keys.rows, lambda row: row.meter).values():
        yield from _twice(keys.file, own)
        yield from _mixed(keys.file, own)
    yield from _after_the_lease(keys, leases)


def _twice(file: str, own: list[Lined]) -> Iterator[Problem]:
    """Rows that give one tenant two weights, or the meter one key twice."""
    for (key, tenant), rows in grouped(own, lambda row: (row.key, row.tenant or "")).items():
        for line, row, other in overlaps(rows):
            whose = f" for {tenant!r}" if tenant else ""
            text = f"meter {row.meter!r} is split by {key}{whose} here while line {other} holds already"
            yield Problem(file, line, f"{text}: correct from or until")


def _mixed(file: str, own: list[Lined]) -> Iterator[Problem]:
    """Rows of one kind while another kind holds, each once."""
    ordered = sorted(own, key=lambda entry: (entry[1].first or date.min, entry[0]))
    for index, (line, row) in enumerate(ordered):
        others = [entry for entry in ordered[:index] if entry[1].key != row.key]
        held = next((at for at, other in others if (row.first or date.min) <= (other.last or date.max)), None)
        if held is not None:
            text = f"meter {row.meter!r} is split by {row.key} here while line {held} splits it by another key"
            yield Problem(file, line, f"{text}: correct from or until")


def _after_the_lease(keys: Table[KeyRow], leases: Table[LeaseRow]) -> Iterator[Problem]:
    """Tenants who would go on paying by their weight when they have left. Without any lease, it is an agreement."""
    ends: dict[str, date] = {}
    for _, lease in leases.rows:
        ends[lease.tenant] = max(ends.get(lease.tenant, date.min), lease.last or date.max)
    for line, row in keys.rows:
        end = ends.get(row.tenant or "", date.max)
        if KEYS[row.key] and (row.last or date.max) > end:
            text = f"meter {row.meter!r}: the weight of {row.tenant!r} outlasts its last lease, which ends on {end}"
            yield Problem(keys.file, line, f"{text}: give the row an until, or correct the lease")
