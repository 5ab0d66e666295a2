"""What the page shows, read from the store: plain rows, ready to be drawn.

The definitions are those of `energy.usage`. What is not settled or not measured is absent, never zero.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alerts.report import is_silent
from energy import usage
from energy.derived.intensity import intensities
from estate.calendar import DAY_MS, floor, rfc3339
from estate.model import Estate, Point
from store.base import Latest, Row, Series, Store, Usage, UsageTag

LOAD_MS = 2 * DAY_MS
DAYS = 35
RANKED_DAYS = 28
ROOMS_MS = 7 * DAY_MS
ROOM_STEP_MS = 30 * 60_000
MOST_ROOMS = 6
"""More lines than this cannot be told apart in one chart."""


class LoadStep(NamedTuple):
    """The mean power of the buildings of one use in one quarter of an hour, in W."""

    start_ms: int
    use: str  # "" for what serves the site as a whole
    measured: float
    estimated: float


class DayUse(NamedTuple):
    """What the site drew of one carrier on one day, in Wh."""

    day: str  # ISO date in the site's zone
    carrier: str
    measured: float
    estimated: float


class Ranked(NamedTuple):
    """What a building used over the last whole days, by m² and year."""

    building: str
    kwh_m2: float
    estimated: float  # share, 0 to 1
    days: int  # with figures of all its carriers, of `RANKED_DAYS`


class RoomValue(NamedTuple):
    """One window of one room; None where the device was silent: the line breaks there."""

    start_ms: int
    zone: str
    value: float | None


class Now(NamedTuple):
    """The state of the site at a glance."""

    watts: float | None  # sum of the site meters that report power now; None when none does
    meters: int  # how many those are
    meters_all: int  # electric site meters with a power reading, ever
    today_wh: int | None  # drawn since midnight, of what is settled
    people: float | None
    last_ms: int | None  # the latest reading of any device


async def site_load(estate: Estate, store: Store, now_ms: int) -> list[LoadStep]:
    """The electric load of the last two days, by use and step."""
    start_ms = floor(now_ms - LOAD_MS, estate.step, estate.site.zone)
    loads = await usage.load_by_use(store, estate, "electricity", start_ms, now_ms)
    return [
        LoadStep(start, use, watts * (1 - estimated), watts * estimated)
        for use, load in loads.items()
        for start, watts, estimated in zip(
            load.starts.tolist(), load.watts.tolist(), load.estimated.tolist(), strict=True
        )
    ]


async def by_day(estate: Estate, store: Store, now_ms: int) -> list[DayUse]:
    """The energy the site drew on each of the last 35 days, today so far included, by carrier."""
    zone = estate.site.zone
    found = await usage.site_days(store, floor(now_ms - (DAYS - 1) * DAY_MS, "1d", zone), now_ms)
    return [
        DayUse(rfc3339(start, zone)[:10], carrier, amount - guessed, guessed)
        for carrier in usage.DRAWN
        if carrier in found
        for start, amount, guessed in zip(
            found[carrier].starts.tolist(),
            found[carrier].amounts.tolist(),
            found[carrier].guessed.tolist(),
            strict=True,
        )
    ]


async def ranking(estate: Estate, store: Store, now_ms: int) -> list[Ranked]:
    """The buildings with figures by what they drew per m² over the last 28 whole days, the greatest first."""
    zone = estate.site.zone
    end_ms = floor(now_ms, "1d", zone)
    start_ms = floor(end_ms - RANKED_DAYS * DAY_MS + DAY_MS // 2, "1d", zone)
    where: dict[UsageTag, Sequence[str]] = {"carrier": usage.DRAWN, **usage.SITE}
    days: dict[str, int] = {}
    for row in await store.usage(Usage("1d", start_ms, end_ms, where=where, by=("building", "carrier"))):
        building = row.tags["building"]
        days[building] = min(len(row.starts), days.get(building, RANKED_DAYS))
    return [
        Ranked(found.building, found.kwh_per_m2, found.estimated, days[found.building])
        for found in await intensities(store, estate, start_ms, end_ms)
    ]


async def rooms(store: Store) -> list[str]:
    """The zones with a CO₂ sensor, the first of them by id."""
    points = await store.latest(Latest({"quantity": ["climate.co2"]}))
    return sorted({point.zone for point in points if point.zone})[:MOST_ROOMS]


async def room_values(
    store: Store, quantity: str, zones: Sequence[str], span: tuple[int, int], step_ms: int = ROOM_STEP_MS
) -> list[RoomValue]:
    """One quantity in these rooms, window by window of the span; a hole begins with a value that is none."""
    start_ms, end_ms = span[0] - span[0] % step_ms, span[1]
    if not zones or start_ms >= end_ms:
        return []
    query = Series(quantity, start_ms, end_ms, step_ms, "mean", {"zone": zones}, ["zone"])
    return [value for row in await store.series(query) for value in _with_gaps(row, step_ms)]


async def now(estate: Estate, store: Store, now_ms: int) -> Now:
    """The live figures; devices that have fallen silent count for nothing in them."""
    points = await store.latest(Latest())
    live = [point for point in points if _live(estate, point, now_ms)]
    site = {
        (meter.device, meter.channel)
        for meter in estate.meters.values()
        if meter.role == "site" and meter.carrier == "electricity"
    }
    power = [p.value for p in live if p.quantity == "electricity.power" and (p.device, p.channel) in site]
    every = [p for p in points if p.quantity == "electricity.power" and (p.device, p.channel) in site]
    people = [p.value for p in live if p.quantity == "occupancy.count"]
    midnight = floor(now_ms, "1d", estate.site.zone)
    today = (await usage.site_days(store, midnight, now_ms)).get("electricity")
    return Now(
        watts=sum(power) if power else None,
        meters=len(power),
        meters_all=len(every),
        today_wh=int(today.amounts.sum()) if today else None,
        people=sum(people) if people else None,
        last_ms=max((point.at_ms for point in points), default=None),
    )


def _with_gaps(row: Row, step_ms: int) -> Iterator[RoomValue]:
    """The row's values, and one without value after each that the next window does not follow."""
    zone, times = row.tags["zone"], row.times.tolist()
    for start, following_start, value in zip(times, [*times[1:], 0], row.values.tolist(), strict=True):
        yield RoomValue(start, zone, value)
        if following_start != start + step_ms:
            yield RoomValue(start + step_ms, zone, None)


def _live(estate: Estate, point: Point, now_ms: int) -> bool:
    device = estate.devices.get(point.device)
    return device is not None and not is_silent(point.at_ms, device.interval_s, now_ms)
