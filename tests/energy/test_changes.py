"""Closed months that change are noted, once, with why; what leaves the estate or the store changes nothing else."""

import time
from collections.abc import Sequence
from dataclasses import replace

from energy.changes import Change, listed
from energy.settle import Settled, Settlement
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS, Every
from estate.model import Estate, Point
from store.base import Series, Store, Usage, UsageTag
from store.state import State
from tests.energy.sites import estate, meter, ms

MAIN, SUB = meter(), meter("sub", submeter_of="main")
SITE = estate([MAIN, SUB])
NOW_MS = ms("2026-11-23 12:00")
OCTOBER_MS, NOVEMBER_MS = ms("2026-10-01 00:00"), ms("2026-11-01 00:00")


OWN: dict[UsageTag, list[str]] = {"role": ["site"]}


def points(values: Sequence[float], start_ms: int, meter_id: str = "main") -> list[Point]:
    """Readings every quarter of an hour."""
    return [
        Point(meter_id, "", "electricity.energy", value, start_ms + index * STEP_MS, "b01", "")
        for index, value in enumerate(values)
    ]


def rising(count: int, first: float = 0) -> list[float]:
    """100 Wh a quarter."""
    return [first + 100 * index for index in range(count)]


async def settled(store: Store, state: State, site: Estate = SITE, now_ms: int = NOW_MS) -> Settled:
    """By a new process."""
    return await Settlement(store, site, state).settle(now_ms)


async def noted(state: State) -> list[Change]:
    return await state.read(lambda db: listed(db, 0))


async def wh(
    store: Store, every: Every = "1mo", role: str = "site", tenant: str = "", until_ms: int = NOW_MS
) -> list[int]:
    of = Usage(every, 0, until_ms, "tenant" if tenant else "meter", {"role": [role]}, ("role",))
    if tenant:
        of = replace(of, where={"tenant": [tenant]}, by=("tenant",))
    return [amount for row in await store.usage(of) for amount in row.amounts.tolist()]


async def test_a_closed_month_is_corrected(store: Store, state: State) -> None:
    """The reading at midnight was 50 Wh too low: October gains them, November, which is not closed, loses them."""
    values = rising(200)
    start_ms = NOVEMBER_MS - 100 * STEP_MS
    await store.write(points([*values[:100], values[100] - 50, *values[101:]], start_ms))
    await settled(store, state)
    first = await noted(state)
    await store.write(points(values[100:101], NOVEMBER_MS))
    await settled(store, state)
    found = {(each.meter, each.tenant): each for each in await noted(state)}

    assert [] == first
    assert {"", "a", "c", "common"} == {tenant for _, tenant in found}
    assert ("main", "", OCTOBER_MS, 9950, 10000, "corrected") == found["main", ""][:6]
    assert (5970, 6000) == found["main", "a"][3:5]


async def test_a_closed_month_is_completed(store: Store, state: State) -> None:
    """A meter that was silent from the 5th on reports the rest in December's place: one change, however many passes."""
    await store.write(points(rising(400), OCTOBER_MS))
    await settled(store, state)
    rest = points(rising(3000, 40000), OCTOBER_MS + 400 * STEP_MS)
    for part in (rest[:1000], rest[1000:]):
        await store.write(part)
        await settled(store, state)
    (own,) = [each for each in await noted(state) if not each.tenant]

    assert (39900, 100 * 4 * 745, "completed") == (own.before, own.after, own.why)


async def test_the_month_that_ends_is_no_change(store: Store, state: State) -> None:
    """What comes within a day of a month's end completes it without a word."""
    start_ms = NOVEMBER_MS - 20 * STEP_MS
    await store.write(points(rising(18), start_ms))
    await settled(store, state, now_ms=NOVEMBER_MS + HOUR_MS)
    await store.write(points(rising(10, 1800), start_ms + 18 * STEP_MS))
    await settled(store, state, now_ms=NOVEMBER_MS + 2 * HOUR_MS)

    assert [] == await noted(state)


async def test_only_what_changes_is_settled_again(store: Store, state: State) -> None:
    """A reading three days late re-opens the three steps of the gap it lies in, and their hour, day, month and year."""
    every_reading = points(rising(400), OCTOBER_MS)
    await store.write(every_reading[:100] + every_reading[102:])
    await settled(store, state, now_ms=NOW_MS - 1000)
    before = await wh(store, "15m")
    await store.write([every_reading[100]._replace(value=10_030)])
    await settled(store, state, now_ms=NOW_MS)
    every: tuple[Every, ...] = ("15m", "1h", "1d", "1mo", "1y")
    again = {
        each: [
            start for row in await store.usage(Usage(each, 0, NOW_MS, where=OWN, by=("meter",)))
            for start, at in zip(row.starts.tolist(), row.settled.tolist(), strict=True) if at == NOW_MS
        ]
        for each in every
    }  # fmt: skip

    assert len(before) == len(await wh(store, "15m"))
    assert [OCTOBER_MS + at * STEP_MS for at in (99, 100, 101)] == again["15m"]
    assert {"1h": 2, "1d": 1, "1mo": 1, "1y": 1} == {each: len(again[each]) for each in every[1:]}


