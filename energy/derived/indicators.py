"""What the figures of a place say of its use, one row each: formula, unit, source and meaning; found by `found.py`."""

from collections.abc import Callable
from typing import NamedTuple

from energy.derived import found
from energy.derived.found import Found, Inputs
from energy.derived.french import FRENCH


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


def indicators(inputs: Inputs) -> dict[str, Found]:
    """Every indicator by id."""
    return {row.id: row.find(inputs) for row in INDICATORS.values()}


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
                  "count.", found.energy_m2),
        Indicator("energy_m2_year", "kWh/(m²·a)",
                  "(electricity + pv − export + gas + heat + cooling) ÷ area ÷ days with them × 365",
                  "the same, by year",
                  "Énergie par surface et an", "Energy by area and year",
                  "La même au rythme d'un an, pour comparer des périodes et des bâtiments : un hiver seul est "
                  "au-dessus de l'année.",
                  "The same at the pace of a year, to compare periods and buildings: a winter alone is above the "
                  "year.", found.energy_m2_year),
        Indicator("base_load", "W/m²", "mean over days of the day's 5th percentile of power ÷ area",
                  "Daily Load 5th Percentile of OpenEIS (LBNL, 2014)",
                  "Puissance de base", "Base load",
                  "Ce qui tourne toujours : la puissance électrique que chaque jour dépasse presque toujours.",
                  "What always runs: the electric power that each day nearly always exceeds.", found.base_load),
        Indicator("peak", "W", "greatest mean power drawn in one step", _OWN,
                  "Puissance de pointe", "Peak power",
                  "La plus grande puissance électrique soutirée, en moyenne sur un pas, et quand.",
                  "The greatest electric power drawn, as the mean of a step, and when.", found.peak),
        Indicator("load_factor", "1", "mean power ÷ peak power", "the usual definition",
                  "Facteur de charge", "Load factor",
                  "1 : une puissance constante ; près de 0 : une pointe brève.",
                  "1: constant power; near 0: a brief peak.", found.load_factor),
        Indicator("energy_person_hour", "kWh/(person·h)", "energy ÷ person-hours, on days with both", _OWN,
                  "Énergie par heure de présence", "Energy by person-hour",
                  "Énergie utilisée pour chaque heure passée là par une personne.",
                  "Energy used for each hour that one person spent there.", found.per_person_hour),
        Indicator("empty_share", "%", "electricity used in hours when nobody was in any zone ÷ electricity in hours of "
                  "known occupancy", _OWN,
                  "Part consommée à vide", "Share used while empty",
                  "Part de l'électricité utilisée pendant les heures où personne n'était là.",
                  "Share of electricity used in hours when nobody was there.", found.used_empty),
        Indicator("heating_dd17", "Wh/(m²·°C·d)", "(gas + heat) ÷ area ÷ degree days of base 17",
                  "SDES (2021): 17 − (Tmin + Tmax) ÷ 2; indicative",
                  "Chauffage par degré-jour, base 17 (indicatif)", "Heating by degree day, base 17 (indicative)",
                  "Gaz et chaleur par m² et degré-jour : compare des hivers inégaux. Indicatif : comprend l'eau chaude "
                  "et la cuisson.",
                  "Gas and heat by m² and degree day: compares unequal winters. Indicative: hot water and cooking are "
                  "in it.", found.heating("degree17")),
        Indicator("heating_dd18", "Wh/(m²·°C·d)", "(gas + heat) ÷ area ÷ degree days of base 18",
                  "COSTIC, as public programs have it; indicative",
                  "Chauffage par degré-jour, base 18 (indicatif)", "Heating by degree day, base 18 (indicative)",
                  "Le même, par les degrés-jours des contrats de chauffage.",
                  "The same by the degree days of heating contracts.", found.heating("degree18")),
        Indicator("self_consumption", "%", "Σ steps used on the spot ÷ pv", _CONSUMERS,
                  "Autoconsommation", "Self-consumption",
                  "Part de la production photovoltaïque utilisée sur place.",
                  "Share of the photovoltaic production that was used on the spot.", found.own_use("self_consumption")),
        Indicator("self_sufficiency", "%", "Σ steps used on the spot ÷ electricity used in all", _CONSUMERS,
                  "Autoproduction", "Self-sufficiency",
                  "Part de l'électricité utilisée qui vient du photovoltaïque sur place.",
                  "Share of the electricity used that was made on the spot.", found.own_use("self_sufficiency")),
        Indicator("utilisation", "%", "time occupied ÷ time of known occupancy, 8 to 20 o'clock, zones with sensors",
                  _OWN,
                  "Utilisation des espaces partagés", "Shared-space utilisation",
                  "Part du temps, de 8 h à 20 h, où quelqu'un est dans les espaces équipés de capteurs.",
                  "Share of the time from 8 to 20 o'clock in which somebody is in the spaces with sensors.",
                  found.utilisation),
        Indicator("water_person_day", "L/(person·d)", "water ÷ (person-hours ÷ 8), on days with both",
                  "LEED (a full-time equivalent is 8 h a day)",
                  "Eau par personne et jour", "Water by person-day",
                  "Eau utilisée pour huit heures de présence d'une personne.",
                  "Water used for eight hours of presence of one person.", found.water),
        Indicator("co2_800", "h", "Σ zones: time occupied with CO₂ above 800 ppm", _AIR,
                  "CO₂ au-dessus de 800 ppm", "CO₂ above 800 ppm",
                  "Heures occupées où l'air n'était pas satisfaisant, sommées sur les zones.",
                  "Occupied hours in which the air was not satisfactory, summed over zones.", found.co2("co2_800")),
        Indicator("co2_1500", "h", "Σ zones: time occupied with CO₂ above 1,500 ppm", _AIR,
                  "CO₂ au-dessus de 1 500 ppm", "CO₂ above 1,500 ppm",
                  "Heures occupées où il fallait agir sans délai, sommées sur les zones.",
                  "Occupied hours that called for prompt action, summed over zones.", found.co2("co2_1500")),
        Indicator("completeness", "%", "readings received ÷ readings expected of the meters", _OWN,
                  "Complétude des relevés", "Data completeness",
                  "Relevés de compteurs reçus, de ceux qui étaient attendus selon leur intervalle.",
                  "Readings of meters received, of those expected by their interval.", found.completeness),
    )
}  # fmt: skip
