"""How every chart looks: colours, estimates, time axes, legends.

What was estimated is hatched. Time axes run over true instants, with ticks and labels
computed here in the site's zone: Vega knows the browser's zone and UTC alone, and shifted wall-clock times would
draw the hour that comes twice in autumn on top of itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.colours import INK, hatch
from estate.calendar import DAY_MS, HOUR_MS, Every, floor, following
from estate.vocabulary import CARRIERS, USES

_FAINT = 0.16
"""Opacity of grids: of the ink, so that they suit a dark page as well."""
SHOWN = "shown"
"""The name of the data that a chart shows, for the table beside it."""
MOST_WITH_HOURS_MS = 3 * DAY_MS
MOST_WITH_DAYS_MS = 62 * DAY_MS
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


class Column(NamedTuple):
    """One thing that is said of each mark: under the pointer, and in the table for those who do not see the chart."""

    field: str
    title: str
    digits: int | None = None  # of a number; None of a word


class Drawing(NamedTuple):
    """A chart, its legend, which the page writes as text that wraps and can be read aloud, and its table's columns."""

    chart: Any  # alt.Chart or alt.LayerChart
    legend: list[tuple[str, str]]  # name and colour
    columns: list[Column]

    def as_json(self) -> dict[str, Any]:
        """What the page's script draws."""
        # The tests validate what is drawn; doing it again takes half a second for each chart.
        return {"spec": self.chart.to_dict(validate=False), "legend": self.legend, "columns": self.columns}


def told(columns: Sequence[Column]) -> list[alt.Tooltip]:
    """The columns under the pointer."""
    return [
        alt.Tooltip(f"{field}:N", title=title)
        if digits is None
        else alt.Tooltip(f"{field}:Q", title=title, format=f",.{digits}f")
        for field, title, digits in columns
    ]


def use_names(speaker: Speaker) -> dict[str, str]:
    named = {use: speaker.say(*labels) for use, labels in USES.items()}
    return {**named, "": speaker.say("Site entier", "Whole site")}


def carrier_names(speaker: Speaker) -> dict[str, str]:
    return {name: speaker.say(carrier.fr, carrier.en) for name, carrier in CARRIERS.items()}


def quality_names(speaker: Speaker) -> tuple[str, str]:
    return speaker.say("mesuré", "measured"), speaker.say("estimé", "estimated")


def inline(values: list[dict[str, Any]], name: str = SHOWN) -> alt.InlineData:
    return alt.InlineData(values=values, name=name)


def colour(field: str, names: dict[str, str], colours: dict[str, str]) -> alt.Color:
    scale = alt.Scale(domain=[names[key] for key in names], range=[colours.get(key, INK) for key in names])
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def hatched(field: str, names: dict[str, str], colours: dict[str, str], quality: tuple[str, str]) -> alt.Color:
    """Full colours for what was measured, hatches of them for what was estimated; the page defines the hatches.

    `field` holds a name and a quality, with a blank between.
    """
    domain = [f"{name} {how}" for how in quality for name in names.values()]
    full = [colours.get(key, INK) for key in names]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=domain, range=[*full, *map(hatch, full)]), legend=None)


def pieces(
    field: str, key: str, names: Mapping[str, str], amounts: tuple[float, float], speaker: Speaker
) -> Iterator[tuple[float, dict[str, Any]]]:
    """What of an amount was measured, and what was not, as a stacked bar draws them; what is nothing is not drawn.

    `names` are those of the field's keys, in their order; what was estimated lies on top of all that was measured.
    """
    place = list(names).index(key)
    for number, (amount, how) in enumerate(zip(amounts, quality_names(speaker), strict=True)):
        if amount:
            drawn = {field: names[key], "fill": f"{names[key]} {how}", "quality": how, "rank": place + 100 * number}
            yield amount, drawn


