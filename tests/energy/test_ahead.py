"""Reading ahead: in order, one further than what is worked on, and nothing left behind."""

import asyncio

from energy.ahead import ahead


async def test_one_ahead() -> None:
    """While a part is worked on the next one is read, and no other."""
    read: list[int] = []
    seen = []

    async def reading(part: int) -> int:
        read.append(part)
        return part * 10

    async with ahead(range(4), reading) as parts:
        for part, found in parts:
            ten = await found
            await asyncio.sleep(0)  # working on it lets the loop run
            seen.append((part, ten, max(read)))

    assert [(0, 0, 1), (1, 10, 2), (2, 20, 3), (3, 30, 3)] == seen


async def test_error_where_it_is_awaited() -> None:
    """A part that cannot be read does not keep the next ones from being."""
    seen = []

    async def reading(part: int) -> int:
        return 6 // part

    async with ahead([0, 2, 3], reading) as parts:
        for part, found in parts:
            try:
                seen.append(await found)
            except ZeroDivisionError:
                seen.append(-part)

    assert [0, 3, 2] == seen


async def test_left_early() -> None:
    """What is being read for nobody is cancelled, and has ended."""
    ended = []

    async def reading(part: int) -> int:
        try:
            await asyncio.sleep(3600 * part)
        finally:
            ended.append(part)
        return part

    async with ahead([0, 1, 2], reading) as parts:
        for _, found in parts:
            await found
            break

    assert [0, 1] == ended
