"""What costs and emits, as rows: exact, additive, and those of a rebuild whatever comes when."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from energy.cost.facts import CARBON, COSTS, LINES, MONEY
from energy.cost.kept import PARTS
from energy.cost.kept_lines import PART, WHOLE
from energy.cost.kept_query import MonthlyCosting
from energy.cost.query import Charge, Costing
from energy.flows.rows import EACH_ROW
from energy.settle import Settlement
from energy.usage import Where
from estate.calendar import DAY_MS, STEP_MS, Every
from estate.model import COMMON, FOREVER_MS, Calorific, Estate, Lease, Meter, Placement, Point
from estate.tariff import Contract, Factor, Tariff
from store.base import Store, Usage
from store.duck import DuckStore
from store.state import State
from tests.energy.cost.tariffs import TWO, contract, estate, line
from tests.energy.sites import estate as plain_estate
from tests.energy.sites import ms
from tests.energy.test_settle import points

BEGIN_MS = ms("2026-03-31")
"""A Tuesday, and the last day of its month."""
NOW_MS = ms("2026-04-02")
MAIN = points("main", [100 * index for index in range(193)], BEGIN_MS)
SUB = points("sub", [30 * index for index in range(193)], BEGIN_MS)
SITE = estate(contract(TWO, kva=0.3))
CALORIFIC = Calorific(0, 11_200_000), Calorific(ms("2026-04-01"), 11_500_000)

Kept = dict[tuple[str, str], list[int]]
"""Name and step → amounts in order of time."""


async def kept(store: Store, now_ms: int = NOW_MS) -> Kept:
    """Everything that is kept of costs and emissions, but for what is 0."""
    found: Kept = {}
    levels: tuple[Every, ...] = ("1d", "1mo", "1y")
    for every in levels:
        where: Where = {"carrier": [*MONEY, *PARTS.values(), WHOLE, PART]}
        for row in await store.usage(Usage(every, 0, now_ms, "meter", where, EACH_ROW)):
            found[row.tags["meter"], every] = row.amounts.tolist()
    return found


def by_month(charges: list[Charge]) -> dict[tuple[str, str], int]:
    """Tenant and line → amount."""
    found: dict[tuple[str, str], int] = {}
    for charge in charges:
        for cost in charge.costs:
            key = charge.tenant, cost.line.name + cost.line.period
            found[key] = found.get(key, 0) + int(cost.amount.sum())
    return {key: amount for key, amount in found.items() if amount}


async def test_on_paper(store: Store, state: State) -> None:
    """400 W for a day are 6.4 kWh at 0.20 and 3.2 at 0.10, 1.60 EUR; each kVA 0.10 a day, 100 VA over 1 EUR a month.

    0.3 kVA cost 0.03 a day, metering 0.05; the overrun is on the first day of each month's greatest power; tax is 20 %.
    """
    await store.write(MAIN + SUB)
    await Settlement(store, SITE, state).settle(NOW_MS)
    found = await kept(store)

    day = 1_600_000_000 + 30_000_000 + 50_000_000 + 1_000_000_000
    cost = found["building#b01#cost_electricity", "1d"]
    assert [day * 6 // 5, day * 6 // 5] == cost[-2:]
    assert (
        sum(cost) == sum(found["site#site#cost_electricity", "1mo"]) == sum(found["site#site#cost_electricity", "1y"])
    )
    assert [1_000_000_000] * 2 == found["building#b01#line_overrun", "1mo"]
    assert [6_400, 6_400] == found["site#site#energy_hp", "1d"]
    assert [9_600 * 46_100] * 2 == found["site#site#carbon_electricity", "1mo"]


async def test_gas_heat_and_water(store: Store, state: State) -> None:
    """9.6 m³ of gas a day, worth 11.2 kWh each and from April on 11.5: 107.52 and 110.40 kWh at 0.09 EUR.

    9.6 kWh of heat at 0.11 are 1.056, with 5.5 % on top 1.11408; 9.6 m³ of water at 4.10 are 39.36.
    """
    meters = [
        Meter("gas", "gas", "", "gas", "gas.volume", 1, 900, "", calorific=CALORIFIC),
        Meter("heat", "heat", "", "heat", "heat.energy", 1, 900, ""),
        Meter("water", "water", "", "water", "water.volume", 1, 900, ""),
    ]
    tariffs = [
        Tariff("gas", "Gas", "gas", (line("Energy", 0.09, "EUR/kWh"),)),
        Tariff("heat", "Heat", "heat", (line("Energy", 0.11, "EUR/kWh"), line("Tax", 5.5, "%", of=["Energy"]))),
        Tariff("water", "Water", "water", (line("Water", 4.1, "EUR/m3"),)),
    ]
    site = replace(
        plain_estate(meters),
        tariffs={tariff.id: tariff for tariff in tariffs},
        contracts=[Contract(name, name, 0, "", "", "", 0, FOREVER_MS) for name in ("gas", "heat", "water")],
    )
    for each, scale in zip(meters, (0.001, 1, 0.001), strict=True):
        values = [100 * index * scale for index in range(193)]
        readings = points(each.id, values, BEGIN_MS)
        await store.write([point._replace(quantity=each.quantity) for point in readings])
    await Settlement(store, site, state).settle(NOW_MS)
    found = await kept(store)

    expected = {"gas": [9_676_800_000, 9_936_000_000], "heat": [1_114_080_000] * 2, "water": [39_360_000_000] * 2}
    assert expected == {name: found[f"building#b01#cost_{name}", "1d"] for name in expected}
    assert [9_600 * 113_000] * 2 == found["building#b01#carbon_heat", "1d"]
    assert ("site#site#carbon_water", "1y") not in found


async def test_sums(store: Store, state: State) -> None:
    """Tenants and lines sum to the delivery point, days to months, months to the year; emissions do as well."""
    await store.write(MAIN + SUB)
    await Settlement(store, SITE, state).settle(NOW_MS)
    found = await kept(store)

    for fact in (COSTS["electricity"], CARBON["electricity"]):
        whole = {every: sum(found[f"site#site#{fact}", every]) for every in ("1d", "1mo", "1y")}
        assert 1 == len(set(whole.values()))
        tenants = {
            every: sum(sum(found[f"tenant#{who}#{fact}", every]) for who in ("a", "c", COMMON)) for every in whole
        }
        assert whole == tenants
    lines = [
        sum(each) for (name, every), each in found.items() if every == "1mo" and name.startswith("site#site#line_")
    ]
    assert sum(found["site#site#cost_electricity", "1mo"]) == sum(lines)
    assert {"line_hp", "line_hc", "line_fixed", "line_overrun", "line_share"} <= {*LINES.values()}


async def test_months_that_are_over_are_read(store: Store, state: State) -> None:
    """Line by line, of the whole and of each tenant, what is kept of months is what their days come to."""
    await store.write(MAIN + SUB)
    await Settlement(store, SITE, state).settle(NOW_MS)
    names = {
        row.tags["meter"].split("#")[2]
        for row in await store.usage(Usage("1y", 0, NOW_MS, "meter", {"carrier": [WHOLE, PART]}, EACH_ROW))
    }
    span = ms("2026-02-01"), ms("2026-05-01")

    assert {"", "a", "c", COMMON} == names
    for question in ("meters", "tenants"):
        monthly, daily = (of(store, SITE, *span, NOW_MS) for of in (MonthlyCosting, Costing))
        expected = by_month(await getattr(daily, question)(["main"]))
        assert expected == by_month(await getattr(monthly, question)(["main"]))


async def test_other_prices_hold_at_once(store: Store, state: State) -> None:
    """A changed contract is never priced as before, and after the next pass nothing of the former stands."""
    await store.write(MAIN)
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS)
    other = estate(contract(TWO, kva=0.3, off_peak="12:00-14:00"))
    span = ms("2026-03-01"), ms("2026-04-01")
    at_once = by_month(await MonthlyCosting(store, other, *span, NOW_MS).meters(["main"]))
    settlement.adopt(other)
    await settlement.settle(NOW_MS)

    assert by_month(await Costing(store, other, *span, NOW_MS).meters(["main"])) == at_once
    assert await rebuilt(other, MAIN) == await kept(store)


async def test_what_ends_goes(store: Store, state: State) -> None:
    """A lease taken back, a contract and a factor that end: what stood on them goes, in days, months and year."""
    await store.write(MAIN + SUB)
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS)
    for site in (
        replace(
            SITE,
            leases=[Lease("a", "z1", 0, FOREVER_MS)],
            carbon=[Factor("electricity", 100_000, "Supplier", ms("2026-04-01"))],
        ),
        replace(SITE, contracts=[]),
    ):
        settlement.adopt(site)
        await settlement.settle(NOW_MS)
        assert await rebuilt(site, MAIN + SUB) == await kept(store)

    assert not [name for name, _ in await kept(store) if "cost" in name or "line" in name]


async def test_a_meter_that_was_elsewhere(tmp_path: Path, state: State) -> None:
    """Where the inventory corrects its building, all it cost moves, months without any reading included."""
    store = DuckStore(tmp_path / "test.duckdb")
    await store.open()
    await store.write(MAIN)
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS)
    cut = ms("2026-04-01")
    places = [Placement("b02", "", 0, cut), Placement("b01", "", cut, FOREVER_MS)]
    site = replace(SITE, placements={**SITE.placements, "main": places})
    settlement.adopt(site)
    await settlement.settle(NOW_MS)
    found = await kept(store)
    await store.close()

    assert await rebuilt(site, MAIN) == found
    assert (1, 2) == (
        len(found["building#b01#cost_electricity", "1y"]),
        len(found["building#b02#cost_electricity", "1y"]),
    )


async def test_a_subscription_goes_on_in_silence(store: Store, state: State) -> None:
    """A day later, without a reading more, the day's fixed charges are there, and nothing else has changed."""
    await store.write(MAIN)
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS)
    before = await kept(store)
    await settlement.settle(NOW_MS + DAY_MS)
    after = await kept(store, NOW_MS + 2 * DAY_MS)

    fixed = (30_000_000 + 50_000_000) * 6 // 5
    assert [*before["site#site#cost_electricity", "1d"], fixed] == after["site#site#cost_electricity", "1d"]
    assert before["site#site#carbon_electricity", "1d"] == after["site#site#carbon_electricity", "1d"]


