"""Colours of what is good, to be watched and to be acted on, and from which values on."""

from collections.abc import Sequence
from typing import NamedTuple

from grafana_foundation_sdk.models.dashboard import Threshold, ThresholdsConfig, ThresholdsMode

GOOD, WATCH, ACT, PLAIN, GREY = "#009E73", "#E69F00", "#D55E00", "#0072B2", "#8A8F98"
"""Of the palette that colour-blind people can tell apart; see `dashboards.pages.colours`."""


class Scale(NamedTuple):
    """The colour of least values, and from which values on which other ones."""

    least: str = PLAIN
    steps: Sequence[tuple[float, str]] = ()


AIR = Scale(GOOD, ((800, WATCH), (1500, ACT)))
"""CO₂, ppm: below 800 satisfactory, above 1,500 to be acted on promptly (arrêté of 2022-12-27, article 4)."""


NO_SCALE = Scale()
FEW = Scale(GOOD, ((1, WATCH), (5, ACT)))
LOST = Scale(GOOD, ((30, WATCH), (60, ACT)))
"""Percent used while nobody was there."""


def steps(scale: Scale) -> ThresholdsConfig:
    """As Grafana writes them."""
    found = [Threshold(None, scale.least), *(Threshold(value, colour) for value, colour in scale.steps)]
    return ThresholdsConfig(ThresholdsMode.ABSOLUTE, found)
