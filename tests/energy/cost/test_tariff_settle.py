"""What tariffs ask of days, over the embedded store: the kept rows are those the steps say, whatever comes when."""

from dataclasses import replace

from energy.cost.explain_query import Asked, explain
from energy.cost.query import Charge, Costing
from energy.settle import Settlement
from estate.calendar import DAY_MS, HOUR_MS
from estate.model import COMMON, FOREVER_MS, Estate, Key
from store.base import Store, Usage
from store.state import State
from tests.energy.cost.tariffs import FOUR, NIGHT, TWO, contract, estate
from tests.energy.sites import START_MS, ms
from tests.energy.test_settle import points

NOW_MS = START_MS + 2 * DAY_MS
"""2026-03-04; the month began on a Sunday, readings on Monday 2026-03-02."""

MAIN = [100 * index for index in range(97)]
SUB = [30 * index for index in range(97)]


async def charges(store: Store, site: Estate, *, tenants: bool, kept: bool = True) -> list[Charge]:
    costing = Costing(store, site, ms("2026-03-01"), ms("2026-04-01"), NOW_MS, kept=kept)
    return await (costing.tenants(["main"]) if tenants else costing.meters(["main"]))


def figures(found: list[Charge]) -> dict[str, list[list[int]]]:
    return {charge.tenant: [cost.amount.tolist() for cost in charge.costs] for charge in found}


async def kept_names(store: Store) -> set[str]:
    found = await store.usage(Usage("1d", 0, NOW_MS, "meter", {"role": ["derived"]}, ("meter",)))
    return {row.tags["meter"] for row in found}


async def test_tenants_on_paper(store: Store, state: State) -> None:
    """400 W through the main meter, 120 of them past the sub-meter of z2, until midday b's, then c's.

    z2 has its own meter, so `a` has 600 of the other 700 m²: 6,720 Wh × 6/7 = 5,760.
    """
    site = estate(contract(TWO))
    await store.write(points("main", MAIN) + points("sub", SUB))
    await Settlement(store, site, state).settle(NOW_MS)
    found = {charge.tenant: charge for charge in await charges(store, site, tenants=True)}

    energy = {tenant: int(charge.use.amount.sum()) for tenant, charge in found.items()}
    assert {"a": 5_760, "b": 1_440, "c": 1_440, COMMON: 960} == energy
    lines = {cost.line.name + cost.line.period: int(cost.amount.sum()) for cost in found["b"].costs}
    assert (6 * 120 * 200_000, 6 * 120 * 100_000) == (lines["Energyhp"], lines["Energyhc"])
    assert 150_000_000 == lines["Subscription"]  # 15 % of the day's energy, of 1 EUR; on other days there is none


async def test_tenants_sum_to_the_meter(store: Store, state: State) -> None:
    """Line by line and day by day the tenants pay what the delivery point costs."""
    site = estate(contract(TWO, kva=0.3), contract(FOUR, peak="09:00-11:00", start="2026-04-01"))
    await store.write(points("main", MAIN) + points("sub", SUB))
    await Settlement(store, site, state).settle(NOW_MS)
    parts, whole = figures(await charges(store, site, tenants=True)), figures(await charges(store, site, tenants=False))

    assert whole[""] == [
        [sum(days) for days in zip(*lines, strict=True)] for lines in zip(*parts.values(), strict=True)
    ]


async def test_kept_days_are_those_of_the_steps(store: Store, state: State) -> None:
    """After late readings, in two passes, costs from kept days are those worked out from the steps."""
    site = estate(contract(TWO, kva=0.3))
    settlement = Settlement(store, site, state)
    main, sub = points("main", MAIN), points("sub", SUB)
    await store.write(main[:20] + main[60:] + sub)
    await settlement.settle(NOW_MS)
    await store.write([point._replace(value=point.value + 7) for point in main[20:60]])
    await settlement.settle(NOW_MS + HOUR_MS)

    for tenants in (False, True):
        steps = figures(await charges(store, site, tenants=tenants, kept=False))
        assert steps == figures(await charges(store, site, tenants=tenants))
    names = {f"main#hc {NIGHT}", "main#top", *(f"main#hc {NIGHT}#{tenant}" for tenant in ("a", COMMON))}
    assert names | {f"sub#hc {NIGHT}#{tenant}" for tenant in "bc"} <= await kept_names(store)


