"""A value that a person read from a meter → a reading, and whether the meter can have shown it. Pure."""

from typing import NamedTuple

from estate.model import Estate
from ingest.history.targets import Kind, in_own_unit, target_of
from sensors.draft import Ambiguous, Malformed
from sensors.model import Reading
from sensors.quantities import QUANTITIES
from sensors.times import text_ms


class Given(NamedTuple):
    """What the person says."""

    series: str  # a meter or device, or device@channel
    value: float
    unit: str = ""  # "" for the quantity's
    time: str = ""  # RFC 3339, or local time of the site; "" for now
    quantity: str = ""  # "" for the register of the meter


def reading_of(estate: Estate, given: Given, now_ms: int) -> Reading:
    """The reading. Raises ValueError, in words for people."""
    row = QUANTITIES.get(given.quantity)
    kind = Kind.GAUGE if row and row.kind != "counter" else Kind.REGISTER
    target = target_of(estate, given.series, given.quantity, kind, given.unit)
    try:
        at_ms = text_ms(given.time, estate.site.zone, now_ms) if given.time else now_ms
    except (Ambiguous, Malformed) as error:
        raise ValueError(f"{error}; write it like 2026-11-23T08:15 or 2026-11-23T08:15:00+01:00") from error
    return Reading(*target, in_own_unit(target.quantity, given.value, given.unit), at_ms)


def doubt(reading: Reading, before: float | None, after: float | None) -> str:
    """Why a register cannot have shown this between what was read before and after; "" when it can."""
    if QUANTITIES[reading.quantity].kind != "counter":
        return ""
    unit = QUANTITIES[reading.quantity].unit
    if before is not None and reading.value < before:
        return f"{reading.value:.12g} {unit} is below {before:.12g} {unit}, which was read before"
    if after is not None and reading.value > after:
        return f"{reading.value:.12g} {unit} is above {after:.12g} {unit}, which was read after"
    return ""
