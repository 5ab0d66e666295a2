"""What Grafana is provisioned with: whole, in step with the code, and every alert rule asked of a real InfluxDB."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from dashboards.grafana import alert_rules
from dashboards.grafana.alert_rules import DATASOURCE_UID, RULES, Asked, Rule, for_api
from estate.model import Point
from store.influx import InfluxStore
from tests.servers import influxd

DEPLOY = Path(__file__).parents[2] / "deploy"
GRAFANA = DEPLOY / "grafana"
PROVISIONING = GRAFANA / "provisioning"
SOURCES = sorted((GRAFANA / "datasources").glob("*.yaml"))
SERVICE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["grafana"]
MOUNTS = {
    target: DEPLOY / source
    for source, target, *_ in (each.split(":") for each in SERVICE["volumes"])
    if source.startswith(".")
}
BOARDS = [json.loads(path.read_text()) for path in (GRAFANA / "dashboards").rglob("*.json")]
PANELS = {board["uid"]: {panel["id"] for panel in board["panels"]} for board in BOARDS}
NOW = 1_795_421_220_000
MINUTE = 60_000


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text()))


def test_files_are_mounted() -> None:
    """Each folder of the provisioning is mounted where Grafana looks, and one of the data sources."""
    root = "/etc/grafana/provisioning"

    assert {path.name for path in PROVISIONING.iterdir()} == {
        target.removeprefix(root + "/") for target, source in MOUNTS.items() if source.parent == PROVISIONING
    }
    assert MOUNTS[f"{root}/datasources/microville.yaml"] in SOURCES


def test_dashboards_by_folder() -> None:
    """Every provider finds dashboards where they are mounted, in a folder whose uid does not change."""
    providers = read(PROVISIONING / "dashboards/microville.yaml")["providers"]
    found = {
        entry["options"]["path"]: source / Path(entry["options"]["path"]).relative_to(target)
        for entry in providers
        for target, source in MOUNTS.items()
        if entry["options"]["path"].startswith(target) and source.is_dir()
    }

    assert len(providers) == len(found) == len({entry["folderUid"] for entry in providers})
    assert [] == [folder for folder in found.values() if not any(folder.glob("*.json"))]
    assert {(False, False)} == {
        (entry["allowUiUpdates"], entry["options"]["foldersFromFilesStructure"]) for entry in providers
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_data_source(path: Path) -> None:
    """Each generation's source has the one uid, asks InfluxQL of the named database, and takes all from variables."""
    (source,) = read(path)["datasources"]
    said = set(re.findall(r"\$\{(\w+)\}", str(source)))
    headers = {key: value for part in (source["jsonData"], source["secureJsonData"]) for key, value in part.items()}

    assert (DATASOURCE_UID, "influxdb", False) == (source["uid"], source["type"], source["editable"])
    assert ("InfluxQL", "${MICROVILLE_INFLUXDB_BUCKET}") == (headers["version"], headers["dbName"])
    assert said == set(re.findall(r"^#   (MICROVILLE_\w+)", path.read_text(), re.MULTILINE))
    if path.stem != "influxdb1":
        assert ("Authorization", "Token ${MICROVILLE_INFLUXDB_TOKEN}") == (
            headers["httpHeaderName1"], headers["httpHeaderValue1"],
        )  # fmt: skip


def test_variables_are_said() -> None:
    """What the mounted files take from the environment the composition says, but for the one secret."""
    files = [path for source in MOUNTS.values() for path in ([source] if source.is_file() else source.rglob("*.yaml"))]
    texts = [line for path in files for line in path.read_text().splitlines() if not line.startswith("#")]
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)\}", "\n".join(texts)))

    assert {"MICROVILLE_INFLUXDB_TOKEN"} == wanted - set(SERVICE["environment"])


def test_who_is_told() -> None:
    """Every policy names a contact point that there is; what is silent together is told together."""
    points = read(PROVISIONING / "alerting/contact-points.yaml")["contactPoints"]
    (tree,) = read(PROVISIONING / "alerting/policies.yaml")["policies"]
    named = {point["name"] for point in points}
    matched = [matcher for route in tree["routes"] for matcher in route["object_matchers"]]
    labels = [for_api(rule)["labels"] for rule in RULES]

    assert {tree["receiver"], *(route["receiver"] for route in tree["routes"])} == named
    assert all("alertname" in policy["group_by"] for policy in (tree, *tree["routes"]))
    assert all(any(label.get(key) == value for label in labels) for key, _, value in matched)


