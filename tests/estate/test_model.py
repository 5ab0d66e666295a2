from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from estate.load import load
from estate.model import Estate
from tests.estate.folders import write

PARIS = ZoneInfo("Europe/Paris")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    """A device that moved once, was away in August, and serves the whole site since; a flat that changed hands."""
    folder = write(
        tmp_path,
        zones="zone,building,name,area_m2\nz1,b1,Flat,40\nz2,b1,Hall,20\n",
        devices="device,building,zone,from,until\n"
        "d1,b1,z1,,2026-03-28\nd1,b2,,2026-03-29,2026-07-31\nd1,s,,2026-09-01,\nd2,b1,,,\n",
        meters="meter,carrier\nd1,electricity\nd2,water\n",
        tenants="tenant,name,language,email\nt1,A,fr,a@x.example\nt2,B,en,b@x.example\n",
        leases="tenant,zone,from,until\nt2,z1,2026-03-30,\nt1,z1,2026-01-01,2026-03-29\n",
        budgets="tenant,carrier,from,amount,unit\nt1,water,2026-07,2,m3\nt1,water,2026-02,1,m3\n",
    )
    return load(folder)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("1970-01-02T00:00:00", ("b1", "z1")),
        ("2026-03-28T23:59:59.999", ("b1", "z1")),
        ("2026-03-29T00:00:00", ("b2", "")),
        ("2026-07-31T23:59:59.999", ("b2", "")),
        ("2026-08-01T00:00:00", None),
        ("2026-08-31T23:59:59.999", None),
        ("2026-09-01T00:00:00", ("s", "")),
        ("9999-12-30T00:00:00", ("s", "")),
    ],
)
def test_place(estate: Estate, at: str, expected: tuple[str, str] | None) -> None:
    """A device is where its rows say, to the millisecond of local midnight, and nowhere between them."""
    place = estate.place("d1", ms(at))

    assert expected == (place and place[:2])


def test_place_of_unknown_device(estate: Estate) -> None:
    """A device that is not in the estate is nowhere."""
    assert (None, False) == (estate.place("d9", ms("2026-01-01")), estate.knows("d9"))


def test_last_day_of_a_span_has_its_own_length(estate: Estate) -> None:
    """The day summer time begins has 23 hours, and belongs to the lease that ends with it."""
    first, second = sorted((lease for lease in estate.leases if lease.zone == "z1"), key=lambda lease: lease.start_ms)

    assert (second.start_ms, 23 * 3_600_000) == (first.end_ms, first.end_ms - ms("2026-03-29"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 31), None), (date(2026, 2, 1), 1000), (date(2026, 6, 30), 1000), (date(2026, 7, 9), 2000)],
)
def test_budget(estate: Estate, day: date, expected: int | None) -> None:
    """A budget holds from its first month until the next one's."""
    budget = estate.budget("t1", "water", day)

    assert expected == (budget and budget.amount)