async def test_nothing_changed_writes_nothing(store: Store, state: State) -> None:
    """A second look at the same readings leaves the kept days as they are."""
    site = estate(contract(TWO))
    await store.write(points("main", MAIN))
    settlement = Settlement(store, site, state)
    await settlement.settle(NOW_MS)

    assert 0 == (await settlement.rebuild(NOW_MS + 1, lambda done, total: None)).rows


async def test_a_changed_contract_is_kept_anew(store: Store, state: State) -> None:
    """Other off-peak hours hold for all days at once, before the next pass and after it."""
    await store.write(points("main", MAIN))
    before, after = estate(contract(TWO)), estate(contract(TWO, off_peak="12:00-14:00"))
    settlement = Settlement(store, before, state)
    await settlement.settle(NOW_MS)
    at_once = figures(await charges(store, after, tenants=False))
    settlement.adopt(after)
    await settlement.settle(NOW_MS)

    assert at_once == figures(await charges(store, after, tenants=False))
    assert "main#hc 12:00-14:00" in await kept_names(store)


async def test_what_ends_is_kept_no_more(store: Store, state: State) -> None:
    """With its lease taken back, a tenant's days go; the others' stay."""
    site = estate(contract(TWO))
    await store.write(points("main", MAIN) + points("sub", SUB))
    settlement = Settlement(store, site, state)
    await settlement.settle(NOW_MS)
    before = await kept_names(store)
    settlement.adopt(replace(site, leases=site.leases[:2]))
    await settlement.settle(NOW_MS)

    gone = {name for name in before if name.endswith("#c") or name.startswith(("tenant#c#", "part#main#c"))}
    assert f"sub#hc {NIGHT}#c" in gone
    assert {f"sub#hc {NIGHT}#b", f"sub#hc {NIGHT}#{COMMON}"} <= (await kept_names(store))
    assert not [name for name in await kept_names(store) if "hc" in name and name in gone]


async def test_explained_as_it_is_charged(store: Store, state: State) -> None:
    """A tenant's explanation has its key, its steps and its amounts, and none of its neighbours."""
    site = replace(estate(contract(TWO)), tenants={})
    await store.write(points("main", MAIN) + points("sub", SUB))
    await Settlement(store, site, state).settle(NOW_MS)
    charge = next(each for each in await charges(store, site, tenants=True) if each.tenant == "a")
    found = await explain(store, site, Asked("tenant", "a", ms("2026-03-01")), NOW_MS)
    (meter,) = found.meters

    assert (5_760, 96, int(sum(cost.amount.sum() for cost in charge.costs))) == (
        meter.quantity,
        meter.steps,
        found.amount,
    )
    assert [("main", "area", 600.0, 700.0, 5_760, 6_720)] == [
        (share.meter, share.key, share.part, share.of, share.amount, share.of_amount) for share in meter.shares
    ]
    assert [64, 32] == [line.steps for line in meter.lines if line.name == "Energy"]


async def test_explained_by_head(store: Store, state: State) -> None:
    """Of 9,600 Wh shared by head, 3 of 4 people have 7,200; people are shown as people."""
    keys = [Key("main", "headcount", tenant, weight, 0, FOREVER_MS) for tenant, weight in (("a", 3000), ("b", 1000))]
    site = replace(estate(contract(TWO), submeter=False), keys=keys)
    await store.write(points("main", MAIN))
    await Settlement(store, site, state).settle(NOW_MS)
    (meter,) = (await explain(store, site, Asked("tenant", "a", ms("2026-03-01")), NOW_MS)).meters

    assert [("headcount", 3.0, 4.0, "people", 7_200)] == [
        (share.key, share.part, share.of, share.unit, share.amount) for share in meter.shares
    ]
