"""The indicators that are one sum divided by another, as data: computed here, and asked of InfluxDB by dashboards."""

from typing import NamedTuple

HEATING = ("gas", "heat")
ENERGY = ("in_all", "gas", "heat", "cooling")
"""What a place uses, all in Wh: electricity in all (see the fact), and what else it draws."""

PERSON_DAY_H = 8
"""Hours of presence that make a person-day: a full-time equivalent, as LEED counts staff (leeduser.com)."""

YEAR_D = 365
"""The days of a year, for a pace by year."""

ENOUGH = 0.5
"""The share of the area of a place's zones that sensors must watch for it to be judged by them."""


class Ratio(NamedTuple):
    """Σ above ÷ Σ below × factor over the days that have both; the names are those of carriers and facts."""

    above: tuple[str, ...]
    below: tuple[str, ...]
    factor: float
    reach: str = ""  # the area of zones, as a fact, that must be enough of all


RATIOS: dict[str, Ratio] = {
    "energy_m2_year": Ratio(("energy",), ("area",), YEAR_D / 1000),
    "energy_person_hour": Ratio(("counted_energy",), ("energy_people",), 3.6, "counted_area"),
    "empty_share": Ratio(("empty",), ("watched",), 100, "watched_area"),
    "self_consumption": Ratio(("used_here",), ("pv",), 100),
    "self_sufficiency": Ratio(("used_here",), ("in_all",), 100),
    "utilisation": Ratio(("used",), ("usable",), 100),
    "water_person_day": Ratio(("counted_water",), ("water_people",), 3600 * PERSON_DAY_H, "counted_area"),
    "completeness": Ratio(("received",), ("expected",), 100),
}
"""By the indicator's id."""
