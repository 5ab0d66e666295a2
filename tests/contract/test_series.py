"""Series: windows of each channel first, then the devices of a group together."""

from collections.abc import Sequence

import pytest

from store.base import How, Series, Store, Tag
from tests.contract.values import HOUR, MINUTE, T0, plain, point

HALL = ("b01", "hall")
ROOM = ("b01", "room")
OTHER = ("b02", "hall")


def power(
    how: How = "mean", by: Sequence[Tag] = ("building",), end_ms: int = T0 + 2 * HOUR, **where: Sequence[str]
) -> Series:
    """Hourly power over two hours, of the tags named."""
    tags: tuple[Tag, ...] = ("building", "zone", "device", "channel")
    return Series("electricity.power", T0, end_ms, HOUR, how, {tag: where[tag] for tag in tags if tag in where}, by)


@pytest.mark.parametrize(
    ("how", "first", "second"),
    [
        ("mean", 4.0, 10.0),
        ("min", 1.0, 10.0),
        ("max", 9.0, 10.0),
        ("last", 2.0, 10.0),
        ("sum", 12.0, 10.0),
        ("count", 3.0, 1.0),
    ],
)
async def test_windows(store: Store, how: How, first: float, second: float) -> None:
    """Each window holds its own readings, from its start until before the next."""
    await store.write([point(2.0, T0 + HOUR - 1), point(1.0), point(10.0, T0 + HOUR), point(9.0, T0 + MINUTE)])

    assert [(("b01",), [(0, first), (HOUR, second)])] == plain(await store.series(power(how)))


async def test_span(store: Store) -> None:
    """A series holds what is at its start, and not what is at its end, also within a window."""
    await store.write([point(1.0, T0 - 1), point(2.0), point(4.0, T0 + MINUTE), point(8.0, T0 + 2 * MINUTE)])

    assert [(("b01",), [(0, 6.0)])] == plain(await store.series(power("sum", end_ms=T0 + 2 * MINUTE)))


async def test_windows_start_with_the_epoch(store: Store) -> None:
    """Windows are aligned to the epoch, not to the start of the query."""
    await store.write([point(1.0, T0 + 30 * MINUTE), point(3.0, T0 + 50 * MINUTE), point(5.0, T0 + 70 * MINUTE)])
    query = Series("electricity.power", T0 + 40 * MINUTE, T0 + 80 * MINUTE, HOUR, "sum", by=())

    assert [((), [(0, 3.0), (HOUR, 5.0)])] == plain(await store.series(query))


async def test_absent_windows(store: Store) -> None:
    """A window without readings is absent, and so is a group; neither is zero."""
    await store.write([point(1.0), point(3.0, T0 + 5 * HOUR), point(9.0, T0 - HOUR, "b02-electricity", place=OTHER)])

    assert [(("b01",), [(0, 1.0), (5 * HOUR, 3.0)])] == plain(await store.series(power(end_ms=T0 + 9 * HOUR)))
    assert [] == await store.series(power(building=["b03"]))
    assert [] == await store.series(power(by=(), building=["b03"]))


async def test_power_adds_up(store: Store) -> None:
    """The power of a building is the sum of its devices' means, however often each reports."""
    reports = [point(10.0, T0 + n * MINUTE, "often", place=HALL) for n in range(30)]
    await store.write([*reports, point(100.0, T0, "seldom", place=ROOM), point(1000.0, T0, "elsewhere", place=OTHER)])

    assert [(("b01",), [(0, 110.0)]), (("b02",), [(0, 1000.0)])] == plain(await store.series(power()))
    assert [((), [(0, 1110.0)])] == plain(await store.series(power(by=())))


async def test_temperature_is_a_mean(store: Store) -> None:
    """The temperature of a building is the mean of its sensors' means, however often each reports."""
    reports = [point(20.0, T0 + n * MINUTE, "often", "climate.temperature", place=HALL) for n in range(30)]
    await store.write([*reports, point(24.0, T0, "seldom", "climate.temperature", place=ROOM)])
    query = Series("climate.temperature", T0, T0 + HOUR, HOUR, by=("building",))

    assert [(("b01",), [(0, 22.0)])] == plain(await store.series(query))


