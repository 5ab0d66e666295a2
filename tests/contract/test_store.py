"""Writing readings: what is written is there once, the last write wins, and it stays."""

import asyncio
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estate.model import Point
from store.base import Latest, Series, Store, StoreRefused, StoreUnavailable
from tests.contract.conftest import Opener
from tests.contract.values import HOUR, MINUTE, T0, plain, point, raw, readings

METER = ("b01", "", "b01-electricity", "")
HOSTILE = [
    "it's",
    'a "b"',
    "two words",
    "a,b=c",
    "Évènements – été",
    "back\\slash",
    "; DROP TABLE reading --",
    "$start",
    "%_*",
]


async def test_empty(store: Store) -> None:
    """An empty store has nothing to say, and nothing to write is no error."""
    await store.write([])
    await store.write_consumption([])
    await store.remove_consumption([])
    await store.forget_readings(T0)

    assert ([], [], []) == (await store.series(raw()), await store.latest(Latest()), await store.touched(0))


async def test_written_twice(store: Store) -> None:
    """The same points written twice are there once."""
    points = [point(1.5), point(2.5, T0 + MINUTE)]
    await store.write(points)
    await store.write(points)

    assert {METER: [(0, 1.5), (MINUTE, 2.5)]} == await readings(store)


async def test_last_write_wins(store: Store) -> None:
    """A reading written again with another value has that value."""
    await store.write([point(1.0), point(2.0, T0 + MINUTE)])
    await store.write([point(9.0)])

    assert {METER: [(0, 9.0), (MINUTE, 2.0)]} == await readings(store)


async def test_repeated_in_a_batch(store: Store) -> None:
    """Of the readings of one batch with the same identity, the last counts."""
    await store.write([point(1.0), point(5.0, T0 + MINUTE), point(2.0), point(3.0)])

    assert {METER: [(0, 3.0), (MINUTE, 5.0)]} == await readings(store)


async def test_place_corrected(store: Store) -> None:
    """One reading written under two places is there once, under the last."""
    await store.write([point(1.0, place=("b01", "hall")), point(2.0, T0 + MINUTE, place=("b01", "hall"))])
    await store.write([point(1.0, place=("b02", ""))])

    expected = {
        ("b01", "hall", "b01-electricity", ""): [(MINUTE, 2.0)],
        ("b02", "", "b01-electricity", ""): [(0, 1.0)],
    }
    assert expected == await readings(store)


async def test_place_corrected_in_a_batch(store: Store) -> None:
    """One reading under two places in one batch is there once, under the last."""
    await store.write([point(1.0, place=("b01", "hall")), point(1.0, place=("b01", ""))])

    assert {METER: [(0, 1.0)]} == await readings(store)


async def test_place_corrected_around_a_new_reading(store: Store) -> None:
    """Readings that leave a place do not take along one between them that the same write puts there."""
    hall = ("b01", "hall")
    await store.write([point(1.0, place=hall), point(3.0, T0 + 2, place=hall)])
    await store.write([point(1.0), point(2.0, T0 + 1, place=hall), point(3.0, T0 + 2)])

    assert {METER: [(0, 1.0), (2, 3.0)], ("b01", "hall", *METER[2:]): [(1, 2.0)]} == await readings(store)


async def test_place_of_the_latest_corrected(store: Store) -> None:
    """A corrected place is the place of the latest value, too."""
    await store.write([point(1.0, place=("b01", "hall"))])
    await store.write([point(1.0, place=("b02", ""))])

    assert [point(1.0, place=("b02", ""))] == await store.latest(Latest())


async def test_forgotten(store: Store) -> None:
    """Readings from before a time go, of every quantity; the others stay, and what was last is known."""
    old, new = [point(1.0), point(7.0, quantity="water.volume")], point(2.0, T0 + HOUR)
    await store.write([*old, new])
    await store.forget_readings(T0 + HOUR)

    assert {METER: [(HOUR, 2.0)]} == await readings(store)
    assert {} == await readings(store, "water.volume")
    assert [new] == await store.latest(Latest({"quantity": ["electricity.power"]}))


