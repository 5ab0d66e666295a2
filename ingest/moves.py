"""A corrected placement moves the readings it concerns: they are written again under the place they belong to.

Where each device was when its readings were written is remembered in the state file; what the estate says otherwise,
now or since an edit while nothing ran, is moved, day by day. A device that was nowhere at a time after all keeps the
readings of that time where they are: they were true, and nothing tells where else they belong.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import structlog

from estate.calendar import DAY_MS
from estate.model import FOREVER_MS, Estate, Placement, Point
from store.base import Latest, Series, Store, StoreRefused
from store.state import State

log = structlog.get_logger()

Span = tuple[int, int]


async def move(estate: Estate, store: Store, state: State, now_ms: int) -> int:
    """Move what the estate places otherwise than when last looked; how many readings that were.

    Raises StoreUnavailable; then what is not moved yet is moved at the next call.
    """
    before = await state.read(_remembered)
    moved = 0
    unmoved: dict[str, Sequence[Placement]] = {}
    for device, places in estate.placements.items():
        spans = list(_changed(before[device], places, now_ms)) if device in before else []
        here = sum([await _move_span(store, estate, device, span) for span in spans])
        if spans:
            log.info("readings_moved", device=device, readings=here)
            await state.run(partial(_remember, placements={device: places}))
        elif before.get(device) != [*places]:
            unmoved[device] = places
        moved += here
    if unmoved:
        await state.run(partial(_remember, placements=unmoved))
    return moved


def _changed(before: Sequence[Placement], after: Sequence[Placement], now_ms: int) -> Iterator[Span]:
    """The times at which the device is placed, and otherwise than before."""
    edges = {edge for place in (*before, *after) for edge in (place.start_ms, place.end_ms)}
    marks = sorted({min(edge, now_ms + DAY_MS) for edge in edges if edge < FOREVER_MS} | {now_ms + DAY_MS})
    for start_ms, end_ms in pairwise(marks):
        place = _at(after, start_ms)
        if place is not None and place != _at(before, start_ms):
            yield start_ms, end_ms


def _at(places: Sequence[Placement], at_ms: int) -> tuple[str, str] | None:
    return next(((p.building, p.zone) for p in places if p.start_ms <= at_ms < p.end_ms), None)


async def _move_span(store: Store, estate: Estate, device: str, span: Span) -> int:
    """Write the device's readings of this time again; parts of a day keep memory small."""
    moved = 0
    for quantity in sorted({point.quantity for point in await store.latest(Latest({"device": [device]}))}):
        for start_ms, end_ms in await _days(store, device, quantity, span):
            query = Series(quantity, start_ms, end_ms, None, where={"device": [device]}, by=("device", "channel"))
            points = [
                Point(device, tags["channel"], quantity, value, at_ms, place.building, place.zone)
                for tags, times, values in await store.series(query)
                for at_ms, value in zip(times.tolist(), values.tolist(), strict=True)
                if (place := estate.place(device, at_ms))
            ]
            moved += await _written(store, device, points)
    return moved


async def _written(store: Store, device: str, points: Sequence[Point]) -> int:
    """Write a part; how many that were. What the store will never take stays where it is: one part is not all."""
    try:
        if points:
            await store.write(points)
    except StoreRefused as error:
        log.error("readings_not_moved", device=device, readings=len(points), cause=str(error))
        return 0
    return len(points)


async def _days(store: Store, device: str, quantity: str, span: Span) -> list[Span]:
    """The days of the span that have readings."""
    query = Series(quantity, *span, DAY_MS, "count", {"device": [device]}, ("device",))
    starts = [int(start) for row in await store.series(query) for start in row.times]
    return [(max(start, span[0]), min(start + DAY_MS, span[1])) for start in starts]


def _remembered(db: sqlite3.Connection) -> Mapping[str, list[Placement]]:
    rows = db.execute("SELECT device, placements FROM placed")
    return {device: [Placement(*place) for place in json.loads(text)] for device, text in rows}


def _remember(db: sqlite3.Connection, placements: Mapping[str, Sequence[Placement]]) -> None:
    rows = [(device, json.dumps(places)) for device, places in placements.items()]
    db.executemany("INSERT OR REPLACE INTO placed VALUES (?, ?)", rows)