async def test_noise_is_a_maximum(store: Store) -> None:
    """The noise of a building is that of its loudest sensor."""
    quantity = "climate.noise"
    await store.write([point(40.0, device="a", quantity=quantity), point(60.0, device="b", quantity=quantity)])
    query = Series(quantity, T0, T0 + HOUR, HOUR, by=("building",))

    assert [(("b01",), [(0, 60.0)])] == plain(await store.series(query))


async def test_channels_add_up(store: Store) -> None:
    """Two channels of a device are two values of a group, and apart when asked for by channel."""
    await store.write([point(1.0, channel="L1"), point(3.0, T0 + 1, channel="L1"), point(10.0, channel="L2")])

    assert [(("b01",), [(0, 12.0)])] == plain(await store.series(power()))
    assert [(("L1",), [(0, 2.0)]), (("L2",), [(0, 10.0)])] == plain(await store.series(power(by=("channel",))))
    assert [(("b01",), [(0, 10.0)])] == plain(await store.series(power(channel=["L2"])))


async def test_no_channel(store: Store) -> None:
    """Readings without a channel can be asked for, and their tag is empty."""
    await store.write([point(1.0), point(10.0, channel="L1")])

    assert [(("",), [(0, 1.0)])] == plain(await store.series(power(by=("channel",), channel=[""])))


async def test_moved_within_a_window(store: Store) -> None:
    """A device that moved counts once where its places are one group, and in each where they are not."""
    await store.write([point(10.0, T0, "mover", place=HALL), point(30.0, T0 + MINUTE, "mover", place=ROOM)])

    assert [(("b01",), [(0, 20.0)])] == plain(await store.series(power()))
    assert [(("hall",), [(0, 10.0)]), (("room",), [(0, 30.0)])] == plain(await store.series(power(by=("zone",))))


async def test_where_and_by(store: Store) -> None:
    """Several values of a tag are any of them, several tags all of them; groups are in order of their tags."""
    await store.write(
        [
            point(1.0, device="a", place=HALL),
            point(2.0, device="b", place=ROOM),
            point(4.0, device="c", place=OTHER),
            point(8.0, device="d", place=("b03", "hall")),
            point(16.0, device="a", place=HALL, quantity="pv.power"),
        ]
    )
    zones = await store.series(power(by=("zone", "building"), building=["b02", "b01", "b09"]))
    halls = await store.series(power(by=("device",), building=["b01", "b02"], zone=["hall"]))

    expected = [(("hall", "b01"), [(0, 1.0)]), (("hall", "b02"), [(0, 4.0)]), (("room", "b01"), [(0, 2.0)])]
    assert expected == plain(zones)
    assert [(("a",), [(0, 1.0)]), (("c",), [(0, 4.0)])] == plain(halls)
    assert [] == await store.series(power(building=[]))


async def test_readings_as_they_are(store: Store) -> None:
    """Without a window the readings come in order of time, by device and channel."""
    await store.write([point(2.0, T0 + 7, "b"), point(1.0, T0, "b"), point(3.0, T0 + 3, "a", channel="L1")])
    query = Series("electricity.power", T0, T0 + 8, None, by=("device", "channel"))

    assert [(("a", "L1"), [(3, 3.0)]), (("b", ""), [(0, 1.0), (7, 2.0)])] == plain(await store.series(query))


async def test_more_readings_than_one_piece_of_an_answer(store: Store) -> None:
    """A long answer is whole: 25,000 readings come back as 25,000, of each of two devices."""
    readings = [
        point(float(n), T0 + n, device) for device in ("b01-electricity", "b02-electricity") for n in range(25_000)
    ]
    await store.write(readings)
    query = Series("electricity.power", T0, T0 + HOUR, None, by=("device", "channel"))

    assert [25_000, 25_000] == [len(row.values) for row in await store.series(query)]


async def test_types(store: Store) -> None:
    """Times are 64-bit integers and values floats, also where the values are whole."""
    await store.write([point(2)])
    queries = [power("mean"), power("last", ()), power("count"), power("count", ())]
    rows = [row for query in queries for row in await store.series(query)]

    assert {("int64", "float64")} == {(str(row.times.dtype), str(row.values.dtype)) for row in rows}
