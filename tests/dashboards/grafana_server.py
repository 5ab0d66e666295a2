"""A Grafana as far as its HTTP contract matters here: it keeps what it is given, and answers as real ones do.

It adds what real ones add (ids, versions, defaults), hides secrets, and knows tokens and rights. It is not Grafana:
what a real server makes of a dashboard or a rule is not seen here.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Answer = tuple[int, Any]
TOKEN = "glsa_good"
READER = "glsa_reads"
LOST: Answer = (404, {"message": "not found"})


@dataclass
class Kept:
    """What the server holds, by uid, and which changes it was asked for."""

    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    down: bool = False
    version: str = "12.4.3"
    alerts: bool = True  # whether unified alerting is on
    url: str = ""

    def answer(self, verb: str, path: str, body: dict[str, Any], token: str) -> Answer:
        if self.down:
            return 502, {"message": "bad gateway"}
        if path == "/api/health":
            return 200, {"database": "ok", "version": self.version}
        if token not in (TOKEN, READER):
            return 401, {"message": "Invalid API key"}
        if verb != "GET":
            if token == READER:
                return 403, {"message": "You'll need additional permissions to perform this action."}
            self.changes.append(f"{verb} {path}")
        for pattern, name in self.routes().items():
            if found := re.fullmatch(pattern, f"{verb} {path}"):
                made: Answer = getattr(self, name)(body, *found.groups())
                return made
        return LOST

    def routes(self) -> dict[str, str]:
        """Those of this version: before 9 no alert rules, and no change of a data source by its uid."""
        old = self.version.startswith("8.")
        known = ROUTES if self.alerts and not old else {key: of for key, of in ROUTES.items() if "/v1/" not in key}
        return {**{key: of for key, of in known.items() if key != PUT_SOURCE}, **PUT_BY_ID} if old else known

    def policies(self, _: Any) -> Answer:
        return 200, {"receiver": "grafana-default-email"}

    def keep_source_by_id(self, body: dict[str, Any], number: str) -> Answer:
        (uid,) = [uid for uid, source in self.sources.items() if source["id"] == int(number)]
        return self.keep_source(body, uid)

    def org(self, _: Any) -> Answer:
        return 200, {"id": 1, "name": "Main Org."}

    def folder(self, _: Any, uid: str) -> Answer:
        return (200, self.folders[uid]) if uid in self.folders else LOST

    def keep_folder(self, body: dict[str, Any], uid: str = "") -> Answer:
        if not uid and any(body["title"] == folder["title"] for folder in self.folders.values()):
            return 409, {"message": "a folder with the same name already exists"}
        self.folders[uid or body["uid"]] = {"id": 7, "uid": uid or body["uid"], "title": body["title"], "version": 1}
        return 200, {}

    def source(self, _: Any, uid: str) -> Answer:
        return (200, self.sources[uid]) if uid in self.sources else LOST

    def keep_source(self, body: dict[str, Any], uid: str = "") -> Answer:
        secrets = dict.fromkeys(body.get("secureJsonData", {}), True)
        shown = {key: value for key, value in body.items() if key != "secureJsonData"}
        self.sources[uid or body["uid"]] = {**shown, "id": 3, "readOnly": False, "secureJsonFields": secrets}
        return 200, {"message": "Datasource added"}

    def board(self, _: Any, uid: str) -> Answer:
        return (200, self.boards[uid]) if uid in self.boards else LOST

    def keep_board(self, body: dict[str, Any]) -> Answer:
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        board = body["dashboard"]
        version = self.boards.get(board["uid"], {"dashboard": {"version": 0}})["dashboard"]["version"] + 1
        self.boards[board["uid"]] = {
            "dashboard": {**board, "id": 11, "version": version},
            "meta": {"folderUid": body["folderUid"]},
        }
        return 200, {"status": "success"}

    def drop_board(self, _: Any, uid: str) -> Answer:
        return (200, {}) if self.boards.pop(uid, None) else LOST

    def search(self, _: Any) -> Answer:
        return 200, [
            {"uid": uid, "title": kept["dashboard"]["title"], "folderUid": kept["meta"]["folderUid"]}
            for uid, kept in self.boards.items()
        ]

    def rule(self, _: Any, uid: str) -> Answer:
        return (200, self.rules[uid]) if uid in self.rules else LOST

    def all_rules(self, _: Any) -> Answer:
        return 200, list(self.rules.values())

    def keep_rule(self, body: dict[str, Any], uid: str = "") -> Answer:
        if body["folderUID"] not in self.folders:
            return 400, {"message": "folder does not exist"}
        lasts = re.sub(r"m$", "m0s", body["for"])
        self.rules[uid or body["uid"]] = {**body, "id": 5, "for": lasts, "provenance": "api", "updated": "2026-11-23"}
        return (200 if uid else 201), {}

    def drop_rule(self, _: Any, uid: str) -> Answer:
        return (204, None) if self.rules.pop(uid, None) else LOST


PUT_SOURCE = r"PUT /api/datasources/uid/([\w-]+)"
PUT_BY_ID = {r"PUT /api/datasources/(\d+)": "keep_source_by_id"}
ROUTES = {
    r"GET /api/org": "org",
    r"GET /api/folders/([\w-]+)": "folder",
    r"POST /api/folders": "keep_folder",
    r"PUT /api/folders/([\w-]+)": "keep_folder",
    r"GET /api/datasources/uid/([\w-]+)": "source",
    r"POST /api/datasources": "keep_source",
    PUT_SOURCE: "keep_source",
    r"GET /api/dashboards/uid/([\w-]+)": "board",
    r"POST /api/dashboards/db": "keep_board",
    r"DELETE /api/dashboards/uid/([\w-]+)": "drop_board",
    r"GET /api/search": "search",
    r"GET /api/v1/provisioning/policies": "policies",
    r"GET /api/v1/provisioning/alert-rules": "all_rules",
    r"GET /api/v1/provisioning/alert-rules/([\w-]+)": "rule",
    r"POST /api/v1/provisioning/alert-rules": "keep_rule",
    r"PUT /api/v1/provisioning/alert-rules/([\w-]+)": "keep_rule",
    r"DELETE /api/v1/provisioning/alert-rules/([\w-]+)": "drop_rule",
}


@contextmanager
def grafana_server() -> Iterator[Kept]:
    """A server on loopback, until the block ends."""
    kept = Kept()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length) or b"{}")
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, said = kept.answer(self.command, urlsplit(self.path).path, body, token)
            content = b"" if status == 204 else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815 (names of the library's)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
