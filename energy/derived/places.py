"""The places facts are kept of, and what of the estate each rests on. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from energy.derived.facts import FACTS, ROLE, meter_of
from energy.meters.steps import Steps
from estate.calendar import Every
from estate.model import Estate, Meter
from store.runs import Run, Runs

SENSED = (
    "occupancy.count", "occupancy.entries", "occupancy.exits", "occupancy.presence", "occupancy.motion", "climate.co2",
)  # fmt: skip
"""The quantities that facts of a zone are derived from."""

OUTDOOR = "climate.temperature"


SUMS, DAYS = "sums#", "days#"
"""In the place of a place's name: what sums of zones rest on, and the days of loads and counts; whichever the place."""


class Place(NamedTuple):
    """A zone, a building, the site or a tenant; `own` where sensors serve a building or the site as a whole."""

    kind: str  # zone, own, building, site or tenant
    id: str
    building: str  # the tag of its rows; the site's id where it is in none
    zone: str = ""  # the tag of its sensors' readings

    @property
    def name(self) -> str:
        return f"{self.kind}#{self.id}"

    def meters(self) -> list[str]:
        """The ids its facts stand under."""
        return [meter_of(self.kind, self.id, fact) for fact in FACTS]


def placed(estate: Estate, building: str, zone: str) -> Place:
    """The place a device is in."""
    if zone:
        return Place("zone", zone, building, zone)
    return Place("own", building, building)


def whole(estate: Estate, building: str) -> Place:
    """The building, or the site, with all that is in it."""
    return Place("site" if building == estate.site.id else "building", building, building)


def places(estate: Estate) -> dict[Place, list[str]]:
    """Every place with a device, now or once, with the devices that were there."""
    found: dict[Place, list[str]] = {}
    for device, spans in estate.placements.items():
        for span in spans:
            found.setdefault(placed(estate, span.building, span.zone), []).append(device)
    return found


def outdoor(estate: Estate) -> str:
    """The device whose temperature is the outdoor air's; "" where there is none."""
    at_site = (name for name, spans in estate.placements.items() if spans[-1].building == estate.site.id)
    return estate.site.outdoor or min(at_site, default="")


def place_bases(estate: Estate) -> dict[str, str]:
    """Place → what its facts rest on in the estate, as a short text that changes when any of it does."""
    found = {place.name: _basis(estate, place, devices) for place, devices in places(estate).items()}
    zones = sorted((zone.id, zone.building, zone.area_m2) for zone in estate.zones.values())
    areas = sorted((each.id, each.area_m2) for each in estate.buildings.values())
    leased = sorted({(lease.tenant, lease.zone) for lease in estate.leases})
    counters = sorted(
        (
            meter.id,
            meter.submeter_of,
            meter.interval_s,
            estate.devices[meter.device].interval_s,
            *_last_place(estate, meter),
        )
        for meter in estate.meters.values()
    )
    return found | {
        whole(estate, estate.site.id).name: _hash(outdoor(estate), str(estate.site.zone)),
        SUMS: _hash(zones),
        DAYS: _hash(zones, areas, leased, counters),
    }


def _last_place(estate: Estate, meter: Meter) -> tuple[str, str]:
    last = estate.placements[meter.device][-1]
    return last.building, last.zone


def _basis(estate: Estate, place: Place, devices: Iterable[str]) -> str:
    known = [(name, estate.devices[name].interval_s, estate.placements[name]) for name in sorted(set(devices))]
    return _hash(place, known, str(estate.site.zone))


def _hash(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def rows(place: Place, found: Mapping[str, Steps], every: Every, settled_ms: int) -> Runs:
    """The rows of a place's facts."""
    return Runs(
        Run(
            *(meter_of(place.kind, place.id, fact), "", fact, place.building, ROLE, every),
            *(*steps, np.full(len(steps.starts), settled_ms, np.int64)),
        )
        for fact, steps in found.items()
        if len(steps.starts)
    )


def place_of(estate: Estate, meter: str) -> Place | None:
    """The place whose fact this is; None where the estate has it no longer."""
    kind, _, rest = meter.partition("#")
    id_ = rest.partition("#")[0]
    if kind == "zone" and id_ in estate.zones:
        return Place(kind, id_, estate.zones[id_].building, id_)
    if kind == "tenant" and id_ in estate.tenants:
        return Place(kind, id_, estate.site.id)
    known = kind in ("own", "building", "site") and (id_ in estate.buildings or id_ == estate.site.id)
    return Place(kind, id_, id_) if known else None
