"""The page's charts, one function each: rows in, an Altair chart out. Pure.

Colours are of Okabe and Ito's palette (2008), which colour-blind people can tell apart; a use or a carrier keeps its
colour in every chart. What was estimated is drawn pale. Time axes run over true instants, with ticks and labels
computed here in the site's zone: Vega knows the browser's zone and UTC alone, and shifted wall-clock times would
draw the hour that comes twice in autumn on top of itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import altair as alt

from dashboards.language import Speaker
from dashboards.queries import DayUse, LoadStep, Ranked, RoomValue
from estate.calendar import HOUR_MS, STEP_MS, floor, following
from estate.model import CARRIERS, USES, Estate

USE_COLOURS = {
    "office": "#0072B2",
    "workshop": "#E69F00",
    "housing": "#009E73",
    "catering": "#D55E00",
    "event": "#CC79A7",
    "shared": "#56B4E9",
    "storage": "#8A8F98",
    "farming": "#C9B600",
    "": "#3B4048",
}
CARRIER_COLOURS = {
    "electricity": "#E69F00",
    "gas": "#0072B2",
    "heat": "#D55E00",
    "cooling": "#009E73",
    "water": "#56B4E9",
    "pv": "#C9B600",
}
ROOM_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

CO2_GOOD, CO2_ACT = 800, 1500
"""In ppm: satisfactory below, act promptly above (decree of 27 December 2022 on indoor air)."""

_PALE, _PALE_INK = 0.4, "#C4C8CE"
_GRID = "#E6E8EB"
_INK = "#4A5058"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


class Drawing(NamedTuple):
    """A chart, and its legend: the page writes it as text, which wraps and can be read aloud."""

    chart: Any  # alt.Chart or alt.LayerChart
    legend: list[tuple[str, str]]  # name and colour


def load_chart(rows: Sequence[LoadStep], span: tuple[int, int], speaker: Speaker) -> Drawing:
    """The site's load as stacked steps, by use; bars, so that a missing step stays a hole."""
    quality = _quality(speaker)
    uses = _uses(speaker)
    values = [
        {
            "start": row.start_ms,
            "kw": round(watts / 1000, 3),
            "use": uses[row.use],
            "when": speaker.moment(row.start_ms),
            "quality": name,
            "rank": _rank(list(uses).index(row.use), name, quality),
        }
        for row in rows
        for watts, name in zip((row.measured, row.estimated), quality, strict=True)
        if watts
    ]
    chart = (
        alt.Chart(_inline(values))
        .transform_calculate(end=f"datum.start + {STEP_MS}")
        .mark_bar(orient="vertical", binSpacing=0)
    )
    return _styled(
        chart.encode(
            x=_time_x(span, speaker),
            x2="end:Q",
            y=alt.Y("kw:Q", stack="zero", title=speaker.say("Puissance moyenne (kW)", "Mean power (kW)")),
            color=_colour("use", uses, USE_COLOURS),
            opacity=_pale(quality),
            order="rank:Q",
            tooltip=[
                alt.Tooltip("when:N", title=speaker.say("Début", "Start")),
                alt.Tooltip("use:N", title=speaker.say("Usage", "Use")),
                alt.Tooltip("kw:Q", title="kW", format=",.1f"),
                alt.Tooltip("quality:N", title=speaker.say("Qualité", "Quality")),
            ],
        ),
        300,
        speaker.say("Puissance du site par usage des bâtiments", "Electric load of the site by building use"),
        _legend({row.use for row in rows}, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
    )


def days_chart(rows: Sequence[DayUse], days: Sequence[str], speaker: Speaker) -> Drawing:
    """Energy by day, stacked by carrier; every day of the span has its place, filled or not."""
    quality = _quality(speaker)
    carriers = {name: speaker.say(carrier.fr, carrier.en) for name, carrier in CARRIERS.items()}
    values = [
        {
            "day": row.day,
            "kwh": round(wh / 1000, 1),
            "carrier": carriers[row.carrier],
            "quality": name,
            "rank": _rank(list(carriers).index(row.carrier), name, quality),
        }
        for row in rows
        for wh, name in zip((row.measured, row.estimated), quality, strict=True)
        if wh
    ]
    axis = alt.Axis(
        labelExpr=f"utcFormat(toDate(datum.value), '{speaker.say('%d/%m', '%d %b')}')", labelAngle=0, title=None
    )
    return _styled(
        alt.Chart(_inline(values))
        .mark_bar()
        .encode(
            x=alt.X("day:O", scale=alt.Scale(domain=list(days), paddingInner=0.2), axis=axis),
            y=alt.Y("kwh:Q", stack="zero", title=speaker.say("Énergie par jour (kWh)", "Energy per day (kWh)")),
            color=_colour("carrier", carriers, CARRIER_COLOURS),
            opacity=_pale(quality),
            order="rank:Q",
            tooltip=[
                alt.Tooltip("day:N", title=speaker.say("Jour", "Day")),
                alt.Tooltip("carrier:N", title=speaker.say("Énergie", "Carrier")),
                alt.Tooltip("kwh:Q", title="kWh", format=",.0f"),
                alt.Tooltip("quality:N", title=speaker.say("Qualité", "Quality")),
            ],
        ),
        240,
        speaker.say("Consommation du site par jour", "Consumption of the site by day"),
        _legend({r.carrier for r in rows}, carriers, CARRIER_COLOURS, any(r.estimated for r in rows), speaker),
    )


def ranking_chart(rows: Sequence[Ranked], estate: Estate, whole: int, speaker: Speaker) -> Drawing:
    """Buildings by kWh/m² in the order of the rows; one with fewer than `whole` days of figures says so in its name."""
    quality, uses = _quality(speaker), _uses(speaker)
    values = [
        {
            "name": _known(estate.buildings[row.building].name, row.days, whole, speaker),
            "use": uses[estate.buildings[row.building].use],
            "kwh_m2": round(row.kwh_m2 * share, 3),
            "days": row.days,
            "quality": name,
            "rank": quality.index(name),
        }
        for row in rows
        for share, name in zip((1 - row.estimated, row.estimated), quality, strict=True)
        if share
    ]
    names = list(dict.fromkeys(str(value["name"]) for value in values))
    name_axis = alt.Axis(labelLimit=150, domain=False, ticks=False)
    used = {estate.buildings[row.building].use for row in rows}
    return _styled(
        alt.Chart(_inline(values))
        .mark_bar()
        .encode(
            x=alt.X("kwh_m2:Q", stack="zero", title="kWh/m²", axis=alt.Axis(orient="top", tickCount=5)),
            y=alt.Y("name:N", sort=names, title=None, axis=name_axis),
            color=_colour("use", uses, USE_COLOURS),
            opacity=_pale(quality),
            order="rank:Q",
            tooltip=[
                alt.Tooltip("name:N", title=speaker.say("Bâtiment", "Building")),
                alt.Tooltip("use:N", title=speaker.say("Usage", "Use")),
                alt.Tooltip("kwh_m2:Q", title="kWh/m²", format=",.2f"),
                alt.Tooltip("quality:N", title=speaker.say("Qualité", "Quality")),
                alt.Tooltip("days:Q", title=speaker.say("Jours connus", "Days known")),
            ],
        ),
        max(120, 19 * len(names)),
        speaker.say("Bâtiments classés par kWh/m²", "Buildings ranked by kWh/m²"),
        _legend(used, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
    )


def co2_chart(rows: Sequence[RoomValue], span: tuple[int, int], estate: Estate, speaker: Speaker) -> Drawing:
    """CO₂ of the rooms as lines that break where nothing was measured, with the decree's two thresholds."""
    lines = _room_lines(rows, span, estate, speaker, "CO₂ (ppm)", alt.Scale(zero=False))
    rules = alt.Chart(_inline([{"ppm": ppm, "text": f"{speaker.number(ppm)} ppm"} for ppm in (CO2_GOOD, CO2_ACT)]))
    layers = alt.layer(
        rules.mark_rule(strokeDash=[5, 4], color=_INK, opacity=0.7).encode(y="ppm:Q"),
        rules.mark_text(align="right", dy=-6, fontSize=10, color=_INK, x="width").encode(y="ppm:Q", text="text:N"),
        lines.mark_line(strokeWidth=1.8, strokeCap="round"),
    )
    return _styled(layers, 220, speaker.say("CO₂ dans les salles", "CO₂ in the rooms"), _rooms(rows, estate))


def occupancy_chart(rows: Sequence[RoomValue], span: tuple[int, int], estate: Estate, speaker: Speaker) -> Drawing:
    """People in the rooms as steps that break where nothing was counted."""
    most = max([row.value for row in rows if row.value is not None], default=0)
    scale = alt.Scale(domain=[0, max(4, most)])  # an empty room lies at the bottom, not in the middle
    lines = _room_lines(rows, span, estate, speaker, speaker.say("Personnes", "People"), scale)
    chart = lines.mark_line(interpolate="step-after", strokeWidth=1.8)
    return _styled(chart, 160, speaker.say("Personnes dans les salles", "People in the rooms"), _rooms(rows, estate))


def _room_lines(
    rows: Sequence[RoomValue], span: tuple[int, int], estate: Estate, speaker: Speaker, title: str, scale: alt.Scale
) -> alt.Chart:
    names = room_names(rows, estate)
    values = [
        {
            "start": row.start_ms,
            "value": None if row.value is None else round(row.value, 2),
            "room": names[row.zone],
            "when": speaker.moment(row.start_ms),
        }
        for row in rows
    ]
    colours = dict(zip(names, ROOM_COLOURS, strict=False))
    return alt.Chart(_inline(values)).encode(
        x=_time_x(span, speaker),
        y=alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickMinStep=1)),
        color=_colour("room", names, colours),
        tooltip=[
            alt.Tooltip("when:N", title=speaker.say("Début", "Start")),
            alt.Tooltip("room:N", title=speaker.say("Salle", "Room")),
            alt.Tooltip("value:Q", title=title, format=",.4~r"),
        ],
    )


