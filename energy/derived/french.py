"""Formulas and sources of the indicators in French; in English they stand in their table."""

_OWN = "ce projet"
_AIR = "arrêté du 27 décembre 2022, article 4 (France, lieux d'accueil d'enfants)"
_CONSUMERS = "code de l'énergie D315-4 (par pas) ; compteurs d'injection là où il y en a"

FRENCH: dict[str, tuple[str, str]] = {
    "energy_m2": (
        "(électricité + pv − injection + gaz + chaleur + froid) ÷ surface",
        "énergie finale par surface, d'après le code de la construction R174-22 et suivants ; climat non corrigé",
    ),
    "energy_m2_year": (
        "(électricité + pv − injection + gaz + chaleur + froid) ÷ surface ÷ jours connus × 365",
        "la même, par an",
    ),
    "base_load": (
        "moyenne sur les jours du 5e centile de la puissance du jour ÷ surface",
        "Daily Load 5th Percentile d'OpenEIS (LBNL, 2014)",
    ),
    "peak": ("plus grande puissance moyenne soutirée en un pas", _OWN),
    "load_factor": ("puissance moyenne ÷ puissance de pointe", "la définition usuelle"),
    "energy_person_hour": ("énergie ÷ heures de présence, les jours qui ont les deux", _OWN),
    "empty_share": (
        "électricité des heures où personne n'était dans aucune zone ÷ électricité des heures d'occupation connue",
        _OWN,
    ),
    "heating_dd17": (
        "(gaz + chaleur) ÷ surface ÷ degrés-jours de base 17",
        "SDES (2021) : 17 − (Tmin + Tmax) ÷ 2 ; indicatif",
    ),
    "heating_dd18": (
        "(gaz + chaleur) ÷ surface ÷ degrés-jours de base 18",
        "COSTIC, comme les programmes publics ; indicatif",
    ),
    "self_consumption": ("Σ pas consommés sur place ÷ pv", _CONSUMERS),
    "self_sufficiency": ("Σ pas consommés sur place ÷ électricité utilisée en tout", _CONSUMERS),
    "utilisation": ("temps occupé ÷ temps d'occupation connue, de 8 h à 20 h, zones à capteurs", _OWN),
    "water_person_day": (
        "eau ÷ (heures de présence ÷ 8), les jours qui ont les deux",
        "LEED (un équivalent plein temps est de 8 h par jour)",
    ),
    "co2_800": ("Σ zones : temps occupé avec un CO₂ au-dessus de 800 ppm", _AIR),
    "co2_1500": ("Σ zones : temps occupé avec un CO₂ au-dessus de 1 500 ppm", _AIR),
    "completeness": ("relevés reçus ÷ relevés attendus des compteurs", _OWN),
}
"""Formula and source, by the indicator's id."""