async def test_late_data(store: Store) -> None:
    """A late reading takes its place in the series, and the latest stays the latest."""
    await store.write([point(2.0, T0 + HOUR)])
    await store.write([point(1.0)])

    assert {METER: [(0, 1.0), (HOUR, 2.0)]} == await readings(store)
    assert [point(2.0, T0 + HOUR)] == await store.latest(Latest())


async def test_latest_in_any_order(store: Store) -> None:
    """Within one batch the latest is the one of the greatest time, not the last."""
    await store.write([point(1.0, T0 + MINUTE), point(3.0, T0 + HOUR), point(2.0)])

    assert [point(3.0, T0 + HOUR)] == await store.latest(Latest())


async def test_latest_rewritten(store: Store) -> None:
    """The latest reading written again has the new value."""
    await store.write([point(1.0)])
    await store.write([point(2.0)])

    assert [point(2.0)] == await store.latest(Latest())


async def test_latest_by_series(store: Store) -> None:
    """The latest of each device, channel and quantity, in their order, and only those asked for."""
    points = [
        point(1.0, device="a", channel="L1"),
        point(2.0, T0 + 1, device="a", channel="L2"),
        point(3.0, T0 + 2, device="a", channel="L2", quantity="electricity.energy"),
        point(4.0, T0 + 3, device="b", place=("b02", "hall")),
    ]
    await store.write(points[::-1])

    assert [points[0], points[2], points[1], points[3]] == await store.latest(Latest())
    assert [points[0], points[1]] == await store.latest(Latest({"quantity": ["electricity.power"], "device": ["a"]}))
    assert [points[3]] == await store.latest(Latest({"building": ["b02", "b03"], "zone": ["hall"]}))
    assert [points[0]] == await store.latest(Latest({"channel": ["L1"]}))


async def test_channels_apart(store: Store) -> None:
    """Two channels of one device, and none, do not overwrite each other."""
    await store.write([point(1.0, channel="L1"), point(2.0, channel="L2"), point(3.0)])

    assert [("", 3.0), ("L1", 1.0), ("L2", 2.0)] == [
        (row.tags["channel"], float(row.values[0])) for row in await store.series(raw())
    ]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text(store: Store, text: str) -> None:
    """Names come back as they went in, whatever characters they hold, and can be asked for."""
    odd = point(1.0, device=text, channel=text, place=(text, text))
    await store.write([odd, point(2.0)])

    assert [odd] == await store.latest(
        Latest({"building": [text], "zone": [text], "device": [text], "channel": [text]})
    )
    assert {(text, text, text, text): [(0, 1.0)], METER: [(0, 2.0)]} == await readings(store)


async def test_extreme_values(store: Store) -> None:
    """Floats come back exactly."""
    values = [1.7976931348623157e308, -1.7976931348623157e308, 5e-324, 0.1, -0.0, 1 / 3, 9007199254740993.0, 1e-7]
    await store.write([point(value, T0 + at) for at, value in enumerate(values)])

    assert {METER: list(enumerate(values))} == await readings(store)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
async def test_no_number(store: Store, value: float) -> None:
    """What is no number is refused."""
    with pytest.raises(StoreRefused):
        await store.write([point(value)])

    assert {} == await readings(store)


async def test_written_after_a_refusal(store: Store) -> None:
    """A refused write keeps nothing from the next."""
    with pytest.raises(StoreRefused):
        await store.write([point(float("nan"), device="other")])
    await store.write([point(1.0, device="other"), point(2.0)])

    assert {METER: [(0, 2.0)], ("b01", "", "other", ""): [(0, 1.0)]} == await readings(store)


