"""A meter's consumption → shares of the tenants it serves; shares and common parts sum to it exactly.

A meter serves the zone its device is placed in, the whole building where the placement names no zone, or the site.
What it has beyond its sub-meters is split by the key the estate gives it (`vocabulary.KEYS`): by leased area or by
people among the zones that have no sub-meter of their own, where what nobody leases is `COMMON`; or by weights as
written. A meter without a key, or a day without people, is split by area.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from energy.meters.steps import Steps
from estate.calendar import LENGTHS, floor
from estate.calendar import steps as calendar_steps
from estate.model import COMMON, Estate, Key, Lease, Meter, Placement
from store.base import share

Weights = dict[str, int]  # tenant → its part; COMMON last

People = Mapping[str, Mapping[int, int]]
"""Zone → start of the local day → person-seconds in it."""

NOBODY: People = MappingProxyType({})

_MOST = 31  # bits of a sum of weights, beyond which all lose their last: the product of two such fits into 64


def allocate(
    estate: Estate, meter: Meter, own: Steps, behind: Sequence[Steps] = (), people: People = NOBODY
) -> dict[str, Steps]:
    """Each tenant's share of every step, COMMON's too, from the meter's steps and those of its direct sub-meters.

    Negative remainders (sub-meters that count more than the meter they are behind) are COMMON's. A lease or a key
    counts for the steps that start in it. Each share is estimated as far as what is split is: what was guessed of the
    meter and of those behind it.
    """
    net, unsure = remainder(own, behind), _unsure(own, behind)
    parts: dict[str, list[Steps]] = defaultdict(list)
    for first, end, key in _spans(estate, meter, own, people):
        turns = own.starts[first:end] // LENGTHS[estate.step]
        shares = largest_remainder(net[first:end], list(key.values()), turns)
        for column, tenant in enumerate(key):
            parts[tenant].append(Steps(own.starts[first:end], shares[:, column], unsure[first:end]))
    return {tenant: _joined(spans) for tenant, spans in parts.items()}


def keyed(estate: Estate, meter: Meter, starts: NDArray[np.int64]) -> Iterator[tuple[int, int, str, Weights]]:
    """The runs of a meter's steps under one key: from, to, its kind and weights (by area, where it is by day)."""
    empty = np.zeros(len(starts), np.int64)
    before: tuple[int, int, str, Weights] | None = None
    for first, end, weights in _spans(estate, meter, Steps.of(starts, empty, empty), NOBODY):
        at_ms = int(starts[first])
        kinds = (key.kind for key in estate.keys if key.meter == meter.id and key.start_ms <= at_ms < key.end_ms)
        found = (first, end, next(kinds, "area"), weights)
        if before and before[2:] == found[2:]:
            found = (before[0], *found[1:])
        elif before:
            yield before
        before = found
    if before:
        yield before


def remainder(own: Steps, behind: Sequence[Steps]) -> NDArray[np.int64]:
    """What a meter counts beyond its direct sub-meters, step by step; negative where those count more."""
    net = own.amounts.copy()
    for steps in behind:
        net -= steps.at(own.starts).amounts
    return net


def _unsure(own: Steps, behind: Sequence[Steps]) -> NDArray[np.float64]:
    """What of the remainder was not measured, 0 to 1."""
    if not behind:
        return own.estimated
    guessed = sum((steps.at(own.starts).guessed for steps in behind), own.guessed)
    return share(remainder(own, behind), guessed, own.blank.astype(np.float64))


def by_people(estate: Estate, zone: str) -> list[Meter]:
    """The meters whose shares rest on the people in this zone, at some time."""
    meters = (estate.meters[meter] for meter in dict.fromkeys(k.meter for k in estate.keys if k.kind == "occupancy"))
    return [
        each for each in meters if any(zone in served(estate, place)[0] for place in estate.placements[each.device])
    ]


