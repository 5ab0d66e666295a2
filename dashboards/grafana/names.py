"""How series and columns are called, coloured and drawn where they differ from the rest of their panel."""

from collections.abc import Sequence
from typing import NamedTuple

from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DynamicConfigValue,
    MatcherConfig,
)


class Name(NamedTuple):
    """How a series is called and coloured where its alias is this."""

    alias: str
    title: str
    colour: str
    unit: str = ""
    right: bool = False  # on the axis of the right, which has another unit
    line: bool = False  # a line among bars


def properties(name: Name) -> list[tuple[str, object]]:
    """What differs from the panel."""
    found: list[tuple[str, object]] = [
        ("displayName", name.title),
        ("color", {"mode": "fixed", "fixedColor": name.colour}),
    ]
    if name.unit:
        found.append(("unit", name.unit))
    if name.right:
        found += [("custom.axisPlacement", "right"), ("custom.stacking", {"mode": "none", "group": "A"})]
    if name.line:
        line = [("custom.drawStyle", "line"), ("custom.fillOpacity", 0), ("custom.lineWidth", 2)]
        found += [*line, ("custom.stacking", {"mode": "none", "group": "A"})]
    return found


def override(name: str, properties: Sequence[tuple[str, object]]) -> DashboardFieldConfigSourceOverrides:
    """These properties, where a series or column is called so."""
    values = [DynamicConfigValue(id_, value) for id_, value in properties]
    return DashboardFieldConfigSourceOverrides(matcher=MatcherConfig("byName", name), properties=values)
