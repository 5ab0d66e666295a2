"""How series and columns are called, coloured and drawn where they differ from the rest of their panel."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DataTransformerConfig,
    DynamicConfigValue,
    MatcherConfig,
)

from dashboards.grafana.scale import Scale
from dashboards.grafana.words import Pair


class Name(NamedTuple):
    """How a series is called and coloured where its alias is this."""

    alias: str
    title: str
    colour: str = ""  # "": as the panel colours its series
    unit: str = ""
    right: bool = False  # on the axis of the right, which has another unit
    line: bool = False  # a line among bars
    dots: bool = False  # dots among bars: of another unit, whose line would cross them to and fro
    over: bool = False  # a bar before the others, as a part of them


class Column(NamedTuple):
    """A column of a table: the name it has in the query, and what people read."""

    name: str
    title: Pair
    unit: str = ""
    link: str = ""  # where a click on its values leads
    texts: Mapping[str, tuple[Pair, str]] | None = None  # what values mean, and their colours ("": none)
    scale: Scale | None = None  # colours its values


_ALONE = ("custom.stacking", {"mode": "none", "group": "A"})


def properties(name: Name) -> list[tuple[str, object]]:
    """What differs from the panel."""
    found: list[tuple[str, object]] = [("displayName", name.title)]
    if name.colour:
        found.append(("color", {"mode": "fixed", "fixedColor": name.colour}))
    if name.unit:
        found.append(("unit", name.unit))
    if name.right:
        found += [("custom.axisPlacement", "right"), _ALONE]
    if name.line:
        line = [("custom.drawStyle", "line"), ("custom.fillOpacity", 0), ("custom.lineWidth", 2)]
        found += [*line, _ALONE]
    if name.dots:
        found += [("custom.drawStyle", "points"), ("custom.pointSize", 7), _ALONE]
    if name.over:
        found += [("custom.fillOpacity", 100), _ALONE]
    return found


def override(name: str, properties: Sequence[tuple[str, object]]) -> DashboardFieldConfigSourceOverrides:
    """These properties, where a series or column is called so."""
    values = [DynamicConfigValue(id_, value) for id_, value in properties]
    return DashboardFieldConfigSourceOverrides(matcher=MatcherConfig("byName", name), properties=values)


UNSAID = DashboardFieldConfigSourceOverrides(
    matcher=MatcherConfig("byType", "number"), properties=[DynamicConfigValue("noValue", None)]
)
"""What a panel says when it is empty is not said of each value that is missing, as tooltips would."""


def renamed(pattern: str, title: str) -> DataTransformerConfig:
    """Series and columns whose name is this regular expression are called so; ``$1`` is its first group."""
    return DataTransformerConfig(id_val="renameByRegex", options={"regex": pattern, "renamePattern": title})
