"""The site overview: load, consumption, rooms and sensors on one page, in the language of those who read it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from grafana_foundation_sdk.builders import dashboard, table, timeseries
from grafana_foundation_sdk.builders.common import StackingConfig, TableSortByFieldState, VizLegendOptions
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataTransformerConfig

from dashboards.grafana.query import DATASOURCE, InfluxQuery
from estate.calendar import Step
from sensors.quantities import QUANTITIES
from store.base import Latest, Series, Usage, UsageTag
from store.influxql import panel_last_seen, panel_load, panel_query

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

ZONE = "Europe/Paris"
"""The site's zone: days and months of the store begin at its midnights."""

_ELECTRICITY: Mapping[UsageTag, Sequence[str]] = {"carrier": ["electricity"], "role": ["site"]}
_DAYS = Usage("1d", 0, 0, where={"carrier": ["electricity", "gas"], "role": ["site"]}, by=("carrier",))
_MONTH = Usage("1mo", 0, 0, where=_ELECTRICITY, by=("building",))

_WORDS: dict[str, dict[Language, tuple[str, str]]] = {
    "dashboard": {
        "fr": ("Vue du site", "Charge, consommation, ambiance des salles et état des capteurs du site."),
        "en": ("Site overview", "Load, consumption, rooms and sensors of the site."),
    },
    "load": {
        "fr": (
            "Charge électrique par bâtiment",
            "Puissance moyenne par quart d'heure, compteurs généraux ; un trou est estimé, jamais une pointe.",
        ),
        "en": (
            "Electricity load by building",
            "Mean power by quarter of an hour, from site meters; a gap is estimated, never a spike.",
        ),
    },
    "days": {
        "fr": (
            "Consommation par jour",
            "Énergie par jour local, compteurs généraux seulement : rien n'est compté deux fois.",
        ),
        "en": ("Consumption by day", "Energy by local day, from site meters alone: nothing is counted twice."),
    },
    "month": {
        "fr": ("Bâtiments les plus consommateurs du mois", "Électricité depuis le premier du mois, par bâtiment."),
        "en": ("Top buildings this month", "Electricity since the first of the month, by building."),
    },
    "climate.co2": {
        "fr": (
            "CO₂ des salles",
            "Moyenne par salle. En dessous de 800 ppm : satisfaisant (arrêté du 27 décembre 2022).",
        ),
        "en": ("CO₂ in rooms", "Mean by room. Below 800 ppm is satisfactory (French decree of 27 December 2022)."),
    },
    "occupancy.count": {
        "fr": ("Occupation des salles", "Personnes présentes par salle, sans savoir qui."),
        "en": ("Occupancy of rooms", "People present by room, without knowing who."),
    },
    "seen": {
        "fr": (
            "Dernières nouvelles des capteurs",
            "Heure de la dernière mesure de chaque appareil, les plus anciennes d'abord.",
        ),
        "en": ("Sensors last seen", "When each device last sent a reading, the oldest first."),
    },
}


def overview(language: Language, step: Step = "15m") -> dashboard.Dashboard:
    """The dashboard; its panels are numbered in their order, which must therefore only grow."""
    title, description = _WORDS["dashboard"][language]
    board = (
        dashboard.Dashboard(f"Microville – {title}")
        .uid(f"microville-overview-{language}")
        .description(description)
        .tags(["microville", language])
        .timezone(ZONE)
        .time("now-7d", "now")
        .refresh("1m")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("InfluxDB").type("influxdb"))
    )
    for number, panel in enumerate(_panels(language, step), start=1):
        board = board.with_panel(panel.id(number))
    return board


def _panels(language: Language, step: Step) -> Iterator[timeseries.Panel | table.Panel]:
    yield _load(language, step).span(24).height(9)
    yield _days(language).span(16).height(9)
    yield _month(language).span(8).height(9)
    yield _rooms("climate.co2", language).span(12).height(9)
    yield _rooms("occupancy.count", language).span(12).height(9)
    yield _seen(language).span(24).height(9)


def _load(language: Language, step: Step) -> timeseries.Panel:
    load = Usage(step, 0, 0, where=_ELECTRICITY, by=("building",))
    target = InfluxQuery(panel_load(load), alias="$tag_building")
    return _stacked(_curve("load", "watt", language)).with_target(target).interval(step).fill_opacity(40)


def _days(language: Language) -> timeseries.Panel:
    panel = _stacked(_curve("days", "watth", language)).draw_style(common.GraphDrawStyle.BARS).fill_opacity(80)
    return panel.with_target(InfluxQuery(panel_query(_DAYS), alias="$tag_carrier")).time_from("now-30d/d")


def _month(language: Language) -> table.Panel:
    target = InfluxQuery(panel_query(_MONTH), "table")
    return _rows("month", language, target, "amount", "watth", ascending=False).time_from("now/M")


def _seen(language: Language) -> table.Panel:
    target = InfluxQuery(panel_last_seen(Latest()), "table")
    return _rows("seen", language, target, "at", "dateTimeFromNow", ascending=True)


def _rooms(quantity: str, language: Language) -> timeseries.Panel:
    """One curve per zone."""
    query = Series(quantity, 0, 0, None, by=("building", "zone"))
    target = InfluxQuery(panel_query(query), alias="$tag_building $tag_zone")
    return _curve(quantity, QUANTITIES[quantity].grafana, language).with_target(target).interval("5m")


def _curve(words: str, unit: str, language: Language) -> timeseries.Panel:
    title, description = _WORDS[words][language]
    legend = VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST)
    return (
        timeseries.Panel()
        .title(title)
        .description(description)
        .unit(unit)
        .datasource(DATASOURCE)
        .legend(legend.placement(common.LegendPlacement.BOTTOM))
    )


def _stacked(panel: timeseries.Panel) -> timeseries.Panel:
    return panel.stacking(StackingConfig().mode(common.StackingMode.NORMAL)).min(0)


def _rows(
    words: str, language: Language, target: InfluxQuery, value: str, unit: str, *, ascending: bool
) -> table.Panel:
    """A table without its time column, in order of its value."""
    title, description = _WORDS[words][language]
    return (
        table.Panel()
        .title(title)
        .description(description)
        .unit(unit)
        .datasource(DATASOURCE)
        .with_target(target)
        .with_transformation(DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}}))
        .sort_by([TableSortByFieldState().display_name(value).desc(not ascending)])
    )
