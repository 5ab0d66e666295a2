"""The colours of charts: of Okabe and Ito's palette (2008), which colour-blind people can tell apart.

A use or a carrier keeps its colour in every chart.
"""

INK = "currentColor"
"""Text, axes and what has no colour of its own: dark on a light page, light on a dark one."""

USE_COLOURS = {
    "office": "#0072B2",
    "workshop": "#E69F00",
    "housing": "#009E73",
    "catering": "#D55E00",
    "event": "#CC79A7",
    "shared": "#56B4E9",
    "storage": "#8A8F98",
    "farming": "#C9B600",
    "": INK,
}
CARRIER_COLOURS = {
    "electricity": "#E69F00",
    "gas": "#0072B2",
    "heat": "#D55E00",
    "cooling": "#009E73",
    "water": "#56B4E9",
    "pv": "#C9B600",
    "export": "#CC79A7",
}
ROOM_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def hatch(colour: str) -> str:
    """The hatch of a colour, a pattern of the page."""
    return f"url(#{hatch_id(colour)})"


def hatch_id(colour: str) -> str:
    """What the page calls that pattern."""
    return f"hatch-{colour.removeprefix('#')}"
