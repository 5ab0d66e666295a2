from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from estate.load import EstateWrong, examine, load
from estate.model import FOREVER_MS, Calorific, Device, Exchange, Meter, Note, Virtual
from tests.estate.folders import write

BAD = Path(__file__).parent / "bad"


def said(folder: Path) -> list[str]:
    return [str(problem) for problem in examine(folder)]


def test_every_problem_at_once() -> None:
    """A folder full of slips gives each of them once, with its file and line."""
    expected = (BAD / "problems.txt").read_text(encoding="utf-8").splitlines()

    assert expected == said(BAD)


def test_load_refuses_with_all_problems() -> None:
    """What `examine` lists is what `load` raises."""
    with pytest.raises(EstateWrong) as caught:
        load(BAD)

    assert examine(BAD) == caught.value.problems


def test_inventories_may_be_absent(tmp_path: Path) -> None:
    """Only the site, buildings and devices must be there."""
    estate = load(write(tmp_path))

    assert ({}, {}, {}, [], []) == (estate.zones, estate.meters, estate.tenants, estate.leases, estate.budgets)


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is one problem, not one per file."""
    path = tmp_path / "nowhere"

    assert [f"{path}: is no folder: set [estate] path to the one that holds estate.toml"] == said(path)


def test_empty_folder(tmp_path: Path) -> None:
    """What every estate needs is asked for by name."""
    assert ["estate.toml", "buildings.csv", "devices.csv"] == [problem.file for problem in examine(tmp_path)]


def test_nearly_named_file(tmp_path: Path) -> None:
    """An inventory under a wrong name is not passed over in silence."""
    folder = write(tmp_path, lease="tenant,zone\n")

    assert ["lease.csv: is not read: did you mean 'leases.csv'?"] == said(folder)


def test_broken_toml(tmp_path: Path) -> None:
    """The line where the TOML breaks is named, and nothing else is blamed for it."""
    folder = write(tmp_path, site='[site]\nid = "s"\nname = Small\n')

    assert [("estate.toml", 3)] == [(problem.file, problem.line) for problem in examine(folder)]


def test_toml_without_site(tmp_path: Path) -> None:
    """An empty site file says what is missing."""
    folder = write(tmp_path, site="")

    assert ["estate.toml: has no [site]: add it, with id, name, time_zone, notice_fr, notice_en, outdoor"] == said(
        folder
    )


def test_missing_column_is_said_once(tmp_path: Path) -> None:
    """A missing column is one problem of the header; rows are still examined for the rest."""
    folder = write(tmp_path, buildings="building,use,area_m2\nb1,office,100\nb2,offices,50\n")

    expected = [
        "buildings.csv:1: column 'name' is missing: add it",
        "buildings.csv:3: building 'b2': use 'offices' is no use: did you mean 'office'?",
    ]
    assert expected == said(folder)


def test_unread_file_is_blamed_once(tmp_path: Path) -> None:
    """References to a file that cannot be read are not reported as unknown."""
    folder = write(tmp_path)
    (folder / "buildings.csv").write_bytes("building,name,use,area_m2\nb1,Entrepôt,storage,9\n".encode("cp1252"))

    assert ["buildings.csv:2: is not UTF-8: save it as UTF-8 (in spreadsheets: 'CSV UTF-8')"] == said(folder)


def test_zones_may_exceed_by_one_percent(tmp_path: Path) -> None:
    """Areas measured room by room may add up to 1 % more than the building, not to 2 %."""
    within = write(tmp_path, zones="zone,building,name,area_m2\nz1,b1,A,60\nz2,b1,B,41\n")
    assert [] == said(within)

    beyond = write(tmp_path, zones="zone,building,name,area_m2\nz1,b1,A,60\nz2,b1,B,42\n")

    assert ["buildings.csv"] == [problem.file for problem in examine(beyond)]


def test_meter_defaults(tmp_path: Path) -> None:
    """A meter takes register and interval from its carrier and device, unless its row says otherwise."""
    meters = "meter,carrier,resolution,interval,submeter_of\nd1,electricity,,,\nd1@L2,electricity,100,3600,d1\n"
    estate = load(write(tmp_path, meters=meters))

    expected = [
        Meter("d1", "d1", "", "electricity", "electricity.energy", 1, 60, ""),
        Meter("d1@L2", "d1", "L2", "electricity", "electricity.energy", 100, 3600, "d1"),
    ]
    assert expected == list(estate.meters.values())


def test_meters_of_every_kind(tmp_path: Path) -> None:
    """A pulse counter weighs 10 L a pulse, gas is worth 11.2 kWh/m³ from July, a register was exchanged in summer."""
    folder = write(
        tmp_path,
        devices="device,building\nd1,b1\n",
        meters="meter,carrier,kind,quantity,weight,rollover,max_rate\n"
        "d1,water,pulse,,10,65536,3000\nd1@g,gas,,gas.volume,,,\nd1@p,pv,power,,,,\nd1@i,export,interval,,,,\n",
        exchanges="meter,at,final,first,unit\nd1@g,2026-07-01 14:30,48211.125,0,m3\n",
        calorific="from,kwh_per_m3\n2026-07-01,11.2\n,10.9\n",
    )
    july = datetime(2026, 6, 30, 22, tzinfo=UTC)
    exchange = Exchange(1000 * int((july + timedelta(hours=14, minutes=30)).timestamp()), 48_211_125, 0)
    gas = (Calorific(0, 10_900_000), Calorific(1000 * int(july.timestamp()), 11_200_000))

    expected = [
        Meter("d1", "d1", "", "water", "pulse.count", 1, 0, "", "pulse", 10_000_000, 65_536, 3000),
        Meter("d1@g", "d1", "g", "gas", "gas.volume", 1, 0, "", exchanges=(exchange,), calorific=gas),
        Meter("d1@p", "d1", "p", "pv", "pv.power", 1, 0, "", "power"),
        Meter("d1@i", "d1", "i", "export", "electricity.energy_export", 1, 0, "", "interval"),
    ]
    assert expected == list(load(folder).meters.values())


def test_virtual_meter(tmp_path: Path) -> None:
    """A formula may name meters whose ids hold signs and spaces, and virtual meters above it."""
    folder = write(
        tmp_path,
        devices="device,building\nb1-main,b1\nsalle nord,b1\n",
        meters="meter,carrier\nb1-main,electricity\nsalle nord,electricity\n",
        virtual_meters="meter,carrier,name,building,zone,formula\n"
        "net,electricity,Net,b1,,b1-main - salle nord\nminus,electricity,,s,,- net + b1-main\n",
    )

    expected = [
        Virtual("net", "electricity", "Net", "b1", "", ((1, "b1-main"), (-1, "salle nord"))),
        Virtual("minus", "electricity", "minus", "s", "", ((-1, "net"), (1, "b1-main"))),
    ]
    assert expected == list(load(folder).virtuals.values())


def test_moved_device_is_described_once(tmp_path: Path) -> None:
    """The later rows of a device that moved may leave out what the first one said."""
    devices = (
        "device,name,building,from,until,interval,source\n"
        "d1,,b2,2026-07-01,,,\nd1,Air,b1,,2026-06-30,60,A\nd2,,b1,,,,\n"
    )
    estate = load(write(tmp_path, devices=devices))

    assert {"d1": Device("d1", "Air", 60, "A"), "d2": Device("d2", "d2", 900, "")} == estate.devices


KEYED = {
    "zones": "zone,building,name,area_m2\nz1,b1,Z,50\n",
    "meters": "meter,carrier\nd1,electricity\n",
    "tenants": "tenant,name,language,email\nt1,T,fr,t@example.org\n",
}


def test_keys(tmp_path: Path) -> None:
    """Weights are kept in thousandths; days in Paris begin at 23:00 UTC in winter."""
    keys = "meter,key,tenant,weight,from,until\nd1,fixed,t1,37.5,2026-01-01,\nd1,fixed,common,62.5,2026-01-01,\n"
    estate = load(write(tmp_path, **KEYED, keys=keys))

    assert [("d1", "fixed", "t1", 37_500), ("d1", "fixed", "common", 62_500)] == [key[:4] for key in estate.keys]
    assert 1_767_222_000_000 == estate.keys[0].start_ms


def test_key_that_outlasts_its_tenant(tmp_path: Path) -> None:
    """A tenant that has left must not go on paying by its weight."""
    leases = "tenant,zone,from,until\nt1,z1,2026-01-01,2026-06-30\n"
    folder = write(tmp_path, **KEYED, leases=leases, keys="meter,key,tenant,weight\nd1,headcount,t1,3\n")
    text = "meter 'd1': the weight of 't1' outlasts its last lease, which ends on 2026-06-30"

    assert [f"keys.csv:2: {text}: give the row an until, or correct the lease"] == said(folder)


def test_outdoor_sensor_is_a_device(tmp_path: Path) -> None:
    """The device degree days are taken from must be there."""
    site = '[site]\nid = "s"\nname = "S"\ntime_zone = "Europe/Paris"\noutdoor = "d2"\n'

    assert ["estate.toml: [site] outdoor 'd2' is not in devices.csv: correct it, or add it there"] == said(
        write(tmp_path, site=site)
    )


def test_notes(tmp_path: Path) -> None:
    """A note lasts to the end of its last day, is of the site where no building is named, and stays on one line."""
    notes = 'from,until,building,kind,text\n2026-11-11,,,other,Fermé\n2026-11-09,2026-11-13,b1,works,"LED\n partout"\n'
    start = int(datetime(2026, 11, 8, 23, tzinfo=UTC).timestamp() * 1000)
    day = 86_400_000

    assert [
        Note(start, start + 5 * day, "b1", "works", "LED partout"),
        Note(start + 2 * day, FOREVER_MS, "s", "other", "Fermé"),
    ] == load(write(tmp_path, notes=notes)).notes
