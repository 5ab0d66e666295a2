"""Sensor health: which devices report, which have fallen silent, and what else staff should know of them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from sqlite3 import Connection
from typing import Literal, NamedTuple

from alerts.report import is_silent
from dashboards.api.models import DeviceState, Finding, Unmapped
from dashboards.unknown import Refusals, Stranger, refusals, strangers
from estate.calendar import DAY_MS, HOUR_MS, rfc3339
from estate.model import Device, Estate, Point
from ingest.notes import findings, load_memory, unmapped
from ingest.watch import SKEW_MS
from sensors.model import Context
from store.base import Latest, Series, Store
from store.state import State

MOST_UNMAPPED = 20

LOW_BATTERY = 20
"""In %: replace it."""
WEAK_SIGNAL = -120
"""In dBm: messages get lost."""
LATE_S = SKEW_MS // 1000
"""A clock that is off by so much is wrong."""

CLOCKS_MS = 2 * HOUR_MS
"""How old the last word of a device's clock may be; there is one every five minutes of those that are heard."""


class _Notes(NamedTuple):
    """What is noted of each device."""

    refusals: Mapping[str, Refusals]
    unmapped: Mapping[str, list[Unmapped]]
    findings: Mapping[str, list[Finding]]


async def device_states(estate: Estate, store: Store, state: State, now_ms: int) -> list[DeviceState]:
    """Every device of the estate, in order of id, then the unknown ones of the quarantine, the latest first."""
    return await known_devices(estate, store, state, now_ms) + await unknown_devices(estate, state, now_ms)


async def known_devices(estate: Estate, store: Store, state: State, now_ms: int) -> list[DeviceState]:
    """Every device of the estate, in order of id."""
    last: defaultdict[str, dict[str, Point]] = defaultdict(dict)
    for point in await store.latest(Latest()):
        if point.at_ms >= last[point.device].get(point.quantity, point).at_ms:
            last[point.device][point.quantity] = point
    notes = await state.read(partial(_notes, estate=estate, now_ms=now_ms))
    return [_known(estate, device, last[name], notes, now_ms) for name, device in sorted(estate.devices.items())]


async def clocks(store: Store, now_ms: int) -> dict[str, float]:
    """By how many seconds the clocks of devices are behind, of those heard with a time of their own; < 0: ahead."""
    query = Series("health.clock", now_ms - CLOCKS_MS, now_ms + 1, CLOCKS_MS, "last", by=["device"])
    return {row.tags["device"]: float(row.values[-1]) for row in await store.series(query)}


async def unknown_devices(estate: Estate, state: State, now_ms: int) -> list[DeviceState]:
    """Devices that publish without being in the estate, the latest first."""
    notes = await state.read(partial(_notes, estate=estate, now_ms=now_ms))
    seen = [entry for device, entry in notes.refusals.items() if not estate.knows(device)]
    if not seen:
        return []
    memory = await state.read(load_memory)  # a copy: whoever looks changes nothing
    routes = estate.routes(Context(estate.site.zone, memory=memory))
    read = await state.read(partial(strangers, seen=seen))
    told = await asyncio.to_thread(lambda: [stranger.told(routes) for stranger in read])
    return [_unknown(estate, stranger, notes) for stranger in told]


def _known(estate: Estate, device: Device, last: Mapping[str, Point], notes: _Notes, now_ms: int) -> DeviceState:
    last_ms = max((point.at_ms for point in last.values()), default=None)
    place = estate.place(device.id, now_ms)

    def value(quantity: str) -> float | None:
        return last[quantity].value if quantity in last else None

    return DeviceState(
        device=device.id,
        name=device.name,
        building=place.building if place else "",
        zone=place.zone if place else "",
        status=_status(last_ms, device.interval_s, now_ms),
        first_seen=None,
        last_seen=None if last_ms is None else rfc3339(last_ms, estate.site.zone),
        interval_s=device.interval_s,
        every_s=None,
        source=device.source,
        refused=notes.refusals[device.id].messages if device.id in notes.refusals else 0,
        format=device.codec,
        topic=device.topic,
        last_message="",
        building_claimed="",
        battery=value("device.battery"),
        rssi=value("device.rssi"),
        snr=value("device.snr"),
        unmapped=notes.unmapped.get(device.id, []),
        findings=notes.findings.get(device.id, []),
    )


def _status(last_ms: int | None, interval_s: int, now_ms: int) -> Literal["reporting", "silent", "never_seen"]:
    if last_ms is None:
        return "never_seen"
    return "silent" if is_silent(last_ms, interval_s, now_ms) else "reporting"


def _unknown(estate: Estate, stranger: Stranger, notes: _Notes) -> DeviceState:
    seen, device = stranger.seen, stranger.seen.device
    return DeviceState(
        device=device,
        name="",
        building="",
        zone="",
        status="unknown",
        first_seen=rfc3339(seen.first_ms, estate.site.zone),
        last_seen=rfc3339(seen.last_ms, estate.site.zone),
        interval_s=None,
        every_s=stranger.every_s,
        source="",
        refused=seen.messages,
        format=stranger.format,
        topic=stranger.message.topic,
        last_message=stranger.says,
        building_claimed=stranger.building,
        battery=stranger.health.get("device.battery"),
        rssi=stranger.health.get("device.rssi"),
        snr=stranger.health.get("device.snr"),
        unmapped=notes.unmapped.get(device, []),
        findings=notes.findings.get(device, []),
    )


def _notes(db: Connection, estate: Estate, now_ms: int) -> _Notes:
    names: defaultdict[str, list[Unmapped]] = defaultdict(list)
    for entry in sorted(unmapped(db), key=lambda entry: -entry.messages):
        if len(names[entry.device]) < MOST_UNMAPPED:
            names[entry.device].append(Unmapped(name=entry.name, messages=entry.messages))
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for device, kind, detail, at_ms in [*findings(db, now_ms - DAY_MS), *_refused_as(db, now_ms - DAY_MS)]:
        found[device].append(Finding(kind=kind, detail=detail, time=rfc3339(at_ms, estate.site.zone)))
    return _Notes({entry.device: entry for entry in refusals(db)}, names, found)


def _refused_as(
    db: Connection, since_ms: int
) -> Iterator[tuple[str, Literal["wrong_building", "wrong_time"], str, int]]:
    """Devices whose messages are refused since for where or when they say they are, each with the last reason why."""
    kinds: tuple[Literal["wrong_building"], Literal["wrong_time"]] = ("wrong_building", "wrong_time")
    for kind in kinds:
        rows = db.execute(
            "SELECT device, detail, max(received_ms) FROM quarantine"
            " WHERE reason = ? AND received_ms >= ? AND device != '' GROUP BY device",
            (kind, since_ms),
        )
        yield from ((device, kind, detail, at_ms) for device, detail, at_ms in rows)
