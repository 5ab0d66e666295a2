"""Consumption settled in every store: late, disordered, repeated and corrected readings come to what a rebuild says."""

import time
from dataclasses import replace

from energy.settle import Settlement
from estate.calendar import DAY_MS, Every, kept
from estate.model import Consumption
from store.base import Store, Usage
from store.state import State
from tests.energy.sites import START_MS, estate, meter
from tests.energy.test_settle import amounts, points, rows

SITE = estate([meter(), meter("sub", submeter_of="main")])


async def test_bit_by_bit_is_a_rebuild(store: Store, state: State) -> None:
    """100 Wh a quarter, 20 of them behind: 80 are 48, 24 and 8; what came wrong, twice or last leaves no trace."""
    main = points("main", [float(100 * at) for at in range(200)])
    sub = points("sub", [float(20 * at) for at in range(200)])
    wrong = [main[100]._replace(value=7e9), sub[199]._replace(value=1.0)]
    settlement = Settlement(store, SITE, state)
    for batch in (main[150:] + sub[:20], wrong, main[:50], sub[10:] + main[100:], main[40:101]):
        await store.write(batch)
        await settlement.settle(time.time_ns() // 1_000_000 + 10_000)
    stray = Consumption("main", "zombie", "electricity", "b01", "site", "1d", START_MS, 5, 0.0)
    await store.write_consumption([stray])
    found = await rows(store)
    rebuilt = await settlement.rebuild(time.time_ns() // 1_000_000, lambda done, total: None)
    after = await rows(store)

    assert [9600, 9600] == amounts(after, "1d", "main")
    assert [96 * 48, 96 * 24, 96 * 8] == [amounts(after, "1d", "main", tenant)[1] for tenant in ("a", "c", "common")]
    assert {row for row in found if row.tenant != "zombie"} == after
    assert 0 == rebuilt.rows


async def test_a_step_of_an_hour(store: Store, state: State) -> None:
    """Settled by the hour, nothing shorter is kept."""
    await store.write(points("main", [float(100 * at) for at in range(41)]))
    await Settlement(store, replace(SITE, step="1h"), state).settle(START_MS + 2 * DAY_MS)
    counts = []
    steps: tuple[Every, ...] = ("15m", *kept("1h"))
    for every in steps:
        found = await store.usage(Usage(every, 0, START_MS + 2 * DAY_MS, where={"role": ["site"]}, by=("meter",)))
        counts.append(sum(len(row.starts) for row in found))

    assert [0, 10, 1, 1, 1] == counts
