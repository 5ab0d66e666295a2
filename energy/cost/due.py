"""Which months of which delivery points are to be priced anew, remembered from one process to the next.

A point's basis is what the estate says of its price, of where it is, and of the meters behind it, among whose tenants
its cost is shared; the point "" stands for what everybody's emissions rest on.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from energy.cost.carbon import factors
from energy.cost.tariff import contracts_of
from energy.flows.allocation import delivery_point
from estate.model import Estate
from estate.vocabulary import CARRIERS
from store.state import State

Dues = dict[int, set[str]]
"""Start of the month, ms → delivery points."""


def price_basis(estate: Estate, point: str) -> str:
    """What a delivery point's price rests on, as a short text that changes when any of it does."""
    contracts = contracts_of(estate, point)
    return _hash(contracts, [estate.tariffs[name] for name in dict.fromkeys(each.tariff for each in contracts)])


def price_bases(estate: Estate) -> dict[str, str]:
    """By delivery point, with where it was and is and what stands behind it; what emissions rest on under ""."""
    behind: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for meter in estate.meters.values():
        behind[delivery_point(estate, meter.id)].append((meter.id, meter.submeter_of))
    found = {
        point: _hash(
            price_basis(estate, point),
            [tuple(place) for place in estate.placements[estate.meters[point].device]],
            sorted(members),
        )
        for point, members in behind.items()
    }
    known = [factors(estate, carrier) for carrier in CARRIERS]
    return found | {"": _hash(known, estate.site.id, str(estate.site.zone), sorted(estate.buildings))}


class Due:
    """Kept in the instance's state: what is due stays so until it is done, in whichever process."""

    def __init__(self, state: State, bases: Mapping[str, str]) -> None:
        self._state, self._bases = state, bases

    async def stale(self) -> set[str]:
        """The points whose price rests on something else than today's estate, and those that have left it."""
        kept = await self._state.run(lambda db: dict(db.execute("SELECT point, basis FROM priced")))
        changed = {point for point, basis in self._bases.items() if kept.get(point) != basis}
        return changed | (kept.keys() - self._bases.keys())

    async def forget(self, points: Collection[str]) -> None:
        """These are to be priced anew, over all months."""
        rows = [(point,) for point in points]
        await self._state.run(lambda db: db.executemany("DELETE FROM priced WHERE point = ?", rows))

    async def enlist(self, points: Collection[str], months: Iterable[int]) -> None:
        """All these months of these points are due, and then the points stand on today's basis."""
        due = [(month, point) for month in months for point in points]
        bases = [(point, self._bases[point]) for point in points if point in self._bases]
        gone = [(point,) for point in points if point not in self._bases]
        await self._state.run(lambda db: _enlist(db, due, bases, gone))

    async def add(self, due: Iterable[tuple[int, str]]) -> None:
        """These months of these points are due."""
        if rows := sorted(due):
            await self._state.run(lambda db: _enlist(db, rows, (), ()))

    async def all(self) -> Dues:
        """What is due."""
        rows = await self._state.run(lambda db: db.execute("SELECT month_ms, point FROM price_due").fetchall())
        found: Dues = defaultdict(set)
        for month_ms, point in rows:
            found[month_ms].add(point)
        return found

    async def done(self, due: Dues) -> None:
        """These are due no longer."""
        rows = [(month_ms, point) for month_ms, points in due.items() for point in points]
        await self._state.run(lambda db: db.executemany("DELETE FROM price_due WHERE month_ms = ? AND point = ?", rows))

    async def day(self) -> int:
        """The day up to which fixed charges are in; 0 at first."""
        found = await self._state.run(
            lambda db: db.execute("SELECT at_ms FROM cursor WHERE name = 'priced'").fetchone()
        )
        return int(found[0]) if found else 0

    async def reach(self, day_ms: int) -> None:
        """Up to that day's start, the fixed charges are in."""
        await self._state.run(lambda db: db.execute("INSERT OR REPLACE INTO cursor VALUES ('priced', ?)", (day_ms,)))


def _enlist(
    db: sqlite3.Connection,
    due: Iterable[tuple[int, str]],
    bases: Iterable[tuple[str, str]],
    gone: Iterable[tuple[str]],
) -> None:
    db.executemany("INSERT OR IGNORE INTO price_due VALUES (?, ?)", due)
    db.executemany("INSERT OR REPLACE INTO priced VALUES (?, ?)", bases)
    db.executemany("DELETE FROM priced WHERE point = ?", gone)


def _hash(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
