"""The charts of one place: its load with what always runs, use by presence, heating against the weather. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.chart_style import (
    Column,
    Drawing,
    carrier_names,
    hatched,
    inline,
    legend,
    load_bars,
    note_legend,
    pieces,
    quality_names,
    styled,
    told,
    with_notes,
)
from dashboards.pages.colours import CARRIER_COLOURS, INK
from dashboards.pages.place_queries import Heated, Presence
from energy.usage import Load

OCCUPIED, EMPTY, UNKNOWN = "#0072B2", "#E69F00", "#8A8F98"
"""Of Okabe and Ito's palette, as all colours of charts."""


def curve_chart(
    load: Load,
    step_ms: int,
    base_w: float | None,
    span: tuple[int, int],
    speaker: Speaker,
    notes: Sequence[tuple[int, str]] = (),
) -> Drawing:
    """The electric load of a place, step by step, with a line at its base load."""
    names = {"electricity": carrier_names(speaker)["electricity"]}
    values = [
        {"start": start, "when": speaker.moment(start), "kw": round(part / 1000, 3), **piece}
        for start, watts, guessed in zip(
            load.starts.tolist(), load.watts.tolist(), load.estimated.tolist(), strict=True
        )
        for part, piece in pieces("carrier", "electricity", names, (watts * (1 - guessed), watts * guessed), speaker)
    ]
    columns = [
        Column("when", speaker.say("Début", "Start")),
        Column("kw", "kW", 1),
        Column("quality", speaker.say("Qualité", "Quality")),
    ]
    fill = hatched("fill", names, CARRIER_COLOURS, quality_names(speaker))
    bars = load_bars(values, span, step_ms, fill, columns, speaker)
    marks = legend({"electricity"}, names, CARRIER_COLOURS, bool(load.estimated.any()), speaker)
    drawn: Any = bars
    if base_w is not None:
        word = speaker.say("puissance de base", "base load")
        rule = alt.Chart(inline([{"kw": base_w / 1000}], "base")).mark_rule(color=INK, strokeDash=[6, 3])
        drawn = alt.layer(bars, rule.encode(y="kw:Q"))
        marks.append((f"{word} {speaker.power(base_w)} ({speaker.say('tirets', 'dashes')})", INK))
    title = speaker.say("Puissance électrique", "Electric load")
    return styled(with_notes(drawn, notes, span, speaker), 300, title, [*marks, *note_legend(notes, speaker)], columns)


def presence_chart(rows: Sequence[Presence], labels: Mapping[int, str], speaker: Speaker) -> Drawing:
    """Electricity by step, by whether somebody was there."""
    kinds = {
        "occupied": (speaker.say("pendant l’occupation", "while occupied"), OCCUPIED),
        "empty": (speaker.say("à vide", "while empty"), EMPTY),
        "unknown": (speaker.say("occupation inconnue", "occupancy unknown"), UNKNOWN),
    }
    values = [
        {"bar": labels[row.start_ms], "kwh": wh / 1000, "how": kinds[kind][0], "rank": rank}
        for row in rows
        if row.start_ms in labels
        for rank, (kind, wh) in enumerate(zip(kinds, (row.occupied, row.empty, row.unknown), strict=True))
        if wh
    ]
    columns = [
        Column("bar", speaker.say("Début", "Start")),
        Column("how", speaker.say("Présence", "Presence")),
        Column("kwh", "kWh", 1),
    ]
    scale = alt.Scale(domain=[name for name, _ in kinds.values()], range=[colour for _, colour in kinds.values()])
    chart = (
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            x=bar_x(labels),
            y=alt.Y("kwh:Q", stack="zero", title=speaker.say("Électricité (kWh)", "Electricity (kWh)")),
            color=alt.Color("how:N", scale=scale, legend=None),
            order="rank:Q",
            tooltip=told(columns),
        )
    )
    marks = [pair for pair in kinds.values() if any(value["how"] == pair[0] for value in values)]
    return styled(chart, 200, speaker.say("Électricité et présence", "Electricity and presence"), marks, columns)


def bar_x(labels: Mapping[int, str]) -> alt.X:
    """One place for each step, filled or not."""
    return alt.X(
        "bar:O",
        scale=alt.Scale(domain=list(labels.values()), paddingInner=0.2),
        axis=alt.Axis(labelAngle=0, title=None, labelOverlap="parity", labelSeparation=6),
    )


def heating_chart(rows: Sequence[Heated], speaker: Speaker) -> Drawing:
    """Each day's heating over its degree days, with the straight line nearest to them (least squares)."""
    estimated = speaker.say("estimé en partie (creux)", "estimated in part (hollow)")
    values = [
        {
            "day": speaker.date(row.day_ms),
            "degrees": round(row.degrees, 2),
            "kwh": round(row.kwh, 1),
            "quality": quality_names(speaker)[int(row.estimated > 0)],
            "full": 0 if row.estimated else 1,
        }
        for row in rows
    ]
    columns = [
        Column("day", speaker.say("Jour", "Day")),
        Column("degrees", speaker.say("Degrés-jours (°C·j)", "Degree days (°C·d)"), 1),
        Column("kwh", "kWh", 0),
        Column("quality", speaker.say("Qualité", "Quality")),
    ]
    x = alt.X("degrees:Q", title=speaker.say("Degrés-jours du jour, base 18 °C", "Degree days of the day, base 18 °C"))
    y = alt.Y("kwh:Q", title=speaker.say("Gaz et chaleur du jour (kWh)", "Gas and heat of the day (kWh)"))
    base = alt.Chart(inline(values))
    points = base.mark_point(size=45, color=OCCUPIED, fill=OCCUPIED, strokeWidth=1.5).encode(
        x=x, y=y, fillOpacity=alt.FillOpacity("full:Q", scale=None), tooltip=told(columns)
    )
    line = base.transform_regression("degrees", "kwh").mark_line(color=INK, strokeDash=[6, 3]).encode(x=x, y=y)
    marks = [
        (speaker.say("un jour", "a day"), OCCUPIED),
        (speaker.say("droite de régression (tirets)", "line of regression (dashes)"), INK),
    ]
    marks += [(estimated, OCCUPIED)] if any(row.estimated for row in rows) else []
    title = speaker.say("Chauffage et degrés-jours", "Heating and degree days")
    return styled(alt.layer(points, line), 220, title, marks, columns)
