"""Virtual meters: sums and differences at every step, never clipped, settled again with their members."""

from dataclasses import replace

from energy.changes import listed
from energy.findings import standing
from energy.meters.cleaned import Finding, Kind
from energy.settle import Settlement
from estate.calendar import STEP_MS, STEPS
from estate.model import Virtual
from store.base import Store, Usage
from store.state import State
from tests.energy.sites import PARIS, START_MS, estate, meter, ms
from tests.energy.test_settle import NOW_MS, points

NET = Virtual("net", "electricity", "Net", "b01", "", ((1, "main"), (-1, "other")))
BACK = Virtual("back", "electricity", "Back", "b01", "", ((1, "net"), (1, "other")))
SITE = replace(estate([meter(), meter("other")]), virtuals={"net": NET, "back": BACK})


async def amounts(store: Store, name: str, every: str = "15m") -> list[int]:
    assert every in STEPS
    rows = await store.usage(Usage("15m" if every == "15m" else "1y", 0, NOW_MS, "meter", {"meter": [name]}, ("role",)))
    return [amount for row in rows if row.tags["role"] == "virtual" for amount in row.amounts.tolist()]


async def test_differences_of_meters_and_of_virtual_ones(store: Store, state: State) -> None:
    """Main 100 Wh a quarter, the other 40, 40 and then 130: 60, 60 and -30, told; with the other again it is main."""
    await store.write(points("main", [0, 100, 200, 300, 400]) + points("other", [0, 40, 80, 210]))
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS)

    assert ([60, 60, -30], [90]) == (await amounts(store, "net"), await amounts(store, "net", "1y"))
    assert ([100] * 3, [300]) == (await amounts(store, "back"), await amounts(store, "back", "1y"))


async def test_settled_again_with_a_member(store: Store, state: State) -> None:
    """What no member has is absent, and comes when the last of them has read."""
    settlement = Settlement(store, SITE, state)
    await store.write(points("main", [0, 100, 200]))
    await settlement.settle(NOW_MS)
    before = await amounts(store, "net")
    await store.write(points("other", [0, 40, 80]))
    await settlement.settle(NOW_MS)

    assert ([], [60, 60]) == (before, await amounts(store, "net"))


async def test_formula_that_changes(store: Store, state: State) -> None:
    """A corrected formula is applied from the first step on, and a rebuild changes nothing."""
    await store.write(points("main", [0, 100, 200]) + points("other", [0, 40, 80]))
    await Settlement(store, SITE, state).settle(NOW_MS)
    total = NET._replace(terms=((1, "main"), (1, "other")))
    settlement = Settlement(store, replace(SITE, virtuals={"net": total}), state)
    await settlement.settle(NOW_MS)

    assert [140, 140] == await amounts(store, "net")
    assert 0 == (await settlement.rebuild(NOW_MS, lambda done, total: None)).rows


async def test_formula_with_a_younger_member(store: Store, state: State) -> None:
    """A member that came later leaves no step before its own: what stood there goes, at every step."""
    await store.write(points("main", [0, 100, 200, 300]) + points("other", [0, 40, 80], START_MS + STEP_MS))
    alone = replace(SITE, virtuals={"net": NET._replace(terms=((1, "main"),))})
    await Settlement(store, alone, state).settle(NOW_MS)
    before = await amounts(store, "net"), await amounts(store, "net", "1y")
    await Settlement(store, SITE, state).settle(NOW_MS)

    assert ([100] * 3, [300]) == before
    assert ([60, 60], [120]) == (await amounts(store, "net"), await amounts(store, "net", "1y"))


async def test_closed_months_and_findings_are_kept(store: Store, state: State) -> None:
    """October's net is told when a reading of October is corrected, and below zero by day; what is mended is gone."""
    now_ms, october_ms = ms("2026-11-23 12:00"), ms("2026-10-01 00:00")
    settlement = Settlement(store, SITE, state)
    await store.write(points("main", [0, 100, 200, 300, 400], october_ms))
    await store.write(points("other", [0, 40, 180, 220, 260], october_ms))
    await settlement.settle(now_ms)
    below = await state.read(lambda db: standing(db, 0, now_ms, PARIS))
    await store.write(points("other", [80, 120, 160], october_ms + 2 * STEP_MS))
    await settlement.settle(now_ms)
    changes = {each.meter: each for each in await state.read(lambda db: listed(db, 0))}

    assert [("net", Finding(Kind.NEGATIVE_VIRTUAL, october_ms + STEP_MS, 0, -40, october_ms + 2 * STEP_MS))] == below
    assert [] == await state.read(lambda db: standing(db, 0, now_ms, PARIS))
    assert (140, 240, "completed") == changes["net"][3:6]