def time_x(span: tuple[int, int], speaker: Speaker) -> alt.X:
    """True instants; ticks at the site's midnights, with their day; over few days also every six hours, with noon.

    Over more than two months ticks stand where months begin.
    """
    labels: dict[int, str] = {}
    length = span[1] - span[0]
    every: Every = "1d" if length <= MOST_WITH_DAYS_MS else "1mo"
    at = floor(span[0], every, speaker.zone)
    while at < span[1]:
        after = following(at, every, speaker.zone)
        ticks = range(at + 6 * HOUR_MS, after - HOUR_MS, 6 * HOUR_MS) if length <= MOST_WITH_HOURS_MS else ()
        labels |= {tick: speaker.hour(tick) if number % 2 else "" for number, tick in enumerate(ticks)}
        labels[at] = speaker.day(at) if every == "1d" else speaker.month(at, length > 366 * DAY_MS)
        at = after
    shown = {at: label for at, label in labels.items() if span[0] <= at <= span[1]}
    axis = alt.Axis(
        values=sorted(shown),
        labelExpr=f"{ {str(at): label for at, label in shown.items()} }[datum.value]",
        labelOverlap="parity",  # every other label where they do not all fit
        labelSeparation=8,
        title=None,
    )
    return alt.X("start:Q", scale=alt.Scale(domain=list(span), nice=False), axis=axis)


def noted(marks: Sequence[Mapping[str, Any]], speaker: Speaker) -> alt.Chart:
    """A dotted line where something began that may show in the figures; the caller says where `x` lies."""
    words = [Column("note", speaker.say("Note", "Note"))]
    rules = alt.Chart(inline([dict(mark) for mark in marks], "notes"))
    drawn = rules.mark_rule(color=INK, strokeDash=[2, 3], strokeWidth=1.5, opacity=0.7)
    return cast(alt.Chart, drawn.encode(tooltip=told(words)))


def load_bars(
    values: list[dict[str, Any]],
    span: tuple[int, int],
    step_ms: int,
    fill: alt.Color,
    columns: Sequence[Column],
    speaker: Speaker,
) -> alt.Chart:
    """Mean power over time as stacked steps; bars, so that a missing step stays a hole."""
    chart = (
        alt.Chart(inline(values))
        .transform_calculate(end=f"datum.start + {step_ms}")
        .mark_bar(orient="vertical", binSpacing=0)
        .encode(
            x=time_x(span, speaker),
            x2="end:Q",
            y=alt.Y("kw:Q", stack="zero", title=speaker.say("Puissance moyenne (kW)", "Mean power (kW)")),
            color=fill,
            order="rank:Q",
            tooltip=told(columns),
        )
    )
    return cast(alt.Chart, chart)


def with_notes(drawn: Any, notes: Sequence[tuple[int, str]], span: tuple[int, int], speaker: Speaker) -> Any:
    """What is drawn over time, with a dotted line where each note began, or at the start where it began before."""
    if not notes:
        return drawn
    marks = [{"start": max(span[0], at_ms), "note": text} for at_ms, text in notes]
    return alt.layer(drawn, noted(marks, speaker).encode(x=time_x(span, speaker)))


def note_legend(notes: Sequence[object], speaker: Speaker) -> list[tuple[str, str]]:
    return [(speaker.say("note (pointillé)", "note (dotted)"), INK)] if notes else []


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """The names by id; where two are called the same, each with its id."""
    met = Counter(names.values())
    return {key: name if met[name] == 1 else f"{name} ({key})" for key, name in names.items()}


def legend(
    drawn: set[str],
    names: dict[str, str],
    colours: dict[str, str],
    estimated: bool,
    speaker: Speaker,
) -> list[tuple[str, str]]:
    entries = [(name, colours[key]) for key, name in names.items() if key in drawn]
    hatched = speaker.say("estimé (hachuré)", "estimated (hatched)")
    return [*entries, (hatched, hatch(INK))] if estimated else entries


def names_axis() -> alt.Axis:
    """Names beside bars: as long as they are where there is room for them."""
    limit = alt.ExprRef("containerSize()[0] > 600 ? 280 : 135")
    return alt.Axis(labelLimit=limit, domain=False, ticks=False, labelOverlap=False)


def styled(
    chart: Any, height: int, description: str, legend: list[tuple[str, str]], columns: Sequence[Column]
) -> Drawing:
    """Width of its card, quiet axes, no frame."""
    styled = (
        chart.properties(width="container", height=height, description=description, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelFont=_FONT, titleFont=_FONT, labelColor=INK, titleColor=INK, gridColor=INK, gridOpacity=_FAINT,
            domainColor=INK, domainOpacity=0.4, tickColor=INK, tickOpacity=0.4,
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelOverlap="greedy",
            aria=False,  # Vega describes axes in English alone; the table beside the chart holds what they say
        )
        .configure_axisX(grid=False)
        .configure_text(font=_FONT)
    )  # fmt: skip
    return Drawing(styled, legend, list(columns))
