"""CSV as spreadsheets and exports write it: what is read, and what is refused with its line."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.history import tabular
from ingest.history.tabular import Problems, Sheet, Times

PARIS = ZoneInfo("Europe/Paris")


def read(folder: Path, text: str | bytes, pattern: str = "") -> tuple[list[tuple[str, str, float]], list[str]]:
    """Series, time (UTC) and value of each cell, and what is wrong."""
    path = folder / "f.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems = Problems("f.csv")
    cells = list(Sheet(path, Times(PARIS, pattern)).cells(problems))
    found = [(cell.name, f"{datetime.fromtimestamp(cell.at_ms / 1000, UTC):%d %H:%M}", cell.value) for cell in cells]
    return found, str(problems).splitlines()


def test_wide(tmp_path: Path) -> None:
    """A column is a series, its empty cells are gaps; local times are the zone's, blank lines no rows."""
    text = "\ufefftime,m1,m2\n# a remark\n2026-01-05T00:15,1,\n\n2026-01-05T00:30:00+00:00,2.5,-3e2\r\n"
    expected = [("m1", "04 23:15", 1.0), ("m1", "05 00:30", 2.5), ("m2", "05 00:30", -300.0)]

    assert (expected, []) == read(tmp_path, text)


def test_french_spreadsheet(tmp_path: Path) -> None:
    """Semicolons, decimal commas, spaces between thousands, French days by their format, empty columns at the end."""
    text = "Horodate;Compteur général;;\n31/12/2025 23:45;1 234,5;;\n01/01/2026 00:00;1\u202f234\u00a0567,25;;\n"
    expected = [("Compteur général", "31 22:45", 1234.5), ("Compteur général", "31 23:00", 1234567.25)]

    assert (expected, []) == read(tmp_path, text, "%d/%m/%Y %H:%M")


def test_long(tmp_path: Path) -> None:
    """Each device and channel of a long file is a series with an order of its own."""
    text = "device,time,value,channel\na,2026-01-05 01:00,1,\na,2026-01-05 02:00,2,\nb,2026-01-05 01:00,3,L1\n"
    expected = [("a", "05 00:00", 1.0), ("a", "05 01:00", 2.0), ("b@L1", "05 00:00", 3.0)]

    assert (expected, []) == read(tmp_path, text)


@pytest.mark.parametrize(
    ("minutes", "rows"), [(15, 3 * 4 + 1), (30, 3 * 2 + 1), (60, 3 + 1)], ids=["quarters", "halves", "hours"]
)
def test_hour_that_comes_twice(tmp_path: Path, minutes: int, rows: int) -> None:
    """In a regular series the first occurrence is the first, and the second the second."""
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC).timestamp()
    instants = [datetime.fromtimestamp(start + 60 * minutes * row, UTC) for row in range(rows)]
    lines = [f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M},1" for instant in instants]
    found, problems = read(tmp_path, "\n".join(["time,m", *lines]))

    assert [f"{instant:%d %H:%M}" for instant in instants] == [at for _, at, _ in found]
    assert [] == problems