def test_rules_are_committed() -> None:
    """The file is what the code says, and says what the API is given: Grafana takes queries and texts as they are."""
    path = PROVISIONING / "alerting/rules.yaml"
    (group,) = read(path)["groups"]
    raw = alert_rules.TAKEN_AS_THEY_ARE

    assert [] == alert_rules.check(path)
    assert ("60s", 1) == (group["interval"], group["orgId"])
    for rule, said in zip(RULES, group["rules"], strict=True):
        linked = said.pop("dashboardUid"), str(said.pop("panelId"))
        expanded = {key: value if key in raw else _expanded(value) for key, value in said.items()}

        assert for_api(rule) == expanded
        assert linked == (said["annotations"]["__dashboardUid__"], said["annotations"]["__panelId__"])
    assert "/" not in group["folder"]


def test_drift_of_rules_is_told(tmp_path: Path) -> None:
    """A rule changed by hand is out of date; none at all is missing."""
    path = tmp_path / "rules.yaml"
    missing = alert_rules.check(path)
    alert_rules.write(path)
    path.write_text(path.read_text().replace("10m", "1m"))

    assert [[f"{path}: missing"], [f"{path}: out of date"]] == [missing, alert_rules.check(path)]


def test_rules_are_whole() -> None:
    """Stable uids; words in both languages; a dashboard and a panel of it; every expression names what there is."""
    assert [
        "microville-silent", "microville-behind", "microville-away", "microville-fewer", "microville-spool",
        "microville-quarantine", "microville-co2",
    ] == [rule.uid for rule in RULES]  # fmt: skip
    for rule in RULES:
        said = for_api(rule)
        letters = [query["refId"] for query in said["data"]]
        known = {query["datasourceUid"] for query in said["data"]}

        assert said["condition"] == letters[-1]
        assert {DATASOURCE_UID, "__expr__"} == known
        assert set(re.findall(r"\$(\w+)", said["data"][-1]["model"]["expression"])) <= set(letters)
        assert all(said["annotations"].values())
        assert int(said["annotations"]["__panelId__"]) in PANELS[said["annotations"]["__dashboardUid__"]]


Group = tuple[tuple[str, str], ...]
"""The labels of one value."""


class Site:
    """A real InfluxDB with points of the last minutes, and the rules asked of it."""

    def __init__(self, store: InfluxStore, port: int) -> None:
        self.store, self.port = store, port

    async def write(self, quantity: str, value: float, minutes_ago: int = 1, **tags: str) -> None:
        at_ms = NOW - minutes_ago * MINUTE
        place = tags.get("building", ""), tags.get("zone", "")
        await self.store.write([Point(tags["device"], tags.get("channel", ""), quantity, value, at_ms, *place)])

    def alerts(self, name: str) -> list[dict[str, str]]:
        """The labels of what the rule finds, its arithmetic done as Grafana does it: by equal labels.

        Two results of a single series each it joins whatever their labels are (pkg/expr/mathexp/exp.go, `union`).
        """
        found = self.values(name)
        if len(found) > 1 and all(len(values) == 1 for values in found.values()):
            found = {letter: dict.fromkeys([()], *values.values()) for letter, values in found.items()}
        (rule,) = [each for each in RULES if each.name == name]
        groups = set.intersection(*(set(values) for values in found.values()))
        return [dict(group) for group in sorted(groups) if _holds(rule, {key: found[key][group] for key in found})]

    def values(self, name: str) -> dict[str, dict["Group", float]]:
        """What each of the rule's queries answers, by labels."""
        (rule,) = [each for each in RULES if each.name == name]
        return {letter: dict(self._values(asked)) for letter, asked in rule.queries.items()}

    def _values(self, asked: Asked) -> Iterator[tuple[Group, float]]:
        shown = f"time >= {NOW - asked.look_back_s * 1000}ms and time <= {NOW}ms"
        query = asked.query.replace("$timeFilter", shown)
        assert "$" not in query
        url = f"http://127.0.0.1:{self.port}/query"
        answer = httpx.post(url, data={"db": "microville", "epoch": "ms", "q": query}, trust_env=False).json()
        (result,) = answer["results"]
        assert "error" not in result, result
        for series in result.get("series", []):
            yield tuple(series.get("tags", {}).items()), series["values"][-1][1]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    with influxd() as server:
        store = InfluxStore("127.0.0.1", server.port)
        await store.open()
        yield Site(store, server.port)
        await store.close()


