"""A zone or room: air, warmth, humidity, people, and the energy used while nobody is there."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import (
    BY_SENSOR,
    SENSOR,
    ZONE,
    building_variable,
    fact_steps,
    fact_total,
    ratio,
    ratio_steps,
    readings,
    unit,
    zone_variable,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.query import InfluxQuery, step
from dashboards.grafana.scale import ACT, AIR, GOOD, LOST, PLAIN, WATCH, Scale
from dashboards.grafana.words import Words
from store.base import How
from store.influxql_readings import panel_reading, panel_series

TITLE = (
    ("Zone ou salle", "Zone or room"),
    (
        "CO₂, température, humidité, présence, énergie à vide ; les seuils de l'arrêté sont tracés.",
        "CO₂, temperature, humidity, presence, energy while empty; the decree's thresholds are drawn.",
    ),
)

WARMTH = Scale(PLAIN, ((19, GOOD), (26, ACT)))
"""°C: heated to 19 at most (code de l'énergie R241-26); cooled from 26 on (R241-30)."""

HUMIDITY = Scale(WATCH, ((30, GOOD), (70, WATCH)))

_WORST = Words(
    ("CO₂, valeur la plus haute", "CO₂, highest value"),
    (
        "La plus haute valeur de la période dans les zones choisies ; plus de 1 500 ppm : agir sans délai.",
        "The highest value of the time shown in the zones chosen; above 1,500 ppm: act promptly.",
    ),
    ("maximum des mesures de chaque capteur.", "maximum of the readings of each sensor."),
    say.SENSOR_WRONG,
)
_ABOVE_800 = Words(
    ("Occupé, plus de 800 ppm", "Occupied above 800 ppm"),
    (
        "Heures occupées où l'air n'était pas satisfaisant, sommées sur les zones.",
        "Occupied hours in which the air was not satisfactory, summed over zones.",
    ),
    say.SUMMED_FACTS,
    say.FACTS_WRONG,
)
_ABOVE_1500 = Words(
    ("Occupé, plus de 1 500 ppm", "Occupied above 1,500 ppm"),
    (
        "Heures occupées où il fallait agir sans délai, sommées sur les zones.",
        "Occupied hours that called for prompt action, summed over zones.",
    ),
    say.SUMMED_FACTS,
    say.FACTS_WRONG,
)
_USED = Words(
    ("Occupation, de 8 h à 20 h", "Time in use, 8 to 20 h"),
    (
        "Part du temps connu, de 8 h à 20 h, où quelqu'un était dans les zones choisies.",
        "Share of the known time from 8 to 20 o'clock in which somebody was in the zones chosen.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)
_CO2 = Words(
    ("CO₂", "CO₂"),
    (
        "Air de chaque zone. En dessous de 800 ppm : satisfaisant ; plus de 1 500 ppm : agir sans délai (arrêté du 27 "
        "décembre 2022, écrit pour les lieux recevant des enfants).",
        "Air of each zone. Below 800 ppm: satisfactory; above 1,500 ppm: act promptly (French decree of 27 December "
        "2022, written for places that receive children).",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_TEMPERATURE = Words(
    ("Température", "Temperature"),
    (
        "Température de chaque zone. 19 °C : limite de chauffage (R241-26) ; 26 °C : seuil de climatisation (R241-30).",
        "Temperature of each zone. 19 °C: limit of heating (R241-26); 26 °C: from where cooling may run (R241-30).",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_HUMIDITY = Words(
    ("Humidité", "Humidity"),
    (
        "Humidité relative de chaque zone ; 30 à 70 % est le domaine usuel du confort.",
        "Relative humidity of each zone; 30 to 70 % is the usual range of comfort.",
    ),
    say.READINGS,
    say.SENSOR_WRONG,
)
_PEOPLE = Words(
    ("Présence", "Presence"),
    ("Personnes présentes par zone, sans savoir qui.", "People present by zone, without knowing who."),
    say.READINGS,
    say.SENSOR_WRONG,
)
_OCCUPIED = Words(
    ("Heures occupées", "Hours in use"),
    (
        "Temps où quelqu'un était là, par zone, au pas choisi (Pas).",
        "Time in which somebody was there, by zone, by the step chosen (Step).",
    ),
    say.SUMMED_FACTS,
    say.FACTS_WRONG,
)
_EMPTY = Words(
    ("Part consommée à vide", "Share used while empty"),
    (
        "Part de l'électricité du bâtiment utilisée pendant les heures où personne n'était là, par jour.",
        "Share of the building's electricity used in hours when nobody was there, by day.",
    ),
    say.FACTS,
    say.FACTS_WRONG,
)


def zone(kit: Kit) -> Dashboard:
    """The dashboard of zones."""
    return frame(
        kit,
        "zone",
        TITLE,
        [building_variable(kit), zone_variable(kit), step(kit.language, "1d")],
        [
            Row(5, [(panel, 6) for panel in _glance(kit)]),
            Row(10, [(_curves(kit, _CO2, "climate.co2", AIR), 24)]),
            Row(9, [(_curves(kit, _TEMPERATURE, "climate.temperature", WARMTH), 12),
                    (_curves(kit, _HUMIDITY, "climate.humidity", HUMIDITY), 12)]),
            Row(9, [(_curves(kit, _PEOPLE, "occupancy.count", None), 12), (_occupied(kit), 12)]),
            Row(9, [(_empty(kit), 24)]),
        ],
        since="now-7d/d",
    )  # fmt: skip


def _glance(kit: Kit) -> list[Panel]:
    hours = Scale(GOOD, ((1, WATCH), (10, ACT)))
    return [
        kit.stat(_WORST, f'SELECT max("value") AS "value" FROM ({_by_zone()})', unit("climate.co2"), AIR),
        kit.stat(_ABOVE_800, _hours("co2_800"), "suffix:h", hours, decimals=1),
        kit.stat(_ABOVE_1500, _hours("co2_1500"), "suffix:h", Scale(GOOD, ((0.001, ACT),)), decimals=1),
        kit.stat(_USED, ratio("zone", "utilisation"), "percent", decimals=0),
    ]


def _by_zone() -> str:
    return panel_reading(readings("climate.co2", "max", by=["zone"]), ZONE)


def _hours(name: str) -> str:
    return fact_total("zone", [name], "1d")


def _curves(kit: Kit, words: Words, quantity: str, scale: Scale | None, how: How = "mean") -> Panel:
    query = panel_series(readings(quantity, how, by=BY_SENSOR), kit.zone, ZONE)
    found = [InfluxQuery(query, alias=SENSOR)]
    return kit.curves(words, found, unit(quantity), scale=scale, interval="30m")


def _occupied(kit: Kit) -> Panel:
    query = fact_steps("zone", ["occupied"], by=["meter"])
    return kit.bars(_OCCUPIED, [InfluxQuery(query, alias="$tag_meter")], "suffix:h", places=True)


def _empty(kit: Kit) -> Panel:
    query = ratio_steps("building", "empty_share", "1d", ["building"])
    return kit.curves(_EMPTY, [InfluxQuery(query, alias="$tag_building")], "percent", scale=LOST, least=0)
