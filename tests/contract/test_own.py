"""What the service says of itself: kept and found like readings, and no device's."""

from store.base import Latest, Series, Store
from tests.contract.values import MINUTE, T0, plain, point, readings


async def test_counts_add_up(store: Store) -> None:
    """The counts of two ingesters add up by reason; the same point again changes nothing."""
    counts = [
        point(2.0, T0, "ingest-1", "ingest.quarantined", "malformed", ("", "")),
        point(3.0, T0 + MINUTE, "ingest-1", "ingest.quarantined", "malformed", ("", "")),
        point(4.0, T0, "ingest-2", "ingest.quarantined", "malformed", ("", "")),
        point(1.0, T0, "ingest-2", "ingest.quarantined", "wrong_time", ("", "")),
    ]
    await store.write(counts)
    await store.write(counts)
    query = Series("ingest.quarantined", T0, T0 + 5 * MINUTE, 5 * MINUTE, "sum", by=("channel",))

    assert [(("malformed",), [(0, 9.0)]), (("wrong_time",), [(0, 1.0)])] == plain(await store.series(query))


async def test_no_device(store: Store) -> None:
    """A device's health stands beside its readings, and only these have a last value and are touched."""
    await store.write([point(1.0), point(1.0, quantity="health.silent"), point(1.0, quantity="ingest.received")])

    assert [point(1.0)] == await store.latest(Latest())
    assert [] == await store.latest(Latest({"quantity": ["health.silent"]}))
    assert {("b01", "", "b01-electricity", ""): [(0, 1.0)]} == await readings(store, "health.silent")
    assert ["b01-electricity"] == [touched.device for touched in await store.touched(0)]


async def test_forgotten(store: Store) -> None:
    """Old ones go with old readings."""
    await store.write([point(5.0, T0, quantity="health.clock"), point(6.0, T0 + MINUTE, quantity="health.clock")])
    await store.forget_readings(T0 + 1)

    assert [[(MINUTE, 6.0)]] == list((await readings(store, "health.clock")).values())
