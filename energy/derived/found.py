"""What is known of a place → each of its figures, or the reason why there is none. Pure.

A figure without the data it rests on is None with the reason, never 0. Each says over which share of the period's days
its data reach, how much of them was estimated, and the two figures it was divided from.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.ratios import ENERGY, ENOUGH, HEATING, RATIOS
from energy.meters.steps import Steps, total
from estate.calendar import HOUR_MS, following


class Reason(NamedTuple):
    """Why there is no figure."""

    fr: str
    en: str


class Inputs(NamedTuple):
    """All that is known of a place over whole local days."""

    days: int
    area_m2: float
    amounts: Mapping[str, Steps]  # by carrier or fact and day, in their units
    counted: float  # the share of its zones' area whose people are counted
    watched: float  # and of which it is known whether they are occupied
    peak_ms: int | None  # the start of the step of the greatest power
    zone: ZoneInfo

    def of(self, *names: str) -> Steps:
        """The sum of these by day; a day that only some have is the sum of those."""
        return total([self.amounts[name] for name in names if name in self.amounts])


class Found(NamedTuple):
    """One indicator of one place and period."""

    value: float | None
    reason: Reason | None = None  # when there is no value
    estimated: float = 0.0  # the share of its data that was not measured, 0 to 1
    coverage: float = 0.0  # the share of the days that have its data, 0 to 1
    above: float | None = None  # the figure above the line of the fraction
    below: float | None = None
    at_ms: int | None = None


NO_METER = Reason("aucune consommation mesurée sur la période", "no metered consumption in the period")
NO_AREA = Reason("surface inconnue ou nulle sur la période", "no area in the period")
NO_ELECTRICITY = Reason("aucune journée complète d'électricité mesurée", "no whole day of metered electricity")
NO_HEATING = Reason("aucun compteur de gaz ni de chaleur", "no gas or heat meter")
NO_DEGREES = Reason("température extérieure inconnue, ou aucun degré-jour", "no outdoor temperature, or no degree day")
NO_PV = Reason(
    "pas de photovoltaïque avec un compteur d'électricité", "no photovoltaic production with an electricity meter"
)
NO_PEOPLE = Reason("moins de la moitié de la surface comptée", "people are counted in less than half of the area")
NO_OCCUPANCY = Reason("occupation de moins de la moitié connue", "occupancy is known in less than half of the area")
NO_SENSOR = Reason("aucun capteur d'occupation", "no occupancy sensor")
NO_CO2 = Reason("pas de CO₂ mesuré pendant l'occupation", "no CO₂ measured while occupied")
NO_WATER = Reason("aucun compteur d'eau", "no water meter")
NOTHING_EXPECTED = Reason("aucun relevé attendu", "no reading expected")


def _ratio(inputs: Inputs, above: Steps, below: Steps | float, factor: float, none: Reason) -> Found:
    """Above by below over the days that have both, times a factor."""
    if isinstance(below, Steps):
        both = np.intersect1d(above.starts, below.starts)
        above, below_ = above.at(both), below.at(both)
        divisor, guessed = float(below_.amounts.sum()), int(below_.guessed.sum())
    else:
        divisor, guessed = below, 0
    total = float(above.amounts.sum())
    if not len(above.starts) or divisor <= 0:
        return Found(None, none)
    unsure = max(_share(int(above.guessed.sum()), total), _share(guessed, divisor))
    covered = len(above.starts) / inputs.days
    return Found(total / divisor * factor, None, unsure, covered, total, divisor)


def _named(inputs: Inputs, indicator: str, none: Reason) -> Found:
    """The indicator as its row of `RATIOS` says."""
    above, below, factor, _ = RATIOS[indicator]
    return _ratio(inputs, inputs.of(*above), inputs.of(*below), factor, none)


def _share(part: float, total: float) -> float:
    return min(1.0, max(0.0, part / total)) if total else 0.0


def energy_m2(inputs: Inputs) -> Found:
    """Over the period, by m²."""
    if not inputs.area_m2:
        return Found(None, NO_AREA)
    return _ratio(inputs, inputs.of(*ENERGY), inputs.area_m2, 1e-3, NO_METER)


def energy_m2_year(inputs: Inputs) -> Found:
    """The same at the pace of a year."""
    return _named(inputs, "energy_m2_year", NO_METER if inputs.area_m2 else NO_AREA)


def base_load(inputs: Inputs) -> Found:
    """Mean of the days that have one, by m²."""
    base = inputs.of("base")
    if not inputs.area_m2:
        return Found(None, NO_AREA)
    return _ratio(inputs, base, inputs.area_m2 * max(1, len(base.starts)), 1, NO_ELECTRICITY)


def peak(inputs: Inputs) -> Found:
    """The greatest of the days, and when."""
    peaks = inputs.of("peak")
    if not len(peaks.starts):
        return Found(None, NO_ELECTRICITY)
    at = int(np.argmax(peaks.amounts))
    covered = len(peaks.starts) / inputs.days
    return Found(float(peaks.amounts[at]), None, float(peaks.estimated[at]), covered, at_ms=inputs.peak_ms)


def load_factor(inputs: Inputs) -> Found:
    """Mean over peak power, of the days that know both."""
    peaks, drawn = inputs.of("peak"), inputs.of("electricity")
    both = np.intersect1d(peaks.starts, drawn.starts)
    if not len(both) or not peaks.amounts.max():
        return Found(None, NO_ELECTRICITY)
    mean = drawn.at(both)
    hours = sum(following(day, "1d", inputs.zone) - day for day in both.tolist()) / HOUR_MS
    return _ratio(inputs, mean, float(peaks.amounts.max()) * hours, 1, NO_ELECTRICITY)


def per_person_hour(inputs: Inputs) -> Found:
    """Where people of enough of the area are counted."""
    if inputs.counted < ENOUGH:
        return Found(None, NO_PEOPLE)
    return _named(inputs, "energy_person_hour", NO_METER)


def used_empty(inputs: Inputs) -> Found:
    """Where the occupancy of enough of the area is known."""
    if inputs.watched < ENOUGH:
        return Found(None, NO_OCCUPANCY)
    return _named(inputs, "empty_share", NO_ELECTRICITY)


def heating(degrees: str) -> Callable[[Inputs], Found]:
    """By area and these degree days."""

    def find(inputs: Inputs) -> Found:
        heating = inputs.of(*HEATING)
        if not len(heating.starts):
            return Found(None, NO_HEATING)
        if not inputs.area_m2:
            return Found(None, NO_AREA)
        return _ratio(inputs, heating, inputs.of(degrees), 1000 / inputs.area_m2, NO_DEGREES)

    return find


def own_use(indicator: str) -> Callable[[Inputs], Found]:
    """An indicator of photovoltaic energy."""

    def find(inputs: Inputs) -> Found:
        return _named(inputs, indicator, NO_PV)

    return find


def utilisation(inputs: Inputs) -> Found:
    """Of the zones that have sensors."""
    return _named(inputs, "utilisation", NO_SENSOR)


def water(inputs: Inputs) -> Found:
    """Where people of enough of the area are counted."""
    water = inputs.of("water")
    if not len(water.starts):
        return Found(None, NO_WATER)
    if inputs.counted < ENOUGH:
        return Found(None, NO_PEOPLE)
    return _named(inputs, "water_person_day", NO_PEOPLE)


def co2(fact: str) -> Callable[[Inputs], Found]:
    """The hours of this fact, and those of known air."""

    def find(inputs: Inputs) -> Found:
        above, aired = inputs.of(fact), inputs.of("aired")
        if not aired.amounts.sum():
            return Found(None, NO_CO2)
        hours = float(above.amounts.sum()) / 3600
        covered = len(aired.starts) / inputs.days
        return Found(hours, None, 0.0, covered, hours, float(aired.amounts.sum()) / 3600)

    return find


def completeness(inputs: Inputs) -> Found:
    """Of the meters that report."""
    return _named(inputs, "completeness", NOTHING_EXPECTED)
