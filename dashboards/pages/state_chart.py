"""Charts of states: when parts of the service were there, and how complete the readings of devices are. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.chart_style import Column, Drawing, colour, inline, names_axis, noted, styled, time_x, told
from dashboards.pages.colours import CARRIER_COLOURS

THERE, AWAY = CARRIER_COLOURS["cooling"], CARRIER_COLOURS["heat"]

LEVELS = ((0, "#D55E00"), (50, "#E69F00"), (95, "#56B4E9"), (100, "#0072B2"))
"""The share of readings, in %, below which a cell has the colour; of Okabe and Ito, from warm to cold."""


class Cell(NamedTuple):
    """What was received of what was due, of one row on one day."""

    row: str
    day: str  # ISO
    got: int
    due: int


def presence_chart(
    states: Mapping[str, Sequence[tuple[int, float]]],
    span: tuple[int, int],
    step_ms: int,
    starts: Sequence[int],
    speaker: Speaker,
) -> Drawing:
    """For each name when it was there and when away, by steps; nothing where nobody looked: the service was off."""
    say = speaker.say
    words = {"there": say("répond", "answers"), "away": say("ne répond pas", "away")}
    colours = {"there": THERE, "away": AWAY}
    rows = [
        {
            "name": name,
            "start": begin,
            "end": end,
            "what": words["away" if away else "there"],
            "when": speaker.moment(begin),
            "until": speaker.moment(end),
        }
        for name, points in states.items()
        for begin, end, away in _spans(points, step_ms)
    ]
    columns = [
        Column("name", say("Quoi", "What")),
        Column("what", say("État", "State")),
        Column("when", say("Depuis", "From")),
        Column("until", say("Jusqu’à", "Until")),
    ]
    bars = (
        alt.Chart(inline(rows))
        .mark_bar(height=16)
        .encode(
            x=time_x(span, speaker),
            x2="end:Q",
            y=alt.Y("name:N", sort=list(states), title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=120)),
            color=colour("what", words, colours),
            tooltip=told(columns),
        )
    )
    drawn = alt.layer(bars, started(starts, span, speaker)) if starts else bars
    marks = [(words[key], colours[key]) for key in words]
    return styled(drawn, 34 * max(2, len(states)), say("Courtier et base", "Broker and store"), marks, columns)


def started(starts: Sequence[int], span: tuple[int, int], speaker: Speaker) -> alt.Chart:
    """A dotted line at each start of the service."""
    word = speaker.say("Démarrage", "Start")
    marks = [{"start": at, "note": f"{word} · {speaker.moment(at)}"} for at in starts]
    return noted(marks, speaker).encode(x=time_x(span, speaker))


def heat_chart(cells: Sequence[Cell], rows: Sequence[str], days: Sequence[str], speaker: Speaker) -> Drawing:
    """A cell per row and day, by how much of what was due came; none where nothing was due."""
    say = speaker.say
    names = {str(level): name for level, name in zip(range(len(LEVELS)), _level_names(speaker), strict=True)}
    colours = {str(level): shade for level, (_, shade) in enumerate(LEVELS)}
    values = [
        {
            "row": cell.row,
            "day": cell.day,
            "got": cell.got,
            "due": cell.due,
            "share": 100 * cell.got / cell.due,
            "level": names[str(_level(cell))],
        }
        for cell in cells
    ]
    columns = [
        Column("row", say("Quoi", "What")),
        Column("day", say("Jour", "Day")),
        Column("share", "%", 0),
        Column("got", say("Reçus", "Received"), 0),
        Column("due", say("Attendus", "Expected"), 0),
    ]
    labels = {day: f"{day[8:]}/{day[5:7]}" for day in days}
    axis = alt.Axis(
        labelExpr=f"{labels}[datum.value]", labelAngle=0, labelOverlap="parity", labelSeparation=6, title=None,
        orient="top", domain=False, ticks=False,
    )  # fmt: skip
    chart = (
        alt.Chart(inline(values))
        .mark_rect()
        .encode(
            x=alt.X("day:O", scale=alt.Scale(domain=list(days), paddingInner=0.08), axis=axis),
            y=alt.Y(
                "row:N",
                sort=list(rows),
                scale=alt.Scale(paddingInner=0.12),
                title=None,
                axis=names_axis(),
            ),
            color=colour("level", names, colours),
            tooltip=told(columns),
        )
    )
    marks = [(names[key], colours[key]) for key in names]
    return styled(chart, max(60, 17 * len(rows)), say("Complétude des relevés", "Completeness"), marks, columns)


def _level(cell: Cell) -> int:
    share = 100 * cell.got / cell.due
    if share <= 0:
        return 0
    return next((level for level, (bound, _) in enumerate(LEVELS) if level and share < bound), len(LEVELS) - 1)


def _level_names(speaker: Speaker) -> Iterator[str]:
    yield speaker.say("rien", "nothing")
    for (low, _), (high, _) in pairwise(LEVELS[:-1]):
        yield speaker.say("{} à {} %", "{} to {} %").format(low, high)
    yield speaker.say("{} % et plus", "{} % and more").format(LEVELS[-2][0])


def _spans(points: Sequence[tuple[int, float]], step_ms: int) -> Iterator[tuple[int, int, bool]]:
    """Runs of steps of one state: begin, end, and whether away."""
    runs: list[tuple[int, int, bool]] = []
    for at, value in points:
        away = value > 0
        if runs and runs[-1][1] == at and runs[-1][2] == away:
            runs[-1] = (runs[-1][0], at + step_ms, away)
        else:
            runs.append((at, at + step_ms, away))
    yield from runs
