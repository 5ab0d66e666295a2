"""`dashboards push` against a scripted server: what it changes, what it leaves, what it says; and the real client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.grafana.client import Client
from dashboards.grafana.difference import differences
from dashboards.grafana.push import NotPushed, hello, left_out, push
from dashboards.grafana.wanted import Source, Wanted, source_of, wanted
from estate.load import load
from estate.settings import sample_path
from store.settings import StoreSettings
from tests.dashboards.grafana_server import READER, TOKEN, Kept, grafana_server
from tests.servers import free_port
from tests.system.running import run

SITE = load(sample_path()).site
SOURCE = Source("http://influxdb:8086", "microville", token="reads")
WANT = wanted(SITE, "15m", SOURCE)


@pytest.fixture
def grafana() -> Iterator[Kept]:
    with grafana_server() as server:
        yield server


def pushed(server: Kept, want: Wanted = WANT, token: str = TOKEN, *, dry: bool = False) -> list[str]:
    """What a push tells."""
    told: list[str] = []
    api = Client(server.url, token)
    changes = push(api, hello(api), want, told.append, dry=dry)
    assert len(told) == changes
    return told


def heads(told: list[str]) -> list[str]:
    return [line.splitlines()[0] for line in told]


def test_into_an_empty_grafana(grafana: Kept) -> None:
    """Everything is made, each dashboard in the folder of its language; pushed again, nothing is changed."""
    first = pushed(grafana)
    asked = list(grafana.changes)
    again = pushed(grafana)

    assert [{"+"}, len(asked)] == [{line[0] for line in first}, len(first)]
    assert ([], asked) == (again, grafana.changes)
    assert set(WANT.dashboards) == set(grafana.boards)
    assert set(WANT.rules) == set(grafana.rules)
    assert {uid: folder for uid, (folder, _) in WANT.dashboards.items()} == {
        uid: kept["meta"]["folderUid"] for uid, kept in grafana.boards.items()
    }


def test_dry_run(grafana: Kept) -> None:
    """Dry, the same is told and nothing is asked for."""
    dry = pushed(grafana, dry=True)

    assert [] == grafana.changes
    assert dry == pushed(grafana)


def test_what_somebody_changed(grafana: Kept) -> None:
    """What was changed by hand is told with both values, and put right; what Grafana added is left to it."""
    pushed(grafana)
    uid = next(iter(WANT.dashboards))
    grafana.boards[uid]["dashboard"]["title"] = "Mine"
    grafana.boards[uid]["dashboard"]["weekStart"] = "monday"
    grafana.rules["microville-co2"]["for"] = "1h"
    grafana.folders["microville-fr"]["title"] = "Old"
    grafana.sources["microville-influxdb"]["secureJsonFields"] = {}
    told = pushed(grafana)

    assert [
        "~ folder microville-fr", "~ data source microville-influxdb", f"~ dashboard {uid}",
        "~ alert rule microville-co2",
    ] == heads(told)  # fmt: skip
    assert "title: 'Mine' → " in told[2]
    assert "for: '1h' → '10m'" in told[3]
    assert [] == pushed(grafana)


def test_what_is_no_more(grafana: Kept) -> None:
    """A dashboard and a rule of ours that the code has no more go; what others put there stays."""
    pushed(grafana)
    board = {"uid": "microville-old-fr", "title": "Old", "version": 1}
    grafana.boards |= {
        "microville-old-fr": {"dashboard": board, "meta": {"folderUid": "microville-fr"}},
        "theirs": {"dashboard": {**board, "uid": "theirs"}, "meta": {"folderUid": "microville-fr"}},
        "microville-elsewhere": {"dashboard": board, "meta": {"folderUid": "general"}},
    }
    rule = next(iter(WANT.rules.values()))
    grafana.rules |= {"microville-old": {**rule, "uid": "microville-old"}, "theirs": {**rule, "uid": "theirs"}}

    assert ["- dashboard microville-old-fr", "- alert rule microville-old"] == heads(pushed(grafana))
    assert {"theirs", "microville-elsewhere"} == set(grafana.boards) - set(WANT.dashboards)
    assert {"theirs"} == set(grafana.rules) - set(WANT.rules)


def test_data_source_left_alone(grafana: Kept) -> None:
    """Without the address of an InfluxDB nobody touches the data source."""
    told = pushed(grafana, wanted(SITE, "15m", Source()))

    assert {} == grafana.sources
    assert not any("data source" in line for line in told)


def test_name_taken(grafana: Kept) -> None:
    """A folder of ours by name, made by hand: what to do is said."""
    grafana.folders["theirs"] = {"uid": "theirs", "title": "Microville"}
    with pytest.raises(NotPushed, match="same name already exists: rename or delete what has that name there"):
        pushed(grafana)


def test_refusals(grafana: Kept) -> None:
    """A wrong token, a right that is lacking, a server that fails, none at all: each with its next step."""
    with pytest.raises(NotPushed, match=r"does not know the token .*MICROVILLE_GRAFANA_TOKEN"):
        pushed(grafana, token="wrong")
    with pytest.raises(NotPushed, match=r"does not allow POST /api/folders \(You'll need .*role Admin"):
        pushed(grafana, token=READER)
    grafana.down = True
    with pytest.raises(NotPushed, match=r"is no Grafana, or is not up: /api/health answers 502"):
        pushed(grafana)
    with pytest.raises(NotPushed, match=r"does not answer \(Connection refused\)"):
        hello(Client(f"http://127.0.0.1:{free_port()}", TOKEN))
    with pytest.raises(NotPushed, match="no address"):
        Client("grafana:3000", TOKEN)
    assert {} == grafana.folders


def test_old_grafana(grafana: Kept) -> None:
    """Grafana 8.5 gets all but the alert rules, which are said to be left out; pushed again, nothing is changed."""
    grafana.version = "8.5.27"
    first = pushed(grafana)
    grafana.sources["microville-influxdb"]["url"] = "http://other"
    changed = pushed(grafana)
    server = hello(Client(grafana.url, TOKEN))

    assert ({}, {"microville-fr", "microville-en"}) == (grafana.rules, set(grafana.folders))
    assert set(WANT.dashboards) == set(grafana.boards)
    assert (3 + len(WANT.dashboards), ["~ data source microville-influxdb"]) == (len(first), heads(changed))
    assert [] == pushed(grafana)
    assert f"{grafana.url} is Grafana 8.5.27" == str(server)
    assert f"{len(WANT.rules)} rules are left out" in left_out(server, WANT)


def test_without_unified_alerting(grafana: Kept) -> None:
    """A newer one whose alerting is switched off is told the same; one that has it is told nothing."""
    there = hello(Client(grafana.url, TOKEN))
    grafana.alerts = False
    pushed(grafana)

    assert ("", {}) == (left_out(there, WANT), grafana.rules)
    assert "switch that on" in left_out(hello(Client(grafana.url, TOKEN)), WANT)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"a": 1}, {"a": 1, "id": 9}, []),
        ({"a": [], "b": False}, {}, []),
        ({"a": [{"b": "x"}]}, {"a": [{"b": "y", "id": 1}]}, ["a[0].b: 'y' → 'x'"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a: 1 entries → 2 entries"]),
        ({"a": "x" * 99}, {}, [f"a: nothing → '{'x' * 58}…"]),
    ],
)
def test_differences(ours: object, theirs: object, expected: list[str]) -> None:
    """What a server adds, or leaves out because it is empty, is no difference."""
    assert expected == list(differences(ours, theirs))


def test_source_of_the_store() -> None:
    """Grafana reads where the store is, unless the environment knows better; never with the store's own token."""
    given = {"MICROVILLE_INFLUXDB_TOKEN": "reads", "MICROVILLE_STORE__TOKEN": "writes"}

    store = StoreSettings(url="influxdbs://db/?bucket=site&org=o").influx

    assert Source("https://db:8086", "site", "reads") == source_of(store, given)
    assert Source("", "microville") == source_of(StoreSettings(url="duckdb:///a.duckdb").influx, {})
    assert "http://x:1" == source_of(None, {"MICROVILLE_INFLUXDB_URL": "http://x:1"}).url


def test_command(grafana: Kept, tmp_path: Path) -> None:
    """The command says what it does, with the secrets of its environment; without a token it says what to set."""
    arguments = ("dashboards", "push", "--url", grafana.url)
    without = run(tmp_path, *arguments)
    given = {"MICROVILLE_GRAFANA_TOKEN": TOKEN, "MICROVILLE_INFLUXDB_URL": "http://influxdb:8086"}
    done = run(tmp_path, *arguments, **given)

    assert (1, True) == (without.returncode, "MICROVILLE_GRAFANA_TOKEN" in without.stderr)
    assert ("", f"{len(grafana.changes)} changed") == (done.stderr, done.stdout.splitlines()[-1])
    assert f"{grafana.url} is Grafana 12.4.3" == done.stdout.splitlines()[0]
    assert "http://influxdb:8086" == grafana.sources["microville-influxdb"]["url"]
    assert [] == pushed(grafana, wanted(SITE, "15m", Source("http://influxdb:8086")))

    grafana.version = "8.5.27"
    old = run(tmp_path, *arguments, **given)

    assert (3, "0 changed") == (old.returncode, old.stdout.splitlines()[-1])
    assert "rules are left out" in old.stderr
