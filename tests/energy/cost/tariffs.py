"""Tariffs to compute on: prices are examples, chosen so that costs can be checked on paper."""

from collections.abc import Sequence
from dataclasses import replace

from estate.model import FOREVER_MS, Estate
from estate.tariff import Contract, Line, Tariff
from tests.energy.sites import estate as plain_estate
from tests.energy.sites import meter, ms


def line(
    name: str, price: float, unit: str, period: str = "", of: Sequence[str] = (), start: str = "", end: str = ""
) -> Line:
    """A line; `start` and `end` are days, the end excluded."""
    begin, finish = ms(start) if start else 0, ms(end) if end else FOREVER_MS
    return Line(name, round(price * 1_000_000), unit, period, tuple(of), begin, finish)


BASE = Tariff("base", "Base", "electricity", (line("Energy", 0.2, "EUR/kWh"),))

TWO = Tariff(
    *("two", "Peak and off-peak", "electricity"),
    (
        line("Energy", 0.2, "EUR/kWh", "hp"),
        line("Energy", 0.1, "EUR/kWh", "hc"),
        line("Subscription", 36.5, "EUR/kVA/year"),
        line("Overrun", 10, "EUR/kVA over"),
        line("Metering", 0.05, "EUR/day"),
        line("Tax", 20, "%", of=["Energy", "Subscription", "Overrun", "Metering"]),
    ),
)

FOUR = Tariff(
    *("four", "Seasons and winter peak", "electricity"),
    (
        line("Energy", 0.40, "EUR/kWh", "pte"),
        line("Energy", 0.30, "EUR/kWh", "hph"),
        line("Energy", 0.20, "EUR/kWh", "hch"),
        line("Energy", 0.10, "EUR/kWh", "hpb"),
        line("Energy", 0.05, "EUR/kWh", "hcb"),
        line("Excise", 0.01, "EUR/kWh"),
        line("Above", 12, "EUR/h over"),
    ),
)

NIGHT = "22:00-06:00"


def contract(tariff: Tariff, kva: float = 10, off_peak: str = NIGHT, peak: str = "", **span: str) -> Contract:
    """The main meter's contract; `start` and `end` are days, the end excluded."""
    days = [ms(span[name]) if name in span else other for name, other in (("start", 0), ("end", FOREVER_MS))]
    return Contract("main", tariff.id, round(kva * 1000), off_peak, off_peak, peak, *days)


def estate(*contracts: Contract, tariffs: Sequence[Tariff] = (BASE, TWO, FOUR), submeter: bool = True) -> Estate:
    """The small site, with a sub-meter in z2, under these contracts."""
    meters = [meter(), meter("sub", submeter_of="main")] if submeter else [meter()]
    site = plain_estate(meters, {"sub": "z2"})
    return replace(site, tariffs={tariff.id: tariff for tariff in tariffs}, contracts=list(contracts))
