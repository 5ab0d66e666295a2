"""History into the real command: what is imported, is consumption; through a service that runs and without one."""

import csv
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.estate.folders import write
from tests.servers import free_port
from tests.system.running import Running, configure, law_1, run, run_json, until, up

PARIS = ZoneInfo("Europe/Paris")
EXCERPTS = Path(__file__).parent / "cambridge_b0"
DEVICES = "device,name,building,zone,from,until,interval\nd1,Meter,b1,,,,3600\nd2,Meter,b1,,,,3600\n"
METERS = "meter,carrier,interval\nd1,electricity,3600\nd2,electricity,3600\n"
SETTLED_S = 40.0

Hours = list[tuple[datetime, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site of two hourly electricity meters, on nothing but Python."""
    estate = tmp_path / "estate"
    estate.mkdir()
    write(estate, devices=DEVICES, meters=METERS)
    sections = ["[estate]", f'path = "{estate}"']
    configure(tmp_path, f"embedded://127.0.0.1:{free_port()}", "duckdb:///store.duckdb", sections)
    return tmp_path


def excerpt(season: str) -> Hours:
    """Real hours: when each begins, and its kWh as the file has it."""
    with (EXCERPTS / f"{season}.csv").open() as file:
        return [(datetime.fromisoformat(at).replace(tzinfo=UTC), kwh) for at, kwh in list(csv.reader(file))[1:]]


def by_day(hours: Hours) -> dict[str, int]:
    """Wh of each whole local day."""
    sums: dict[str, int] = {}
    for at, kwh in hours:
        day = f"{at.astimezone(PARIS):%Y-%m-%d}"
        sums[day] = sums.get(day, 0) + round(float(kwh) * 1000)
    days = sorted(sums)
    return {day: sums[day] for day in days[1:-1]}


def settled(running: Running, meter: str, hours: Hours) -> dict[str, int]:
    """What the service answers for the same days, once it answers them all."""
    days = list(by_day(hours))
    start, last = (datetime.fromisoformat(day).replace(tzinfo=PARIS) for day in (days[0], days[-1]))
    span = urlencode({"start": start.isoformat(), "end": (last + timedelta(days=1)).isoformat()})
    found: dict[str, int] = {}

    def all_there() -> bool:
        for group in running.get(f"/api/consumption?meter={meter}&every=1d&{span}"):
            found.update(zip((at[:10] for at in group["start"]), group["amount"], strict=True))
        return found.keys() == set(days)

    until(all_there, "the days are settled", SETTLED_S)
    return found


def wide(folder: Path, hours: Hours, name: str = "intervals.csv") -> Path:
    """As the source writes it: UTC, points."""
    file = folder / name
    file.write_text("time,d1\n" + "".join(f"{at:%Y-%m-%dT%H:%M},{kwh}\n" for at, kwh in hours))
    return file


def french(folder: Path, hours: Hours) -> Path:
    """A register in kWh as a French spreadsheet keeps it: local times without offset, commas, spaces, a mark."""
    total, rows = Decimal("123456"), []
    for at, kwh in [*hours, (hours[-1][0] + timedelta(hours=1), "0")]:
        shown = f"{total:,}".replace(",", "\u202f").replace(".", ",")
        rows.append(f"{at.astimezone(PARIS):%d/%m/%Y %H:%M};{shown};")
        total += Decimal(kwh)
    file = folder / "index.csv"
    file.write_text("\ufeffHorodate;Compteur général;\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


FRENCH = ("--kind", "register", "--unit", "kWh", "--format", "%d/%m/%Y %H:%M", "--map", "Compteur général=d2")


@pytest.mark.parametrize("season", ["spring", "autumn"])
def test_consumption_is_what_was_imported(folder: Path, season: str) -> None:
    """Intervals and a French register, both across the clock change, give the true energy of each day."""
    hours = excerpt(season)
    first = run(folder, "import", str(wide(folder, hours)), "--kind", "interval", "--unit", "kWh", "--zone", "UTC")
    second = run(folder, "import", str(french(folder, hours)), *FRENCH)
    with up(folder) as running:
        found = [settled(running, meter, hours) for meter in ("d1", "d2")]

    assert (0, 0) == (first.returncode, second.returncode), first.stderr + second.stderr
    assert [by_day(hours)] * 2 == found


def test_through_a_service(folder: Path) -> None:
    """Beside a service that runs the same file goes through it, under its account; again changes nothing."""
    hours = excerpt("autumn")
    file = str(wide(folder, hours))
    arguments = (file, "--kind", "interval", "--unit", "kWh", "--zone", "UTC")
    with up(folder) as running:
        until(running.ready, "it is ready")
        reports = [json.loads(run(folder, "import", *arguments, "--json").stdout) for _ in range(2)]
        found = settled(running, "d1", hours)
        latest = running.latest("d1")
        metrics = running.metrics()

    assert [73, 73] == [report["readings"] for report in reports]
    assert by_day(hours) == found
    assert {"electricity.energy": sum(round(float(kwh) * 1000) for _, kwh in hours)} == latest
    assert (2.0, 2.0, 0) == (metrics["received"], metrics["stored"], law_1(metrics))


def test_wrong_file(folder: Path) -> None:
    """Every problem is named with its line, the exit code tells, and nothing is imported."""
    file = folder / "f.csv"
    file.write_text("time,d1\n2026-03-29T01:00,1\n2026-03-29T02:00,2\n2026-03-29T03:00,x\n")
    done = run(folder, "import", str(file), "--kind", "register")
    with up(folder) as running:
        latest = running.latest("d1")

    assert 1 == done.returncode
    assert "f.csv:3: local time 2026-03-29 02:00:00 never was in Europe/Paris" in done.stderr
    assert "f.csv:4: d1 'x' is no number" in done.stderr
    assert done.stderr.endswith("nothing was imported\n")
    assert {} == latest


def test_reading_add(folder: Path) -> None:
    """A meter read by hand is stored, without and with a service; one that goes back needs to be confirmed."""
    first = run_json(folder, "reading", "add", "d1", "12.5", "--unit", "kWh", "--at", "2026-11-01T08:00")
    with up(folder) as running:
        until(running.ready, "it is ready")
        second = run_json(folder, "reading", "add", "d1", "13", "--unit", "kWh", "--at", "2026-11-02T08:00:00Z")
        back = run(folder, "reading", "add", "d1", "3", "--unit", "kWh", "--at", "2026-11-03T08:00")
        ahead = run(folder, "reading", "add", "d1", "20000", "--at", "2026-11-01T09:00")
        swapped = run(folder, "reading", "add", "d1", "3", "--unit", "kWh", "--at", "2026-11-03T08:00", "--yes")
        latest = running.latest("d1")

    assert (12_500.0, "2026-11-01T08:00:00+01:00") == (first["value"], first["time"])
    assert second["stored"]
    assert (1, 1, 0) == (back.returncode, ahead.returncode, swapped.returncode)
    assert "3000 Wh is below 13000 Wh, which was read before" in back.stderr
    assert "20000 Wh is above 13000 Wh, which was read after" in ahead.stderr
    assert {"electricity.energy": 3000.0} == latest


def test_readings_over_http(folder: Path) -> None:
    """Readings are taken as JSON, all or none; a body out of bounds and a form of another site are not."""
    good = {"device": "d1", "quantity": "electricity.energy", "value": 1.5, "unit": "kWh", "time": "2020-01-01T00:00"}
    with up(folder) as running:
        until(running.ready, "it is ready")

        def post(content: str, kind: str = "application/json") -> httpx.Response:
            url = f"http://127.0.0.1:{running.port}/api/readings"
            return httpx.post(url, content=content, headers={"Content-Type": kind}, trust_env=False)

        taken = post(json.dumps({"readings": [good, good | {"device": "stranger"}]}))
        answers = [
            post(json.dumps({"readings": [good, good | {"unit": "m3"}]})),
            post(json.dumps({"readings": [good] * 5001})),
            post("x" * 5_000_000),
            post(json.dumps({"readings": [good]}), "text/plain"),
        ]
        latest = running.latest("d1")

    assert {"readings": 1, "quarantined": {"unknown_device": 1}} == taken.json()
    assert [400, 400, 413, 400] == [answer.status_code for answer in answers]
    assert "readings.1" == answers[0].json()["parameter"]
    assert {"electricity.energy": 1500.0} == latest
