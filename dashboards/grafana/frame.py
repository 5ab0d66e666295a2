"""What every dashboard has around its panels: name, variables, links of periods and to the others, notes, places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    Panel,
    VariableModel,
)

from dashboards.grafana.kit import Kit
from dashboards.grafana.query import Marks, noted, source
from dashboards.grafana.words import Pair, say
from estate.calendar import Every

WIDTH = 24


class Period(NamedTuple):
    """One of the links that every dashboard has: from when on, and by which rows consumption and loads are shown."""

    title: Pair
    since: str
    every: Every
    load: Every | None  # none: the shortest step


PERIODS = (
    Period(("Aujourd'hui", "Today"), "now%2Fd", "1h", None),
    Period(("Mois", "Month"), "now%2FM", "1d", None),
    Period(("Année", "Year"), "now%2Fy", "1mo", "1d"),
    Period(("Tout", "All time"), "now-10y%2Fy", "1y", "1d"),
)


@dataclass(frozen=True)
class Row:
    """Panels beside each other, of one height; with their widths, which fill 24."""

    height: int
    panels: Sequence[tuple[Panel, int]]


@dataclass(frozen=True)
class _Ready(Builder[Panel]):
    panel: Panel

    def build(self) -> Panel:
        return self.panel


def frame(
    kit: Kit,
    name: str,
    words: tuple[Pair, Pair],
    variables: Sequence[Builder[VariableModel]],
    rows: Sequence[Row],
    *,
    since: str = "now/M",
    marks: Sequence[Marks] = (),
) -> Dashboard:
    """The dashboard; panels are numbered in their order. `marks` are drawn across them, beside the estate's notes."""
    title, description = (say(kit.language, pair) for pair in words)
    made = [variable.build() for variable in variables]
    names = [variable.name for variable in made]
    board = (
        dashboard.Dashboard(f"Microville – {title}")
        .uid(kit.uid(name))
        .description(description)
        .tags(["microville", kit.language])
        .timezone(kit.zone)
        .time(since, "now")
        .refresh("1m")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
        .with_variable(source())
    )
    for mark in (noted(kit.language, kit.site.id, "${building:regex}" if "building" in names else ".*"), *marks):
        board = board.annotation(mark)
    for variable in variables:
        board = board.with_variable(variable)
    for link in _links(kit, name, names):
        board = board.link(link)
    for panel in _placed(rows):
        board = board.with_panel(_Ready(panel))
    built = board.build()
    for way in built.links or ():
        way.placement = None  # type: ignore[assignment]  # the SDK hides links in a menu of the newest Grafana
    return built


def _links(kit: Kit, name: str, names: Sequence[str]) -> Sequence[dashboard.DashboardLink]:
    kept = "".join(f"&${{{each}:queryparam}}" for each in ("datasource", *names) if each not in ("every", "load"))
    periods = []
    for period in PERIODS:
        steps = {"every": period.every, "load": period.load or kit.step}
        shown = "".join(f"&var-{each}={value}" for each, value in steps.items() if each in names)
        link = dashboard.DashboardLink(say(kit.language, period.title)).type(DashboardLinkType.LINK).icon("dashboard")
        periods.append(link.url(f"/d/{kit.uid(name)}?from={period.since}&to=now{shown}{kept}"))
    others = (
        dashboard.DashboardLink(kit.say("Tableaux de bord", "Dashboards"))
        .type(DashboardLinkType.DASHBOARDS)
        .tags(["microville", kit.language])
        .as_dropdown(as_dropdown=True)
        .include_vars(include_vars=True)
        .keep_time(keep_time=True)
    )
    return [*periods, others]


def _placed(rows: Sequence[Row]) -> Sequence[Panel]:
    panels: list[Panel] = []
    y = 0
    for row in rows:
        x = 0
        for panel, width in row.panels:
            panel.id_val = len(panels) + 1
            panel.grid_pos = GridPos(h=row.height, w=width, x=x, y=y)
            panels.append(panel)
            x += width
        y += row.height
    return panels
