"""What a meter's consumption and shares rest on in the estate, as a short text that changes when any of it does."""

import hashlib

from energy.cost.tariff import facts_of
from energy.flows.allocation import served, submeters
from energy.meters.virtual import touched
from estate.model import Estate, Meter


def bases(estate: Estate) -> dict[str, str]:
    """Meter → its basis, the same in every process. Names, mail addresses and budgets have no part in it."""
    return {meter.id: _basis(estate, meter) for meter in estate.meters.values()}


def _basis(estate: Estate, meter: Meter) -> str:
    places, behind = estate.placements[meter.device], submeters(estate, meter)
    areas = [(sorted(zones.items()), total) for zones, total in (served(estate, place) for place in places)]
    zones = {zone for shares, _ in areas for zone, _ in shares}
    facts = (
        str(estate.site.zone),
        estate.step,
        tuple(meter),
        [tuple(place) for place in places],
        areas,
        sorted(tuple(lease) for lease in estate.leases if lease.zone in zones),
        sorted(tuple(key) for key in estate.keys if key.meter == meter.id),
        [tuple(virtual) for virtual in touched(estate, [meter.id])],
        [tuple(fact) for fact in facts_of(estate, meter.id)],
        sorted((tuple(sub), [tuple(place) for place in estate.placements[sub.device]]) for sub in behind),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
