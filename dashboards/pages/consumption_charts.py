"""The charts of the page of energy: bars by step and by part. What was estimated is hatched. Pure."""

from bisect import bisect
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
    names_axis,
    note_legend,
    noted,
    pieces,
    quality_names,
    styled,
    told,
)
from dashboards.pages.colours import CARRIER_COLOURS, INK
from dashboards.pages.figures import Bar, Figure, signed
from dashboards.pages.period import BARS, Period
from dashboards.pages.place_charts import bar_x
from energy.meters.steps import Steps
from estate.calendar import Every, steps
from estate.vocabulary import CARRIERS

MOST_PARTS = 15
"""Bars of parts; the table below them has all."""


def use_chart(
    rows: Sequence[Bar],
    former: Mapping[str, Steps],
    period: Period,
    speaker: Speaker,
    notes: Sequence[tuple[int, str]] = (),
) -> Drawing:
    """Energy by step, stacked by carrier, what is fed into the grid below zero; a mark where the former period was."""
    quality, carriers = quality_names(speaker), carrier_names(speaker)
    labels = bar_labels(period, speaker)
    values = [
        {"bar": labels[row.start_ms], "kwh": wh / 1000, **piece}
        for row in rows
        if row.start_ms in labels
        for wh, piece in pieces("carrier", row.carrier, carriers, _both(row), speaker)
    ]
    columns = [Column("bar", speaker.say("Début", "Start")), *_columns(speaker)]
    bars = (
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            y=alt.Y("kwh:Q", stack="zero", title=speaker.say("Énergie (kWh)", "Energy (kWh)")),
            color=hatched("fill", carriers, CARRIER_COLOURS, quality),
            order="rank:Q",
            tooltip=told(columns),
        )
    )
    before = _former(former, period, list(labels.values()))
    ticks = (
        alt.Chart(inline(before, "former"))
        .mark_tick(color=INK, thickness=2)
        .encode(
            y="kwh:Q",
            tooltip=[
                alt.Tooltip("bar:N", title=speaker.say("Début", "Start")),
                alt.Tooltip("kwh:Q", title=speaker.say("avant (kWh)", "before (kWh)"), format=",.1f"),
            ],
        )
    )
    x = bar_x(labels)
    drawn = {row.carrier for row in rows}
    marks = legend(drawn, carriers, CARRIER_COLOURS, any(row.guessed for row in rows), speaker)
    marks += [(speaker.say("période précédente (trait)", "former period (line)"), INK)] if before else []
    layers: Any = alt.layer(bars.encode(x=x), ticks.encode(x=x)) if before else bars.encode(x=x)
    marks += note_legend(notes, speaker)
    if notes:
        layers = alt.layer(layers, noted(_noted(notes, labels), speaker).encode(x=x))
    return styled(layers, 260, speaker.say("Énergie par pas de temps", "Energy by step"), marks, columns)


def _columns(speaker: Speaker) -> list[Column]:
    """What is said of a piece beside whose it is."""
    return [
        Column("carrier", speaker.say("Énergie", "Carrier")),
        Column("kwh", "kWh", 1),
        Column("quality", speaker.say("Qualité", "Quality")),
    ]


def _both(row: Bar | Figure) -> tuple[int, int]:
    """What was measured and what was estimated, below zero where it is fed into the grid."""
    return signed(row.carrier, row.measured), signed(row.carrier, row.guessed)


def parts_chart(rows: Sequence[Figure], names: Mapping[str, str], speaker: Speaker) -> Drawing:
    """Who used how much, the greatest first, stacked by carrier; what is fed into the grid below zero."""
    quality, carriers = quality_names(speaker), carrier_names(speaker)
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.id] = totals.get(row.id, 0) + signed(row.carrier, row.amount)
    chosen = sorted(totals, key=lambda id_: -totals[id_])[:MOST_PARTS]
    values = [
        {"name": names[row.id], "kwh": wh / 1000, **piece}
        for row in rows
        if row.id in chosen
        for wh, piece in pieces("carrier", row.carrier, carriers, _both(row), speaker)
    ]
    order = [names[id_] for id_ in chosen]
    columns = [Column("name", speaker.say("Qui", "Who")), *_columns(speaker)]
    chart = (
        alt.Chart(inline(values))
        .mark_bar()
        .encode(
            x=alt.X("kwh:Q", stack="zero", title="kWh", axis=alt.Axis(orient="top", tickCount=5)),
            y=alt.Y("name:N", sort=order, title=None, axis=names_axis()),
            color=hatched("fill", carriers, CARRIER_COLOURS, quality),
            order="rank:Q",
            tooltip=told(columns),
        )
    )
    marks = legend({r.carrier for r in rows}, carriers, CARRIER_COLOURS, any(r.guessed for r in rows), speaker)
    return styled(chart, max(90, 22 * len(order)), speaker.say("Énergie par partie", "Energy by part"), marks, columns)


def _former(former: Mapping[str, Steps], period: Period, labels: Sequence[str]) -> list[dict[str, Any]]:
    """The height of each bar of the former period at the place of ours that stands in the same row."""
    if period.former is None:
        return []
    starts = list(steps(*period.former, BARS[period.length], period.zone))
    heights: dict[int, int] = {}
    for carrier, found in former.items():
        if carrier in CARRIERS and CARRIERS[carrier].unit == "Wh" and carrier != "export":
            for start, amount in zip(found.starts.tolist(), found.amounts.tolist(), strict=True):
                heights[start] = heights.get(start, 0) + amount
    return [
        {"bar": label, "kwh": heights[start] / 1000}
        for start, label in zip(starts, labels, strict=False)
        if start in heights
    ]


def _noted(notes: Sequence[tuple[int, str]], labels: Mapping[int, str]) -> list[dict[str, Any]]:
    """Each note at the bar in which it began; at the first where it began before."""
    starts = list(labels)
    return [{"bar": labels[starts[max(0, bisect(starts, at_ms) - 1)]], "note": text} for at_ms, text in notes]


def bar_labels(period: Period, speaker: Speaker, every: Every | None = None) -> dict[int, str]:
    """What stands below each bar, by its start, of the period's own step unless told; all are different."""
    every = every or BARS[period.length]
    found: dict[int, str] = {}
    for start in steps(*period.span, every, period.zone):
        label = _label(every, start, speaker, with_year=period.length == "all")
        # The hour that comes twice in autumn is told apart by a mark.
        found[start] = f"{label} ²" if label in found.values() else label
    return found


def _label(every: Every, start_ms: int, speaker: Speaker, with_year: bool) -> str:
    if every == "1h":
        return speaker.hour(start_ms)
    return speaker.day(start_ms) if every == "1d" else speaker.month(start_ms, with_year)
