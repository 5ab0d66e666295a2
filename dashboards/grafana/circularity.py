"""Circularity: what is used where it is made, shared spaces, energy and water by presence, waste, carbon by year."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import (
    BUILDING,
    SHOWN_STEP,
    WATER_PER,
    building_variable,
    by_building,
    fact,
    fact_steps,
    fact_total,
    ratio,
    ratio_steps,
    readings,
    unit,
    usage,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, step
from dashboards.grafana.said import carriers
from dashboards.grafana.scale import ACT, GOOD, GREY, LOST, PLAIN, WATCH, Scale
from dashboards.grafana.words import Words
from energy.cost.facts import CARBON
from energy.derived.indicators import INDICATORS
from store.influxql_panels import panel_against_before, panel_steps
from store.influxql_readings import panel_series

TITLE = (
    ("Circularité", "Circularity"),
    (
        "Autoconsommation, autoproduction, espaces partagés, énergie et eau par présence, déchets, carbone.",
        "Self-consumption, self-sufficiency, shared spaces, energy and water by presence, waste, carbon.",
    ),
)


_PV = Words(
    ("Photovoltaïque : consommé sur place et produit", "Photovoltaics: used on the spot and made"),
    (
        "Part de la production utilisée sur place (autoconsommation) et part de l'électricité utilisée qui en vient "
        "(autoproduction), par jour.",
        "Share of the production used on the spot (self-consumption) and share of the electricity used that comes from "
        "it (self-sufficiency), by day.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_SHARED = Words(
    ("Utilisation des espaces partagés, par bâtiment", "Use of shared spaces, by building"),
    (
        "Part du temps connu, de 8 h à 20 h, où quelqu'un est dans les zones équipées, au pas choisi.",
        "Share of the known time from 8 to 20 o'clock in which somebody is in zones with sensors, by the step chosen.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_BY_BUILDING = Words(
    ("Énergie par heure de présence", "Energy by person-hour"),
    (
        "Énergie utilisée pour chaque heure passée là par une personne ; les bâtiments sans comptage n'y sont pas.",
        "Energy used for each hour that one person spent there; buildings without counting are not in it.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_WASTE = Words(
    ("Déchets pesés", "Waste weighed"),
    (
        "Masse de déchets dans les bacs équipés d'une balance, par bâtiment ; vide sans balance.",
        "Mass of waste in bins with a scale, by building; empty without scales.",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_FILL = Words(
    ("Remplissage des bacs", "Fill of bins"),
    (
        "Remplissage des bacs à déchets équipés d'un capteur ; vide sans capteur.",
        "Fill of waste bins with a sensor; empty without sensors.",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_CARBON = Words(
    ("Émissions, par énergie (CO₂e)", "Emissions, by carrier (CO₂e)"),
    ("Émissions de chaque jour local, par énergie.", "Emissions of each local day, by carrier."),
    say.MONEY,
    say.MONEY_WRONG,
)
_BEFORE = Words(
    ("Émissions, un an plus tôt (CO₂e)", "Emissions, one year before (CO₂e)"),
    (
        "La même période, 52 semaines plus tôt, pour que les jours de la semaine tombent d'accord.",
        "The same time 52 weeks before, so that weekdays agree.",
    ),
    say.MONEY,
    say.MONEY_WRONG,
)
_AGAINST = Words(
    ("Émissions sur un an", "Emissions, year on year"),
    (
        "Écart des émissions de la période à celles de la même durée, 52 semaines plus tôt, si celles-ci sont connues.",
        "How far the emissions of the time shown are from those of as long a time 52 weeks before, if these are known.",
    ),
    say.MONEY,
    (
        "rien si l'année d'avant a moins de neuf dixièmes des jours : voir les deux courbes d'émissions.",
        "nothing where the year before has less than nine tenths of the days: see both charts of emissions.",
    ),
)
_WATER = Words(
    ("Eau, par bâtiment", "Water, by building"),
    (
        "Eau tirée des compteurs généraux, en m³ ; vide sans compteur d'eau.",
        "Water drawn through site meters, in m³; empty without a water meter.",
    ),
    say.METERED,
    say.METER_WRONG,
)
_PRESENCE = Words(
    ("Heures de présence", "Person-hours"),
    (
        "Somme des heures passées sur le site par des personnes, comptées sans savoir qui.",
        "Sum of the hours that people spent on the site, counted without knowing who.",
    ),
    say.SUMMED_FACTS,
    say.FACTS_WRONG,
)


_TOO_FEW = ("Aucun bâtiment n'a assez de capteurs.", "No building has sensors enough.")


def circularity(kit: Kit) -> Dashboard:
    """The dashboard of circularity."""
    carbon = [InfluxQuery(fact_steps("building", list(CARBON.values()), "1d", ["carrier"]), alias="$tag_carrier")]
    named = carriers(kit, list(CARBON), "carbon_")
    now = kit.bars(_CARBON, carbon, "suffix:kg", named)
    before = kit.bars(_BEFORE, carbon, "suffix:kg", named)
    before.time_shift = "52w"
    return frame(
        kit,
        "circularity",
        TITLE,
        [building_variable(kit), step(kit.language, "1d")],
        [
            Row(5, list(zip(_glance(kit), (4, 4, 7, 5, 4), strict=True))),
            Row(9, [(_pv(kit), 12), (_shared(kit), 12)]),
            Row(9, [(now, 12), (before, 12)]),
            Row(
                9,
                [
                    (_by_building(kit), 8),
                    (by_building(kit, say.indicator("empty_share"), "empty_share", "percent", LOST, most=100), 8),
                    (by_building(kit, say.indicator("water_person_day"), "water_person_day", "litre", Scale(PLAIN)), 8),
                ],
            ),
            Row(
                9,
                [
                    (_water(kit), 8),
                    (_waste(kit, _WASTE, "waste.mass"), 8),
                    (_waste(kit, _FILL, "waste.fill"), 8),
                ],
            ),
        ],
    )


def _glance(kit: Kit) -> list[Panel]:
    share = Scale(GREY, ((1, PLAIN), (50, GOOD)))
    people = fact_total("building", ["people"], "1d")
    emitted = fact("building", list(CARBON.values()), "1d")
    against = panel_against_before(emitted.usage, 52, emitted.chosen)
    more = Scale(GOOD, ((0, WATCH), (0.1, ACT)))
    return [
        kit.stat(say.indicator("self_consumption"), ratio("site", "self_consumption"), "percent", share, decimals=0),
        kit.stat(say.indicator("self_sufficiency"), ratio("site", "self_sufficiency"), "percent", share, decimals=1),
        kit.stat(say.indicator("utilisation"), ratio("building", "utilisation"), "percent", share, decimals=0),
        kit.stat(_AGAINST, against, "percentunit", more, decimals=0),
        kit.stat(_PRESENCE, people, "locale", decimals=0),
    ]


def _pv(kit: Kit) -> Panel:
    names = [
        Name(id_, kit.say(INDICATORS[id_].fr, INDICATORS[id_].en), colour)
        for id_, colour in (("self_consumption", "#C9B600"), ("self_sufficiency", "#E69F00"))
    ]
    queries = [InfluxQuery(ratio_steps("site", name.alias, "1d"), alias=name.alias) for name in names]
    return kit.curves(_PV, queries, "percent", names, least=0)


def _shared(kit: Kit) -> Panel:
    query = InfluxQuery(ratio_steps("building", "utilisation", SHOWN_STEP, ["building"]), alias="$tag_building")
    return kit.curves(_SHARED, [query], "percent", least=0)


def _by_building(kit: Kit) -> Panel:
    columns = [
        Column("building", ("Bâtiment", "Building")),
        Column("value", ("kWh par heure de présence", "kWh by person-hour"), "suffix:kWh/h"),
    ]
    query = ratio("building", "energy_person_hour", ["building"])
    return kit.table(_BY_BUILDING, query, columns, sort="value", empty=_TOO_FEW)


def _water(kit: Kit) -> Panel:
    query = panel_steps(usage(SHOWN_STEP, ["water"], ["building"]), BUILDING, WATER_PER)
    return kit.bars(_WATER, [InfluxQuery(query, alias="$tag_building")], "m3")


def _waste(kit: Kit, words: Words, quantity: str) -> Panel:
    query = panel_series(readings(quantity, by=["building"]), kit.zone, BUILDING)
    return kit.curves(words, [InfluxQuery(query, alias="$tag_building")], unit(quantity), interval="1h", least=0)
