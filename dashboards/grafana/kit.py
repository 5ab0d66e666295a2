"""The kinds of panels that dashboards are made of: words, unit, colours, thresholds and links, in one way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grafana_foundation_sdk.builders import bargauge, stat, statetimeline, statushistory, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    TableSortByFieldState,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColor,
    FieldColorModeId,
    FieldConfig,
    FieldConfigSource,
    MatcherConfig,
    Panel,
)

from dashboards.grafana.names import UNSAID, Column, Name, override, properties, renamed
from dashboards.grafana.query import DATASOURCE, InfluxQuery
from dashboards.grafana.scale import NO_SCALE, Scale, steps
from dashboards.grafana.words import NOTHING, Language, Pair, Words, say
from estate.calendar import HOUR_MS, Step
from estate.model import Site


@dataclass(frozen=True)
class Kit:
    """Makes the panels of one language, for a site whose consumption is settled by this step."""

    language: Language
    step: Step
    site: Site

    @property
    def zone(self) -> str:
        """Whose midnights begin days."""
        return self.site.zone.key

    def say(self, fr: str, en: str) -> str:
        return say(self.language, (fr, en))

    def uid(self, name: str) -> str:
        return f"microville-{name}-{self.language}"

    def link(self, name: str, values: str, title: Pair) -> dict[str, object]:
        """A way to another dashboard for the same time and rows; `values` are its variables, as in an address."""
        kept = "&".join(f"${{{each}:queryparam}}" for each in ("datasource", "every", "load"))
        url = f"/d/{self.uid(name)}?${{__url_time_range}}&{values}&{kept}"
        return {"title": say(self.language, title), "url": url, "targetBlank": False}

    def stat(
        self,
        words: Words,
        query: str | Sequence[InfluxQuery],
        unit: str,
        scale: Scale = NO_SCALE,
        *,
        decimals: int | None = None,
        over: str = "",
    ) -> Panel:
        """One figure, with its course behind it where the query gives one; `over`: the max or sum of several series."""
        made = (
            stat.Panel()
            .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
            .graph_mode(common.BigValueGraphMode.AREA)
            .color_mode(common.BigValueColorMode.VALUE)
        )
        if over:
            made = made.reduce_options(ReduceDataOptions().calcs([over]).values(values=False))
            made = made.graph_mode(common.BigValueGraphMode.NONE)  # its "course" would run over places
        panel = self._dressed(made, words, [InfluxQuery(query)] if isinstance(query, str) else query, unit, scale)
        if over:
            panel.transformations = [DataTransformerConfig(id_val="reduce", options={"reducers": ["lastNotNull"]})]
        _defaults(panel).decimals = decimals
        _defaults(panel).no_value, _defaults(panel).min_val = "–", 0  # or its course begins at the least value
        return panel

    def now(self, words: Words, query: str | Sequence[InfluxQuery], unit: str, interval: str, **more: Any) -> Panel:
        """One figure of the latest window, and its course of a day: over a month, a window would be of hours."""
        panel = self.stat(words, query, unit, **more)
        panel.interval, panel.time_from, panel.hide_time_override = interval, "24h", True
        return panel

    def curves(
        self,
        words: Words,
        queries: Sequence[InfluxQuery],
        unit: str,
        names: Sequence[Name] = (),
        *,
        scale: Scale | None = None,
        stacked: bool = False,
        interval: str = "",
        links: Sequence[dict[str, object]] = (),
        least: float | None = None,
        ranked: str = "",
    ) -> Panel:
        """Lines over time that break at a gap; the steps of a scale are drawn. `ranked`: the legend sorts by it."""
        made = self._timeseries(ranked).draw_style(common.GraphDrawStyle.LINE).line_width(1)
        made = made.show_points(common.VisibilityMode.AUTO).span_nulls(span_nulls=False)
        if stacked:
            made = made.stacking(StackingConfig().mode(common.StackingMode.NORMAL)).min(0).fill_opacity(45)
            made = made.show_points(common.VisibilityMode.NEVER)  # of forty series upon each other, a thousand dots
        if scale:
            made = made.thresholds_style(GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED))
        panel = self._dressed(made, words, queries, unit, scale or NO_SCALE)
        panel.interval = interval or None
        _defaults(panel).color = FieldColor(mode=FieldColorModeId.PALETTE_CLASSIC)
        _defaults(panel).min_val = 0 if stacked else least
        self.named(_linked(panel, links), names)
        _source(panel).overrides.extend(_joined(panel))
        return panel

    def bars(
        self,
        words: Words,
        queries: Sequence[InfluxQuery],
        unit: str,
        names: Sequence[Name] = (),
        *,
        places: bool = False,
        ranked: str = "",
    ) -> Panel:
        """Bars upon each other, one per step that has a row; `places`: series are called after a fact's place."""
        made = self._timeseries(ranked).draw_style(common.GraphDrawStyle.BARS).line_width(0).fill_opacity(85)
        made = made.stacking(StackingConfig().mode(common.StackingMode.NORMAL)).bar_alignment(common.BarAlignment.AFTER)
        made = made.axis_soft_min(0)  # Grafana begins an axis of bars where the lowest ends
        panel = self._dressed(made, words, queries, unit, NO_SCALE)
        _defaults(panel).color = FieldColor(mode=FieldColorModeId.PALETTE_CLASSIC)
        if places:
            panel.transformations = [renamed(*_PLACE)]
        return self.named(panel, names)

    def table(
        self,
        words: Words,
        query: str,
        columns: Sequence[Column],
        *,
        sort: str = "",
        descending: bool = True,
        empty: Pair | None = None,
    ) -> Panel:
        """Rows; columns in this order, all others of the query are left out. `empty`: said where there are none."""
        made = table.Panel().cell_height(common.TableCellHeight.SM)
        if sort:
            title = next(say(self.language, column.title) for column in columns if column.name == sort)
            made = made.sort_by([TableSortByFieldState().display_name(title).desc(desc=descending)])
        unit = next(column.unit for column in columns if column.unit)
        panel = self._dressed(made, words, [InfluxQuery(query, "table")], unit, NO_SCALE)
        _defaults(panel).no_value = say(self.language, empty) if empty else None
        order = {column.name: index for index, column in enumerate(columns)}
        kept = {"include": {"names": list(order)}}
        panel.transformations = [
            DataTransformerConfig(id_val="filterFieldsByName", options=kept),
            DataTransformerConfig(id_val="organize", options={"indexByName": order}),
        ]
        _source(panel).overrides = [self._column(column) for column in columns]
        return panel

    def levels(
        self,
        words: Words,
        query: InfluxQuery,
        unit: str,
        scale: Scale,
        names: Sequence[Name] = (),
        most: float | None = None,
    ) -> Panel:
        """One horizontal bar per series, the last value of each."""
        made = (
            bargauge.Panel().orientation(common.VizOrientation.HORIZONTAL)
            .display_mode(common.BarGaugeDisplayMode.BASIC)
            .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
            .sizing(common.BarGaugeSizing.MANUAL).min_viz_height(16).max_viz_height(44)
            .name_placement(common.BarGaugeNamePlacement.TOP)  # beside the bar, a name is cut off
        )  # fmt: skip
        panel = self._dressed(made, words, [query], unit, scale)
        _defaults(panel).min_val = 0
        _defaults(panel).max_val = most
        _defaults(panel).no_value = "–"
        return panel

    def timeline(
        self,
        words: Words,
        queries: Sequence[InfluxQuery],
        unit: str,
        texts: Mapping[str, tuple[Pair, str]],
        interval: str,
    ) -> Panel:
        """What state each series was in, and since when; `interval`: at least as long as between two readings."""
        made = statetimeline.Panel().merge_values(merge_values=True).show_value(common.VisibilityMode.NEVER)
        made = made.row_height(0.85).fill_opacity(85)
        panel = self._dressed(made, words, queries, unit, NO_SCALE)
        panel.interval = interval
        _defaults(panel).mappings = self._texts(texts)  # type: ignore[assignment]  # as Grafana writes them
        return self.named(panel, ())

    def history(self, words: Words, query: InfluxQuery, unit: str, scale: Scale) -> Panel:
        """A cell per series and step, coloured by its value: a heat map of what has a scale."""
        made = statushistory.Panel().show_value(common.VisibilityMode.NEVER).row_height(0.9).fill_opacity(85)
        return self._dressed(made, words, [query], unit, scale)

    def _timeseries(self, ranked: str) -> timeseries.Panel:
        legend = VizLegendOptions().show_legend(show_legend=True)
        if ranked:  # many series: those of most stand first, and the rest is scrolled
            legend = legend.display_mode(common.LegendDisplayMode.TABLE).placement(common.LegendPlacement.RIGHT)
            legend = legend.calcs([ranked]).sort_by(_CALCS[ranked]).sort_desc(sort_desc=True)
        else:
            legend = legend.display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)
        tooltip = VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
        return timeseries.Panel().legend(legend).tooltip(tooltip)

    def _dressed(
        self, made: Builder[Panel], words: Words, queries: Sequence[InfluxQuery], unit: str, scale: Scale
    ) -> Panel:
        panel = made.build()
        panel.title = say(self.language, words.title)
        panel.description = words.description(self.language)
        panel.datasource = DATASOURCE
        panel.targets = [replace(query, ref="ABCDEFGH"[number]) for number, query in enumerate(queries)]
        defaults = _defaults(panel)
        defaults.unit = unit
        defaults.thresholds = steps(scale)
        defaults.color = FieldColor(mode=FieldColorModeId.THRESHOLDS)
        return panel

    def named(self, panel: Panel, names: Sequence[Name]) -> Panel:
        """The panel with its series called and coloured so; where it has none, it says what that may mean."""
        _defaults(panel).no_value = say(self.language, NOTHING)
        _source(panel).overrides = [UNSAID, *(override(name.alias, properties(name)) for name in names)]
        return panel

    def _column(self, column: Column) -> DashboardFieldConfigSourceOverrides:
        properties: list[tuple[str, object]] = [("displayName", say(self.language, column.title))]
        if column.unit:
            properties.append(("unit", column.unit))
        if column.link:
            properties.append(("links", [{"title": say(self.language, column.title), "url": column.link}]))
        if column.scale:
            properties += [("custom.cellOptions", {"type": "color-text"}), ("thresholds", steps(column.scale))]
        if column.texts:
            properties.append(("mappings", self._texts(column.texts)))
        return override(column.name, properties)

    def _texts(self, texts: Mapping[str, tuple[Pair, str]] | None) -> list[dict[str, object]]:
        options = {
            value: {"text": say(self.language, text), **({"color": colour} if colour else {}), "index": index}
            for index, (value, (text, colour)) in enumerate((texts or {}).items())
        }
        return [{"type": "value", "options": options}] if options else []