def room_names(rows: Iterable[RoomValue], estate: Estate) -> dict[str, str]:
    """The names of the zones in the rows, in order of id."""
    zones = sorted({row.zone for row in rows})
    return {zone: estate.zones[zone].name if zone in estate.zones else zone for zone in zones}


def _known(name: str, days: int, whole: int, speaker: Speaker) -> str:
    return name if days >= whole else speaker.say("{} ({} j)", "{} ({} d)").format(name, days)


def _uses(speaker: Speaker) -> dict[str, str]:
    named = {use: speaker.say(*labels) for use, labels in USES.items()}
    return {**named, "": speaker.say("Site entier", "Whole site")}


def _quality(speaker: Speaker) -> tuple[str, str]:
    return speaker.say("mesuré", "measured"), speaker.say("estimé", "estimated")


def _inline(values: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=values)


def _colour(field: str, names: dict[str, str], colours: dict[str, str]) -> alt.Color:
    scale = alt.Scale(domain=[names[key] for key in names], range=[colours.get(key, _INK) for key in names])
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def _pale(quality: tuple[str, str]) -> Any:
    return alt.when(alt.datum.quality == quality[1]).then(alt.value(_PALE)).otherwise(alt.value(1))


def _rank(index: int, name: str, quality: tuple[str, str]) -> int:
    """Where a part lies in its stack: what was estimated on top of all that was measured."""
    return index + 100 * quality.index(name)


