from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from estate.load import load
from estate.model import FOREVER_MS
from estate.tariff import Contract, Factor, Line, Slots, slots
from tests.estate.folders import write

TARIFFS = """
[two]
name = "Heures creuses"
carrier = "electricity"

[[two.line]]
name = "Énergie"
price = 0.2068
unit = "EUR/kWh"
period = "hp"
until = 2026-01-14

[[two.line]]
name = "Énergie"
price = 0.21
unit = "EUR/kWh"
period = "hp"
from = 2026-01-15

[[two.line]]
name = "Énergie"
price = 0.1579
unit = "EUR/kWh"
period = "hc"

[[two.line]]
name = "Abonnement"
price = 15.6
unit = "EUR/kVA/year"

[[two.line]]
name = "TVA"
price = 20
unit = "%"
of = ["Énergie", "Abonnement"]
"""
CONTRACTS = """\
meter;tariff;subscribed_kva;off_peak;off_peak_summer;until
d1;two;36,5;22:00-06:00;01:30-07:30 12:30-14:30;2026-06-30
"""


def midnight(year: int, month: int, day: int) -> int:
    return int(
        datetime.combine(date(year, month, day), datetime.min.time(), ZoneInfo("Europe/Paris")).timestamp() * 1000
    )


def test_tariffs_and_contracts(tmp_path: Path) -> None:
    """Prices are exact millionths, days are the site's own, power is in VA."""
    folder = write(tmp_path, meters="meter,carrier\nd1,electricity\n", contracts=CONTRACTS)
    (folder / "tariffs.toml").write_text(TARIFFS, encoding="utf-8")
    estate = load(folder)
    change = midnight(2026, 1, 15)

    expected = (
        Line("Énergie", 206_800, "EUR/kWh", "hp", (), 0, change),
        Line("Énergie", 210_000, "EUR/kWh", "hp", (), change, FOREVER_MS),
        Line("Énergie", 157_900, "EUR/kWh", "hc", (), 0, FOREVER_MS),
        Line("Abonnement", 15_600_000, "EUR/kVA/year", "", (), 0, FOREVER_MS),
        Line("TVA", 20_000_000, "%", "", ("Énergie", "Abonnement"), 0, FOREVER_MS),
    )
    assert expected == estate.tariffs["two"].lines
    slots_text = ("22:00-06:00", "01:30-07:30+12:30-14:30", "")
    assert [Contract("d1", "two", 36_500, *slots_text, 0, midnight(2026, 7, 1))] == estate.contracts


def test_carbon_factors(tmp_path: Path) -> None:
    """A factor is exact: 0.0461 kg/kWh are 46,100 µg/Wh."""
    folder = write(tmp_path, carbon="carrier,from,kg_per_kwh,source\nheat,2026-01-01,0.0461,Own boiler\n")

    assert [Factor("heat", 46_100, "Own boiler", midnight(2026, 1, 1))] == load(folder).carbon


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:00-06:00", Slots(((0, 360), (1320, 1440)), False)),
        ("12:30-14:30+01:30-07:30", Slots(((90, 450), (750, 870)), False)),
        ("00:00-24:00", Slots(((0, 1440),), False)),
        ("21:30-00:00 sun", Slots(((1290, 1440),), True)),
    ],
)
def test_slots(text: str, expected: Slots) -> None:
    """Slots are of the local day; one that crosses midnight is two."""
    assert expected == slots(text)


@pytest.mark.parametrize("text", ["22:00", "6-22", "22:60-23:00", "24:00-06:00", "06:00-06:00", "-", "mon"])
def test_no_slots(text: str) -> None:
    """What is no slot is refused."""
    with pytest.raises(ValueError, match=r"is no (slot|time of day)"):
        slots(text)
