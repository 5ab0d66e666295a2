"""What the figures of a place say of its use, one row each: formula, unit, source and meaning. Pure.

An indicator without the data it rests on is None with the reason, never 0. Each says over which share of the period's
days its data reach, how much of them was estimated, and the two figures it was divided from.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from energy.derived.french import FRENCH
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


class Indicator(NamedTuple):
    id: str
    unit: str
    formula: str
    source: str
    fr: str
    en: str
    meaning_fr: str
    meaning_en: str
    find: Callable[[Inputs], Found]

    @property
    def formula_fr(self) -> str:
        return FRENCH[self.id][0]

    @property
    def source_fr(self) -> str:
        return FRENCH[self.id][1]


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


def indicators(inputs: Inputs) -> dict[str, Found]:
    """Every indicator by id."""
    return {row.id: row.find(inputs) for row in INDICATORS.values()}


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


def _energy_m2(inputs: Inputs) -> Found:
    if not inputs.area_m2:
        return Found(None, NO_AREA)
    return _ratio(inputs, inputs.of(*ENERGY), inputs.area_m2, 1e-3, NO_METER)


def _energy_m2_year(inputs: Inputs) -> Found:
    return _named(inputs, "energy_m2_year", NO_METER if inputs.area_m2 else NO_AREA)


def _base_load(inputs: Inputs) -> Found:
    base = inputs.of("base")
    if not inputs.area_m2:
        return Found(None, NO_AREA)
    return _ratio(inputs, base, inputs.area_m2 * max(1, len(base.starts)), 1, NO_ELECTRICITY)


def _peak(inputs: Inputs) -> Found:
    peaks = inputs.of("peak")
    if not len(peaks.starts):
        return Found(None, NO_ELECTRICITY)
    at = int(np.argmax(peaks.amounts))
    covered = len(peaks.starts) / inputs.days
    return Found(float(peaks.amounts[at]), None, float(peaks.estimated[at]), covered, at_ms=inputs.peak_ms)


def _load_factor(inputs: Inputs) -> Found:
    peaks, drawn = inputs.of("peak"), inputs.of("electricity")
    both = np.intersect1d(peaks.starts, drawn.starts)
    if not len(both) or not peaks.amounts.max():
        return Found(None, NO_ELECTRICITY)
    mean = drawn.at(both)
    hours = sum(following(day, "1d", inputs.zone) - day for day in both.tolist()) / HOUR_MS
    return _ratio(inputs, mean, float(peaks.amounts.max()) * hours, 1, NO_ELECTRICITY)


def _per_person_hour(inputs: Inputs) -> Found:
    if inputs.counted < ENOUGH:
        return Found(None, NO_PEOPLE)
    return _named(inputs, "energy_person_hour", NO_METER)


def _empty(inputs: Inputs) -> Found:
    if inputs.watched < ENOUGH:
        return Found(None, NO_OCCUPANCY)
    return _named(inputs, "empty_share", NO_ELECTRICITY)


def _heating(degrees: str) -> Callable[[Inputs], Found]:
    def find(inputs: Inputs) -> Found:
        heating = inputs.of(*HEATING)
        if not len(heating.starts):
            return Found(None, NO_HEATING)
        if not inputs.area_m2:
            return Found(None, NO_AREA)
        return _ratio(inputs, heating, inputs.of(degrees), 1000 / inputs.area_m2, NO_DEGREES)

    return find


def _self(indicator: str) -> Callable[[Inputs], Found]:
    def find(inputs: Inputs) -> Found:
        return _named(inputs, indicator, NO_PV)

    return find


def _utilisation(inputs: Inputs) -> Found:
    return _named(inputs, "utilisation", NO_SENSOR)


def _water(inputs: Inputs) -> Found:
    water = inputs.of("water")
    if not len(water.starts):
        return Found(None, NO_WATER)
    if inputs.counted < ENOUGH:
        return Found(None, NO_PEOPLE)
    return _named(inputs, "water_person_day", NO_PEOPLE)


def _co2(fact: str) -> Callable[[Inputs], Found]:
    def find(inputs: Inputs) -> Found:
        above, aired = inputs.of(fact), inputs.of("aired")
        if not aired.amounts.sum():
            return Found(None, NO_CO2)
        hours = float(above.amounts.sum()) / 3600
        covered = len(aired.starts) / inputs.days
        return Found(hours, None, 0.0, covered, hours, float(aired.amounts.sum()) / 3600)

    return find


def _completeness(inputs: Inputs) -> Found:
    return _named(inputs, "completeness", NOTHING_EXPECTED)


_OWN = "this project"
_AIR = "arrêté of 2022-12-27, article 4 (France, of places for children)"
_CONSUMERS = "code de l'énergie D315-4 (per step); meters of export where there are any"

INDICATORS: dict[str, Indicator] = {
    row.id: row
    for row in (
        Indicator("energy_m2", "kWh/m²", "(electricity + pv − export + gas + heat + cooling) ÷ area",
                  "final energy by area, after code de la construction R174-22 ff.; not adjusted to the climate",
                  "Énergie par surface", "Energy by area",
                  "Énergie utilisée sur la période par m². Sans compteur d'injection, l'électricité est ce que "
                  "comptent les compteurs de soutirage.",
                  "Energy used over the period by m². Without an export meter, electricity is what the meters of draw "
                  "count.", _energy_m2),
        Indicator("energy_m2_year", "kWh/(m²·a)",
                  "(electricity + pv − export + gas + heat + cooling) ÷ area ÷ days with them × 365",
                  "the same, by year",
                  "Énergie par surface et an", "Energy by area and year",
                  "La même au rythme d'un an, pour comparer des périodes et des bâtiments : un hiver seul est "
                  "au-dessus de l'année.",
                  "The same at the pace of a year, to compare periods and buildings: a winter alone is above the "
                  "year.", _energy_m2_year),
        Indicator("base_load", "W/m²", "mean over days of the day's 5th percentile of power ÷ area",
                  "Daily Load 5th Percentile of OpenEIS (LBNL, 2014)",
                  "Puissance de base", "Base load",
                  "Ce qui tourne toujours : la puissance électrique que chaque jour dépasse presque toujours.",
                  "What always runs: the electric power that each day nearly always exceeds.", _base_load),
        Indicator("peak", "W", "greatest mean power drawn in one step", _OWN,
                  "Puissance de pointe", "Peak power",
                  "La plus grande puissance électrique soutirée, en moyenne sur un pas, et quand.",
                  "The greatest electric power drawn, as the mean of a step, and when.", _peak),
        Indicator("load_factor", "1", "mean power ÷ peak power", "the usual definition",
                  "Facteur de charge", "Load factor",
                  "1 : une puissance constante ; près de 0 : une pointe brève.",
                  "1: constant power; near 0: a brief peak.", _load_factor),
        Indicator("energy_person_hour", "kWh/(person·h)", "energy ÷ person-hours, on days with both", _OWN,
                  "Énergie par heure de présence", "Energy by person-hour",
                  "Énergie utilisée pour chaque heure passée là par une personne.",
                  "Energy used for each hour that one person spent there.", _per_person_hour),
        Indicator("empty_share", "%", "electricity used in hours when nobody was in any zone ÷ electricity in hours of "
                  "known occupancy", _OWN,
                  "Part consommée à vide", "Share used while empty",
                  "Part de l'électricité utilisée pendant les heures où personne n'était là.",
                  "Share of electricity used in hours when nobody was there.", _empty),
        Indicator("heating_dd17", "Wh/(m²·°C·d)", "(gas + heat) ÷ area ÷ degree days of base 17",
                  "SDES (2021): 17 − (Tmin + Tmax) ÷ 2; indicative",
                  "Chauffage par degré-jour, base 17 (indicatif)", "Heating by degree day, base 17 (indicative)",
                  "Gaz et chaleur par m² et degré-jour : compare des hivers inégaux. Indicatif : comprend l'eau chaude "
                  "et la cuisson.",
                  "Gas and heat by m² and degree day: compares unequal winters. Indicative: hot water and cooking are "
                  "in it.", _heating("degree17")),
        Indicator("heating_dd18", "Wh/(m²·°C·d)", "(gas + heat) ÷ area ÷ degree days of base 18",
                  "COSTIC, as public programs have it; indicative",
                  "Chauffage par degré-jour, base 18 (indicatif)", "Heating by degree day, base 18 (indicative)",
                  "Le même, par les degrés-jours des contrats de chauffage.",
                  "The same by the degree days of heating contracts.", _heating("degree18")),
        Indicator("self_consumption", "%", "Σ steps used on the spot ÷ pv", _CONSUMERS,
                  "Autoconsommation", "Self-consumption",
                  "Part de la production photovoltaïque utilisée sur place.",
                  "Share of the photovoltaic production that was used on the spot.", _self("self_consumption")),
        Indicator("self_sufficiency", "%", "Σ steps used on the spot ÷ electricity used in all", _CONSUMERS,
                  "Autoproduction", "Self-sufficiency",
                  "Part de l'électricité utilisée qui vient du photovoltaïque sur place.",
                  "Share of the electricity used that was made on the spot.", _self("self_sufficiency")),
        Indicator("utilisation", "%", "time occupied ÷ time of known occupancy, 8 to 20 o'clock, zones with sensors",
                  _OWN,
                  "Utilisation des espaces partagés", "Shared-space utilisation",
                  "Part du temps, de 8 h à 20 h, où quelqu'un est dans les espaces équipés de capteurs.",
                  "Share of the time from 8 to 20 o'clock in which somebody is in the spaces with sensors.",
                  _utilisation),
        Indicator("water_person_day", "L/(person·d)", "water ÷ (person-hours ÷ 8), on days with both",
                  "LEED (a full-time equivalent is 8 h a day)",
                  "Eau par personne et jour", "Water by person-day",
                  "Eau utilisée pour huit heures de présence d'une personne.",
                  "Water used for eight hours of presence of one person.", _water),
        Indicator("co2_800", "h", "Σ zones: time occupied with CO₂ above 800 ppm", _AIR,
                  "CO₂ au-dessus de 800 ppm", "CO₂ above 800 ppm",
                  "Heures occupées où l'air n'était pas satisfaisant, sommées sur les zones.",
                  "Occupied hours in which the air was not satisfactory, summed over zones.", _co2("co2_800")),
        Indicator("co2_1500", "h", "Σ zones: time occupied with CO₂ above 1,500 ppm", _AIR,
                  "CO₂ au-dessus de 1 500 ppm", "CO₂ above 1,500 ppm",
                  "Heures occupées où il fallait agir sans délai, sommées sur les zones.",
                  "Occupied hours that called for prompt action, summed over zones.", _co2("co2_1500")),
        Indicator("completeness", "%", "readings received ÷ readings expected of the meters", _OWN,
                  "Complétude des relevés", "Data completeness",
                  "Relevés de compteurs reçus, de ceux qui étaient attendus selon leur intervalle.",
                  "Readings of meters received, of those expected by their interval.", _completeness),
    )
}  # fmt: skip
