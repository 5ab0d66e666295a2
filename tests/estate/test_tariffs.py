from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from estate.load import examine, load
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
meter;tariff;subscribed_kva;off_peak;off_peak_summer;from;until
d1;two;36,5;22:00-06:00;01:30-07:30 12:30-14:30;2026-01-01;2026-06-30
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
    assert [Contract("d1", "two", 36_500, *slots_text, midnight(2026, 1, 1), midnight(2026, 7, 1))] == estate.contracts


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


def test_what_a_contract_needs_is_asked_by_dates(tmp_path: Path) -> None:
    """Another structure under the same name from July: a contract that ends before needs none of its columns.

    In August the name prices `hc` alone. A contract of an energy price alone needs no first day; d3's does.
    """
    lines = (
        ("Energy", "EUR/kWh", 'period = "hp"\nuntil = 2026-06-30'),
        ("Energy", "EUR/kWh", 'period = "hc"\nuntil = 2026-06-30'),
        *(("Energy", "EUR/kWh", f'period = "{period}"\nfrom = 2026-07-01') for period in ("hph", "hpb", "hcb")),
        ("Energy", "EUR/kWh", 'period = "hch"\nfrom = 2026-07-01\nuntil = 2026-07-31'),
    )
    text = "".join(f'[[t.line]]\nname = "{name}"\nprice = 1\nunit = "{unit}"\n{rest}\n' for name, unit, rest in lines)
    flat = '[flat]\nname = "F"\ncarrier = "electricity"\n[[flat.line]]\nname = "E"\nprice = 1\nunit = "EUR/kWh"\n'
    daily = flat.replace("flat", "daily").replace("EUR/kWh", "EUR/day")
    folder = write(
        tmp_path,
        devices="device,building\nd1,b1\nd2,b1\nd3,b1\n",
        meters="meter,carrier\nd1,electricity\nd2,electricity\nd3,electricity\n",
        contracts="meter,tariff,off_peak,from,until\nd1,t,,2026-07-01,\nd2,flat,,,\nd3,daily,,,\n",
    )
    (folder / "tariffs.toml").write_text(f'[t]\nname = "T"\ncarrier = "electricity"\n{text}{flat}{daily}', "utf-8")

    expected = [
        "contracts.csv:2: meter 'd1': tariff 't' needs off_peak: fill it in",
        "contracts.csv:4: meter 'd3': tariff 'daily' charges every day, and the contract has no first one: "
        "fill in from, since when it is paid",
        "tariffs.toml:16: tariff 't', line 'Energy': from 2026-08-01 prices hcb, hpb, hph, and not all hours once: "
        "add hch (price 0 if free)",
    ]
    assert expected == [str(problem) for problem in examine(folder)]
