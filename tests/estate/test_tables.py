from pathlib import Path

import pytest

from estate.load import examine, load
from estate.model import FOREVER_MS, Building, Estate
from tests.estate.folders import write

PLAIN = "building,name,use,area_m2\nb1,Hangar 3,storage,1234.5\n"


def buildings(folder: Path, text: str, encoding: str = "utf-8") -> Estate:
    write(folder)
    (folder / "buildings.csv").write_text(text, encoding=encoding)
    return load(folder)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN, "utf-8"),
        (PLAIN, "utf-8-sig"),
        (PLAIN.replace("\n", "\r\n"), "utf-8"),
        (PLAIN.replace("\n", ",,\n"), "utf-8"),
        ("# who keeps this file; and where\n\n" + PLAIN + "\n,,,\n", "utf-8"),
        ("Building,USE,name , area_m2\nb1,storage, Hangar 3 ,1234.5\n", "utf-8"),
        ("building;name;use;area_m2\r\nb1;Hangar 3;storage;1234,5\r\n;;;\r\n", "utf-8-sig"),
        ("building;name;use;area_m2\nb1;Hangar 3;storage;1\u202f234,50\n", "utf-8"),
        ("building;name;use;area_m2\nb1;Hangar 3;storage;1234.5\n", "utf-8"),
    ],
    ids=[
        "plain",
        "byte-order mark",
        "CRLF",
        "empty columns",
        "comments",
        "columns",
        "French",
        "thousands",
        "point under semicolons",
    ],
)
def test_dialects(tmp_path: Path, text: str, encoding: str) -> None:
    """However a spreadsheet writes it, it is the same building."""
    estate = buildings(tmp_path, text, encoding)

    assert {"b1": Building("b1", "Hangar 3", "storage", 1234.5)} == estate.buildings


def test_quoted_cells_keep_separators_and_lines(tmp_path: Path) -> None:
    """A quoted cell may hold separators, quotes and line ends."""
    estate = buildings(tmp_path, 'building,name,use,area_m2\nb1,"A, ""B""\nC",storage,10\n')

    assert 'A, "B"\nC' == estate.buildings["b1"].name


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Comments, blank lines and line ends in cells do not shift the line of a problem."""
    text = '# one\n\nbuilding,name,use,area_m2\nb1,"A\nB",storage,10\n\n# seven\nb2,Two,store,10\n'
    folder = write(tmp_path, buildings=text)

    assert [("buildings.csv", 8)] == [(problem.file, problem.line) for problem in examine(folder)]


@pytest.mark.parametrize("text", ["1e3", "nan", "inf", "1,5", "1_0", "0", "", "9" * 400, "١"])
def test_no_number(tmp_path: Path, text: str) -> None:
    """What is no plain number above zero is refused."""
    folder = write(tmp_path, buildings=f'building,name,use,area_m2\nb1,One,office,"{text}"\n')

    assert [2] == [problem.line for problem in examine(folder)]


@pytest.mark.parametrize("text", ["31/12/2026", "2026-02-30", "20260701", "2026-W01-1", "1926-01-01", "0"])
def test_no_day(tmp_path: Path, text: str) -> None:
    """What is no ISO day is refused."""
    folder = write(tmp_path, devices=f"device,building,from\nd1,b1,{text}\n")

    assert [2] == [problem.line for problem in examine(folder)]


@pytest.mark.parametrize("text", ["a/b", "a+b", "a#b", "a b", "é", "-a", "a,b", "a\nb", "a=b"])
def test_no_id(tmp_path: Path, text: str) -> None:
    """An id that would break a topic or a line of the store's protocol is refused."""
    folder = write(tmp_path, buildings=f'building,name,use,area_m2\nb1,B,office,1\n"{text}",C,office,1\n')

    assert [3] == [problem.line for problem in examine(folder)]


@pytest.mark.parametrize("text", ["salle de réunion/CO₂", "0004A30B001C0530", "Plant 1/Node 2/Meter=3", "-a"])
def test_device_id(tmp_path: Path, text: str) -> None:
    """A device keeps the id its messages name, whatever the vendor writes."""
    folder = write(tmp_path, devices=f'device,building\n"{text}",b1\n')

    assert [] == examine(folder)


@pytest.mark.parametrize("text", ["a+b", "a#b", "a@b", "a,b", "a;b", "a\nb", "a" * 129])
def test_no_device_id(tmp_path: Path, text: str) -> None:
    """What separates ids elsewhere, or stands for any topic, is in no device's id."""
    folder = write(tmp_path, devices=f'device,building\n"{text}",b1\n')

    assert [2] == [problem.line for problem in examine(folder)]


def test_spreadsheet_round_trip(tmp_path: Path) -> None:
    """An estate kept in French spreadsheets comes out as it was meant, to the watt-hour and the day."""
    folder = write(
        tmp_path,
        buildings="building;name;use;area_m2\nb1;Entrepôt n° 1;storage;1234,5\n",
        zones="zone;building;name;area_m2\nz1;b1;Travée;617,25\n",
        tenants="tenant;name;language;email\nt1;Réserve;fr;t1@courcy.example\n",
        leases="tenant;zone;from;until\nt1;z1;2026-01-01;9999-12-31\n",
        budgets="tenant;carrier;from;amount;unit\nt1;electricity;2026-01;1 234,5;kWh\n;;;;\nt1;water;2026-01;2,5;m3\n",
    )
    estate = load(folder)

    assert 0.5 == estate.zones["z1"].area_m2 / estate.buildings["b1"].area_m2
    assert [1_234_500, 2_500] == [budget.amount for budget in estate.budgets]
    assert [FOREVER_MS] == [lease.end_ms for lease in estate.leases]
