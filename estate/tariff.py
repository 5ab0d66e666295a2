"""What a delivery point costs, as values: tariffs of dated lines, contracts, carbon factors. Prices are the user's.

Prices are integers, so that every product with an amount is exact: millionths of a EUR are 1e-9 EUR per Wh or L.
"""

from typing import Literal, NamedTuple

Basis = Literal["amount", "day", "year", "power", "over", "over_time", "share"]
"""What a price multiplies: an amount, days, a year's days (per kVA or not), an overrun, or other lines."""


class PriceUnit(NamedTuple):
    """What a line's price is for, one row of the table."""

    basis: Basis
    of: str  # the carrier's unit it fits; "" for any


PRICE_UNITS: dict[str, PriceUnit] = {
    "EUR/kWh": PriceUnit("amount", "Wh"),
    "EUR/m3": PriceUnit("amount", "L"),
    "EUR/day": PriceUnit("day", ""),
    "EUR/year": PriceUnit("year", ""),
    "EUR/kVA/year": PriceUnit("power", "Wh"),
    "EUR/kW/year": PriceUnit("power", "Wh"),
    "EUR/kVA over": PriceUnit("over", "Wh"),
    "EUR/kW over": PriceUnit("over", "Wh"),
    "EUR/h over": PriceUnit("over_time", "Wh"),
    "%": PriceUnit("share", ""),
}
"""Units of a price. A year's price is charged by day, so that the days of a calendar year sum to it. `over` is per kVA
(kW) of the month's greatest mean power above the subscribed one, or per hour spent above it."""

FIXED = frozenset({"day", "year", "power"})
"""What is charged every day, whether anything flows or not."""

PERIODS: dict[str, tuple[str, str]] = {
    "hp": ("heures pleines", "peak hours"),
    "hc": ("heures creuses", "off-peak hours"),
    "hph": ("heures pleines, saison haute", "peak hours, high season"),
    "hch": ("heures creuses, saison haute", "off-peak hours, high season"),
    "hpb": ("heures pleines, saison basse", "peak hours, low season"),
    "hcb": ("heures creuses, saison basse", "off-peak hours, low season"),
    "pte": ("pointe", "peak of winter"),
}
"""Tariff periods, French and English. High season: November to March (source: `energy/cost/tariff.py`)."""

OFF_PEAK = frozenset({"hc", "hch", "hcb"})
WHOLE: tuple[frozenset[str], ...] = (frozenset({"hp", "hc"}), frozenset({"hph", "hch", "hpb", "hcb"}))
"""Periods that cover all time together: lines of one name price all of a set, or none. `pte` is taken out of `hph`."""


class Line(NamedTuple):
    """One price, or share of other lines, while it holds."""

    name: str  # as people call it; a price that changes keeps its name
    price: int  # millionths of a EUR per unit; of a percent
    unit: str  # a key of PRICE_UNITS
    period: str  # a key of PERIODS; "" for all time
    of: tuple[str, ...]  # of a share: the names of the lines it is a share of
    start_ms: int
    end_ms: int


class Tariff(NamedTuple):
    """What a supplier charges for one carrier; shares stand below the lines they are of."""

    id: str
    name: str
    carrier: str
    lines: tuple[Line, ...]


class Slots(NamedTuple):
    """Hours of the local day, and whether the whole of Sunday is among them."""

    minutes: tuple[tuple[int, int], ...]  # from, until before, in minutes since local midnight; none crosses it
    sundays: bool


class Contract(NamedTuple):
    """The tariff of a delivery point (a site meter), from `start_ms` until before `end_ms`."""

    meter: str
    tariff: str
    subscribed_w: int  # W or VA; 0 when none is subscribed
    off_peak: str  # slots, as `slots` reads them; "" for none
    off_peak_summer: str  # the same, from April to October
    peak: str  # slots of `pte`, from December to February but on Sundays
    start_ms: int
    end_ms: int


class Factor(NamedTuple):
    """What a carrier emits, from one day on until the next row of that carrier."""

    carrier: str
    micro: int  # kgCO₂e per kWh, in millionths: µg per Wh
    source: str
    start_ms: int
    source_fr: str = ""  # in French, where it is not the user's own words


def slots(text: str) -> Slots:
    """The slots of a text like `22:00-06:00+12:00-14:00+sun`; spaces separate as well. Raises ValueError."""
    found: list[tuple[int, int]] = []
    words = text.replace("+", " ").split()
    for word in words:
        if word == "sun":
            continue
        start, dash, end = word.partition("-")
        first, last = _minutes(start), _minutes(end)
        if not dash or first == last or first == 24 * 60:
            raise ValueError(f"{word!r} is no slot")
        found += [(first, last)] if first < last else [(first, 24 * 60), (0, last)]
    return Slots(tuple(sorted(span for span in found if span[0] < span[1])), "sun" in words)


def _minutes(text: str) -> int:
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == len(minute) == 2 and (hour + minute).isdecimal() and (hour + minute).isascii()):
        raise ValueError(f"{text!r} is no time of day")
    at = 60 * int(hour) + int(minute)
    if int(minute) > 59 or at > 24 * 60:
        raise ValueError(f"{text!r} is no time of day")
    return at
