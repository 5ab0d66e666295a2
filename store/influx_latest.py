"""The last value of each device, channel and quantity, from the readings themselves.

The rows of `latest` say about when each series spoke last. Most did so lately, and one statement over a short time has
them all; those that have been silent for longer are asked for by device, from their own time on.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from estate.calendar import HOUR_MS
from estate.model import Point
from sensors.quantities import QUANTITIES
from store.base import Latest
from store.influx_http import InfluxHttp
from store.influx_tags import latest_key
from store.influxql import compile_query, last_values

LATELY_MS = HOUR_MS
DEVICES = 100
"""Of one statement: each is a condition more."""

Identity = tuple[str, str, str]
"""Device, channel and quantity."""

Seen = dict[Identity, int]
"""From when on to look for its last value, ms."""


async def last_points(http: InfluxHttp, query: Latest) -> list[Point]:
    """In order of device, channel and quantity; at whichever place the last one is, the query's place left aside."""
    seen: Seen = {}
    for table in await http.query(compile_query(query)):
        device, channel, quantity, _, _ = latest_key(table)
        if table.measurement == "latest" and quantity in QUANTITIES:
            identity = device, channel, quantity
            seen[identity] = max(seen.get(identity, 0), int(table.rows[-1][1]))
    newest = {quantity: max(times.values()) for quantity, times in _by_quantity(seen).items()}
    where = [(tag, query.where[tag]) for tag in ("device", "channel") if tag in query.where]
    lately = [last_values(quantity, at - LATELY_MS, where) for quantity, at in newest.items()]
    earlier = {identity: at for identity, at in seen.items() if at < newest[identity[2]] - LATELY_MS}
    found = await _points(http, [*lately, *_by_device(earlier)], seen)
    # Noted, and not there: it was refused, or removed since.
    found |= await _points(http, [*_by_device(dict.fromkeys(seen.keys() - found.keys(), 0))], seen)
    return [found[identity] for identity in sorted(found)]


async def _points(http: InfluxHttp, statements: Sequence[str], seen: Seen) -> dict[Identity, Point]:
    """The last point of each identity that the statements find."""
    found: dict[Identity, Point] = {}
    for table in await http.query("; ".join(statements)) if statements else ():
        ((at_ms, value),) = table.rows
        tags, quantity = table.tags, f"{table.measurement}.{table.columns[1]}"
        identity = tags["device"], tags["channel"], quantity
        if identity in seen and (identity not in found or found[identity].at_ms <= at_ms):
            found[identity] = Point(*identity, float(value), int(at_ms), tags["building"], tags["zone"])
    return found


def _by_device(seen: Seen) -> Iterator[str]:
    """The statements for few, those that spoke at about the same time together."""
    for quantity, times in _by_quantity(seen).items():
        devices = sorted(times, key=lambda device: times[device])
        for first in range(0, len(devices), DEVICES):
            part = devices[first : first + DEVICES]
            yield last_values(quantity, times[part[0]] or None, [("device", part)])


def _by_quantity(seen: Seen) -> Mapping[str, dict[str, int]]:
    """Quantity → device → the earliest time of its channels."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (device, _, quantity), at in seen.items():
        found[quantity][device] = min(at, found[quantity].get(device, at))
    return found