def _time_x(span: tuple[int, int], speaker: Speaker) -> alt.X:
    """True instants; a tick every six hours from the site's midnight; midnight and noon are labelled."""
    labels: dict[int, str] = {}
    day = floor(span[0], "1d", speaker.zone)
    while day < span[1]:
        after = following(day, "1d", speaker.zone)
        ticks = range(day + 6 * HOUR_MS, after - HOUR_MS, 6 * HOUR_MS)
        labels |= {at: speaker.hour(at) if number % 2 else "" for number, at in enumerate(ticks)}
        labels[day] = speaker.day(day)
        day = after
    shown = {at: label for at, label in labels.items() if span[0] <= at <= span[1]}
    axis = alt.Axis(
        values=sorted(shown), labelExpr=f"{ {str(at): label for at, label in shown.items()} }[datum.value]", title=None
    )
    return alt.X("start:Q", scale=alt.Scale(domain=list(span), nice=False), axis=axis)


def _legend(
    drawn: set[str], names: dict[str, str], colours: dict[str, str], estimated: bool, speaker: Speaker
) -> list[tuple[str, str]]:
    entries = [(name, colours[key]) for key, name in names.items() if key in drawn]
    pale = speaker.say("estimé (toute couleur pâle)", "estimated (any pale colour)")
    return [*entries, (pale, _PALE_INK)] if estimated else entries


def _rooms(rows: Iterable[RoomValue], estate: Estate) -> list[tuple[str, str]]:
    return list(zip(room_names(rows, estate).values(), ROOM_COLOURS, strict=False))


def _styled(chart: Any, height: int, description: str, legend: list[tuple[str, str]]) -> Drawing:
    """Width of its card, quiet axes, no frame."""
    styled = (
        chart.properties(width="container", height=height, description=description)
        .configure_view(stroke=None)
        .configure_axis(
            labelFont=_FONT, titleFont=_FONT, labelColor=_INK, titleColor=_INK, gridColor=_GRID, domainColor="#B8BDC4",
            tickColor="#B8BDC4", labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelOverlap="greedy",
        )
        .configure_axisX(grid=False)
        .configure_text(font=_FONT)
    )  # fmt: skip
    return Drawing(styled, legend)
