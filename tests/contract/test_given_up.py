"""A write that nobody waits for any longer leaves the store sound."""

import asyncio

from store.base import Latest, Store
from tests.contract.values import MINUTE, T0, point, raw


async def test_given_up_at_any_await(store: Store) -> None:
    """Given up sooner or later, then written again: every value is there once, and the last one is known.

    The values are the same: a server may do what was given up after what came next.
    """
    for steps in range(12):
        mine = [point(float(10 * steps + n), T0 + (10 * steps + n) * MINUTE) for n in range(10)]
        writing = asyncio.create_task(store.write(mine))
        for _ in range(steps):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await store.write(mine)
    (row,) = await store.series(raw())
    (last,) = await store.latest(Latest())

    assert [float(n) for n in range(120)] == list(row.values)
    assert (119.0, T0 + 119 * MINUTE) == (last.value, last.at_ms)