async def test_what_stands_behind_a_delivery_point(store: Store, state: State) -> None:
    """A meter that is behind `main` no longer: also in a month in which `main` is silent, its tenants pay no part."""
    await store.write(MAIN[:50] + SUB)
    settlement = Settlement(store, SITE, state)
    await settlement.settle(NOW_MS)
    before = await kept(store)
    site = replace(SITE, meters={**SITE.meters, "sub": SITE.meters["sub"]._replace(submeter_of="")})
    settlement.adopt(site)
    await settlement.settle(NOW_MS)

    assert ("part#main#c", "1d") in before
    assert await rebuilt(site, MAIN[:50] + SUB) == await kept(store)


async def rebuilt(site: Estate, readings: list[Point]) -> Kept:
    """What a first pass keeps, on an empty store."""
    with TemporaryDirectory() as folder, State(Path(folder) / "state.sqlite") as state:
        store = DuckStore(Path(folder) / "rebuilt.duckdb")
        await store.open()
        try:
            await store.write(readings)
            await Settlement(store, site, state).settle(NOW_MS)
            return await kept(store)
        finally:
            await store.close()


@settings(max_examples=3, deadline=None)
@given(order=st.permutations(range(4)), lost=st.sets(st.integers(1, 191), max_size=20))
async def test_incremental_is_rebuilt(order: list[int], lost: set[int]) -> None:
    """Readings in four parts in any order, over the end of a month: the rows are those of one pass over all."""
    readings = [point for point in MAIN + SUB if (point.at_ms - BEGIN_MS) // STEP_MS not in lost]
    with TemporaryDirectory() as folder, State(Path(folder) / "state.sqlite") as state:
        store = DuckStore(Path(folder) / "test.duckdb")
        await store.open()
        try:
            settlement = Settlement(store, SITE, state)
            for part in order:
                await store.write(readings[part::4])
                await settlement.settle(NOW_MS)
            assert await rebuilt(SITE, readings) == await kept(store)
        finally:
            await store.close()
