"""Which topic filters a client id has at the broker, or may have: asked for once, kept there for days.

Noted in the instance's file before the broker is asked, so that a filter which leaves the configuration while no
process runs is still known, and taken back.
"""

import sqlite3
from collections.abc import Callable, Sequence

import structlog

from store.state import State

MOST_FORMER = 10_000

log = structlog.get_logger()


class Subscriptions:
    """Those of one client id; without a state they are known as long as this lives."""

    def __init__(self, client_id: str, state: State | None) -> None:
        self._client_id, self._state = client_id, state
        self._known: dict[str, None] = {}

    async def remember(self, filters: Sequence[str]) -> list[str]:
        """Note these; returns the others that the broker may still have."""
        found = await self._keep(lambda db: _remember(db, self._client_id, filters))
        self._known |= dict.fromkeys([*(found or ()), *filters])
        return [pattern for pattern in self._known if pattern not in filters]

    async def forget(self, filters: Sequence[str]) -> None:
        """The broker has them no more."""
        for pattern in filters:
            self._known.pop(pattern, None)
        await self._keep(lambda db: _forget(db, self._client_id, filters))

    async def _keep(self, work: Callable[[sqlite3.Connection], list[str]]) -> list[str] | None:
        try:
            return await self._state.run(work) if self._state else None
        except sqlite3.OperationalError as error:  # readings matter more, and the next connection notes it again
            log.warning("subscriptions_not_noted", cause=str(error), next_step="noted with the next connection")
            return None


def _remember(db: sqlite3.Connection, client_id: str, filters: Sequence[str]) -> list[str]:
    rows = [(client_id, pattern) for pattern in filters]
    db.executemany("INSERT OR REPLACE INTO subscription (client_id, filter) VALUES (?, ?)", rows)
    newest = "SELECT id FROM subscription ORDER BY id DESC LIMIT ?"
    db.execute(f"DELETE FROM subscription WHERE id NOT IN ({newest})", (len(filters) + MOST_FORMER,))
    return [name for (name,) in db.execute("SELECT filter FROM subscription WHERE client_id = ?", (client_id,))]


def _forget(db: sqlite3.Connection, client_id: str, filters: Sequence[str]) -> list[str]:
    rows = [(client_id, pattern) for pattern in filters]
    db.executemany("DELETE FROM subscription WHERE client_id = ? AND filter = ?", rows)
    return []
