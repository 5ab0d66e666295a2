"""Settlement over the embedded store: whatever comes when, the rows are those of a rebuild."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from energy.findings import standing
from energy.flows.rows import WHOSE
from energy.meters.cleaned import Finding, Kind
from energy.settle import Settlement
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS, STEPS
from estate.model import COMMON, Consumption, Point
from store.base import Store, StoreUnavailable, Touched, Usage, UsageTag
from store.duck import DuckStore
from store.state import State
from tests.energy.meters.test_register import damaged, faulty
from tests.energy.sites import PARIS, START_MS, estate, meter, ms

MAIN, SUB = meter(), meter("sub", submeter_of="main")
SITE = estate([MAIN, SUB])
NOW_MS = START_MS + 2 * DAY_MS


def points(meter_id: str, values: Sequence[float], start_ms: int = START_MS, every_ms: int = STEP_MS) -> list[Point]:
    return [
        Point(meter_id, "", "electricity.energy", value, start_ms + index * every_ms, "b01", "")
        for index, value in enumerate(values)
    ]


async def rows(store: Store) -> set[Consumption]:
    """Everything the store holds of consumption."""
    found = set()
    by: tuple[UsageTag, ...] = ("meter", "tenant", "carrier", "building", "role")
    for every in STEPS:
        for of in WHOSE:
            for row in await store.usage(Usage(every, 0, NOW_MS, of, by=by)):
                names = (row.tags["meter"], row.tags["tenant"], row.tags["carrier"], row.tags["building"])
                for start, amount, share in zip(*(column.tolist() for column in row[1:4]), strict=True):
                    found.add(Consumption(*names, row.tags["role"], every, start, amount, round(share, 9)))
    return found


def amounts(found: Iterable[Consumption], every: str, meter_id: str, tenant: str = "") -> list[int]:
    own = [row for row in found if (row.every, row.meter, row.tenant) == (every, meter_id, tenant)]
    return [row.amount for row in sorted(own, key=lambda row: row.start_ms)]


async def test_one_hour_on_paper(store: Store, state: State) -> None:
    """Main 100 Wh a quarter, 40 of them past the sub-meter: shares of the other 60 by area, of the 40 by area too."""
    await store.write(points("main", [0, 100, 200, 300, 400]) + points("sub", [0, 40, 80, 120, 160]))
    await Settlement(store, SITE, state).settle(NOW_MS)
    found = await rows(store)

    assert ([100] * 4, [400], [400]) == tuple(amounts(found, every, "main") for every in ("15m", "1h", "1y"))
    assert ([144], [72], [24]) == tuple(amounts(found, "1d", "main", tenant) for tenant in ("a", "b", COMMON))
    assert ([96], [48], [16]) == tuple(amounts(found, "1d", "sub", tenant) for tenant in ("a", "b", COMMON))


async def test_silence_is_no_measured_zero(store: Store, state: State) -> None:
    """A register that stands after three days where it stood before: the days between are 0, and nothing is known."""
    await store.write(points("main", [0, 100, 200, 200], every_ms=STEP_MS)[:3])
    await store.write(points("main", [200, 300, 400], START_MS + 3 * DAY_MS))
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS + 3 * DAY_MS)
    (days,) = await store.usage(Usage("1d", 0, NOW_MS + 3 * DAY_MS, "meter", {"meter": ["main"]}, ()))

    assert ([200, 0, 0, 200], [0.0, 1.0, 1.0, 0.0]) == (days.amounts.tolist(), days.estimated.tolist())
    assert 0 == (await settlement.rebuild(NOW_MS + 3 * DAY_MS, lambda done, total: None)).rows


async def test_late_reading_reopens_its_steps(store: Store, state: State) -> None:
    """A reading that was missing makes its steps measured again, and their hour, day, month and year."""
    values = [float(100 * index) for index in range(40)]
    every = points("main", values)
    settlement = Settlement(store, SITE, state)
    await store.write(every[:20] + every[24:])
    await settlement.settle(NOW_MS)
    before = {row.estimated for row in await rows(store) if row.every == "1y" and row.meter == "main"}
    await store.write(every[20:24])
    await settlement.settle(NOW_MS)
    after = {row.estimated for row in await rows(store)}

    assert {round(500 / 3900, 9)} == before
    assert {0.0} == after


async def test_only_what_is_touched_is_written(store: Store, state: State) -> None:
    """After ten days of readings one more costs a few rows: its steps, and the periods they are in."""
    now_ms = time.time_ns() // 1_000_000  # the store stamps arrivals by this clock
    every = points("main", [float(index) for index in range(960)], now_ms // STEP_MS * STEP_MS - 959 * STEP_MS)
    settlement = Settlement(store, SITE, state)
    await store.write(every[:-1])
    await settlement.settle(now_ms + 10_000)
    await store.write(every[-1:])
    settled = await settlement.settle(now_ms + 10_000)

    assert 1 == settled.meters
    assert settled.rows < 60


async def test_findings_are_reported(store: Store, state: State) -> None:
    """What was cleaned is said, by meter."""
    await store.write(points("main", [1_000_000, 1_000_010, 0, 5]))
    settled = await Settlement(store, SITE, state).settle(NOW_MS)

    assert {"main": [Kind.RESET]} == {name: [each.kind for each in found] for name, found in settled.findings.items()}


async def test_rebuild_tells_its_progress(store: Store, state: State) -> None:
    """A rebuild forgets rows that readings do not bear out, and reports meters done."""
    stray = Consumption("main", "zombie", "electricity", "b01", "site", "15m", START_MS, 5, 0.0)
    await store.write(points("main", [0, 100]))
    await store.write_consumption([stray])
    heard: list[tuple[int, int]] = []
    await Settlement(store, SITE, state).rebuild(NOW_MS, lambda done, total: heard.append((done, total)))

    assert (2, 2) == heard[-1]
    assert {"", "a", "b", COMMON} == {row.tenant for row in await rows(store)}


async def test_day_of_25_hours(store: Store, state: State) -> None:
    """The night the clocks go back has an hour more, and the day sums it."""
    midnight_ms = ms("2025-10-26 00:00")
    await store.write(points("main", [float(index) for index in range(4 * 25 + 5)], midnight_ms))
    await Settlement(store, SITE, state).settle(NOW_MS)

    assert [100, 4] == amounts(await rows(store), "1d", "main")


@settings(max_examples=20, deadline=None)
@given(faulty, faulty, st.data())
def test_bit_by_bit_is_at_once(main: list[int | str], sub: list[int | str], data: st.DataObject) -> None:
    """Readings with every fault, in any order, repeated and corrected, in any number of passes: as if known at once."""
    right = points("main", damaged(main)) + points("sub", damaged(sub), every_ms=STEP_MS // 3)
    wrong = [data.draw(st.sampled_from(right)) for _ in range(3)]
    first = [each._replace(value=each.value + data.draw(st.sampled_from((-50.0, 7.0, 9e5)))) for each in wrong]
    arriving = data.draw(st.permutations(first)) + data.draw(st.permutations(right + wrong))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arriving)), max_size=4)))
    batches = [arriving[a:b] for a, b in zip([0, *cuts], [*cuts, len(arriving)], strict=True)]

    async def settled(batches: Sequence[Sequence[Point]]) -> tuple[set[Consumption], int]:
        with TemporaryDirectory() as folder, State(Path(folder) / "state.sqlite") as state:
            store = DuckStore(Path(folder) / "test.duckdb")
            await store.open()
            settlement = Settlement(store, SITE, state)
            for batch in batches:
                await store.write(batch)
                await settlement.settle(NOW_MS)
            found = await rows(store)
            rebuilt = await settlement.rebuild(NOW_MS, lambda done, total: None)
            await store.close()
            return found, rebuilt.rows

    bit_by_bit, corrected = asyncio.run(settled(batches))
    at_once, _ = asyncio.run(settled([right]))

    assert at_once == bit_by_bit
    assert 0 == corrected


class Away(DuckStore):
    """A store that is away for its first calls."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.calls, self.written = 0, asyncio.Event()

    async def touched(self, since_ms: int) -> list[Touched]:
        self.calls += 1
        if self.calls <= 3:
            raise StoreUnavailable("not there")
        return await super().touched(since_ms)

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        await super().write_consumption(rows)
        self.written.set()


