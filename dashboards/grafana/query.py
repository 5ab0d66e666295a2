"""What of a dashboard asks InfluxDB, as Grafana's data source reads it: queries of panels, variables, annotations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards.grafana.alert_rules import DATASOURCE_UID
from dashboards.grafana.words import Language, Pair, say
from estate.calendar import Step
from store.influxql_shown import notes

DATASOURCE = DataSourceRef(type_val="influxdb", uid="${datasource}")
"""What the variable of the dashboard says: no dashboard is tied to one installation."""

Shape = Literal["time_series", "table"]


@dataclass(frozen=True)
class InfluxQuery(Dataquery, Builder[Dataquery]):
    """One statement; `alias` names its series (``$tag_building`` is the value of that tag)."""

    query: str
    shape: Shape = "time_series"
    alias: str = ""
    ref: str = "A"  # panels with several queries tell them apart by it
    apart_h: int = 0  # a curve's values come so many hours apart at most: empty windows between two of them are no gap

    def build(self) -> Dataquery:
        return self

    def to_json(self) -> dict[str, object]:
        return {
            "refId": self.ref,
            "datasource": DATASOURCE,
            "rawQuery": True,
            "query": self.query,
            "resultFormat": self.shape,
            "alias": self.alias,
        }


class Marked(NamedTuple):
    """Which columns of an annotation's answer say what; one that is no column of it says nothing."""

    text: str
    tags: str = ""
    until: str = "until"


@dataclass(frozen=True)
class Marks(Builder[AnnotationQuery]):
    """What is drawn across panels. Grafana 8 and older read the columns at the top, later ones below `target`."""

    name: str
    query: str
    columns: Marked
    colour: str

    def build(self) -> AnnotationQuery:
        found = _MarksQuery(self.name, DATASOURCE, icon_color=self.colour, hide=False)
        found.query, found.columns = self.query, self.columns
        return found


def noted(language: Language, site: str, building: str) -> Marks:
    """The estate's dated notes; the site's id stands as the building of notes on the whole of it."""
    columns = Marked("text", "kind,building")
    return Marks(say(language, ("Notes", "Notes")), notes(site, building), columns, "#56B4E9")


class _MarksQuery(AnnotationQuery):
    query = ""
    columns = Marked("")

    def to_json(self) -> dict[str, object]:
        columns: dict[str, object] = {
            "query": self.query,
            "queryType": "tags",
            "fromAnnotations": True,
            "textColumn": self.columns.text,
            "titleColumn": "",
            "tagsColumn": self.columns.tags,
            "timeEndColumn": self.columns.until,
            "name": self.name,
        }
        found = super().to_json()
        del found["placement"], found["builtIn"]  # newer Grafana's, which hides the switch in a menu; and not built in
        target = {"refId": "Anno", "rawQuery": True, "resultFormat": "table", **columns}
        return {**found, **columns, "target": target}


def source() -> dashboard.DatasourceVariable:
    """Which InfluxDB is asked: at first the one that is provisioned."""
    provisioned = VariableOption(selected=True, text="Microville", value=DATASOURCE_UID)
    return dashboard.DatasourceVariable("datasource").label("InfluxDB").type("influxdb").current(provisioned)


def choice(name: str, label: Pair, language: Language, query: str) -> dashboard.QueryVariable:
    """A variable of several values, or All, which InfluxQL matches as ``/^${name:regex}$/``."""
    everything = VariableOption(selected=True, text=["All"], value=["$__all"])
    return single(name, label, language, query).multi(multi=True).include_all(include_all=True).current(everything)


def single(name: str, label: Pair, language: Language, query: str) -> dashboard.QueryVariable:
    """A variable of one value: at first the first. A link from where All is chosen shows all nevertheless."""
    return (
        dashboard.QueryVariable(name)
        .label(say(language, label))
        .datasource(DATASOURCE)
        .query(query)
        .definition(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .all_value(".*")
    )


def step(language: Language, current: str) -> dashboard.CustomVariable:
    """By which rows consumption is shown; the links of periods set it."""
    texts: Mapping[str, Pair] = {
        "1h": ("Heure", "Hour"),
        "1d": ("Jour", "Day"),
        "1mo": ("Mois", "Month"),
        "1y": ("Année", "Year"),
    }
    return _one("every", ("Pas", "Step"), language, texts, current)


def fineness(language: Language, finest: Step, *, hidden: bool = False) -> dashboard.CustomVariable:
    """From which rows loads are drawn: a year of hours is slow to read, and too fine to be seen.

    `hidden` on a dashboard that draws none, and leads to one that does.
    """
    texts: Mapping[str, Pair] = {
        finest: ("au plus fin", "finest"),
        "1h": ("par heure", "by hour"),
        "1d": ("moyenne du jour", "mean of the day"),
    }
    made = _one("load", ("Charge", "Load"), language, texts, finest)
    return made.hide(VariableHide.HIDE_VARIABLE) if hidden else made


def _one(
    name: str, label: Pair, language: Language, texts: Mapping[str, Pair], current: str
) -> dashboard.CustomVariable:
    """A variable with one of these values."""
    options = [VariableOption(value == current, say(language, text), value) for value, text in texts.items()]
    return (
        dashboard.CustomVariable(name)
        .label(say(language, label))
        .values(",".join(f"{option.text} : {option.value}" for option in options))
        .options(options)
        .current(next(option for option in options if option.selected))
        .hide(VariableHide.DONT_HIDE)
    )
