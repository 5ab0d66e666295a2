"""The page's charts, one function each: rows in, an Altair chart out. Pure."""

from collections.abc import Sequence
from datetime import date

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.chart_style import (
    Column,
    Drawing,
    carrier_names,
    distinct,
    hatched,
    inline,
    legend,
    load_bars,
    names_axis,
    note_legend,
    pieces,
    quality_names,
    styled,
    told,
    use_names,
    with_notes,
)
from dashboards.pages.colours import CARRIER_COLOURS, USE_COLOURS
from dashboards.pages.queries import DayUse, LoadStep, Ranked
from estate.calendar import STEP_MS
from estate.model import Estate


def load_chart(
    rows: Sequence[LoadStep],
    span: tuple[int, int],
    speaker: Speaker,
    step_ms: int = STEP_MS,
    notes: Sequence[tuple[int, str]] = (),
) -> Drawing:
    """The site's load as stacked steps, by use."""
    quality, uses = quality_names(speaker), use_names(speaker)
    values = [
        {"start": row.start_ms, "when": speaker.moment(row.start_ms), "kw": round(watts / 1000, 3), **piece}
        for row in rows
        for watts, piece in pieces("use", row.use, uses, (row.measured, row.estimated), speaker)
    ]
    columns = [
        Column("when", speaker.say("Début", "Start")),
        Column("use", speaker.say("Usage", "Use")),
        Column("kw", "kW", 1),
        Column("quality", speaker.say("Qualité", "Quality")),
    ]
    bars = load_bars(values, span, step_ms, hatched("fill", uses, USE_COLOURS, quality), columns, speaker)
    marks = legend({row.use for row in rows}, uses, USE_COLOURS, any(row.estimated for row in rows), speaker)
    return styled(
        with_notes(bars, notes, span, speaker),
        300,
        speaker.say("Puissance du site par usage des bâtiments", "Electric load of the site by building use"),
        [*marks, *note_legend(notes, speaker)],
        columns,
    )


def days_chart(rows: Sequence[DayUse], days: Sequence[str], speaker: Speaker) -> Drawing:
    """Energy by day, stacked by carrier; every day of the span has its place, filled or not."""
    quality = quality_names(speaker)
    carriers = carrier_names(speaker)
    values = [
        {"day": row.day, "kwh": round(wh / 1000, 1), **piece}
        for row in rows
        for wh, piece in pieces("carrier", row.carrier, carriers, (row.measured, row.estimated), speaker)
    ]
    columns = [
        Column("day", speaker.say("Jour", "Day")),
        Column("carrier", speaker.say("Énergie", "Carrier")),
        Column("kwh", "kWh", 0),
        Column("quality", speaker.say("Qualité", "Quality")),
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
            color=hatched("fill", carriers, CARRIER_COLOURS, quality),
            order="rank:Q",
            tooltip=told(columns),
        ),
        240,
        speaker.say("Consommation du site par jour", "Consumption of the site by day"),
        legend({r.carrier for r in rows}, carriers, CARRIER_COLOURS, any(r.estimated for r in rows), speaker),
        columns,
    )


def ranking_chart(rows: Sequence[Ranked], estate: Estate, whole: int, speaker: Speaker) -> Drawing:
    """Buildings by energy per m² in the order of the rows; one with fewer than `whole` days says so in its name."""
    quality, uses = quality_names(speaker), use_names(speaker)
    unit = speaker.say("kWh/(m²·an)", "kWh/(m²·a)")
    called = distinct({row.building: estate.buildings[row.building].name for row in rows})
    values = [
        {
            "name": _known(called[row.building], row.days, whole, speaker),
            "kwh_m2": round(row.kwh_m2 * share, 3),
            "days": row.days,
            **piece,
        }
        for row in rows
        for share, piece in pieces(
            "use", estate.buildings[row.building].use, uses, (1 - row.estimated, row.estimated), speaker
        )
    ]
    names = list(dict.fromkeys(str(value["name"]) for value in values))
    columns = [
        Column("name", speaker.say("Bâtiment", "Building")),
        Column("use", speaker.say("Usage", "Use")),
        Column("kwh_m2", unit, 2),
        Column("quality", speaker.say("Qualité", "Quality")),
        Column("days", speaker.say("Jours connus", "Days known"), 0),
    ]
    used = {estate.buildings[row.building].use for row in rows}
    return styled(
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            x=alt.X("kwh_m2:Q", stack="zero", title=unit, axis=alt.Axis(orient="top", tickCount=5)),
            y=alt.Y("name:N", sort=names, title=None, axis=names_axis()),
            color=hatched("fill", uses, USE_COLOURS, quality),
            order="rank:Q",
            tooltip=told(columns),
        ),
        max(120, 19 * len(names)),
        speaker.say("Bâtiments classés par énergie et m²", "Buildings ranked by energy per m²"),
        legend(used, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
        columns,
    )


def _known(name: str, days: int, whole: int, speaker: Speaker) -> str:
    return name if days >= whole else speaker.say("{} ({} j)", "{} ({} d)").format(name, days)
