"""What a Grafana is to hold: folders, the data source, dashboards and alert rules, as its API takes them."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboards import grafana
from dashboards.grafana import alert_rules
from dashboards.grafana.alert_rules import DATASOURCE_UID
from estate.calendar import Step
from estate.model import Site
from store.settings import InfluxAddress

FOLDERS = {
    "microville-fr": "Microville",
    "microville-en": "Microville (English)",
    alert_rules.FOLDER_UID: alert_rules.FOLDER,
}
"""By uid; those of dashboards end with their language."""


class Source(NamedTuple):
    """Where Grafana reads; without a URL its data source is left as it is."""

    url: str = ""
    database: str = "microville"
    token: str = ""  # 2.x, 3.x: one that may only read
    user: str = ""  # 1.x, where the server asks
    password: str = ""


class Wanted(NamedTuple):
    """All of it, by uid."""

    folders: Mapping[str, str]
    sources: Mapping[str, dict[str, Any]]
    dashboards: Mapping[str, tuple[str, dict[str, Any]]]  # the folder's uid, and the dashboard
    rules: Mapping[str, dict[str, Any]]


def wanted(site: Site, step: Step, source: Source) -> Wanted:
    """What the code says, for a site whose consumption is settled by this step."""
    boards = [json.loads(text) for text in grafana.build(site, step).values()]
    rules = {
        rule.uid: {
            **alert_rules.for_api(rule),
            "folderUID": alert_rules.FOLDER_UID,
            "ruleGroup": alert_rules.GROUP,
        }
        for rule in alert_rules.RULES
    }
    return Wanted(
        FOLDERS,
        {DATASOURCE_UID: _source(source)} if source.url else {},
        {board["uid"]: (f"microville-{board['uid'].rpartition('-')[2]}", board) for board in boards},
        rules,
    )


def source_of(store: InfluxAddress | None, environment: Mapping[str, str]) -> Source:
    """The configured store's address unless the environment names another; secrets from the environment alone."""

    def said(name: str, otherwise: str = "") -> str:
        return environment.get(f"MICROVILLE_INFLUXDB_{name}", otherwise)

    return Source(
        said("URL", store.url if store else ""),
        said("BUCKET", store.bucket if store else "microville"),
        said("TOKEN"),
        said("USER"),
        said("PASSWORD"),
    )


def _source(source: Source) -> dict[str, Any]:
    """As the files of deploy/grafana/datasources have it."""
    settings = {"version": "InfluxQL", "httpMode": "POST", "dbName": source.database, "timeInterval": "10s"}
    secrets = {}
    if source.token:
        settings["httpHeaderName1"] = "Authorization"
        secrets["httpHeaderValue1"] = f"Token {source.token}"
    elif source.password:
        secrets["password"] = source.password
    return {
        "uid": DATASOURCE_UID,
        "name": "Microville",
        "type": "influxdb",
        "access": "proxy",
        "url": source.url,
        "database": source.database,  # read by Grafana before 9.4
        **({"user": source.user} if source.user else {}),
        "jsonData": settings,
        "secureJsonData": secrets,
    }
