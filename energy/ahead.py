"""Reading ahead: the store finds what comes next while this process works on what it has found, on another core."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@asynccontextmanager
async def ahead(
    of: Sequence[T], read: Callable[[T], Coroutine[Any, Any, R]]
) -> AsyncIterator[Iterator[tuple[T, Awaitable[R]]]]:
    """Each in turn with what is read of it, which began when the one before was handed out.

    So at most two are held in memory. An error of reading is raised where it is awaited.
    """
    begun: deque[asyncio.Task[R]] = deque()

    def pairs() -> Iterator[tuple[T, Awaitable[R]]]:
        for at, each in enumerate(of):
            begun.extend(asyncio.create_task(read(later)) for later in of[at + len(begun) : at + 2])
            yield each, begun[0]
            begun.popleft()

    try:
        yield pairs()
    finally:
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
