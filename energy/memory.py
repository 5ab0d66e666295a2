"""What settlement remembers from one process to the next: each meter's basis, and how far arrivals are settled."""

import sqlite3
from collections.abc import Collection, Mapping
from typing import NamedTuple

from estate.calendar import DAY_MS
from store.base import ARRIVALS_MS
from store.state import State

BEHIND_MS = DAY_MS
"""How far the clock that stamps arrivals may be behind this one. Keeps the cursor young where nothing arrives."""


class Due(NamedTuple):
    """Where a pass begins."""

    since_ms: int  # arrivals from then on are to be settled
    stale: Collection[str]  # meters whose rows rest on something else than today's estate, or miss arrivals
    gone: Collection[str]  # meters that have rows and are no longer in the estate


class Memory:
    """Kept in the instance's state. A meter forgotten is stale until it is kept again, in whichever process."""

    def __init__(self, state: State, bases: Mapping[str, str]) -> None:
        self._state, self._bases = state, bases

    async def recall(self, now_ms: int) -> Due:
        """What is due; with a cursor past the horizon, or none, every meter is."""
        return await self._state.run(lambda db: self._recall(db, now_ms))

    async def forget(self, meters: Collection[str]) -> None:
        """These meters are settled no more."""
        await self._state.run(
            lambda db: db.executemany("DELETE FROM settled WHERE meter = ?", [(meter,) for meter in meters])
        )

    async def keep(self, meters: Collection[str]) -> None:
        """These meters' rows stand, on today's basis."""
        rows = [(meter, self._bases[meter]) for meter in meters]
        await self._state.run(lambda db: db.executemany("INSERT OR REPLACE INTO settled VALUES (?, ?)", rows))

    async def reach(self, since_ms: int, now_ms: int) -> None:
        """All that arrived before then is settled."""
        at_ms = max(since_ms, now_ms - BEHIND_MS)
        await self._state.run(lambda db: _reach(db, at_ms))

    def _recall(self, db: sqlite3.Connection, now_ms: int) -> Due:
        known = {meter for (meter,) in db.execute("SELECT meter FROM settled")}
        found = db.execute("SELECT at_ms FROM cursor WHERE name = 'settled'").fetchone()
        since_ms = found[0] if found else 0
        if since_ms < now_ms - ARRIVALS_MS:  # some were missed; what a meter reads by now is settled with it
            since_ms = now_ms - BEHIND_MS
            db.execute("DELETE FROM settled")
            _reach(db, since_ms)
        kept = dict(db.execute("SELECT meter, basis FROM settled"))
        stale = {meter for meter, basis in self._bases.items() if kept.get(meter) != basis}
        return Due(since_ms, stale, known - self._bases.keys())


def _reach(db: sqlite3.Connection, at_ms: int) -> None:
    db.execute("INSERT OR REPLACE INTO cursor VALUES ('settled', ?)", (at_ms,))
