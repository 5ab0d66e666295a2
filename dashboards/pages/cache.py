"""Answers kept for a moment, so that ten viewers cost one query."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from time import monotonic
from typing import Any, Protocol, TypeVar, cast

from store.base import Usage, UsageRow

T = TypeVar("T")

KEPT_S = 3.0


class Asked(Protocol):
    """Who is asked for consumption: the store, or what keeps its answers."""

    async def usage(self, query: Usage) -> Sequence[UsageRow]:
        """As `Store.usage`."""
        ...


class Brief:
    """Answers by key, each asked for once at a time and kept for some seconds; an error is not kept."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._answers: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to `key`, asked for by `ask` unless a fresh one is there or on its way."""
        self._answers = {known: entry for known, entry in self._answers.items() if self._fresh(entry)}
        if key not in self._answers:

            async def answer() -> T:
                found = await ask()
                self._answers[key] = monotonic(), task  # kept from now on, however long it took
                return found

            task = asyncio.create_task(answer())
            self._answers[key] = monotonic(), task
        # Shielded: a viewer who leaves does not take the answer away from the others.
        return cast(T, await asyncio.shield(self._answers[key][1]))

    def _fresh(self, entry: tuple[float, asyncio.Task[Any]]) -> bool:
        asked, task = entry
        if not task.done():
            return True
        return monotonic() - asked < self._kept_s and not task.cancelled() and task.exception() is None


class KeptUsage:
    """Consumption, each question asked once: the parts of a page look at the same days of meters."""

    def __init__(self, store: Asked, brief: Brief) -> None:
        self._store, self._brief = store, brief

    async def usage(self, query: Usage) -> Sequence[UsageRow]:
        """As `Store.usage`."""
        where = frozenset((tag, tuple(values)) for tag, values in query.where.items())
        key = query.every, query.start_ms, query.end_ms, query.of, where, frozenset(query.by)
        return await self._brief.get(key, lambda: self._store.usage(query))