async def test_many_points(store: Store) -> None:
    """100,000 points in one write are all there."""
    points = [point(float(n), T0 + n // 100, device=f"d{n % 100}") for n in range(100_000)]
    await store.write(points)
    rows = await store.series(Series("electricity.power", T0, T0 + HOUR, HOUR, "count", by=()))
    summed = await store.series(Series("electricity.power", T0, T0 + HOUR, HOUR, "sum", by=()))

    assert [((), [(0, 100_000.0)])] == plain(rows)
    assert [((), [(0, 4_999_950_000.0)])] == plain(summed)


async def test_read_while_writing(store: Store) -> None:
    """Reads between writes see whole batches."""

    async def write() -> None:
        for batch in range(20):
            await store.write([point(float(n), T0 + batch * 100 + n) for n in range(100)])

    async def read() -> list[float]:
        query = Series("electricity.power", T0, T0 + HOUR, HOUR, "count", by=())
        counts = []
        while not writing.done():
            counts += [values[0][1] for _, values in plain(await store.series(query))]
        return counts

    writing = asyncio.create_task(write())
    counts = await asyncio.wait_for(read(), 60)
    await writing

    assert [] == [count for count in counts if count % 100]
    assert sorted(counts) == counts


async def test_writes_at_once(store: Store) -> None:
    """Writes started together are all there."""
    await asyncio.gather(*(store.write([point(float(n), T0 + n)]) for n in range(20)))

    assert {METER: [(n, float(n)) for n in range(20)]} == await readings(store)


async def test_opened_again(opener: Opener, tmp_path: Path) -> None:
    """What was written is there after closing and opening, the latest included, and the last write still wins."""
    async with opener(tmp_path) as store:
        await store.write([point(1.0), point(3.0, T0 + HOUR), point(7.0, quantity="electricity.energy")])
        arrivals = await store.touched(0)
    async with opener(tmp_path) as store:
        assert arrivals == await store.touched(0)

        await store.write([point(2.0, T0 + MINUTE), point(9.0)])

        assert {METER: [(0, 9.0), (MINUTE, 2.0), (HOUR, 3.0)]} == await readings(store)
        assert [point(7.0, quantity="electricity.energy"), point(3.0, T0 + HOUR)] == await store.latest(Latest())


async def test_closed(opener: Opener, tmp_path: Path) -> None:
    """A closed store is unavailable, for who still asks while the service ends."""
    async with opener(tmp_path) as store:
        await store.close()
        calls = (store.write([point(1.0)]), store.latest(Latest()), store.series(raw()), store.touched(0))
        said = await asyncio.gather(*calls, return_exceptions=True)

    assert [StoreUnavailable] * 4 == [type(error) for error in said]


IDENTITY = st.tuples(st.sampled_from(["d1", "d2"]), st.sampled_from(["", "L1"]), st.integers(T0, T0 + 3))
WRITES = st.lists(
    st.lists(st.tuples(IDENTITY, st.integers(-5, 5).map(float), st.sampled_from(["", "hall"])), max_size=8), max_size=5
)
EXAMPLES = count()


@given(writes=WRITES)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_split_in_any_order(
    store: Store, writes: list[list[tuple[tuple[str, str, int], float, str]]]
) -> None:
    """However points are split over writes, ordered and repeated, each is there once, as it was last written."""
    example = next(EXAMPLES)  # the store is one for all examples: each has devices of its own
    last: dict[tuple[str, str, int], Point] = {}
    for write in writes:
        points = []
        for (device, channel, at_ms), value, zone in write:
            points.append(point(value, at_ms, f"{example}-{device}", channel=channel, place=("b01", zone)))
            last[device, channel, at_ms] = points[-1]
        await store.write(points)
    devices = [f"{example}-d1", f"{example}-d2"]
    found = await store.series(Series("electricity.power", T0, T0 + HOUR, None, where={"device": devices}))
    latest = {last[identity][:2]: last[identity] for identity in sorted(last)}

    expected = sorted((p.building, p.zone, p.device, p.channel, p.at_ms - T0, p.value) for p in last.values())
    assert expected == [(*tags, at, value) for tags, values in plain(found) for at, value in values]
    assert list(latest.values()) == await store.latest(Latest({"device": devices}))
