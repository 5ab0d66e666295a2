"""Commissioning with the real command: what a device sent before it was known is stored, exactly once."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.estate.folders import write
from tests.servers import free_port
from tests.system.running import Running, configure, law_1, publish, run, run_json, until, up

SPREADSHEET = "\ufeffdevice;name;building;from;until;interval\r\nd1;Meter;b1;;;60\r\n"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)


@contextmanager
def site(folder: Path, devices: str = SPREADSHEET) -> Iterator[tuple[Running, int]]:
    """A service with an estate of its own, and its broker's port."""
    (folder / "estate").mkdir(parents=True, exist_ok=True)
    write(folder / "estate")
    (folder / "estate/devices.csv").write_bytes(devices.encode())
    port = free_port()
    configure(folder, f"embedded://127.0.0.1:{port}", "duckdb:///store.duckdb", ["[estate]", 'path = "estate"'])
    with up(folder) as running:
        until(running.ready, "it is ready")
        yield running, port


def meter(port: int, device: str, minute: int, wh: float) -> None:
    said = {"time": (START + timedelta(minutes=minute)).isoformat(), "electricity.energy": wh}
    publish(port, json.dumps(said), f"microville/b1/{device}/readings")


def stored(running: Running, device: str, quantity: str) -> list[float]:
    """The device's values in the store, in order of time."""
    groups = running.get(f"/api/series?quantity={quantity}&device={device}&every=raw")
    return [value for group in groups for value in group["value"]]


def test_commissioning(tmp_path: Path) -> None:
    """Unknown devices appear; added beside the service and without it, each has all it sent, exactly once."""
    with site(tmp_path) as (running, port):
        for minute in range(3):
            meter(port, "new-meter", minute, 1000 + minute)
        for ppm in (800, 900):
            publish(port, f'{{"wifi": -60, "rco2": {ppm}, "strange": 1}}', "airgradient/readings/ecda3b")
        until(lambda: running.metrics()["quarantined"] == 5, "all were refused")
        air, new = sorted(run_json(tmp_path, "devices", "--unknown"), key=lambda row: str(row["device"]))
        words = run(tmp_path, "devices", "--unknown").stdout
        added = run_json(tmp_path, "devices", "add", "new-meter", "--building", "b1", "--name", "Été; nord")
        meter(port, "new-meter", 3, 1003)
        until(lambda: len(stored(running, "new-meter", "electricity.energy")) == 4, "what comes next is stored")
        metrics = running.metrics()
        running.stop()

    after = run_json(tmp_path, "devices", "add", "ecda3b", "--building", "b2", "--from", f"{START:%Y-%m-%d}")
    again = run(tmp_path, "devices", "add", "ecda3b", "--building", "b1")
    with up(tmp_path) as running:
        until(running.ready, "it is ready")
        energy, co2 = stored(running, "new-meter", "electricity.energy"), stored(running, "ecda3b", "climate.co2")
        rows = running.get("/api/devices")

    assert ("native", "b1", 3, "electricity.energy 1002 Wh") == (
        *(new[key] for key in ("format", "building_claimed", "refused", "last_message")),
    )
    assert ("airgradient", -60.0, 2) == (air["format"], air["rssi"], air["refused"])
    assert "climate.co2 900 ppm, strange (not mapped)" in air["last_message"]
    assert "ecda3b: airgradient, messages kept: 2" in words
    assert {"device": "new-meter", "line": 3, "waited": 3, "released": 3, "kept": 0, "readings": 3} == added
    assert (2, 4, 2) == (after["released"], after["readings"], after["waited"])
    assert (1, True) == (again.returncode, "'ecda3b' is in devices.csv already (building 'b2')" in again.stderr)
    assert ([1000, 1001, 1002, 1003], [800, 900], 0) == (energy, co2, law_1(metrics))
    assert ["d1", "ecda3b", "new-meter"] == [row["device"] for row in rows if row["status"] != "unknown"]
    expected = SPREADSHEET + 'new-meter;"Été; nord";b1;;;\r\n' + f"ecda3b;;b2;{START:%Y-%m-%d};;\r\n"
    assert expected.encode() == (tmp_path / "estate/devices.csv").read_bytes()


