"""What derivation remembers from one process to the next: each place's basis, and from when facts of days are due."""

import sqlite3
from collections.abc import Collection, Mapping

from estate.model import FOREVER_MS
from store.state import State


class DerivedMemory:
    """Kept in the instance's state. A place that is not kept is to be derived anew."""

    def __init__(self, state: State, bases: Mapping[str, str]) -> None:
        self._state, self._bases = state, bases

    async def stale(self) -> set[str]:
        """The places whose facts rest on something else than today's estate."""
        kept = await self._state.run(lambda db: dict(db.execute("SELECT place, basis FROM derived")))
        return {place for place, basis in self._bases.items() if kept.get(place) != basis}

    async def gone(self) -> set[str]:
        """The places that had facts, and where nothing has ever been by today's estate."""
        return await self._state.run(lambda db: {place for (place,) in db.execute("SELECT place FROM derived")}) - set(
            self._bases
        )

    async def drop(self, places: Collection[str]) -> None:
        """Nothing of these places stands."""
        rows = [(place,) for place in places]
        await self._state.run(lambda db: db.executemany("DELETE FROM derived WHERE place = ?", rows))

    async def forget(self) -> None:
        """Every place is to be derived anew, and every day."""
        await self._state.run(_forget)

    async def keep(self, places: Collection[str]) -> None:
        """These places' facts stand, on today's basis."""
        if rows := [(place, self._bases[place]) for place in places]:
            await self._state.run(lambda db: db.executemany("INSERT OR REPLACE INTO derived VALUES (?, ?)", rows))

    async def due(self, since_ms: int) -> None:
        """The days from then on are to be derived."""
        if since_ms < FOREVER_MS:
            await self._state.run(lambda db: _due(db, min(since_ms, _since(db))))

    async def since(self) -> int:
        """From when days are due; FOREVER_MS when none is."""
        return await self._state.run(_since)

    async def reached(self) -> None:
        """Every day is derived."""
        await self._state.run(lambda db: _due(db, FOREVER_MS))


def _since(db: sqlite3.Connection) -> int:
    found = db.execute("SELECT at_ms FROM cursor WHERE name = 'days_due'").fetchone()
    return int(found[0]) if found else 0


def _forget(db: sqlite3.Connection) -> None:
    db.execute("UPDATE derived SET basis = ''")  # which places had facts is still to be known
    _due(db, 0)


def _due(db: sqlite3.Connection, at_ms: int) -> None:
    db.execute("INSERT OR REPLACE INTO cursor VALUES ('days_due', ?)", (at_ms,))
