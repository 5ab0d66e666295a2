"""What the panels of a building's dashboard say."""

from dashboards.grafana import words
from dashboards.grafana.words import Words

TITLE = (
    ("Bâtiment", "Building"),
    (
        "Charge, puissance de base, consommation par compteur et énergie, confort, présence, chauffage et "
        "degrés-jours.",
        "Load, base load, consumption by meter and carrier, comfort, presence, heating against degree days.",
    ),
)

NOW = Words(
    ("Charge électrique", "Electric load"),
    (
        "Puissance soutirée par le bâtiment au dernier pas réglé de la période, et son cours sur 24 heures.",
        "Power drawn by the building in the last settled step of the time shown, and its course over 24 hours.",
    ),
    words.LOAD,
    words.METER_WRONG,
)
BASE = Words(
    ("Puissance de base", "Base load"),
    (
        "Ce qui tourne toujours : la puissance que chaque jour dépasse presque toujours, en moyenne sur les jours.",
        "What always runs: the power that each day nearly always exceeds, on average over the days.",
    ),
    (
        "moyenne des jours du 5e centile de la puissance (OpenEIS, LBNL, 2014).",
        "mean over days of the 5th percentile of power (OpenEIS, LBNL, 2014).",
    ),
    words.METER_WRONG,
)
PEAK = Words(
    ("Puissance de pointe", "Peak power"),
    (
        "La plus grande puissance soutirée en moyenne sur un pas, de la période.",
        "The greatest power drawn as the mean of a step, in the time shown.",
    ),
    (
        "maximum des pointes de chaque jour local, d'après les compteurs généraux d'électricité.",
        "maximum of the peaks of each local day, from site meters of electricity.",
    ),
    words.METER_WRONG,
)
EMPTY = Words(
    ("Consommé à vide", "Used while empty"),
    (
        "Part de l'électricité utilisée pendant les heures où personne n'était là.",
        "Share of the electricity used in hours when nobody was there.",
    ),
    words.FACTS,
    words.FACTS_WRONG,
)
AREA = words.indicator("energy_m2_year")
COMPLETE = Words(
    ("Complétude", "Data completeness"),
    (
        "Relevés de compteurs reçus, de ceux qui étaient attendus selon leur intervalle.",
        "Readings of meters received, of those expected by their interval.",
    ),
    words.FACTS,
    words.SENSOR_WRONG,
)
PERSON_HOUR = Words(
    ("Par heure-personne", "By person-hour"),
    (
        "Énergie utilisée pour chaque heure passée là par une personne.",
        "Energy used for each hour that one person spent there.",
    ),
    words.FACTS,
    words.FACTS_WRONG,
)
LOAD = Words(
    ("Courbe de charge", "Load curve"),
    (
        "Puissance électrique de chaque compteur général du bâtiment.",
        "Electric power of each site meter of the building.",
    ),
    words.LOAD,
    words.METER_WRONG,
)
CARRIERS = Words(
    ("Consommation par énergie", "Consumption by carrier"),
    (
        "Ce que le bâtiment a soutiré, produit et injecté.",
        "What the building drew, produced and fed in.",
    ),
    words.FLOWS,
    words.METER_WRONG,
)
METERS = Words(
    ("Consommation par compteur et zone", "Consumption by meter and zone"),
    (
        "Électricité de chaque compteur divisionnaire ; son nom dit la zone qu'il sert.",
        "Electricity of each sub-meter; its name says the zone it serves.",
    ),
    (
        "lignes de consommation réglées des compteurs divisionnaires, au pas choisi ; ils sont compris dans les "
        "généraux.",
        "settled rows of consumption of sub-meters, by the step chosen; they are part of the site meters.",
    ),
    words.METER_WRONG,
)
BALANCE = Words(
    ("Compteur général moins divisionnaires", "Main meter less sub-meters"),
    (
        "Ce que les compteurs divisionnaires n'expliquent pas : les parties communes. Négatif, c'est une anomalie.",
        "What sub-meters do not explain: the common parts. A negative one is a fault.",
    ),
    (
        "électricité des compteurs généraux − celle des divisionnaires, sur les pas qui ont les deux, par bâtiment.",
        "electricity of site meters − that of sub-meters, over steps that have both, by building.",
    ),
    (
        "un divisionnaire au mauvais endroit (submeter_of dans meters.csv), ou d'un autre poids ; voir les "
        "constats de la "
        "page /energy.",
        "a sub-meter in the wrong place (submeter_of in meters.csv), or of another weight; see the findings of "
        "the page "
        "/energy.",
    ),
)
CO2 = Words(
    ("CO₂ par zone", "CO₂ by zone"),
    (
        "Air des zones ; 800 ppm : satisfaisant en dessous ; 1 500 ppm : agir sans délai (arrêté du 27 décembre 2022).",
        "Air of zones; 800 ppm: satisfactory below; 1,500 ppm: act promptly (French decree of 27 December 2022).",
    ),
    words.READINGS,
    words.SENSOR_WRONG,
)
WARMTH = Words(
    ("Température par zone", "Temperature by zone"),
    ("Température moyenne de chaque zone.", "Mean temperature of each zone."),
    words.READINGS,
    words.SENSOR_WRONG,
)
USED = Words(
    ("Présence et charge", "Presence and load"),
    (
        "Personnes présentes (à droite) et puissance électrique : une charge qui reste quand tous sont partis "
        "est à vide.",
        "People present (right) and electric power: a load that stays when all have left is for nobody.",
    ),
    (
        "personnes : moyenne des comptages de l'intervalle ; puissance : comme la courbe de charge.",
        "people: mean of the counts of the window; power: as the load curve.",
    ),
    words.FACTS_WRONG,
)
DEGREES = Words(
    ("Chauffage et degrés-jours", "Heating against degree days"),
    (
        "Gaz et chaleur (barres) et degrés-jours de base 18 °C (ligne, à droite) : ils montent et descendent ensemble.",
        "Gas and heat (bars) and degree days of base 18 °C (line, right): they rise and fall together.",
    ),
    (
        "lignes de consommation réglées ; degrés-jours de la station du site (COSTIC, base 18 °C). Le gaz "
        "comprend l'eau "
        "chaude et la cuisson.",
        "settled rows of consumption; degree days of the site's weather station (COSTIC, base 18 °C). Gas includes hot "
        "water and cooking.",
    ),
    (
        "un chauffage qui monte par temps doux : régulation, fenêtre, ou station météo muette (Capteurs).",
        "heating that rises in mild weather: controls, a window, or a silent weather station (Sensors).",
    ),
)
NO_SUBMETERS = ("Pas de compteur divisionnaire ici.", "No sub-meters here.")
