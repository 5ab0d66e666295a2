"""Brings a Grafana over its HTTP API to what `wanted` says: changes what differs, removes what is ours no more.

Idempotent: pushed again, nothing is changed. What Grafana adds by itself is left to it, and so is whatever stands
outside our folders and uids. A push that ends with an error has done what it listed, and may be repeated. What an old
server cannot take is left out, and said: see `left_out`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from dashboards.grafana import alert_rules
from dashboards.grafana.difference import differences
from dashboards.grafana.wanted import Wanted
from dashboards.remote import Refused

MOST_LINES = 5
"""Differences shown of one thing."""

OURS = "microville-"
BUILT_IN = {"id", "version", "schemaVersion"}
"""Of a dashboard, what Grafana numbers itself; a newer one may lift the schema when it saves."""

ROLES = "the service account needs the role Admin, or rights on folders, data sources, dashboards and alert rules"


TAKEN = (409, 412)
"""What Grafana answers where a folder, data source or dashboard of the same name has another uid."""


class NotPushed(Refused):
    """Grafana cannot be filled; the message says why, and what to do."""


class Answer(NamedTuple):
    status: int
    body: Any


class Api(Protocol):
    """A Grafana to talk to."""

    url: str

    def ask(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """What it answers, whatever its status; the path is below /api. Raises NotPushed when it does not."""
        ...


class Change(NamedTuple):
    """One thing that is to be made, changed or removed."""

    mark: str  # + ~ -
    what: str
    uid: str
    lines: tuple[str, ...]
    verb: str
    path: str
    body: Mapping[str, Any] | None

    def __str__(self) -> str:
        shown = [*self.lines[:MOST_LINES], *(["…"] if len(self.lines) > MOST_LINES else [])]
        return "\n    ".join([f"{self.mark} {self.what} {self.uid}", *shown])


class Server(NamedTuple):
    """Which Grafana it is, and what it can."""

    url: str
    version: str  # "" where it does not say
    organisation: int
    alerts: bool  # whether it has an API for alert rules

    @property
    def before_9(self) -> bool:
        return self.version.partition(".")[0] in ("7", "8")

    def __str__(self) -> str:
        return f"{self.url} is Grafana {self.version or 'of a version that it does not say'}"


def hello(api: Api) -> Server:
    """Which server answers, once it is sure that it is a Grafana that knows us. Raises NotPushed."""
    health = api.ask("GET", "/health")
    if not isinstance(health.body, Mapping) or "database" not in health.body:
        raise NotPushed(f"{api.url} is no Grafana, or is not up: /api/health answers {health.status}; correct --url")
    organisation = int(_must(api, "GET", "/org")["id"])
    alerts = _find(api, "/v1/provisioning/policies") is not None  # there since 9.0, where unified alerting is on
    return Server(api.url, str(health.body.get("version", "")), organisation, alerts)


def left_out(server: Server, want: Wanted) -> str:
    """What this server cannot take, and what to do; empty when it takes all."""
    if server.alerts:
        return ""
    return (
        f"{server}, which has no API for alert rules: {len(want.rules)} rules are left out, all else is pushed. It "
        "begins with Grafana 9, and wants unified alerting: upgrade or switch that on, and push again"
    )


def push(api: Api, server: Server, want: Wanted, tell: Callable[[str], None], *, dry: bool = False) -> int:
    """Make the changes, telling each as it is made; how many. Dry, they are only told. Raises NotPushed."""
    done = 0
    for change in _changes(api, server, want):
        if not dry:
            _must(api, change.verb, change.path, change.body)
        tell(str(change))
        done += 1
    return done


def _changes(api: Api, server: Server, want: Wanted) -> Iterator[Change]:
    """In the order in which one needs the other."""
    if not server.alerts:
        titles = {uid: title for uid, title in want.folders.items() if uid != alert_rules.FOLDER_UID}
        want = want._replace(folders=titles, rules={})
    yield from _folders(api, want)
    yield from _sources(api, want, by_id=server.before_9)
    yield from _dashboards(api, want)
    if server.alerts:
        yield from _rules(api, want, server.organisation)


def _folders(api: Api, want: Wanted) -> Iterator[Change]:
    for uid, title in want.folders.items():
        body = {"uid": uid, "title": title}
        found = _find(api, f"/folders/{uid}")
        if found is None:
            yield Change("+", "folder", uid, (title,), "POST", "/folders", body)
        elif lines := tuple(differences(body, found)):
            yield Change("~", "folder", uid, lines, "PUT", f"/folders/{uid}", {**body, "overwrite": True})


def _sources(api: Api, want: Wanted, *, by_id: bool) -> Iterator[Change]:
    """Sources are changed by their uid, before Grafana 9 by their number."""
    for uid, body in want.sources.items():
        found = _find(api, f"/datasources/uid/{uid}")
        if found is None:
            yield Change("+", "data source", uid, (body["url"],), "POST", "/datasources", body)
            continue
        plain = {key: value for key, value in body.items() if key != "secureJsonData"}
        known = found.get("secureJsonFields") or {}
        secrets = [f"{name}: nothing → a secret" for name in body["secureJsonData"] if not known.get(name)]
        if lines := (*differences(plain, found), *secrets):
            settings = {**(found.get("jsonData") or {}), **body["jsonData"]}  # PUT replaces all that there was
            kept = {**found, **body, "jsonData": settings}
            path = f"/datasources/{found['id']}" if by_id else f"/datasources/uid/{uid}"
            yield Change("~", "data source", uid, lines, "PUT", path, kept)


def _dashboards(api: Api, want: Wanted) -> Iterator[Change]:
    for uid, (folder, board) in want.dashboards.items():
        found = _find(api, f"/dashboards/uid/{uid}")
        own = {key: value for key, value in board.items() if key not in BUILT_IN}
        sent = {**own, "schemaVersion": board.get("schemaVersion", 0)}
        body = {"dashboard": sent, "folderUid": folder, "overwrite": True, "message": "microville dashboards push"}
        if found is None:
            yield Change("+", "dashboard", uid, (board["title"],), "POST", "/dashboards/db", body)
            continue
        place = differences({"folder": folder}, {"folder": found["meta"].get("folderUid", "")})
        if lines := (*place, *differences(own, found["dashboard"])):
            yield Change("~", "dashboard", uid, lines, "POST", "/dashboards/db", body)
    for row in _must(api, "GET", "/search?type=dash-db&tag=microville&limit=5000"):
        if _gone(row["uid"], want.dashboards) and row.get("folderUid") in want.folders:
            yield Change("-", "dashboard", row["uid"], (row["title"],), "DELETE", f"/dashboards/uid/{row['uid']}", None)


def _rules(api: Api, want: Wanted, organisation: int) -> Iterator[Change]:
    root = "/v1/provisioning/alert-rules"
    for uid, rule in want.rules.items():
        body = {**rule, "orgID": organisation}
        found = _find(api, f"{root}/{uid}")
        if found is None:
            yield Change("+", "alert rule", uid, (rule["title"],), "POST", root, body)
        elif lines := tuple(differences(_timed(body), _timed(found))):
            yield Change("~", "alert rule", uid, lines, "PUT", f"{root}/{uid}", body)
    for row in _find(api, root) or ():  # an old Grafana has no list
        if _gone(row["uid"], want.rules) and row.get("folderUID") == alert_rules.FOLDER_UID:
            yield Change("-", "alert rule", row["uid"], (row["title"],), "DELETE", f"{root}/{row['uid']}", None)


def _gone(uid: str, known: Mapping[str, object]) -> bool:
    return uid.startswith(OURS) and uid not in known


def _timed(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Grafana writes ten minutes as 10m0s, or as 10m."""
    return {**rule, "for": str(rule.get("for", "")).removesuffix("0s") or "0s"}


def _find(api: Api, path: str) -> Any:
    """What stands there; None where nothing does."""
    answer = api.ask("GET", path)
    return None if answer.status == 404 else _checked(api, "GET", path, answer)


def _must(api: Api, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    return _checked(api, verb, path, api.ask(verb, path, body))


def _checked(api: Api, verb: str, path: str, answer: Answer) -> Any:
    if answer.status < 400:
        return answer.body
    said = answer.body.get("message", "") if isinstance(answer.body, Mapping) else ""
    what = f"{verb} /api{quote(path, safe='/?=&')}"
    if answer.status == 401:
        raise NotPushed(
            f"{api.url} does not know the token ({said or 'unauthorised'}): put a service account's token into "
            "MICROVILLE_GRAFANA_TOKEN"
        )
    if answer.status == 403:
        raise NotPushed(f"{api.url} does not allow {what} ({said or 'forbidden'}): {ROLES}")
    if answer.status >= 500:
        raise NotPushed(f"{api.url} fails at {what} with {answer.status} ({said or 'no reason given'}): try again")
    step = ": rename or delete what has that name there, and push again" if answer.status in TAKEN else ""
    raise NotPushed(f"{api.url} refuses {what} with {answer.status}: {said or 'no reason given'}{step}")
