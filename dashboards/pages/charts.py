"""The page's charts, one function each: rows in, an Altair chart out. Pure."""

from collections.abc import Sequence
from datetime import date

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.chart_style import (
    Column,
    Drawing,
    distinct,
    hatched,
    inline,
    legend,
    quality_names,
    rank,
    styled,
    time_x,
    told,
    use_names,
)
from dashboards.pages.colours import CARRIER_COLOURS, USE_COLOURS
from dashboards.pages.queries import DayUse, LoadStep, Ranked
from estate.calendar import STEP_MS
from estate.model import Estate
from estate.vocabulary import CARRIERS


def load_chart(rows: Sequence[LoadStep], span: tuple[int, int], speaker: Speaker, step_ms: int = STEP_MS) -> Drawing:
    """The site's load as stacked steps, by use; bars, so that a missing step stays a hole."""
    quality, uses = quality_names(speaker), use_names(speaker)
    values = [
        {
            "start": row.start_ms,
            "kw": round(watts / 1000, 3),
            "use": uses[row.use],
            "fill": f"{uses[row.use]} {name}",
            "when": speaker.moment(row.start_ms),
            "quality": name,
            "rank": rank(list(uses).index(row.use), name, quality),
        }
        for row in rows
        for watts, name in zip((row.measured, row.estimated), quality, strict=True)
        if watts
    ]
    columns = [
        Column("when", speaker.say("Début", "Start")),
        Column("use", speaker.say("Usage", "Use")),
        Column("kw", "kW", 1),
        Column("quality", speaker.say("Qualité", "Quality")),
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
            color=hatched("fill", uses, USE_COLOURS, quality),
            order="rank:Q",
            tooltip=told(columns),
        ),
        300,
        speaker.say("Puissance du site par usage des bâtiments", "Electric load of the site by building use"),
        legend({row.use for row in rows}, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
        columns,
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
            "fill": f"{carriers[row.carrier]} {name}",
            "quality": name,
            "rank": rank(list(carriers).index(row.carrier), name, quality),
        }
        for row in rows
        for wh, name in zip((row.measured, row.estimated), quality, strict=True)
        if wh
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
    """Buildings by kWh/m² in the order of the rows; one with fewer than `whole` days of figures says so in its name."""
    quality, uses = quality_names(speaker), use_names(speaker)
    called = distinct({row.building: estate.buildings[row.building].name for row in rows})
    values = [
        {
            "name": _known(called[row.building], row.days, whole, speaker),
            "use": uses[estate.buildings[row.building].use],
            "fill": f"{uses[estate.buildings[row.building].use]} {name}",
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
    columns = [
        Column("name", speaker.say("Bâtiment", "Building")),
        Column("use", speaker.say("Usage", "Use")),
        Column("kwh_m2", "kWh/m²", 2),
        Column("quality", speaker.say("Qualité", "Quality")),
        Column("days", speaker.say("Jours connus", "Days known"), 0),
    ]
    name_axis = alt.Axis(labelLimit=150, domain=False, ticks=False)
    used = {estate.buildings[row.building].use for row in rows}
    return styled(
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            x=alt.X("kwh_m2:Q", stack="zero", title="kWh/m²", axis=alt.Axis(orient="top", tickCount=5)),
            y=alt.Y("name:N", sort=names, title=None, axis=name_axis),
            color=hatched("fill", uses, USE_COLOURS, quality),
            order="rank:Q",
            tooltip=told(columns),
        ),
        max(120, 19 * len(names)),
        speaker.say("Bâtiments classés par kWh/m²", "Buildings ranked by kWh/m²"),
        legend(used, uses, USE_COLOURS, any(row.estimated for row in rows), speaker),
        columns,
    )


def _known(name: str, days: int, whole: int, speaker: Speaker) -> str:
    return name if days >= whole else speaker.say("{} ({} j)", "{} ({} d)").format(name, days)