def largest_remainder(
    amounts: NDArray[np.int64], weights: Sequence[int], turns: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Each amount split by weight into whole units that sum to it: one row per amount, one column per weight.

    Units left over by rounding down go to the largest remainders (Hamilton's method). Equal remainders take turns: the
    first weight comes first at turn 0, the last at turn 1, and so on; so nobody gains by constant amounts. What is
    negative goes to the last column.
    """
    shift = max(0, sum(weights).bit_length() - _MOST)
    weight = np.array([each >> shift for each in weights], dtype=np.int64)
    total = int(weight.sum())
    whole, rest = np.divmod(np.maximum(amounts, 0), total)
    shares = whole[:, None] * weight + rest[:, None] * weight // total
    remainder = rest[:, None] * weight % total
    turn = np.zeros(len(amounts), np.int64) if turns is None else turns
    place = (np.arange(len(weights)) + turn[:, None]) % len(weights)
    rank = np.argsort(np.lexsort((place, -remainder), axis=1), axis=1)
    shares += rank < (np.maximum(amounts, 0) - shares.sum(axis=1))[:, None]
    shares[:, -1] += np.minimum(amounts, 0)
    return shares


def placement_at(estate: Estate, meter: Meter, at_ms: int) -> Placement:
    """Where the meter is, or was last, or will be first: readings from a place reach over the time around it."""
    placements = estate.placements[meter.device]
    return next((place for place in reversed(placements) if place.start_ms <= at_ms), placements[0])


def served(estate: Estate, place: Placement) -> tuple[Mapping[str, int], int]:
    """The zones a meter at that place serves, and the area of all it serves."""
    if place.zone:
        area = _dm2(estate.zones[place.zone].area_m2)
        return {place.zone: area}, area
    whole = place.building == estate.site.id
    zones = {z.id: _dm2(z.area_m2) for z in estate.zones.values() if whole or z.building == place.building}
    return zones, sum(_dm2(b.area_m2) for b in estate.buildings.values() if whole or b.id == place.building)


def submeters(estate: Estate, meter: Meter) -> list[Meter]:
    """Those directly behind the meter."""
    return [each for each in estate.meters.values() if each.submeter_of == meter.id]


def delivery_point(estate: Estate, meter: str) -> str:
    """The site meter this one is behind, or itself."""
    while above := estate.meters[meter].submeter_of:
        meter = above
    return meter


def _joined(spans: Sequence[Steps]) -> Steps:
    return spans[0] if len(spans) == 1 else Steps(*(np.concatenate(columns) for columns in zip(*spans, strict=True)))


def _spans(estate: Estate, meter: Meter, own: Steps, people: People) -> Iterator[tuple[int, int, Weights]]:
    """The runs of steps under one set of weights."""
    if not len(own.starts):
        return
    devices = [meter.device, *(sub.device for sub in submeters(estate, meter))]
    keys = [key for key in estate.keys if key.meter == meter.id]
    places = chain.from_iterable(estate.placements[name] for name in devices)
    dated: list[Lease | Placement | Key] = [*estate.leases, *places, *keys]
    cuts = [cut for span in dated for cut in (span.start_ms, span.end_ms)]
    if any(key.kind == "occupancy" for key in keys):
        cuts += calendar_steps(int(own.starts[0]), int(own.starts[-1]) + 1, "1d", estate.site.zone)
    edges = np.unique(np.concatenate(([0], np.searchsorted(own.starts, cuts), [len(own.starts)]))).tolist()
    for first, end in pairwise(edges):
        at_ms = int(own.starts[first])
        holding = [key for key in keys if key.start_ms <= at_ms < key.end_ms]
        yield first, end, _weights(estate, meter, at_ms, holding, people)


def _weights(estate: Estate, meter: Meter, at_ms: int, holding: Sequence[Key], people: People) -> Weights:
    """Who has which part by the keys that hold then."""
    if holding and holding[0].kind in ("fixed", "headcount"):
        return _ordered(Counter({key.tenant: key.weight for key in holding}))
    zones, total = _alone(estate, meter, at_ms)
    if holding and holding[0].kind == "occupancy":
        day = floor(at_ms, "1d", estate.site.zone)
        present = {zone: people.get(zone, {}).get(day, 0) for zone in zones}  # who has none has a share of 0
        if any(present.values()):
            return _leased(estate, present, sum(present.values()), at_ms)
    return _leased(estate, zones, total, at_ms)


def _alone(estate: Estate, meter: Meter, at_ms: int) -> tuple[Mapping[str, int], int]:
    """The zones the meter serves without a sub-meter, and the area of all it alone serves, in square decimetres."""
    zones, total = served(estate, placement_at(estate, meter, at_ms))
    metered = {placement_at(estate, sub, at_ms).zone for sub in submeters(estate, meter)}
    areas = {zone: area for zone, area in zones.items() if zone not in metered}
    return areas, total - (sum(zones.values()) - sum(areas.values()))


def _leased(estate: Estate, zones: Mapping[str, int], total: int, at_ms: int) -> Weights:
    """What of the zones' parts each tenant leases; the rest of the total is COMMON's."""
    parts: Counter[str] = Counter()
    for lease in estate.leases:
        if lease.zone in zones and lease.start_ms <= at_ms < lease.end_ms:
            parts[lease.tenant] += zones[lease.zone]
    parts[COMMON] = max(total - parts.total(), 0)
    return _ordered(parts)


def _ordered(parts: Counter[str]) -> Weights:
    """COMMON last, and with everything where nobody has a part."""
    common = parts.pop(COMMON, 0)
    return {tenant: parts[tenant] for tenant in sorted(parts)} | {COMMON: common if common or parts.total() else 1}


def _dm2(area_m2: float) -> int:
    return round(area_m2 * 100)