async def test_waits_for_the_store(tmp_path: Path, state: State) -> None:
    """A store that is away is said once, waited for, and settled when it is back."""
    store = Away(tmp_path / "test.duckdb")
    await store.open()
    await store.write(points("main", [0, 100]))
    with capture_logs() as logs:
        task = asyncio.create_task(Settlement(store, SITE, state).run(lambda: NOW_MS, 0.01))
        async with asyncio.timeout(20):
            await store.written.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await store.close()

    assert ["settlement_waits_for_store"] == [entry["event"] for entry in logs]


async def test_findings_are_those_of_a_rebuild(store: Store, state: State) -> None:
    """A sub-meter that counts more than its meter, settled as it reads: what stands is what a rebuild finds."""

    async def found() -> list[tuple[str, Finding]]:
        return await state.read(lambda db: standing(db, 0, NOW_MS, PARIS))

    settlement = Settlement(store, SITE, state)
    for hour in range(6):
        start_ms, first = START_MS + hour * HOUR_MS + STEP_MS, 400.0 * hour
        await store.write(points("main", [first, first + 100, first + 200, first + 300], start_ms))
        await store.write(points("sub", [2 * first, 2 * first + 200, 2 * first + 400, 2 * first + 600], start_ms))
        await settlement.settle(NOW_MS)
    live = await found()
    await settlement.rebuild(NOW_MS, lambda done, total: None)

    assert [("main", Kind.NEGATIVE_REMAINDER, 2300, 4600)] == [
        (meter, each.kind, each.before, each.after) for meter, each in live
    ]
    assert live == await found()