async def test_rows_taken_back_into_doubt_go(store: Store, state: State) -> None:
    """The last reading, corrected to an impossible one, counts no longer, and neither do the steps up to it."""
    await store.write(points(rising(40), OCTOBER_MS))
    await settled(store, state)
    await store.write(points([9e9], OCTOBER_MS + 39 * STEP_MS))
    await settled(store, state)

    assert [100] * 38 == await wh(store, "15m")


async def test_a_meter_that_left(store: Store, state: State) -> None:
    """Its consumption is in no sum and nobody has a share in it; it comes back with what can be read no more."""
    await store.write(points(rising(200), OCTOBER_MS))
    await settled(store, state)
    await settled(store, state, replace(SITE, meters={"sub": meter("sub")}))
    gone = [await wh(store), await wh(store, role="removed"), await wh(store, tenant="a")]
    await store.forget_readings(OCTOBER_MS + 3 * DAY_MS)
    await settled(store, state)

    assert [[], [19900], []] == gone
    assert [[19900], [], [11940]] == [await wh(store), await wh(store, role="removed"), await wh(store, tenant="a")]


async def test_rows_outlive_their_readings(store: Store, state: State) -> None:
    """A rebuild leaves what was settled from readings that are kept no longer, and says from when it rebuilt."""
    await store.write(points(rising(960), OCTOBER_MS))
    await settled(store, state)
    before = [await wh(store, every) for every in ("15m", "1d", "1mo")]
    await store.forget_readings(OCTOBER_MS + 5 * DAY_MS)
    rebuilt = await Settlement(store, SITE, state).rebuild(NOW_MS, lambda done, total: None)

    assert before == [await wh(store, every) for every in ("15m", "1d", "1mo")]
    assert (0, {"main": OCTOBER_MS + 6 * DAY_MS}) == (rebuilt.rows, dict(rebuilt.kept_before))


async def test_a_lease_corrected_after_its_readings_went(store: Store, state: State) -> None:
    """Shares are worked out anew from the meter's rows, which are kept for ever."""
    await store.write(points(rising(960), OCTOBER_MS))
    await settled(store, state)
    await store.forget_readings(OCTOBER_MS + 5 * DAY_MS)
    await settled(store, state, replace(SITE, leases=[each._replace(tenant="d") for each in SITE.leases]))

    assert [[], [95900 * 9 // 10]] == [await wh(store, tenant="a"), await wh(store, tenant="d")]


async def test_steps_of_half_an_hour_and_an_hour(store: Store, state: State) -> None:
    """Another step settles everything by it: the hours, and all that is longer, stay the same."""
    await store.write(points([value + value % 700 / 10 for value in rising(401)], OCTOBER_MS))
    await settled(store, state)
    before = [await wh(store, every) for every in ("1h", "1d", "1mo")]
    await settled(store, state, replace(SITE, step="30m"))
    halves, between = await wh(store, "30m"), [await wh(store, every) for every in ("1h", "1d", "1mo")]
    await settled(store, state, replace(SITE, step="1h"))

    assert before == between == [await wh(store, every) for every in ("1h", "1d", "1mo")]
    assert before[0] == [sum(halves[at : at + 2]) for at in range(0, 200, 2)]


async def test_readings_are_forgotten(store: Store, state: State) -> None:
    """Readings go after their days, while those that arrived within the last week stay whatever their age."""
    now_ms = time.time_ns() // 1_000_000
    count = Series("electricity.energy", 0, now_ms, 1000 * DAY_MS, "count", by=())
    await store.write(points(rising(10), now_ms // STEP_MS * STEP_MS - 30 * DAY_MS))
    left = []
    for days in (0, 6, 9):
        await settled(store, state, now_ms=now_ms + days * DAY_MS)
        await Settlement(store, SITE, state, raw_days=20).forget(now_ms + days * DAY_MS)
        left.append(sum(int(row.values.sum()) for row in await store.series(count)))

    assert [10, 10, 0] == left
    assert 900 == sum(await wh(store, "1mo", until_ms=now_ms))
