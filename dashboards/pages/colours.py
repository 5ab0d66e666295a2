"""The colours of charts: of Okabe and Ito's palette (2008), which colour-blind people can tell apart.

A use or a carrier keeps its colour in every chart.
"""

USE_COLOURS = {
    "office": "#0072B2",
    "workshop": "#E69F00",
    "housing": "#009E73",
    "catering": "#D55E00",
    "event": "#CC79A7",
    "shared": "#56B4E9",
    "storage": "#8A8F98",
    "farming": "#C9B600",
    "": "#3B4048",
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

INK = "#4A5058"


def hatch(colour: str) -> str:
    """The hatch of a colour, as the page's own pattern is called."""
    return f"url(#hatch-{colour.removeprefix('#')})"
