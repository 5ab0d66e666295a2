"""What arrived: how the accounting of energy learns which counters to settle, and from when on."""

import time

from estate.model import Point
from store.base import Store
from tests.contract.values import HOUR, MINUTE, T0, point
from tests.waiting import until

AGES = 10_000_000_000_000
"""A time after all arrivals, in ms."""


def register(value: float, at_ms: int = T0, device: str = "b01-electricity", channel: str = "") -> Point:
    return point(value, at_ms, device, "electricity.energy", channel)


async def test_earliest_of_a_batch(store: Store) -> None:
    """A counter is touched from the earliest of its readings on, at the time they arrived."""
    before = time.time_ns() // 1_000_000
    await store.write([register(2.0, T0 + HOUR), register(1.0), register(3.0, T0 + MINUTE)])
    after = time.time_ns() // 1_000_000
    (found,) = await store.touched(0)

    assert ("b01-electricity", "", T0) == found[:3]
    assert before <= found.arrived_ms <= after


async def test_only_what_is_accounted(store: Store) -> None:
    """Gauges and states are touched where they are added up over time, as power, people and CO₂ are, and only there."""
    await store.write([point(1.0, quantity="opening.contact"), point(9.0, quantity="climate.humidity")])
    nothing = await store.touched(0)
    gauges = ["electricity.power", "occupancy.presence", "climate.co2"]
    await store.write([point(1.0, T0 + at, f"d{at}", quantity) for at, quantity in enumerate(gauges)])

    assert [] == nothing
    assert [("d0", "", T0), ("d1", "", T0 + 1), ("d2", "", T0 + 2)] == [row[:3] for row in await store.touched(0)]


async def test_by_device_and_channel(store: Store) -> None:
    """Each device and channel is one row, in order, whatever counters it has."""
    exported = point(1.0, T0, "b", "electricity.energy_export")
    await store.write(
        [register(1.0, T0 + 1, "b"), exported, register(1.0, T0 + 2, "a", "T2"), register(1.0, T0 + 3, "a", "T1")]
    )

    assert [("a", "T1", T0 + 3), ("a", "T2", T0 + 2), ("b", "", T0)] == [row[:3] for row in await store.touched(0)]


async def test_across_batches(store: Store) -> None:
    """Over several batches it is the earliest reading and the last arrival."""
    await store.write([register(2.0, T0 + HOUR)])
    (first,) = await store.touched(0)
    await store.write([register(1.0, T0)])
    await store.write([register(3.0, T0 + 2 * HOUR)])
    (found,) = await store.touched(0)

    assert ("b01-electricity", "", T0) == found[:3]
    assert first.arrived_ms <= found.arrived_ms


async def test_since(store: Store) -> None:
    """Only what arrived at that time or later is told, with the earliest reading of just that."""
    await store.write([register(1.0), register(1.0, device="other")])
    (first, _) = await store.touched(0)
    await until(lambda: time.time_ns() // 1_000_000 > first.arrived_ms)
    await store.write([register(2.0, T0 + HOUR)])
    (later,) = await store.touched(first.arrived_ms + 1)

    assert ("b01-electricity", "", T0 + HOUR) == later[:3]
    assert [later] == await store.touched(later.arrived_ms)
    assert [] == await store.touched(later.arrived_ms + 1)
    assert [] == await store.touched(AGES)


async def test_written_again(store: Store) -> None:
    """A reading written again touches its counter again."""
    await store.write([register(1.0)])
    (first,) = await store.touched(0)
    while time.time_ns() // 1_000_000 == first.arrived_ms:
        pass
    await store.write([register(1.5)])

    assert [("b01-electricity", "", T0)] == [row[:3] for row in await store.touched(first.arrived_ms + 1)]
