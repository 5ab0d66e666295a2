"""Waiting in tests: for a condition, with a deadline, never for luck."""

import asyncio
from collections.abc import Callable

DEADLINE_S = 60.0


async def until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 (what is waited for belongs to others, who do not signal it)
            await asyncio.sleep(0.005)
