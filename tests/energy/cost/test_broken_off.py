"""What a store refused or was away for is priced when it takes it, and is then what a rebuild says."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from energy.settle import Settlement
from estate.model import Consumption
from store.base import StoreRefused, StoreUnavailable
from store.duck import DuckStore
from store.state import State
from tests.energy.cost.test_keep import MAIN, NOW_MS, SITE, SUB, kept, rebuilt


class Refusing(DuckStore):
    """A store that refuses days as long as it is told to: steps and hours are written."""

    refuses = False

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        await super().write_consumption([row for row in rows if not self._refused(row)])
        if any(map(self._refused, rows)):
            raise StoreRefused("no days")

    def _refused(self, row: Consumption) -> bool:
        return self.refuses and row.every == "1d" and row.meter == "main"


async def test_what_was_refused_is_priced_later(tmp_path: Path, state: State) -> None:
    """The store takes the steps and not the days of a meter: its costs are due until it took them, in any process."""
    store = Refusing(tmp_path / "test.duckdb")
    await store.open()
    for part in (MAIN[:100] + SUB, MAIN[100:]):
        await store.write(part)
        store.refuses = True
        with pytest.raises(StoreRefused):
            await Settlement(store, SITE, state).settle(NOW_MS)
        store.refuses = False
        await Settlement(store, SITE, state).settle(NOW_MS)
    found = await kept(store)
    await store.close()

    assert await rebuilt(SITE, MAIN + SUB) == found


class Failing(DuckStore):
    """A store that is away as soon as rows of a place are to be written, so many times."""

    fails = 0

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        if self.fails and any("site#cost" in row.meter or "site#carbon" in row.meter for row in rows):
            self.fails -= 1
            raise StoreUnavailable("away")
        await super().write_consumption(rows)


async def test_a_pass_that_breaks_off_is_made_up_for(tmp_path: Path, state: State) -> None:
    """The store goes away between consumption and costs, and the process ends: the next one finds what was due."""
    store = Failing(tmp_path / "test.duckdb")
    await store.open()
    for part in (MAIN[:100] + SUB, MAIN[100:]):
        await store.write(part)
        store.fails = 1
        with pytest.raises(StoreUnavailable):
            await Settlement(store, SITE, state).settle(NOW_MS)
    await Settlement(store, SITE, state).settle(NOW_MS)
    found = await kept(store)
    await store.close()

    assert await rebuilt(SITE, MAIN + SUB) == found
