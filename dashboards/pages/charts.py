"""The page's charts, one function each: rows in, an Altair chart out. Pure."""

from collections.abc import Sequence
from datetime import date

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.chart_style import (
    Drawing,
    colour,
    distinct,
    inline,
    legend,
    pale,
    quality_names,
    rank,
    styled,
    time_x,
    use_names,
)
from dashboards.pages.colours import CARRIER_COLOURS, INK, ROOM_COLOURS, USE_COLOURS
from dashboards.pages.queries import DayUse, LoadStep, Ranked, RoomValue
from estate.calendar import STEP_MS
from estate.model import Estate
from estate.vocabulary import CARRIERS

CO2_GOOD, CO2_ACT = 800, 1500
"""In ppm: satisfactory below, act promptly above (decree of 27 December 2022 on indoor air)."""


def load_chart(rows: Sequence[LoadStep], span: tuple[int, int], speaker: Speaker, step_ms: int = STEP_MS) -> Drawing:
    """The site's load as stacked steps, by use; bars, so that a missing step stays a hole."""
    quality, uses = quality_names(speaker), use_names(speaker)
    values = [
        {
            "start": row.start_ms,
            "kw": round(watts / 1000, 3),
            "use": uses[row.use],
            "when": speaker.moment(row.start_ms),
            "quality": name,
            "rank": rank(list(uses).index(row.use), name, quality),
        }
        for row in rows
        for watts, name in zip((row.measured, row.estimated), quality, strict=True)
        if watts
    ]
    chart = (
        alt.Chart(inline(values))
        .transform_calculate(end=f"datum.start + {step_ms}")
        .mark_bar(orient="vertical", binSpacing=0)
    )
    return styled(
        chart.encode(
            x=time_x(span, speaker),
            x2="end:Q",
            y=alt.Y("kw:Q", stack="zero", title=speaker.say("Puissance moyenne (kW)", "Mean power (kW)")),
            color=colour("use", uses, USE_COLOURS),
            opacity=pale(quality),
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
        legend({row.use for row in rows}, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
    )


def days_chart(rows: Sequence[DayUse], days: Sequence[str], speaker: Speaker) -> Drawing:
    """Energy by day, stacked by carrier; every day of the span has its place, filled or not."""
    quality = quality_names(speaker)
    carriers = {name: speaker.say(carrier.fr, carrier.en) for name, carrier in CARRIERS.items()}
    values = [
        {
            "day": row.day,
            "kwh": round(wh / 1000, 1),
            "carrier": carriers[row.carrier],
            "quality": name,
            "rank": rank(list(carriers).index(row.carrier), name, quality),
        }
        for row in rows
        for wh, name in zip((row.measured, row.estimated), quality, strict=True)
        if wh
    ]
    axis = alt.Axis(
        values=[day for day in days if date.fromisoformat(day).weekday() == 0],
        labelExpr=f"utcFormat(toDate(datum.value), '{speaker.say('%d/%m', '%d %b')}')",
        labelAngle=0,
        title=speaker.say("Lundis", "Mondays"),
    )
    return styled(
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            x=alt.X("day:O", scale=alt.Scale(domain=list(days), paddingInner=0.2), axis=axis),
            y=alt.Y("kwh:Q", stack="zero", title=speaker.say("Énergie par jour (kWh)", "Energy per day (kWh)")),
            color=colour("carrier", carriers, CARRIER_COLOURS),
            opacity=pale(quality),
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
        legend({r.carrier for r in rows}, carriers, CARRIER_COLOURS, any(r.estimated for r in rows), speaker),
    )


def ranking_chart(rows: Sequence[Ranked], estate: Estate, whole: int, speaker: Speaker) -> Drawing:
    """Buildings by kWh/m² in the order of the rows; one with fewer than `whole` days of figures says so in its name."""
    quality, uses = quality_names(speaker), use_names(speaker)
    called = distinct({row.building: estate.buildings[row.building].name for row in rows})
    values = [
        {
            "name": _known(called[row.building], row.days, whole, speaker),
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
    return styled(
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            x=alt.X("kwh_m2:Q", stack="zero", title="kWh/m²", axis=alt.Axis(orient="top", tickCount=5)),
            y=alt.Y("name:N", sort=names, title=None, axis=name_axis),
            color=colour("use", uses, USE_COLOURS),
            opacity=pale(quality),
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
        legend(used, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
    )


def co2_chart(
    rows: Sequence[RoomValue], zones: Sequence[str], span: tuple[int, int], estate: Estate, speaker: Speaker
) -> Drawing:
    """CO₂ of the rooms as lines that break where nothing was measured, with the decree's two thresholds."""
    rooms = _rooms(zones, estate)
    lines = _room_lines(rows, rooms, span, speaker, "CO₂ (ppm)", alt.Scale(zero=False))
    rules = alt.Chart(inline([{"ppm": ppm, "text": f"{speaker.number(ppm)} ppm"} for ppm in (CO2_GOOD, CO2_ACT)]))
    layers = alt.layer(
        rules.mark_rule(strokeDash=[5, 4], color=INK, opacity=0.7).encode(y="ppm:Q"),
        rules.mark_text(align="right", dy=-6, fontSize=10, color=INK, x="width").encode(y="ppm:Q", text="text:N"),
        lines.mark_line(strokeWidth=1.8, strokeCap="round"),
    )
    return styled(layers, 220, speaker.say("CO₂ dans les salles", "CO₂ in the rooms"), list(rooms.values()))


def occupancy_chart(
    rows: Sequence[RoomValue], zones: Sequence[str], span: tuple[int, int], estate: Estate, speaker: Speaker
) -> Drawing:
    """People in the rooms as steps that break where nothing was counted."""
    rooms = _rooms(zones, estate)
    most = max([row.value for row in rows if row.value is not None], default=0)
    scale = alt.Scale(domain=[0, max(4, most)])  # an empty room lies at the bottom, not in the middle
    lines = _room_lines(rows, rooms, span, speaker, speaker.say("Personnes", "People"), scale)
    steps = lines.mark_line(interpolate="step-after", strokeWidth=1.8)
    return styled(steps, 160, speaker.say("Personnes dans les salles", "People in the rooms"), list(rooms.values()))


def _room_lines(
    rows: Sequence[RoomValue],
    rooms: dict[str, tuple[str, str]],
    span: tuple[int, int],
    speaker: Speaker,
    title: str,
    scale: alt.Scale,
) -> alt.Chart:
    values = [
        {
            "start": row.start_ms,
            "value": None if row.value is None else round(row.value, 2),
            "room": rooms[row.zone][0],
            "when": speaker.moment(row.start_ms),
        }
        for row in rows
    ]
    names, colours = ({zone: room[part] for zone, room in rooms.items()} for part in (0, 1))
    return alt.Chart(inline(values)).encode(
        x=time_x(span, speaker),
        y=alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickMinStep=1)),
        color=colour("room", names, colours),
        tooltip=[
            alt.Tooltip("when:N", title=speaker.say("Début", "Start")),
            alt.Tooltip("room:N", title=speaker.say("Salle", "Room")),
            alt.Tooltip("value:Q", title=title, format=",.4~r"),
        ],
    )


def _rooms(zones: Sequence[str], estate: Estate) -> dict[str, tuple[str, str]]:
    """Name and colour of each zone, the same in every chart of the same zones."""
    names = distinct({zone: estate.zones[zone].name if zone in estate.zones else zone for zone in zones})
    return dict(zip(zones, zip(names.values(), ROOM_COLOURS, strict=False), strict=False))


def _known(name: str, days: int, whole: int, speaker: Speaker) -> str:
    return name if days >= whole else speaker.say("{} ({} j)", "{} ({} d)").format(name, days)
