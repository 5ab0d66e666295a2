"""The other commands, beside a service that runs and without one."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from estate.settings import sample_path
from tests.servers import free_port
from tests.system.running import ROOT, TOPIC, configure, law_1, publish, run, run_json, until, up

PARIS = ZoneInfo("Europe/Paris")


def test_decode(tmp_path: Path) -> None:
    """One message as readings, or as what is wrong with it; exit code 1 when something of it is refused."""
    now = datetime.now(PARIS).replace(microsecond=0)
    (tmp_path / "good").write_text(f'{{"time": "{now.isoformat()}", "electricity.power@L1": 1250}}')
    (tmp_path / "bad").write_text("not json")
    good = run(tmp_path, "decode", "--topic", TOPIC, "good", "--json")
    bad = run(tmp_path, "decode", "--topic", TOPIC, "bad", "--json")
    problem = json.loads(bad.stdout)["problem"]

    reading = {
        "device": "b01-electricity",
        "channel": "L1",
        "quantity": "electricity.power",
        "value": 1250.0,
        "at_ms": int(now.timestamp()) * 1000,
        "time": now.isoformat(),
    }
    assert (0, {"readings": [reading], "problem": None, "unmapped": []}) == (good.returncode, json.loads(good.stdout))
    assert (1, [], "malformed") == (bad.returncode, json.loads(bad.stdout)["readings"], problem["reason"])
    assert "JSON" in problem["detail"]


def test_decode_by_a_profile(tmp_path: Path) -> None:
    """A topic that only a profile of the estate reads is read so, and by nobody else's device."""
    shutil.copytree(sample_path(), tmp_path / "mine")
    (tmp_path / "mine/profiles").mkdir()
    value = '[[values]]\npointer = "/t"\nquantity = "climate.temperature"\n'
    (tmp_path / "mine/profiles/hall.toml").write_text(f'topic = "plant/{{device}}/air"\n{value}')
    (tmp_path / "said").write_text('{"t": 21.5}')
    shown = run_json(tmp_path, "decode", "--topic", "plant/hall/air", "said", MICROVILLE_ESTATE__PATH="mine")

    assert [("hall", 21.5)] == [(reading["device"], reading["value"]) for reading in shown["readings"]]


def test_check(tmp_path: Path) -> None:
    """Nothing, in JSON and in words, when nothing is wrong; else each problem's file, line and text."""
    shutil.copytree(sample_path(), tmp_path / "mine")
    with (tmp_path / "mine/zones.csv").open("a") as zones:
        zones.write("attic,b99,Attic,10\n")
    good = run(tmp_path, "check")
    (problem,) = run_json(tmp_path, "check", MICROVILLE_ESTATE__PATH="mine")

    line = len((tmp_path / "mine/zones.csv").read_text().splitlines())
    assert (0, "no problem found") == (good.returncode, good.stdout.strip().split(": ")[1])
    assert [] == run_json(tmp_path, "check")
    (both, _) = run_json(tmp_path, "check", MICROVILLE_ESTATE__PATH="mine", MICROVILLE_MAIL__URL="mailto://localhost")
    assert ("configuration", True) == (both["file"], "names no sender" in both["text"])
    assert ("zones.csv", line) == (problem["file"], problem["line"])
    assert "b99" in problem["text"]


def test_dashboards_check(tmp_path: Path) -> None:
    """What is committed is what the code says; what was changed by hand is named."""
    shutil.copytree(ROOT / "deploy/grafana", tmp_path / "mine")
    same = run(tmp_path, "dashboards", "check", "--folder", "mine")
    changed = next(tmp_path.glob("mine/dashboards/*/*.json"))
    changed.write_text("{}")
    other = run(tmp_path, "dashboards", "check", "--folder", "mine")

    assert (0, 1) == (same.returncode, other.returncode)
    assert changed.name in other.stdout


def test_dashboards_build(tmp_path: Path) -> None:
    """It writes what is checked, says where, and removes its own old files alone."""
    (tmp_path / "mine/dashboards/fr").mkdir(parents=True)
    (tmp_path / "mine/dashboards/fr/old.json").write_text("{}")
    (tmp_path / "mine/notes.json").write_text("{}")
    built = run(tmp_path, "dashboards", "build", "--folder", "mine")
    same = run(tmp_path, "dashboards", "check", "--folder", "mine")

    assert (0, 0) == (built.returncode, same.returncode)
    assert "16 dashboards in mine/dashboards, the alert rules in mine/provisioning/alerting/rules.yaml" in built.stdout
    assert [False, True] == [(tmp_path / "mine" / name).exists() for name in ("dashboards/fr/old.json", "notes.json")]


def test_beside_a_service(tmp_path: Path) -> None:
    """A day's replay is stored and accounted; devices and quarantine are told while the service runs and after it."""
    port = free_port()
    configure(tmp_path, f"embedded://127.0.0.1:{port}", "duckdb:///store.duckdb")
    with up(tmp_path) as running:
        until(running.ready, "it is ready")
        replayed = run(tmp_path, "replay", "--days", "1")
        publish(port, "not json")
        publish(port, '{"climate.co2": 500}', "microville/b01/stranger/readings")
        until(lambda: running.metrics()["quarantined"] == 2, "two were refused")
        metrics = running.metrics()
        during = run_json(tmp_path, "devices")
        running.stop()
    after = run_json(tmp_path, "devices")
    newest, oldest = run_json(tmp_path, "quarantine", "list")
    shown = run_json(tmp_path, "quarantine", "show", str(oldest["id"]))
    table = run(tmp_path, "quarantine", "list", "--reason", "unknown_device")

    assert (0, 0) == (replayed.returncode, law_1(metrics))
    assert [(row["device"], row["last_seen"]) for row in during] == [(row["device"], row["last_seen"]) for row in after]
    assert ["stranger"] == [row["device"] for row in after if row["status"] == "unknown"]
    assert [] == [row["device"] for row in after if row["status"] == "never_seen"]
    assert ("unknown_device", "malformed") == (newest["reason"], oldest["reason"])
    assert oldest | {"qos": 1, "retained": False, "hex": b"not json".hex(" "), "place": "n→ot json"} == shown
    assert "stranger" in table.stdout
    assert TOPIC not in table.stdout


def test_no_such_message(tmp_path: Path) -> None:
    """A number that is not in the quarantine is said, with where to look."""
    done = run(tmp_path, "quarantine", "show", "7")

    assert 2 == done.returncode
    assert "there is no message 7" in done.stderr