@pytest.mark.parametrize("minutes", [15, 60])
def test_hour_that_comes_twice_newest_first(tmp_path: Path, minutes: int) -> None:
    """A file that goes back in time tells it as well, also where it begins or ends there."""
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC).timestamp()
    instants = [datetime.fromtimestamp(start + 60 * minutes * row, UTC) for row in range(180 // minutes + 1)]
    lines = [f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M},1" for instant in reversed(instants)]
    edge = 60 // minutes
    for first, last in ((0, None), (edge, None), (0, -edge)):
        found, problems = read(tmp_path, "\n".join(["time,m", *lines[first:last]]))
        expected = [f"{instant:%d %H:%M}" for instant in instants[::-1][first:last]]

        assert (sorted(expected), []) == (sorted(at for _, at, _ in found), problems)


@pytest.mark.parametrize(
    "times",
    [
        ["01:45", "02:15", "03:15"],
        ["01:00", "00:00", "02:00", "02:00", "03:00"],
        ["01:45", "02:00", "02:15", "02:15", "02:30", "03:00"],
        ["02:00", "02:30", "02:00", "02:30", "02:00"],
    ],
    ids=["once", "in no order", "a row written twice", "three times"],
)
def test_hour_that_comes_twice_untold(tmp_path: Path, times: list[str]) -> None:
    """Where the order does not tell which of both it was, each row is refused with its line."""
    rows = "\n".join(f"2026-10-25 {time},1" for time in times)
    doubtful = [number for number, time in enumerate(times, 2) if time.startswith("02")]
    _, problems = read(tmp_path, f"time,m\n{rows}")

    assert doubtful == [int(problem.split(":")[1]) for problem in problems]
    assert all("was twice in Europe/Paris" in problem for problem in problems)


def test_hour_that_never_was(tmp_path: Path) -> None:
    """A local time in the hour that spring leaves out is refused with its line; the rows around it are read."""
    found, problems = read(tmp_path, "time,m\n2026-03-29 01:30,1\n2026-03-29 02:30,2\n2026-03-29 03:00,3\n")

    assert ["29 00:30", "29 01:00"] == [at for _, at, _ in found]
    assert ["f.csv:3"] == [problem[:7] for problem in problems]
    assert "02:30:00 never was in Europe/Paris: the clocks went forward; for a clock that does not" in problems[0]


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "NaN", "Null", "None", "?", "-"])
def test_missing_values(tmp_path: Path, mark: str) -> None:
    """What exports write where nothing was read is no value, and no problem."""
    found, problems = read(tmp_path, f"time,m\n2026-01-05 00:00,1\n2026-01-05 00:30,{mark}\n2026-01-05 01:00,2\n")

    assert ([1, 2], []) == ([value for _, _, value in found], problems)


def test_every_problem_at_once(tmp_path: Path) -> None:
    """Each thing that is wrong is named with its line and column, and reading goes on."""
    rows = ["2026-01-05,1 kWh,1", "31/12/2026 10:00,1,1", "2026-01-06,1,2,3", "2026-01-07,inf,1e999", "0001-01-01,1,1",
            "2026-01-08,1,1"]  # fmt: skip
    _, problems = read(tmp_path, "\n".join(["time,a,b", *rows]))
    expected = [
        "f.csv:2: a '1 kWh' is no number: write it like 1234.5, or leave the cell empty where nothing was read",
        "f.csv:3: time '31/12/2026 10:00' is no time: write 2026-12-31T23:45, or say how with "
        "--format '%d/%m/%Y %H:%M'",
        "f.csv:4: has 4 cells under 3 columns: quote the cell that holds a ','",
        "f.csv:5: a 'inf' is no number: write it like 1234.5, or leave the cell empty where nothing was read",
        "f.csv:5: b '1e999' is no number: write it like 1234.5, or leave the cell empty where nothing was read",
        "f.csv:6: the year 1 cannot be meant",
    ]

    assert expected == problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "f.csv: has no header: its first line names the columns"),
        (
            b"time\n1\n",
            "f.csv:1: names one column alone: a time and at least one series are needed, with , or ; between them",
        ),
        (b"time,a,a\n", "f.csv:1: column 'a' stands twice: keep one"),
        (b"time,,a\n", "f.csv:1: column 2 has no name"),
        (b"time,device\n", "f.csv:1: column 'value' is missing: a file with a column 'device' has one value a row"),
        (b"time,a\n2026-01-05,\xe9\n", "f.csv:2: is not UTF-8: save the file as UTF-8 (in spreadsheets: 'CSV UTF-8')"),
        (b'time,a\n2026-01-05,"1\n', "f.csv:2: quoting is broken (unexpected end of data): close or double the quote"),
        (
            b"time,a,b\n2026-01-05,1,2\n2026-01-06,3",
            "f.csv:3: the file ends within this row: export it again, or complete the row",
        ),
        (b"time,a,b\n2026-01-05,1,2\n2026-01-06,3,", ""),
        (b"time,a\n" + b"1" * 2**21, "f.csv:2: is longer than 1048576 bytes: this is no table"),
    ],
)
def test_no_table(tmp_path: Path, text: bytes, problem: str) -> None:
    """What cannot be read as a table is said with its line."""
    assert problem == "".join(read(tmp_path, text)[1])


def test_problems_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file that is wrong throughout, the first problems are kept and the others counted."""
    monkeypatch.setattr(tabular, "MOST_PROBLEMS", 2)
    _, problems = read(tmp_path, "time,a\n" + "x,1\n" * 10)

    assert ["f.csv:2", "f.csv:3", "and 8 more"] == [problem.split(": ")[0] for problem in problems]