_PLACE = "^\\w+#(.*)#\\w+$", "$1"
"""Of a meter's name that stands for a fact, its place: see `energy.derived.facts.meter_of`."""


_CALCS = {"mean": "Mean", "sum": "Total"}
"""What Grafana calls the columns of a legend, by which it sorts."""


def _joined(panel: Panel) -> Iterator[DashboardFieldConfigSourceOverrides]:
    """Values of days are joined by a line across the windows without one, but not across a day that is missing."""
    for query in panel.targets or ():
        if isinstance(query, InfluxQuery) and query.apart_h:
            joined = DynamicConfigValue("custom.spanNulls", query.apart_h * HOUR_MS)
            matcher = MatcherConfig("byFrameRefID", query.ref)
            yield DashboardFieldConfigSourceOverrides(matcher=matcher, properties=[joined])


def _linked(panel: Panel, links: Sequence[dict[str, object]]) -> Panel:
    _defaults(panel).links = list(links) or None  # type: ignore[arg-type]  # as Grafana writes them
    return panel


def _source(panel: Panel) -> FieldConfigSource:
    if panel.field_config is None:
        panel.field_config = FieldConfigSource()
    return panel.field_config


def _defaults(panel: Panel) -> FieldConfig:
    source = _source(panel)
    if source.defaults is None:
        source.defaults = FieldConfig()
    return source.defaults
