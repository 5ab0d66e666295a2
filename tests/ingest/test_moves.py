"""A corrected placement moves the readings it concerns, and no others."""

from dataclasses import replace
from pathlib import Path

from estate.calendar import DAY_MS
from estate.model import Estate, Placement, Point
from ingest.moves import move
from store.base import Series
from store.state import State
from tests.ingest.line import BAD, BalkyStore, refuse_bad
from tests.ingest.values import BEGIN_MS, END_MS, ESTATE, METER, MOVED, MOVED_MS, NOW_MS

DAYS = 5


def estate(*places: Placement) -> Estate:
    """The estate with the sensor in these places."""
    return replace(ESTATE, placements={**ESTATE.placements, MOVED: places})


def readings(device: str) -> list[Point]:
    """One temperature and one register value per day, where the first estate places them."""
    return [
        Point(device, channel, quantity, float(day), NOW_MS - day * DAY_MS, place.building, place.zone)
        for day in range(DAYS)
        for channel, quantity in (("", "climate.temperature"), ("a", "pulse.count"))
        if (place := ESTATE.place(device, NOW_MS - day * DAY_MS))
    ]


async def places(store: BalkyStore, device: str, quantity: str = "climate.temperature") -> dict[int, str]:
    """By day before now: where its reading is."""
    query = Series(quantity, BEGIN_MS, END_MS, None, where={"device": [device]}, by=("building", "device", "channel"))
    return {
        (NOW_MS - at_ms) // DAY_MS: row.tags["building"]
        for row in await store.series(query)
        for at_ms in row.times.tolist()
    }


async def filled(store: BalkyStore, state: State) -> None:
    """Readings of two devices, and the first estate remembered."""
    await store.write(readings(MOVED) + readings(METER))

    assert 0 == await move(ESTATE, store, state, NOW_MS)


async def test_corrected_day(store: BalkyStore, state: State) -> None:
    """The sensor moved two days earlier than the inventory said: those days follow, of every quantity and channel."""
    await filled(store, state)
    earlier = MOVED_MS - 2 * DAY_MS
    corrected = estate(Placement("b01", "", BEGIN_MS, earlier), Placement("b02", "b02-1", earlier, END_MS))
    moved = await move(corrected, store, state, NOW_MS)
    expected = {0: "b02", 1: "b02", 2: "b02", 3: "b02", 4: "b01"}

    assert 4 == moved
    assert expected == await places(store, MOVED)
    assert expected == await places(store, MOVED, "pulse.count")
    assert dict.fromkeys(range(DAYS), "b01") == await places(store, METER)


async def test_remembered_across_a_restart(store: BalkyStore, state: State, tmp_path: Path) -> None:
    """An edit while nothing ran is found at the next start; a second look moves nothing more."""
    with State(tmp_path / "own.sqlite") as first:
        await filled(store, first)
    with State(tmp_path / "own.sqlite") as second:
        corrected = estate(Placement("b02", "", BEGIN_MS, END_MS))
        moved = await move(corrected, store, second, NOW_MS)
        again = await move(corrected, store, second, NOW_MS)

    assert 2 * DAYS == moved
    assert 0 == again
    assert dict.fromkeys(range(DAYS), "b02") == await places(store, MOVED)


async def test_nowhere_after_all(store: BalkyStore, state: State) -> None:
    """Readings of a time at which the device was nowhere stay: they were true."""
    await filled(store, state)
    moved = await move(estate(Placement("b02", "b02-1", MOVED_MS, END_MS)), store, state, NOW_MS)

    assert 0 == moved
    assert DAYS == len(await places(store, MOVED))


async def test_what_the_store_refuses_stays(store: BalkyStore, state: State) -> None:
    """A day that the store will never take keeps no other from being moved."""
    await filled(store, state)
    await store.write([Point(MOVED, "", "climate.temperature", BAD, NOW_MS - 2 * DAY_MS + 1, "b01", "")])
    store.before = refuse_bad
    moved = await move(estate(Placement("b02", "", BEGIN_MS, END_MS)), store, state, NOW_MS)
    quantity = "climate.temperature"

    assert 2 * DAYS - 1 == moved
    assert {0: "b02", 1: "b02", 2: "b01", 3: "b02", 4: "b02"} == await places(store, MOVED, quantity)
