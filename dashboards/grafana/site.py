"""The site: how much now and against comparable days, who drives it, PV, people, alarms."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import (
    CARRIER,
    SHOWN_STEP,
    carrier_variable,
    electric,
    fact_steps,
    flows,
    load_lately,
    loads,
    ratio,
    readings,
    unit,
    usage,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, fineness, step
from dashboards.grafana.said import BY_TENANT, flow_names, tenants_said
from dashboards.grafana.scale import ACT, FEW, GOOD, GREY, PLAIN, WATCH, Scale
from dashboards.grafana.words import Words
from dashboards.pages.colours import CARRIER_COLOURS
from store.influxql_panels import panel_against_usual, panel_steps, panel_top
from store.influxql_readings import panel_reading, panel_series
from store.influxql_shown import STANDING

TITLE = (
    ("Site", "Site"),
    (
        "Combien maintenant, par rapport aux jours comparables, par qui ; photovoltaïque, personnes, alarmes.",
        "How much now, against comparable days, by whom; photovoltaics, people, alarms.",
    ),
)

LEVELS = {
    "0": (("dans le budget", "within budget"), GOOD),
    "80": (("80 % du budget", "80 % of budget"), WATCH),
    "100": (("budget dépassé", "over budget"), ACT),
}

_NOW = Words(
    ("Charge électrique", "Electric load"),
    (
        "Puissance soutirée par tout le site au dernier pas réglé de la période, et son cours sur 24 heures.",
        "Power drawn by the whole site in the last settled step of the time shown, and its course over 24 hours.",
    ),
    say.LOAD,
    say.METER_WRONG,
)
_USUAL = Words(
    ("Écart à l'habituel", "Against usual"),
    (
        "Écart de la dernière heure de la période à la même heure des quatre semaines d'avant, le même jour.",
        "How far the last hour shown is from the same hour on that weekday of the four weeks before.",
    ),
    (
        "charge moyenne de l'heure ÷ moyenne des mêmes heures, − 1 ; compteurs généraux d'électricité. Les "
        "décalages sont "
        "dans la requête, InfluxQL ne sachant pas décaler une courbe. À cheval sur un changement d'heure, l'écart est "
        "d'une heure.",
        "mean load of the hour ÷ mean of those hours, − 1; site meters of electricity. The shifts are in the "
        "query, for "
        "InfluxQL cannot shift a curve. Across a change of clocks hours are one aside.",
    ),
    say.METER_WRONG,
)
_PV = Words(
    ("Photovoltaïque", "Photovoltaic share"),
    (
        "Part de l'électricité utilisée sur la période qui a été produite et consommée sur place ; jours terminés.",
        "Share of the electricity used in the time shown that was made and used on the spot; days that are over.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_PEOPLE_NOW = Words(
    ("Personnes", "People on site"),
    (
        "Personnes comptées par les capteurs, à la dernière demi-heure, et leur cours ; personne n'est reconnu.",
        "People counted by the sensors in the last half-hour, and their course; nobody is recognised.",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_SILENT = Words(
    ("Appareils muets", "Silent devices"),
    (
        "Appareils sans nouvelle depuis plus de trois fois leur intervalle.",
        "Devices not heard for more than three times their interval.",
    ),
    say.STATES,
    say.SENSOR_WRONG,
)
_ALERTS = Words(
    ("Budgets en alerte", "Budgets at risk"),
    (
        "Budgets de locataires (un par énergie) en alerte à la fin de la période.",
        "Budgets of tenants (one per carrier) with an alert at the end of the time shown.",
    ),
    say.STATES,
    say.LEASE_WRONG,
)
_LOAD = Words(
    ("Qui tire la charge", "Who drives the load"),
    (
        "Puissance électrique de chaque bâtiment, les plus forts d'abord ; un clic mène au bâtiment.",
        "Electric power of each building, those that draw most first; a click leads to the building.",
    ),
    say.LOAD,
    say.METER_WRONG,
)
_BEFORE = Words(
    ("La même période, une semaine plus tôt", "The same time one week before"),
    (
        "La charge du site sept jours avant la période choisie, à comparer avec celle de gauche.",
        "The site's load seven days before the time chosen, to compare with that on the left.",
    ),
    (
        say.LOAD[0] + " Le décalage est celui du panneau, que toutes les versions de Grafana connaissent.",
        say.LOAD[1] + " The shift is the panel's own, which every version of Grafana knows.",
    ),
    say.METER_WRONG,
)
_CARRIERS = Words(
    ("Consommation par énergie", "Consumption by carrier"),
    (
        "Ce que tout le site a soutiré, produit et injecté.",
        "What the whole site drew, produced and fed in.",
    ),
    say.FLOWS,
    say.METER_WRONG,
)
_TOP = Words(
    ("Bâtiments les plus consommateurs", "Buildings that use most"),
    (
        "Électricité soutirée sur la période par bâtiment, les dix premiers ; un clic mène au bâtiment.",
        "Electricity drawn in the time shown by building, the first ten; a click leads to the building.",
    ),
    say.METERED,
    say.METER_WRONG,
)
_ORIGIN = Words(
    ("D'où vient l'électricité", "Where electricity comes from"),
    (
        "Soutirée au réseau, photovoltaïque consommé sur place, par jour local terminé.",
        "Drawn from the grid, photovoltaic energy used on the spot, by local day that is over.",
    ),
    (
        "soutirage des compteurs généraux ; photovoltaïque utilisé pas à pas, au plus ce qui est consommé (D315-4).",
        "what site meters drew; photovoltaic energy used step by step, at most what is used (D315-4).",
    ),
    say.METER_WRONG,
)
_PEOPLE = Words(
    ("Présence", "Presence"),
    (
        "Personnes comptées par chaque capteur, avec son bâtiment.",
        "People counted by each sensor, with its building.",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_TIMELINE = Words(
    ("Alertes de budget", "Budget alerts"),
    (
        "Niveau d'alerte par locataire et énergie, et depuis quand ; seuls y sont ceux en alerte pendant la période.",
        "Alert level by tenant and carrier, and since when; only those on alert in the time shown are there.",
    ),
    say.STATES,
    say.LEASE_WRONG,
)

BY_BUILDING = "var-building=${__field.labels.building:percentencode}"


def site(kit: Kit) -> Dashboard:
    """The dashboard of the site."""
    link = [kit.link("building", BY_BUILDING, ("Voir le bâtiment", "See the building"))]
    load = loads(kit, by=["building", "meter"], alias="$tag_building")
    total = [Name("load", kit.say("Charge du site", "Load of the site"), PLAIN)]
    before = kit.curves(_BEFORE, loads(kit, alias="load"), "watt", total, stacked=True, interval=kit.step)
    before.time_shift = "1w"
    return frame(
        kit,
        "site",
        TITLE,
        [carrier_variable(kit), step(kit.language, "1d"), fineness(kit.language, kit.step)],
        [
            Row(5, [(panel, 4) for panel in _glance(kit)]),
            Row(
                9,
                [
                    (kit.curves(_LOAD, load, "watt", stacked=True, interval=kit.step, links=link, ranked="mean"), 15),
                    (before, 9),
                ],
            ),
            Row(9, [(_by_carrier(kit), 14), (_top(kit), 10)]),
            Row(8, [(_origin(kit), 12), (_people(kit), 12)]),
            Row(7, [(_alerts(kit), 24)]),
        ],
    )


def _glance(kit: Kit) -> list[Panel]:
    usual = Scale(GOOD, ((0.1, WATCH), (0.3, ACT)))
    people = panel_series(readings("occupancy.count"), kit.zone)
    silent = panel_reading(readings("health.silent", "last"), time=STANDING)
    alerts = panel_reading(readings("alerts.level", "last", by=["device", "channel"]), time=STANDING)
    return [
        kit.stat(_NOW, load_lately(kit), "watt"),
        kit.stat(_USUAL, panel_against_usual(electric(kit)), "percentunit", usual, decimals=0),
        kit.stat(_PV, ratio("site", "self_sufficiency"), "percent", Scale(GREY, ((1, GOOD),)), decimals=1),
        kit.now(_PEOPLE_NOW, people, unit("occupancy.count"), "30m", decimals=0),
        kit.stat(_SILENT, silent, "short", FEW),
        kit.stat(_ALERTS, _count(alerts), "short", FEW),
    ]


def _count(query: str) -> str:
    """How many of these are above zero."""
    return f'SELECT count("value") AS "value" FROM ({query}) WHERE "value" > 0'


def _by_carrier(kit: Kit) -> Panel:
    return kit.bars(_CARRIERS, flows(SHOWN_STEP, CARRIER), "watth", flow_names(kit))


def _top(kit: Kit) -> Panel:
    link = kit.link("building", "var-building=${__value.text:percentencode}", ("", ""))["url"]
    columns = [
        Column("building", ("Bâtiment", "Building"), link=str(link)),
        Column("amount", ("Électricité", "Electricity"), "watth"),
    ]
    query = panel_top(usage(SHOWN_STEP, ["electricity"]), "building", 10)
    return kit.table(_TOP, query, columns, sort="amount")


def _origin(kit: Kit) -> Panel:
    names = [
        Name("drawn", kit.say("Soutirée", "Drawn"), CARRIER_COLOURS["electricity"]),
        Name(
            "pv", kit.say("Photovoltaïque consommé sur place", "Photovoltaic, used on the spot"), CARRIER_COLOURS["pv"]
        ),
    ]
    queries = [
        InfluxQuery(panel_steps(usage("1d", ["electricity"])), alias="drawn"),
        InfluxQuery(fact_steps("site", ["used_here"], "1d"), alias="pv"),
    ]
    return kit.bars(_ORIGIN, queries, "watth", names)


def _people(kit: Kit) -> Panel:
    query = panel_series(readings("occupancy.count", by=["building", "device", "channel"]), kit.zone)
    found = InfluxQuery(query, alias="$tag_building: $tag_device")
    return kit.curves(_PEOPLE, [found], unit("occupancy.count"), stacked=True, interval="30m")


def _alerts(kit: Kit) -> Panel:
    query = panel_series(readings("alerts.level", "max", by=["device", "channel"]), kit.zone, above=0)
    panel = kit.timeline(_TIMELINE, [InfluxQuery(query, alias=BY_TENANT)], "percent", LEVELS, "1h")
    return tenants_said(kit, panel)
