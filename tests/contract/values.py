"""What the suite writes and how it reads it back, in plain numbers."""

from collections.abc import Sequence

from estate.model import Consumption, Point
from store.base import Row, Series, Store, UsageRow

T0 = 1_767_225_600_000
"""2026-01-01T00:00:00Z, in ms."""

MINUTE = 60_000
HOUR = 60 * MINUTE


def point(
    value: float,
    at_ms: int = T0,
    device: str = "b01-electricity",
    quantity: str = "electricity.power",
    channel: str = "",
    place: tuple[str, str] = ("b01", ""),
) -> Point:
    return Point(device, channel, quantity, value, at_ms, *place)


def row(
    amount: int,
    start_ms: int = T0,
    meter: str = "b01-electricity",
    tenant: str = "",
    every: str = "15m",
    carrier: str = "electricity",
    building: str = "b01",
    role: str = "site",
    estimated: float = 0.0,
) -> Consumption:
    return Consumption(meter, tenant, carrier, building, role, every, start_ms, amount, estimated)


def raw(quantity: str = "electricity.power", end_ms: int = T0 + 1000 * HOUR) -> Series:
    """Every reading of the quantity, as it is."""
    return Series(quantity, T0 - 1000 * HOUR, end_ms, None)


def plain(rows: Sequence[Row]) -> list[tuple[tuple[str, ...], list[tuple[int, float]]]]:
    """Groups as (tags, [(ms since T0, value)])."""
    return [
        (
            tuple(row.tags.values()),
            [(int(at) - T0, float(value)) for at, value in zip(row.times, row.values, strict=True)],
        )
        for row in rows
    ]


def plain_usage(rows: Sequence[UsageRow]) -> list[tuple[tuple[str, ...], list[tuple[int, int, float]]]]:
    """Groups as (tags, [(ms since T0, amount, share estimated)])."""
    return [
        (
            tuple(row.tags.values()),
            [
                (int(start) - T0, int(amount), round(float(share), 9))
                for start, amount, share in zip(row.starts, row.amounts, row.estimated, strict=True)
            ],
        )
        for row in rows
    ]


async def readings(store: Store, quantity: str = "electricity.power") -> dict[tuple[str, ...], list[tuple[int, float]]]:
    """All readings of the quantity by (building, zone, device, channel)."""
    return dict(plain(await store.series(raw(quantity))))