def _holds(rule: Rule, values: Mapping[str, float]) -> bool:
    """Whether the rule's arithmetic gives anything but 0 for these values."""
    plain = re.sub(r"\$(\w)", lambda found: str(values[found[1]]), rule.holds).replace("&&", "and")
    assert re.fullmatch(r"[\d.e<>=*+ and-]+", plain)
    return bool(eval(plain))


def _expanded(value: Any) -> Any:
    """What Grafana makes of a file: `$$` is `$`, and there is no other."""
    if isinstance(value, str):
        assert "$" not in value.replace("$$", "")
        return value.replace("$$", "$")
    if isinstance(value, dict):
        return {key: _expanded(each) for key, each in value.items()}
    return [_expanded(each) for each in value] if isinstance(value, list) else value


async def test_sensor_silent(site: Site) -> None:
    """The silent device is named with its building; one that spoke again is not."""
    await site.write("health.silent", 1, 12, device="back", building="b01", zone="z1")
    await site.write("health.silent", 0, 2, device="back", building="b01", zone="z1")
    await site.write("health.silent", 1, 2, device="mute", building="b02")

    assert [{"building": "b02", "device": "mute"}] == site.alerts("silent")


async def test_ingest(site: Site) -> None:
    """What waits, who is away, whose spool fills, what is refused: each by itself, and none while all is well."""
    names = ("behind", "away", "spool", "quarantine")
    for name, value in {"spooled": 0, "broker_away": 0, "store_away": 0, "spool_fill": 10, "received": 1000}.items():
        await site.write(f"ingest.{name}", value, device="ingest-1")
    await site.write("ingest.quarantined", 9, device="ingest-1", channel="malformed")
    well = [site.alerts(name) for name in names]
    await site.write("ingest.spooled", 5, 0, device="ingest-2")
    await site.write("ingest.store_away", 1, 0, device="ingest-2")
    await site.write("ingest.spool_fill", 51, 0, device="ingest-2")
    await site.write("ingest.quarantined", 20, 20, device="ingest-2", channel="wrong_time")
    ill = [site.alerts(name) for name in names]

    assert [[]] * 4 == well
    assert [[{}], [{}], [{"device": "ingest-2"}], [{}]] == ill


async def test_an_ingester_is_gone(site: Site) -> None:
    """Of two one has said nothing for a quarter of an hour; after a restart under the same name none is missing."""
    for minutes_ago in (1, 15):
        await site.write("ingest.received", 60, minutes_ago, device="ingest-1")
    await site.write("ingest.received", 60, 15, device="ingest-2")
    gone = site.alerts("fewer")
    await site.write("ingest.received", 60, 1, device="ingest-2")

    assert [[{}], []] == [gone, site.alerts("fewer")]


async def test_air_of_occupied_rooms(site: Site) -> None:
    """Bad air is told of rooms with people in them, counted or detected; not of empty ones, nor of unknown ones."""
    for zone, ppm in {"full": 1600, "seen": 1700, "moved": 1700, "empty": 1800, "fresh": 700, "unknown": 1900}.items():
        await site.write("climate.co2", ppm, 30, device=f"{zone}-air", building="b01", zone=zone)
    for zone, people in {"full": 12, "empty": 0, "fresh": 9}.items():
        await site.write("occupancy.count", people, device=f"{zone}-count", building="b01", zone=zone)
    await site.write("occupancy.presence", 1, device="seen-pir", building="b01", zone="seen")
    for minutes_ago, motion in ((10, 1), (8, 0)):
        await site.write("occupancy.motion", motion, minutes_ago, device="moved-pir", building="b01", zone="moved")

    assert ["full", "moved", "seen"] == [group["zone"] for group in site.alerts("co2")]


async def test_air_of_one_room_and_people_of_another(site: Site) -> None:
    """Where each is the only one, they do not meet: both queries carry building and zone, and one has two series."""
    await site.write("ingest.received", 60, device="ingest-1")
    await site.write("climate.co2", 1900, device="air", building="b01", zone="stuffy")
    await site.write("occupancy.count", 12, device="count", building="b02", zone="full")
    found = site.values("co2")

    assert [] == site.alerts("co2")
    assert {("building", "zone")} == {tuple(tag for tag, _ in group) for values in found.values() for group in values}
    assert [{"": 0.0, "stuffy": 1900.0}, {"full": 12.0}] == [
        {dict(group)["zone"]: value for group, value in values.items()} for values in found.values()
    ]
