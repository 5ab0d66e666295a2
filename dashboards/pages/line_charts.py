"""Charts of lines: what rooms' sensors measure, and what the service says of itself. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import altair as alt

from dashboards.language import Speaker
from dashboards.pages.chart_style import (
    Column,
    Drawing,
    colour,
    distinct,
    inline,
    note_legend,
    styled,
    time_x,
    told,
    with_notes,
)
from dashboards.pages.colours import INK, ROOM_COLOURS
from dashboards.pages.queries import RoomValue
from dashboards.pages.state_chart import started
from energy.derived.facts import CO2_PPM
from estate.model import Estate

CO2_GOOD, CO2_ACT = CO2_PPM
"""In ppm: satisfactory below, act promptly above (decree of 27 December 2022 on indoor air)."""
HEATED = 19
"""In °C: the limit of heating, as the mean of rooms (code de l'énergie, R241-26)."""
COOLED = 26
"""In °C: above it cooling may run (code de l'énergie, R241-30)."""


class Measured(NamedTuple):
    """How a quantity of rooms is drawn."""

    fr: str
    en: str
    unit: str
    thresholds: tuple[float, ...] = ()
    steps: bool = False  # what is counted changes at once

    def title(self, speaker: Speaker) -> str:
        """The name with its unit."""
        name = speaker.say(self.fr, self.en)
        return f"{name} ({self.unit})" if self.unit else name


ROOM_QUANTITIES = {
    "climate.co2": Measured("CO₂", "CO₂", "ppm", (CO2_GOOD, CO2_ACT)),
    "climate.temperature": Measured("Température", "Temperature", "°C", (HEATED, COOLED)),
    "climate.humidity": Measured("Humidité", "Humidity", "%"),
    "occupancy.count": Measured("Personnes", "People", "", steps=True),
}


def rooms_chart(
    quantity: str,
    rows: Sequence[RoomValue],
    zones: Sequence[str],
    span: tuple[int, int],
    estate: Estate,
    speaker: Speaker,
    notes: Sequence[tuple[int, str]] = (),
) -> Drawing:
    """One quantity in rooms: lines that break where nothing was measured, with the thresholds that apply."""
    how, rooms = ROOM_QUANTITIES[quantity], _rooms(zones, estate)
    title = how.title(speaker)
    most = max([row.value for row in rows if row.value is not None], default=0)
    # An empty room lies at the bottom, not in the middle.
    scale = alt.Scale(domain=[0, max(4, most)]) if how.steps else alt.Scale(zero=False)
    lines = _room_lines(rows, rooms, span, speaker, title, scale)
    drawn: Any = lines.mark_line(
        strokeWidth=1.8, strokeCap="round", interpolate="step-after" if how.steps else "linear"
    )
    if how.thresholds:
        marks = [{"at": at, "text": f"{speaker.number(at)} {how.unit}"} for at in how.thresholds]
        rules = alt.Chart(inline(marks, "thresholds"))
        drawn = alt.layer(
            rules.mark_rule(strokeDash=[5, 4], color=INK, opacity=0.7).encode(y="at:Q"),
            drawn,
            rules.mark_text(align="right", dy=-6, fontSize=10, color=INK, x="width").encode(y="at:Q", text="text:N"),
        )
    named = [*rooms.values(), *note_legend(notes, speaker)]
    return styled(
        with_notes(drawn, notes, span, speaker), 160 if how.steps else 220, title, named, _room_columns(title, speaker)
    )


def trend_chart(
    values: Mapping[str, Sequence[tuple[int, float]]],
    names: Mapping[str, str],
    title: str,
    span: tuple[int, int],
    step_ms: int,
    speaker: Speaker,
    starts: Sequence[int] = (),
) -> Drawing:
    """Quantities of the service itself as lines, each from its points; a step that is missing breaks its line.

    `starts` is when the service started.
    """
    kept = dict(names)
    colours = dict(zip(kept, ROOM_COLOURS, strict=False))
    rows = [
        {"start": at, "value": value, "room": kept[name], "when": speaker.moment(at)}
        for name, points in values.items()
        for at, value in _broken(points, step_ms)
    ]
    columns = [
        Column("when", speaker.say("Début", "Start")),
        Column("room", speaker.say("Quoi", "What")),
        Column("value", title, 1),
    ]
    lines = alt.Chart(inline(rows)).encode(
        x=time_x(span, speaker),
        y=alt.Y(
            "value:Q",
            title=title,
            axis=alt.Axis(tickMinStep=1),
            scale=alt.Scale(domain=[0, max([1.0, *(row["value"] or 0 for row in rows)])]),
        ),
        color=colour("room", kept, colours),
        tooltip=told(columns),
    )
    marks = [(kept[name], colours[name]) for name in kept]
    drawn: Any = lines.mark_line(strokeWidth=1.8, strokeCap="round", point={"size": 9})
    if starts:
        drawn = alt.layer(drawn, started(starts, span, speaker))
    return styled(drawn, 180, title, marks, columns)


def _broken(points: Sequence[tuple[int, float]], step_ms: int) -> Iterator[tuple[int, float | None]]:
    """The points, and none after each that the next step does not follow."""
    after = [at for at, _ in points[1:]]
    for (at, value), following in zip_longest(points, after):
        yield at, value
        if following != at + step_ms:
            yield at + step_ms, None


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
        tooltip=told(_room_columns(title, speaker)),
    )


def _room_columns(title: str, speaker: Speaker) -> list[Column]:
    say = speaker.say
    return [Column("when", say("Début", "Start")), Column("room", say("Salle", "Room")), Column("value", title, 1)]


def _rooms(zones: Sequence[str], estate: Estate) -> dict[str, tuple[str, str]]:
    """Name and colour of each zone, the same in every chart of the same zones."""
    names = distinct({zone: estate.zones[zone].name if zone in estate.zones else zone for zone in zones})
    return dict(zip(zones, zip(names.values(), ROOM_COLOURS, strict=False), strict=False))