def test_added_is_heard(tmp_path: Path) -> None:
    """Once the command has said that a device is added, what comes on a topic of its own is stored."""
    with site(tmp_path) as (running, port):
        row = ("hall", "--building", "b1", "--topic", "plant/hall", "--codec", "plain/climate.temperature")
        run_json(tmp_path, "devices", "add", *row)
        publish(port, "21.5", "plant/hall")
        until(lambda: stored(running, "hall", "climate.temperature") == [21.5], "the first message is stored")
        metrics = running.metrics()

    assert 0 == law_1(metrics)


def test_a_wrong_row_is_refused(tmp_path: Path) -> None:
    """Beside the service and without it: what is wrong is said with file and line, and nothing is changed."""
    with site(tmp_path) as (running, _):
        beside = run(tmp_path, "devices", "add", "new-meter", "--building", "b11")
        running.stop()
    without = run(tmp_path, "devices", "add", "new-meter", "--building", "b1", "--zone", "attic")
    nobody = f"127.0.0.1:{free_port()}"
    sample = run(tmp_path / "estate", "devices", "add", "new-meter", "--building", "b01", MICROVILLE_WEB__LISTEN=nobody)

    assert [1, 1, 1] == [done.returncode for done in (beside, without, sample)]
    assert "devices.csv:3: device 'new-meter': building 'b11' is not in buildings.csv" in beside.stderr
    assert "devices.csv:3: device 'new-meter': zone 'attic' is not in zones.csv" in without.stderr
    assert "set [estate] path" in sample.stderr
    assert SPREADSHEET.encode() == (tmp_path / "estate/devices.csv").read_bytes()


def test_a_wrong_edit_is_not_taken(tmp_path: Path) -> None:
    """The service says what is wrong, goes on with the former estate, and takes the next one that is right."""
    with site(tmp_path) as (running, port):
        inventory = tmp_path / "estate/devices.csv"
        inventory.write_bytes((SPREADSHEET + "d2;Two;b7;;;\r\n").encode())
        until(lambda: running.get("/readyz")["status"] == "degraded", "it says that the estate is wrong")
        cause = running.get("/readyz")["cause"]
        meter(port, "d1", 0, 5.0)
        until(lambda: stored(running, "d1", "electricity.energy") == [5.0], "it stores all the same")
        inventory.write_bytes((SPREADSHEET + "d2;Two;b2;;;\r\n").encode())
        until(running.ready, "it takes the corrected one")
        rows = running.get("/api/devices")

    assert "devices.csv:3: device 'd2': building 'b7' is not in buildings.csv" in cause
    assert "the former one is used" in cause
    assert ["d1", "d2"] == [row["device"] for row in rows]


def test_a_corrected_placement_moves_rows(tmp_path: Path) -> None:
    """What is stored already is where the corrected inventory says, and stands there once."""
    with site(tmp_path) as (running, port):
        publish(port, '{"electricity.energy": 5}', "microville/b1/d1/readings")
        until(lambda: running.latest("d1") == {"electricity.energy": 5.0}, "it is stored")
        (tmp_path / "estate/devices.csv").write_bytes(SPREADSHEET.replace("b1", "b2").encode())
        until(lambda: running.get("/api/latest?device=d1")[0]["building"] == "b2", "it has moved")
        groups = running.get("/api/series?quantity=electricity.energy&device=d1&every=raw&by=building")

    assert ["b2"] == [group["tags"]["building"] for group in groups]


def test_a_state_file_without_room(tmp_path: Path) -> None:
    """Where readings are cannot be noted: the service says so, goes on, and does it when it can."""
    with site(tmp_path) as (running, port):
        running.stop()
    with closing(sqlite3.connect(tmp_path / "state/state.sqlite")) as state:
        state.execute("CREATE TRIGGER full BEFORE INSERT ON placed BEGIN SELECT no_room(); END")
        (tmp_path / "estate/devices.csv").write_bytes((SPREADSHEET + "d2;Two;b2;;;\r\n").encode())
        with up(tmp_path) as running:
            until(lambda: "readings_not_in_place" in running.log.read_text(), "it says so")
            meter(port, "d1", 0, 5.0)
            until(lambda: stored(running, "d1", "electricity.energy") == [5.0], "it stores all the same")
            state.execute("DROP TRIGGER full")
            noted = "SELECT count(*) FROM placed"
            until(lambda: state.execute(noted).fetchone() == (2,), "it is noted")
            running.stop()
