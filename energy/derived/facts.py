"""Facts derived from readings and consumption: additive figures of a place, kept as rows of consumption.

A fact's row has the role `derived`, its name as the carrier, and a meter that names its place: no meter's id holds a
`#`. The table says what each is; `derive` computes them, `summing` those of longer steps and wider places, and
`indicators` reads them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.derived.held import Held, Values, pieces
from energy.derived.occupancy import Sensed
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import HOUR_MS, Every

ROLE = "derived"

OPEN_H = (8, 20)
"""The local hours, every day, over which the use of a room is judged: half of all, as a convention of this table."""

CO2_PPM = (800, 1500)
"""Below the first the air is satisfactory, above the second to be acted on at once: arrêté of 2022-12-27, article 4,
written for places that receive children, France."""


class Fact(NamedTuple):
    """One derived figure."""

    name: str
    unit: str
    every: Every  # the finest step it is kept at
    fr: str
    en: str
    longer: Literal["sum", "max"] = "sum"  # what a month makes of its days


FACTS: dict[str, Fact] = {
    row.name: row
    for row in (
        Fact("people", "person·s", "1h", "Présence de personnes", "Presence of people"),
        Fact("observed", "s", "1h", "Temps où l'occupation est connue", "Time with known occupancy"),
        Fact("occupied", "s", "1h", "Temps occupé", "Time occupied"),
        Fact("usable", "s", "1h", "Temps connu de 8 h à 20 h", "Known time from 8 to 20 o'clock"),
        Fact("used", "s", "1h", "Temps occupé de 8 h à 20 h", "Time occupied from 8 to 20 o'clock"),
        Fact("aired", "s", "1h", "Temps occupé où le CO₂ est connu", "Time occupied with known CO₂"),
        Fact("co2_800", "s", "1h", "Temps occupé au-dessus de 800 ppm", "Time occupied above 800 ppm"),
        Fact("co2_1500", "s", "1h", "Temps occupé au-dessus de 1 500 ppm", "Time occupied above 1,500 ppm"),
        Fact("degree17", "m°C·d", "1d", "Degrés-jours, base 17 °C", "Degree days, base 17 °C"),
        Fact("degree18", "m°C·d", "1d", "Degrés-jours, base 18 °C", "Degree days, base 18 °C"),
        Fact("received", "1", "1d", "Relevés reçus des compteurs", "Readings received of meters"),
        Fact("expected", "1", "1d", "Relevés attendus des compteurs", "Readings expected of meters"),
        Fact("peak", "W", "1d", "Puissance la plus haute", "Highest power", "max"),
        Fact("base", "W·d", "1d", "Puissance de base des jours", "Base load of the days"),
        Fact("based", "d", "1d", "Jours de puissance de base connue", "Days of known base load"),
        Fact("mean", "W·d", "1d", "Puissance moyenne des jours", "Mean power of the days"),
        Fact("used_here", "Wh", "1d", "Photovoltaïque consommé sur place", "Photovoltaic energy used on the spot"),
        Fact("in_all", "Wh", "1d", "Électricité consommée en tout", "Electricity used in all"),
        Fact("watched", "Wh", "1d", "Consommé, occupation connue", "Used while occupancy is known"),
        Fact("empty", "Wh", "1d", "Consommé à vide", "Used while empty"),
        Fact("energy", "Wh", "1d", "Énergie utilisée, toutes énergies", "Energy used, of all carriers"),
        Fact("area", "m²·d", "1d", "Surface dont l'énergie est connue", "Area of known energy"),
        Fact("counted_energy", "Wh", "1d", "Énergie, personnes comptées", "Energy while people are counted"),
        Fact("energy_people", "person·s", "1d", "Présence, énergie connue", "Presence while energy is known"),
        Fact("counted_water", "L", "1d", "Eau, personnes comptées", "Water while people are counted"),
        Fact("water_people", "person·s", "1d", "Présence, eau connue", "Presence while water is known"),
        Fact("zones_area", "m²·d", "1d", "Surface des zones", "Area of the zones"),
        Fact("counted_area", "m²·d", "1d", "Surface où les personnes sont comptées", "Area where people are counted"),
        Fact("watched_area", "m²·d", "1d", "Surface dont l'occupation est connue", "Area of known occupancy"),
    )
}

DEGREES = ("degree17", "degree18")

AREAS = ("zones_area", "counted_area", "watched_area")
"""How far the sensors of zones reach: see `reach`."""

COUNTS = ("expected", "received")
"""How many readings there are by day: told by readings alone."""

LOADS = tuple(
    fact.name for fact in FACTS.values() if fact.every == "1d" and fact.name not in (*DEGREES, *AREAS, *COUNTS)
)
"""What loads say of places by day."""

HOURLY = tuple(fact.name for fact in FACTS.values() if fact.every == "1h")
"""What sensors say of zones by hour; buildings and the site have the sums of these."""


def meter_of(kind: str, place: str, fact: str) -> str:
    """The id under which a fact of a place stands.

    Kinds are zone, building, site and tenant; and `own`, what the sensors of a building or the site as a whole say.
    """
    return f"{kind}#{place}#{fact}"


def of_zone(sensed: Sensed, co2: Sequence[Held], start_ms: int, end_ms: int, zone: ZoneInfo) -> dict[str, Steps]:
    """The facts of one zone by hour, from whole hour to whole hour; an hour of which nothing is known is absent."""
    at, spans = pieces(start_ms, end_ms, HOUR_MS, [*sensed.all, *co2])
    hour = (at - start_ms) // HOUR_MS
    people, guessed = sensed.people(at)
    occupied = sensed.occupied(at)
    air = _mean(co2, at)
    counted, known, there = ~np.isnan(people), ~np.isnan(occupied), occupied == 1
    air_known = known & ~np.isnan(air)
    aired = there & air_known
    opened = _open(start_ms, end_ms, zone)[hour]
    hours = _Hours(start_ms, (end_ms - start_ms) // HOUR_MS, hour, spans)
    above = {ppm: aired & (air > ppm) for ppm in CO2_PPM}
    return {
        "people": hours.sum(counted, np.where(counted, people, 0.0), guessed),
        "observed": hours.sum(known, known),
        "occupied": hours.sum(known, there),
        "usable": hours.sum(known & opened, known),
        "used": hours.sum(known & opened, there),
        "aired": hours.sum(air_known, aired),
        "co2_800": hours.sum(air_known, above[800]),
        "co2_1500": hours.sum(air_known, above[1500]),
    }


def _mean(sensors: Sequence[Held], at: Times) -> Values:
    """The mean of those that speak."""
    found = np.array([each.at(at) for each in sensors]).reshape(len(sensors), len(at))
    speaking = (~np.isnan(found)).sum(axis=0)
    mean: Values = np.divide(np.nansum(found, axis=0), speaking, out=np.full(len(at), np.nan), where=speaking > 0)
    return mean


class _Hours(NamedTuple):
    """Pieces of time by hour."""

    start_ms: int
    length: int
    hour: NDArray[np.int64]
    spans: Times  # ms

    def sum(
        self, where: NDArray[np.bool_], values: NDArray[np.float64] | NDArray[np.bool_], guessed: object = None
    ) -> Steps:
        """Values times seconds by hour, in whole units; hours without any piece of `where` are absent."""
        each = np.where(where, values * self.spans / 1000, 0.0)
        share = each * guessed if isinstance(guessed, np.ndarray) else each * 0
        amounts, parts, held = (
            np.bincount(self.hour, weights, self.length) for weights in (each, share, where * self.spans)
        )
        there = np.flatnonzero(held)
        starts = self.start_ms + there * HOUR_MS
        return Steps.of(starts, np.rint(amounts[there]).astype(np.int64), np.rint(parts[there]).astype(np.int64))


def _open(start_ms: int, end_ms: int, zone: ZoneInfo) -> NDArray[np.bool_]:
    """Whether each hour is one in which rooms are to be used."""
    clock = [datetime.fromtimestamp(at / 1000, zone).hour for at in range(start_ms, end_ms, HOUR_MS)]
    return np.array([OPEN_H[0] <= each < OPEN_H[1] for each in clock], np.bool_)
