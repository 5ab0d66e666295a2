"""A building: load and base load, by zone and carrier, comfort, occupancy against energy, degree days, sub-meters."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import (
    BUILDING,
    BY_AREA,
    BY_SENSOR,
    CARRIER,
    IN_ZONES,
    SENSOR,
    SHOWN_STEP,
    carrier_variable,
    fact,
    fact_steps,
    flows,
    load_lately,
    loads,
    one_building,
    ratio,
    readings,
    unit,
    usage,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, fineness, step
from dashboards.grafana.said import carriers, flow_names
from dashboards.grafana.scale import ACT, AIR, GOOD, GREY, LOST, PLAIN, WATCH, Scale
from dashboards.grafana.words import Words
from energy.derived.ratios import HEATING
from store.base import UsageTag
from store.influxql_panels import Sum, panel_less, panel_share, panel_steps, panel_total
from store.influxql_readings import panel_series

TITLE = (
    ("Bâtiment", "Building"),
    (
        "Charge, puissance de base, consommation par compteur et énergie, confort, présence, chauffage et "
        "degrés-jours.",
        "Load, base load, consumption by meter and carrier, comfort, presence, heating against degree days.",
    ),
)

_NOW = Words(
    ("Charge électrique", "Electric load"),
    (
        "Puissance soutirée par le bâtiment au dernier pas réglé de la période, et son cours sur 24 heures.",
        "Power drawn by the building in the last settled step of the time shown, and its course over 24 hours.",
    ),
    say.LOAD,
    say.METER_WRONG,
)
_BASE = Words(
    ("Puissance de base", "Base load"),
    (
        "Ce qui tourne toujours : la puissance que chaque jour dépasse presque toujours, en moyenne sur les jours.",
        "What always runs: the power that each day nearly always exceeds, on average over the days.",
    ),
    (
        "moyenne des jours du 5e centile de la puissance (OpenEIS, LBNL, 2014).",
        "mean over days of the 5th percentile of power (OpenEIS, LBNL, 2014).",
    ),
    say.METER_WRONG,
)
_PEAK = Words(
    ("Puissance de pointe", "Peak power"),
    (
        "La plus grande puissance soutirée en moyenne sur un pas, de la période.",
        "The greatest power drawn as the mean of a step, in the time shown.",
    ),
    (
        "maximum des pointes de chaque jour local, d'après les compteurs généraux d'électricité.",
        "maximum of the peaks of each local day, from site meters of electricity.",
    ),
    say.METER_WRONG,
)
_EMPTY = Words(
    ("Consommé à vide", "Used while empty"),
    (
        "Part de l'électricité utilisée pendant les heures où personne n'était là.",
        "Share of the electricity used in hours when nobody was there.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_AREA = say.indicator("energy_m2_year")
_COMPLETE = Words(
    ("Complétude", "Data completeness"),
    (
        "Relevés de compteurs reçus, de ceux qui étaient attendus selon leur intervalle.",
        "Readings of meters received, of those expected by their interval.",
    ),
    say.FACTS,
    say.SENSOR_WRONG,
)
_PERSON_HOUR = Words(
    ("Par heure-personne", "By person-hour"),
    (
        "Énergie utilisée pour chaque heure passée là par une personne.",
        "Energy used for each hour that one person spent there.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_LOAD = Words(
    ("Courbe de charge", "Load curve"),
    (
        "Puissance électrique de chaque compteur général du bâtiment.",
        "Electric power of each site meter of the building.",
    ),
    say.LOAD,
    say.METER_WRONG,
)
_CARRIERS = Words(
    ("Consommation par énergie", "Consumption by carrier"),
    (
        "Ce que le bâtiment a soutiré, produit et injecté.",
        "What the building drew, produced and fed in.",
    ),
    say.FLOWS,
    say.METER_WRONG,
)
_METERS = Words(
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
    say.METER_WRONG,
)
_BALANCE = Words(
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
_CO2 = Words(
    ("CO₂ par zone", "CO₂ by zone"),
    (
        "Air des zones ; 800 ppm : satisfaisant en dessous ; 1 500 ppm : agir sans délai (arrêté du 27 décembre 2022).",
        "Air of zones; 800 ppm: satisfactory below; 1,500 ppm: act promptly (French decree of 27 December 2022).",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_WARMTH = Words(
    ("Température par zone", "Temperature by zone"),
    ("Température moyenne de chaque zone.", "Mean temperature of each zone."),
    say.READINGS,
    say.SENSOR_WRONG,
)
_USED = Words(
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
    say.FACTS_WRONG,
)
_DEGREES = Words(
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


_NO_SUBMETERS = ("Pas de compteur divisionnaire ici.", "No sub-meters here.")
PLACE = "${building:queryparam}&var-zone=${__field.labels.zone:percentencode}"


def building(kit: Kit) -> Dashboard:
    """The dashboard of buildings."""
    glance = _glance(kit)
    return frame(
        kit,
        "building",
        TITLE,
        [one_building(kit), carrier_variable(kit), step(kit.language, "1d"), fineness(kit.language, kit.step)],
        [
            Row(4, [(panel, 6) for panel in glance[:4]]),
            Row(4, [(panel, 8) for panel in glance[4:]]),
            Row(9, [(_load(kit), 14), (_carriers(kit), 10)]),
            Row(8, [(_rooms(kit, _CO2, "climate.co2", AIR), 12), (_rooms(kit, _WARMTH, "climate.temperature"), 12)]),
            Row(9, [(_used(kit), 12), (_degrees(kit), 12)]),
            Row(9, [(_meters(kit), 14), (_balance(kit), 10)]),
        ],
    )


def _glance(kit: Kit) -> list[Panel]:
    by: list[UsageTag] = ["building"]
    base, days = fact("building", ["base"], "1d", by), fact("building", ["based"], "1d", by)
    peak, whole = fact("building", ["peak"], "1d"), Scale(ACT, ((80, WATCH), (95, GOOD)))
    by_area, empty, person_hour = (
        [InfluxQuery(ratio("building", indicator, by), alias="$tag_building")]
        for indicator in ("energy_m2_year", "empty_share", "energy_person_hour")
    )
    return [
        kit.stat(_NOW, load_lately(kit, BUILDING), "watt"),
        kit.stat(_BASE, panel_share(base, days, 1), "watt", over="sum"),
        kit.stat(_PEAK, panel_total(peak.usage, peak.chosen, how="max"), "watt"),
        kit.stat(_AREA, by_area, BY_AREA, decimals=0),
        kit.stat(_EMPTY, empty, "percent", LOST, decimals=0),
        kit.stat(_PERSON_HOUR, person_hour, "suffix:kWh/h", decimals=2),
        kit.stat(_COMPLETE, ratio("building", "completeness"), "percent", whole, decimals=1),
    ]


def _load(kit: Kit) -> Panel:
    found = loads(kit, BUILDING, ["meter"], "$tag_meter")
    return kit.curves(_LOAD, found, "watt", stacked=True, interval=kit.step)


def _carriers(kit: Kit) -> Panel:
    return kit.bars(_CARRIERS, flows(SHOWN_STEP, (*BUILDING, *CARRIER)), "watth", flow_names(kit))


def _meters(kit: Kit) -> Panel:
    query = panel_steps(usage(SHOWN_STEP, ["electricity"], ["meter"], role="submeter"), BUILDING)
    return kit.bars(_METERS, [InfluxQuery(query, alias="$tag_meter")], "watth")


def _balance(kit: Kit) -> Panel:
    main = Sum(usage(SHOWN_STEP, ["electricity"], ["building"]), BUILDING)
    behind = Sum(usage(SHOWN_STEP, ["electricity"], ["building"], role="submeter"), BUILDING)
    columns = [
        Column("building", ("Bâtiment", "Building")),
        Column("value", ("Général − divisionnaires", "Main − sub-meters"), "watth"),
    ]
    return kit.table(_BALANCE, panel_less(main, behind), columns, sort="value", descending=False, empty=_NO_SUBMETERS)


def _rooms(kit: Kit, words: Words, quantity: str, scale: Scale | None = None) -> Panel:
    found = [InfluxQuery(panel_series(readings(quantity, by=BY_SENSOR), kit.zone, IN_ZONES), alias=SENSOR)]
    link = kit.link("zone", PLACE, ("Voir la zone", "See the zone"))
    return kit.curves(words, found, unit(quantity), scale=scale, interval="30m", links=[link])


def _used(kit: Kit) -> Panel:
    names = [
        Name("load", kit.say("Puissance", "Power"), PLAIN),
        Name("people", kit.say("Personnes", "People"), WATCH, unit("occupancy.count"), right=True),
    ]
    queries = [
        *loads(kit, BUILDING, alias="load"),
        InfluxQuery(panel_series(readings("occupancy.count"), kit.zone, BUILDING), alias="people"),
    ]
    return kit.curves(_USED, queries, "watt", names, interval="30m", least=0)


def _degrees(kit: Kit) -> Panel:
    degrees = kit.say("Degrés-jours (base 18 °C)", "Degree days (base 18 °C)")
    names = [
        *carriers(kit, HEATING),
        Name("degree18", degrees, GREY, "suffix:°C·d", right=True, line=True),
    ]
    heating = panel_steps(usage("1d", list(HEATING), ["carrier"]), BUILDING)
    queries = [
        InfluxQuery(heating, alias="$tag_carrier"),
        InfluxQuery(fact_steps("site", ["degree18"], "1d"), alias="degree18"),
    ]
    return kit.bars(_DEGREES, queries, "watth", names)
