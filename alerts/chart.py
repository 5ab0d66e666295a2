"""The month in one picture: what is used so far, day by day, against the budget, with the forecast's band.

One chart object gives the page's interactive specification (`to_dict()`) and the mail's PNG.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alerts.budget import Figures
from alerts.forecast import Forecast
from alerts.words import SENTENCES, SHOWN, amount, say
from estate.vocabulary import CARRIERS

if TYPE_CHECKING:  # 84 MB, and a second of import: only a process that draws pays for them
    import altair

MEASURED, ESTIMATED, FORECAST, BUDGET = "#1f5f8b", "#a9cbe0", "#7a5195", "#c0392b"
"""Told apart in grey and by the colour-blind as well: dark, light with a dashed edge, a dashed line, a rule."""


def chart(figures: Figures, carrier: str, zone: ZoneInfo, language: str) -> altair.LayerChart:
    """Draw the month. Bars are running totals at the end of each day; a day without data has no bar."""
    import altair as alt

    def label(key: str, **values: str) -> str:
        return say(SENTENCES[language][f"chart.{key}"], language, values)

    names = [label("measured"), label("estimated"), label("forecast")]
    x = _day_axis(label("x"), figures, zone)
    y = _amount_axis(label("y", unit=SHOWN[CARRIERS[carrier].unit]), language)
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=names, range=[MEASURED, ESTIMATED, FORECAST]),
        legend=alt.Legend(orient="top"),
    )
    bars = alt.Chart(alt.InlineData(values=_bars(figures, zone, names))).mark_bar(size=10)
    edge = alt.condition(f"datum.kind == '{names[1]}'", alt.value(MEASURED), alt.value(None))
    layers = [bars.encode(x=x, y=y, y2="below:Q", color=colour, stroke=edge, strokeDash=alt.value([2, 2]))]
    if figures.forecast is not None:
        ahead = alt.Chart(alt.InlineData(values=_path(figures.forecast, zone, names[2])))
        layers += [
            ahead.mark_area(opacity=0.25, color=FORECAST).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
            ahead.mark_line(strokeDash=[5, 3], strokeWidth=2).encode(x=x, y=y, color=colour),
        ]
    text = label("budget", budget=amount(figures.budget, carrier, language))
    limit = alt.Chart(alt.InlineData(values=[{"day": 0.6, "value": figures.budget / 1000, "text": text}]))
    layers += [
        limit.mark_rule(color=BUDGET, strokeWidth=2).encode(y="value:Q"),
        limit.mark_text(align="left", dy=-9, color=BUDGET, fontWeight="bold").encode(x=x, y="value:Q", text="text:N"),
    ]
    return _styled(alt.LayerChart(layer=layers))


def _day_axis(title: str, figures: Figures, zone: ZoneInfo) -> altair.X:
    import altair as alt

    last = _day(figures.end_ms - 1, zone)
    axis = alt.Axis(values=[1, *range(5, last + 1, 5)], format="d", grid=False)
    return alt.X("day:Q", title=title, scale=alt.Scale(domain=[0.4, last + 0.6], nice=False), axis=axis)


def _amount_axis(title: str, language: str) -> altair.Y:
    import altair as alt

    # Vega writes numbers by the page's locale, which a mail does not have: French separators are written in.
    number = "format(datum.value, ',.3~f')"
    if language == "fr":
        number = f"replace(replace({number}, /,/g, '\u202f'), '.', ',')"
    return alt.Y("value:Q", title=title, axis=alt.Axis(labelExpr=number, tickCount=5))


def _styled(drawn: altair.LayerChart) -> altair.LayerChart:
    # Large type: on a phone the picture is shown at two thirds of its size.
    styled: altair.LayerChart = (
        drawn.properties(width=420, height=230, background="white")
        .configure(font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=14, titleFontSize=14, titleFontWeight="normal")
        .configure_legend(labelFontSize=14)
        .configure_text(fontSize=14)
    )
    return styled


def png(drawn: altair.LayerChart) -> bytes:
    """The chart as an image, at twice its size for sharp screens."""
    import vl_convert

    image: bytes = vl_convert.vegalite_to_png(drawn.to_dict(), scale=2)
    return image


def _bars(figures: Figures, zone: ZoneInfo, names: list[str]) -> list[dict[str, Any]]:
    measured = estimated = 0.0
    values: list[dict[str, Any]] = []
    for day in figures.days:
        estimated += day.amount * day.estimated / 1000
        measured += day.amount * (1 - day.estimated) / 1000
        number = _day(day.start_ms, zone)
        values.append({"day": number, "below": 0, "value": measured, "kind": names[0]})
        if estimated > 0:
            values.append({"day": number, "below": measured, "value": measured + estimated, "kind": names[1]})
    return values


def _path(ahead: Forecast, zone: ZoneInfo, name: str) -> list[dict[str, Any]]:
    return [
        {
            "day": _day(step.end_ms - 1, zone),
            "value": step.amount / 1000,
            "low": (step.amount - step.spread) / 1000,
            "high": (step.amount + step.spread) / 1000,
            "kind": name,
        }
        for step in ahead.steps
    ]


def _day(at_ms: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at_ms / 1000, zone).day
