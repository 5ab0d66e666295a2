"""A meter's consumption → shares of the tenants it serves; shares and common parts sum to it exactly.

A meter serves the zone its device is placed in, the whole building where the placement names no zone, or the site.
What it has beyond its sub-meters is split by leased area among the zones that have no sub-meter of their own; what
nobody leases is `COMMON`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from energy.steps import Steps
from estate.model import COMMON, Estate, Lease, Meter, Placement

Key = dict[str, int]  # tenant → its part; COMMON last


def allocate(estate: Estate, meter: Meter, own: Steps, behind: Sequence[Steps] = ()) -> dict[str, Steps]:
    """Each tenant's share of every step, COMMON's too, from the meter's steps and those of its direct sub-meters.

    Negative remainders (sub-meters that count more than the meter they are behind) are COMMON's. A lease counts for the
    steps that start in it. Each share is estimated as far as the meter's step is.
    """
    net = own.amounts.copy()
    for steps in behind:
        net -= _aligned(steps, own)
    parts: dict[str, list[Steps]] = defaultdict(list)
    for first, end, key in _spans(estate, meter, own):
        shares = largest_remainder(net[first:end], list(key.values()))
        for column, tenant in enumerate(key):
            parts[tenant].append(Steps(own.starts[first:end], shares[:, column], own.estimated[first:end]))
    return {tenant: _joined(spans) for tenant, spans in parts.items()}


def largest_remainder(amounts: NDArray[np.int64], weights: Sequence[int]) -> NDArray[np.int64]:
    """Each amount split by weight into whole units that sum to it: one row per amount, one column per weight.

    Units left over by rounding down go to the largest remainders (Hamilton's method), at equal remainders to the
    earlier weight. What is negative goes to the last column.
    """
    weight = np.array(weights, dtype=np.int64)
    total = int(weight.sum())
    whole, rest = np.divmod(np.maximum(amounts, 0), total)
    shares = whole[:, None] * weight + rest[:, None] * weight // total
    remainder = rest[:, None] * weight % total
    rank = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1)
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


def _aligned(steps: Steps, to: Steps) -> NDArray[np.int64]:
    """The amounts at the other's starts, 0 where there is none."""
    amounts = np.zeros(len(to.starts), dtype=np.int64)
    _, here, there = np.intersect1d(to.starts, steps.starts, assume_unique=True, return_indices=True)
    amounts[here] = steps.amounts[there]
    return amounts


def _joined(spans: Sequence[Steps]) -> Steps:
    return spans[0] if len(spans) == 1 else Steps(*(np.concatenate(columns) for columns in zip(*spans, strict=True)))


def _spans(estate: Estate, meter: Meter, own: Steps) -> Iterator[tuple[int, int, Key]]:
    """The runs of steps under one key."""
    devices = [meter.device, *(sub.device for sub in submeters(estate, meter))]
    dated: list[Lease | Placement] = [*estate.leases, *(place for name in devices for place in estate.placements[name])]
    cuts = [cut for span in dated for cut in (span.start_ms, span.end_ms)]
    edges = np.unique(np.concatenate(([0], np.searchsorted(own.starts, cuts), [len(own.starts)]))).tolist()
    for first, end in pairwise(edges):
        yield first, end, _key(estate, meter, int(own.starts[first]))


def _key(estate: Estate, meter: Meter, at_ms: int) -> Key:
    """Who leases how much of what the meter alone serves, in square decimetres."""
    zones, total = served(estate, placement_at(estate, meter, at_ms))
    metered = {placement_at(estate, sub, at_ms).zone for sub in submeters(estate, meter)}
    areas = {zone: area for zone, area in zones.items() if zone not in metered}
    total -= sum(zones.values()) - sum(areas.values())
    key: Counter[str] = Counter()
    for lease in estate.leases:
        if lease.zone in areas and lease.start_ms <= at_ms < lease.end_ms:
            key[lease.tenant] += areas[lease.zone]
    return {tenant: key[tenant] for tenant in sorted(key)} | {COMMON: max(total - key.total(), 0 if key else 1)}


def _dm2(area_m2: float) -> int:
    return round(area_m2 * 100)
