"""Settlement from one process to the next: a corrected estate, a long sleep, and what staff are told."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from energy.basis import bases
from energy.settle import Settled, Settlement
from estate.calendar import DAY_MS, STEP_MS
from estate.model import FOREVER_MS, Consumption, Estate, Lease, Point
from store.base import Span, StoreRefused, Touched, Usage
from store.duck import DuckStore
from store.state import State
from tests.energy.sites import estate, meter

NOW_MS = time.time_ns() // 1_000_000
START_MS = NOW_MS // STEP_MS * STEP_MS - 20 * DAY_MS
LEASES = estate().leases
SITE = estate([meter(), meter("sub")])


class Forgetful(DuckStore):
    """A store that has forgotten which readings came, as after a week; it can refuse to remove, or to write."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.forgot = self.removes_not = False
        self.poison = ""
        self.refused, self.written = asyncio.Event(), asyncio.Event()

    async def touched(self, since_ms: int) -> list[Touched]:
        return [] if self.forgot else await super().touched(since_ms)

    async def remove_consumption(self, spans: Sequence[Span]) -> None:
        if self.removes_not:
            raise StoreRefused("cannot delete")
        await super().remove_consumption(spans)

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        if any(row.meter == self.poison for row in rows):
            self.refused.set()
            raise StoreRefused("bad row")
        await super().write_consumption(rows)
        if any(row.meter == "main" for row in rows):
            self.written.set()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Forgetful]:
    opened = Forgetful(tmp_path / "test.duckdb")
    await opened.open()
    yield opened
    await opened.close()


def points(meter_id: str, values: Sequence[float], first: int = 0) -> list[Point]:
    """Readings every quarter of an hour, 20 days ago."""
    return [
        Point(meter_id, "", "electricity.energy", value, START_MS + (first + index) * STEP_MS, "b01", "")
        for index, value in enumerate(values)
    ]


RISING = [float(100 * index) for index in range(9)]  # 800 Wh in two hours


async def total(store: Forgetful, whose: str = "meter", role: str = "site") -> int:
    """Wh in the store, of the meters themselves or of all shares."""
    of = Usage("1y", 0, NOW_MS, "tenant" if whose == "tenant" else "meter", {"role": [role]}, ("role",))
    return sum(int(row.amounts.sum()) for row in await store.usage(of))


async def process(store: Forgetful, state: State, site: Estate, later_ms: int = 0) -> Settled:
    """One pass of a fresh process, past all that has arrived."""
    return await Settlement(store, site, state).settle(time.time_ns() // 1_000_000 + 10_000 + later_ms)


async def test_corrected_lease(store: Forgetful, state: State) -> None:
    """When `d` has leased z1 all along, `a` has nothing left, and the shares still sum to the meter."""
    await store.write(points("main", RISING))
    await process(store, state, SITE)
    store.forgot = True
    await process(store, state, replace(SITE, leases=[Lease("d", "z1", 0, FOREVER_MS), *LEASES[1:]]))
    shares = await store.usage(Usage("1y", 0, NOW_MS, "tenant", by=("tenant",)))

    assert ["c", "common", "d"] == [row.tags["tenant"] for row in shares]
    assert await total(store) == await total(store, "tenant") == 800


async def test_corrected_role(store: Forgetful, state: State) -> None:
    """A meter found to be behind another no longer counts for the site."""
    await store.write(points("main", RISING) + points("sub", RISING))
    await process(store, state, SITE)
    before = await total(store)
    store.forgot = True
    await process(store, state, estate([meter(), meter("sub", submeter_of="main")]))

    assert 1600 == before
    assert [800, 800] == [await total(store, role=role) for role in ("site", "submeter")]


async def test_long_sleep(store: Forgetful, state: State) -> None:
    """After more days than arrivals are remembered everything is settled."""
    await process(store, state, SITE)
    await store.write(points("main", RISING))
    store.forgot = True
    await process(store, state, SITE, 5 * DAY_MS)
    awake = await total(store)
    await process(store, state, SITE, 14 * DAY_MS)

    assert [0, 800] == [awake, await total(store)]


async def test_meter_entered_late(store: Forgetful, state: State) -> None:
    """A meter the estate learns of has all its readings settled."""
    await store.write(points("sub", RISING))
    await process(store, state, estate())
    store.forgot = True
    await process(store, state, SITE)

    assert 800 == await total(store)


async def test_restart_settles_nothing_again(store: Forgetful, state: State) -> None:
    """A new process goes on where the last stopped."""
    await store.write(points("main", RISING))
    first = await process(store, state, SITE)
    again = await process(store, state, SITE)
    await store.write(points("main", [900], first=9))
    later = await process(store, state, SITE)

    assert first.rows > 40
    assert (0, 0) == again[:2]
    assert 1 == later.meters
    assert 900 == await total(store)


async def test_interrupted(store: Forgetful, state: State) -> None:
    """What a process did not finish, the next one does; a refused meter is named and does not hold up the others."""
    await store.write(points("main", RISING) + points("sub", RISING, first=200))
    store.poison = "main"
    with pytest.raises(StoreRefused, match="main: bad row"):
        await process(store, state, SITE)
    others = await total(store)
    store.poison, store.forgot = "", True
    await process(store, state, SITE)

    assert [800, 1600] == [others, await total(store)]


async def test_store_that_cannot_remove(store: Forgetful, state: State) -> None:
    """It is settled all the same, with one warning."""
    store.removes_not = True
    stray = [Consumption("main", "zombie", "electricity", "b01", "site", "1h", START_MS + DAY_MS, 5, 0.0)]
    await store.write(points("main", RISING))
    await store.write_consumption(stray)
    with capture_logs() as logs:
        settlement = Settlement(store, SITE, state)
        await settlement.settle(NOW_MS)
        await settlement.rebuild(NOW_MS, lambda done, total: None)

    assert 800 == await total(store)
    assert ["consumption_not_removed"] == [entry["event"] for entry in logs]


async def test_run_survives_a_refusal(store: Forgetful, state: State) -> None:
    """It is logged as an error with the meter, once, and the rows are written when the store takes them."""
    await store.write(points("main", RISING))
    store.poison = "main"
    with capture_logs() as logs:
        task = asyncio.create_task(Settlement(store, SITE, state).run(lambda: NOW_MS, 0.01))
        async with asyncio.timeout(20):
            await store.refused.wait()
            store.poison = ""
            await store.written.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert [("settlement_refused", "error", "main: bad row")] == [
        (entry["event"], entry["log_level"], entry["cause"]) for entry in logs
    ]


async def test_findings_are_told_once(store: Forgetful, state: State) -> None:
    """Staff read in the log what was cleaned: each finding once, at its time and in words."""
    await store.write(points("main", [1_000_000, 1_000_010, 0, 5]))
    settlement = Settlement(store, estate(), state)
    with capture_logs() as logs:
        await settlement.settle(NOW_MS)
        await settlement.rebuild(NOW_MS, lambda done, total: None)

    assert [("register_cleaned", "main", "reset")] == [(log["event"], log["meter"], log["kind"]) for log in logs]
    assert START_MS + 2 * STEP_MS == datetime.fromisoformat(logs[0]["time"]).timestamp() * 1000
    assert "fell and stayed" in logs[0]["meaning"]


def test_basis() -> None:
    """It changes with the leases of what the meter serves, and with nothing elsewhere."""
    site = estate([meter(), meter("z2m")], {"main": "z1", "z2m": "z2"})
    before, after = bases(site), bases(replace(site, leases=LEASES[1:], tenants={}))

    assert before["main"] != after["main"]
    assert before["z2m"] == after["z2m"]
