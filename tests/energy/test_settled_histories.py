"""Generated histories through settlement and a real store: in whatever order and parts, what stands is a rebuild's."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from energy.flows.rows import WHOSE
from energy.settle import Settlement
from estate.calendar import floor, kept
from estate.model import COMMON, Consumption, Estate, Point
from store.base import Store, Usage, UsageTag
from store.duck import DuckStore
from store.state import State
from tests.energy.histories import History, histories, history
from tests.energy.sites import PARIS, estate

KEPT = kept("15m")


def site(main: History, sub: History) -> Estate:
    """The sub-meter is in the zone that `a` leases; the other zone changes hands within the histories."""
    return estate([main.meter, sub.meter._replace(submeter_of="main")], {"sub": "z1"})


def points(of: History) -> list[Point]:
    quantity = of.meter.quantity
    return [
        Point(of.meter.device, "", quantity, value, at, "b01", "")
        for at, value in zip(of.times.tolist(), of.values.tolist(), strict=True)
    ]


def now_ms() -> int:
    """Past all that has arrived, by the clock that stamps arrivals."""
    return time.time_ns() // 1_000_000 + 10_000


async def rows(store: Store) -> set[Consumption]:
    """Everything the store holds of consumption, but for when it was settled."""
    found = set()
    by: tuple[UsageTag, ...] = ("meter", "tenant", "carrier", "building", "role")
    for every in KEPT:
        for of in WHOSE:
            for row in await store.usage(Usage(every, 0, now_ms(), of, by=by)):
                names = (row.tags["meter"], row.tags["tenant"], row.tags["carrier"], row.tags["building"])
                for start, amount, share in zip(*(column.tolist() for column in row[1:4]), strict=True):
                    found.add(Consumption(*names, row.tags["role"], every, start, amount, round(share, 9)))
    return found


async def settled(of: Estate, batches: Iterable[Sequence[Point]]) -> tuple[set[Consumption], set[Consumption]]:
    """What stands when each batch was settled as it came, and after a rebuild."""
    with TemporaryDirectory() as folder, State(Path(folder) / "state.sqlite") as state:
        store = DuckStore(Path(folder) / "test.duckdb")
        await store.open()
        settlement = Settlement(store, of, state)
        for batch in batches:
            await store.write(batch)
            await settlement.settle(now_ms())
        found = await rows(store)
        await settlement.rebuild(now_ms(), lambda done, total: None)
        rebuilt = await rows(store)
        await store.close()
        return found, rebuilt


def check_sums(found: set[Consumption]) -> None:
    """Tenants and common parts are the meter less what is behind it, at every step; longer steps are shorter ones."""
    own: dict[tuple[str, str], dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in (each for each in found if each.role != "derived"):
        own[row.meter, row.tenant][row.every][row.start_ms] = row.amount
    behind = own["sub", ""]["15m"]
    for meter in ("main", "sub"):
        shares: Counter[int] = Counter()
        for (of, tenant), rows_of in own.items():
            if of == meter and tenant:
                shares.update(rows_of["15m"])
        net = {at: amount - (meter == "main") * behind.get(at, 0) for at, amount in own[meter, ""]["15m"].items()}
        assert net == shares
    for rows_of in own.values():
        for every in KEPT[1:]:
            longer: Counter[int] = Counter()
            for start, amount in rows_of["15m"].items():
                longer[floor(start, every, PARIS)] += amount
            assert longer == rows_of[every]


def test_on_paper() -> None:
    """Readings in three parts, the last first, of a sub-meter in the zone of `a`: 3,600 Wh, 480 of them past it.

    Main reads 100 Wh a quarter for nine hours, the sub-meter 80 Wh an hour for six. `a` pays the sub-meter and nothing
    of the rest; `b` leases 300 of the other 400 m²: of 80 Wh in 24 quarters and of 100 in 12 that is 2,340.
    """
    main, sub = history([], [(100, 900_000)] * 36), history([], [(80, 3_600_000)] * 6, name="sub")
    every = points(main) + points(sub)
    found, rebuilt = asyncio.run(settled(site(main, sub), [every[20:], every[5:20], every[:5]]))
    year = {(row.meter, row.tenant): row.amount for row in found if row.every == "1y" and "#" not in row.meter}

    assert rebuilt == found
    assert {
        ("main", ""): 3600, ("main", "b"): 2340, ("main", COMMON): 780,
        ("sub", ""): 480, ("sub", "a"): 480, ("sub", COMMON): 0,
    } == year  # fmt: skip


@settings(max_examples=4, deadline=None)
@given(histories(most=3), histories(name="sub", most=3), st.data())
def test_settled_is_rebuilt(main: History, sub: History, data: st.DataObject) -> None:
    """Any order, any number of passes, readings twice: the rows are those of a rebuild, and all sums hold."""
    every = data.draw(st.permutations(points(main) + points(sub)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(every)), max_size=4)))
    batches = [every[a:b] for a, b in zip([0, *cuts], [*cuts, len(every)], strict=True)]
    found, rebuilt = asyncio.run(settled(site(main, sub), [*batches, every[::7]]))

    assert set() == rebuilt ^ found
    check_sums(found)


@settings(max_examples=3, deadline=None)
@given(histories(most=3), histories(name="sub", most=3), st.data())
def test_late_readings_are_settled(main: History, sub: History, data: st.DataObject) -> None:
    """Live readings in order, and one stretch of them days late, as from a gateway that was cut off."""
    both = sorted(points(main) + points(sub), key=lambda point: point.at_ms)
    first = data.draw(st.integers(0, len(both)))
    end = data.draw(st.integers(first, len(both)))
    live = both[:first] + both[end:]
    batches = [live[place : place + 20] for place in range(0, len(live), 20)]
    found, rebuilt = asyncio.run(settled(site(main, sub), [*batches, both[first:end]]))

    assert set() == rebuilt ^ found
    check_sums(found)
