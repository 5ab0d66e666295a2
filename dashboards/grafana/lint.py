"""Rules that every dashboard keeps, checked in its JSON: `python -m dashboards.grafana.lint`.

A rule takes the board, or what of it a query or panel is, and says what is wrong, each in one line.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from energy.cost.facts import MONEY
from energy.derived.facts import FACTS
from estate.calendar import STEPS
from estate.model import COMMON
from estate.vocabulary import CARRIERS
from sensors.model import Reason, Unused
from store.own import STORED

Json = Mapping[str, Any]

FOLDER = Path("deploy/grafana/dashboards")
WIDTH = 24
LONGEST_TITLE = 60
LETTERS = 4.75
"""Of a title, for each column that its panel is wide: on a screen of 1280 px, beside the mark of the description."""

PARTS = {"fr": ("**Calcul", "**Si cela paraît faux"), "en": ("**How", "**If it looks wrong")}

UNITS = {
    "none", "short", "locale", "percent", "percentunit", "bool", "bool_on_off", "watt", "watth", "voltamp",
    "voltampreact", "volt", "amp", "rothz", "celsius", "ppm", "conppb", "conμgm3", "lux", "dB", "pressurehpa",
    "lengthmm", "velocityms", "litre", "m3", "currencyEUR", "ms", "s", "dateTimeFromNow",
}  # fmt: skip
"""Ids that Grafana 10.4 and 13.2 both know and write alike (`getValueFormat` of @grafana/data), and as people do."""
TAGS = {"building", "zone", "device", "channel", "quantity", "meter", "tenant", "carrier", "role", "every", "kind"}
FIELDS = {
    **{row.family: set[str]() for row in STORED.values()},
    "consumption": {"amount", "estimated_amount"},
    "allocation": {"amount", "estimated_amount"},
    "latest": {"at"},
    "notes": {"text", "until"},
}
for _row in STORED.values():
    FIELDS[_row.family].add(_row.field)
VALUES = {"carrier": {*CARRIERS, *FACTS, *MONEY}, "every": {*STEPS, "${every}", "${load}"}}
SERIES = {"$tag_carrier": VALUES["carrier"], "$tag_channel": {*Reason, *Unused}, "$tag_tenant": {COMMON}}
"""What series may be called by these aliases, of which overrides name some."""

VALUES["role"] = {"site", "submeter", "virtual", "derived"}

_BUILT_IN = {"__from", "__to", "__url_time_range", "__field", "__value", "__data"}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_VARIABLE = re.compile(r"\$\{(\w+)(?:\.[\w.]+)?(?::(\w+))?\}")


class Asked(NamedTuple):
    """A query of a board, and where it stands."""

    where: str
    query: str
    target: Json
    panel: Json


def problems(boards: Mapping[str, Json]) -> list[str]:
    """What is wrong with the boards, by file."""
    found = []
    for name, board in boards.items():
        found += [f"{name}: {problem}" for rule in BOARD_RULES for problem in rule(name, board)]
        for asked in queries(board):
            found += [f"{name}: {asked.where}: {problem}" for rule in QUERY_RULES for problem in rule(asked, board)]
    uids = Counter(board["uid"] for board in boards.values())
    found += [f"uid {uid} stands {times} times" for uid, times in uids.items() if times > 1]
    found += [f"{name}: a link leads to {uid}, which is none" for name, uid in _led(boards) if uid not in uids]
    return found


def queries(board: Json) -> Iterator[Asked]:
    """Every query of the board: of panels, variables and annotations."""
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield Asked(f"panel {panel['title']!r}", target["query"], target, panel)
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield Asked(f"variable {variable['name']!r}", variable["query"], variable, {})
    for annotation in board["annotations"]["list"]:
        yield Asked(f"annotation {annotation['name']!r}", annotation["target"]["query"], annotation, {})


def uid_agrees(name: str, board: Json) -> Iterator[str]:
    language, _, file = name.removesuffix(".json").partition("/")
    if board["uid"] != f"microville-{file}-{language}":
        yield f"uid {board['uid']!r} is not that of its file"
    if board.get("editable"):
        yield "it may be edited in the browser, which provisioning overwrites"


def ids_differ(name: str, board: Json) -> Iterator[str]:
    found = Counter(panel.get("id") for panel in board["panels"])
    yield from (f"panel id {number} stands {times} times" for number, times in found.items() if times > 1)
    if not all(isinstance(number, int) and number > 0 for number in found):
        yield "a panel has no id"


def titles_readable(name: str, board: Json) -> Iterator[str]:
    titles = [panel.get("title", "") for panel in board["panels"]]
    for title in titles:
        if not title or len(title) > LONGEST_TITLE or not title[0].isupper() or re.search(r"[_$#]|[a-z][A-Z]", title):
            yield f"title {title!r} is not readable: a capital, no names of code, {LONGEST_TITLE} letters at most"
    for panel in board["panels"]:
        if len(panel.get("title", "")) > panel["gridPos"]["w"] * LETTERS:
            yield f"title {panel['title']!r} is cut off in a panel {panel['gridPos']['w']} wide"
    yield from (f"title {title!r} stands twice" for title, times in Counter(titles).items() if times > 1)


def described(name: str, board: Json) -> Iterator[str]:
    language = name.partition("/")[0]
    for panel in board["panels"]:
        text = panel.get("description", "")
        if not all(part in text for part in PARTS[language]) or len(text.partition("\n")[0]) < 20:
            yield f"panel {panel['title']!r}: the description does not say what, how and what to do"


def units_known(name: str, board: Json) -> Iterator[str]:
    for panel in board["panels"]:
        config = panel["fieldConfig"]
        changed = [p["value"] for each in config["overrides"] for p in each["properties"] if p["id"] == "unit"]
        for unit in [config["defaults"].get("unit", ""), *changed]:
            if unit not in UNITS and not re.match(r"suffix:\S", unit):  # Grafana puts a space before it
                yield f"panel {panel['title']!r}: unit {unit!r} is unknown"


def bars_from_zero(name: str, board: Json) -> Iterator[str]:
    for panel in board["panels"]:
        drawn = panel["fieldConfig"]["defaults"].get("custom", {})
        if drawn.get("drawStyle") == "bars" and drawn.get("axisSoftMin") != 0:
            yield f"panel {panel['title']!r}: its bars do not begin at 0"


def series_named(name: str, board: Json) -> Iterator[str]:
    """Overrides match a series, colours tell series apart, tables sort by a column they have."""
    for panel in board["panels"]:
        overrides = panel["fieldConfig"]["overrides"]
        found = [f"override {o['matcher']['options']!r} matches nothing" for o in overrides if not _matched(o, panel)]
        given = [(p["id"], str(p.get("value"))) for o in overrides for p in o["properties"]]
        if panel["type"] == "timeseries":
            times = Counter(value for id_, value in given if id_ == "color")
            found += [f"{count} series of one colour: {colour}" for colour, count in times.items() if count > 1]
        for sort in panel["options"].get("sortBy") or ():
            if ("displayName", sort["displayName"]) not in given:
                found.append(f"it is sorted by {sort['displayName']!r}, which is no column")
        asked = {name for name, _ in _VARIABLE.findall(json.dumps(panel["fieldConfig"]))}
        found += [f"a link asks for {variable!r}, which is no variable" for variable in sorted(asked - _known(board))]
        yield from (f"panel {panel['title']!r}: {problem}" for problem in found)


def _matched(override: Json, panel: Json) -> bool:
    if override["matcher"].get("id") == "byFrameRefID":
        return override["matcher"]["options"] in {target["refId"] for target in panel["targets"]}
    name = override["matcher"]["options"]
    return override["matcher"]["id"] != "byName" or any(
        name == target["alias"]
        or name in SERIES.get(target["alias"], ())
        or (target["resultFormat"] == "table" and f'"{name}"' in target["query"])
        for target in panel["targets"]
    )


def apart(name: str, board: Json) -> Iterator[str]:
    boxes = [(panel["title"], panel["gridPos"]) for panel in board["panels"]]
    yield from (f"panel {title!r} is wider than the grid" for title, box in boxes if box["x"] + box["w"] > WIDTH)
    for (one, a), (other, b) in combinations(boxes, 2):
        across = a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"]
        if across and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
            yield f"panels {one!r} and {other!r} overlap"


def one_statement(asked: Asked, board: Json) -> Iterator[str]:
    if ";" in _QUOTED.sub("", _TEXT.sub("", asked.query)):
        yield "more than one statement, of which Grafana shows the first"


def in_braces(asked: Asked, board: Json) -> Iterator[str]:
    bare = re.findall(r"\$(?!timeFilter\b|interval\b)\w+", asked.query)
    yield from (f"{variable} without braces" for variable in bare)
    if "__interval" in asked.query:
        yield "write $interval: every version fills it in (grafana #96820)"


def windows_whole(asked: Asked, board: Json) -> Iterator[str]:
    timed = asked.query.count("GROUP BY time(")
    if timed != asked.query.count(" fill("):
        yield "a window without fill()"
    if asked.query.count("time($interval)") != asked.query.count(" tz('"):
        yield "a window without tz(), or tz() without one"
    if asked.panel and "$interval" in asked.query and not asked.panel.get("interval"):
        yield "no least interval: seen from near, a curve breaks between two readings"
    if asked.panel.get("type") == "heatmap" and "fill(null)" in asked.query:
        yield "a heat map draws fill(null) as zero"


def bounded(asked: Asked, board: Json) -> Iterator[str]:
    if (
        asked.panel
        and "$timeFilter" not in asked.query
        and "${__to}" not in asked.query
        and '"latest"' not in asked.query
    ):
        yield "it does not keep to the time shown"


def read_whole(asked: Asked, board: Json) -> Iterator[str]:
    """What newer Grafanas read wrongly: see `panel_totals` and `tag_values`."""
    tags = _QUOTED.findall(asked.query.rpartition("GROUP BY")[2].partition(")")[0])
    if asked.target.get("resultFormat") == "table" and len(tags) > 1 and asked.query.endswith(f'"{tags[-1]}"'):
        yield "a table of two tags, whose columns Grafana's reader mixes up"
    if re.match(r'SHOW TAG VALUES FROM "[^"]+",', asked.query):
        yield "a variable of two measurements, of which Grafana 10 reads the first"


def names_known(asked: Asked, board: Json) -> Iterator[str]:
    plain = _TEXT.sub("''", asked.query)
    measurements = {name for part in re.findall(r"FROM ((?:\"[^\"]+\",? ?)+)", plain) for name in _QUOTED.findall(part)}
    yield from (f"measurement {name!r} is unknown" for name in sorted(measurements - FIELDS.keys()))
    given = set(re.findall(r'AS "([^"]+)"', plain))
    fields = {field for name in measurements & FIELDS.keys() for field in FIELDS[name]}
    for name in sorted(set(_QUOTED.findall(plain)) - measurements - given - fields - TAGS):
        yield f"{name!r} is no field of {', '.join(sorted(measurements))}, and no tag"
    for tag, known in VALUES.items():
        values = set(re.findall(rf"\"{tag}\" = '([^']*)'", asked.query))
        yield from (f"{tag} {value!r} is unknown" for value in sorted(values - known))


def _known(board: Json) -> set[str]:
    return {variable["name"] for variable in board["templating"]["list"]} | _BUILT_IN


def variables_known(asked: Asked, board: Json) -> Iterator[str]:
    for name, _ in _VARIABLE.findall(asked.query):
        if name not in _known(board):
            yield f"variable {name!r} is not one of the dashboard"
    for pattern in re.findall(r"=~ /\^(.*?)\$/(?: |$|\))", asked.query):
        if any(how != "regex" for _, how in _VARIABLE.findall(pattern)):
            yield f"a variable in /{pattern}/ is not escaped: write ${{name:regex}}"


def targets_told_apart(asked: Asked, board: Json) -> Iterator[str]:
    if not asked.panel:
        return
    refs = Counter(target["refId"] for target in asked.panel["targets"])
    if refs[asked.target["refId"]] > 1:
        yield f"refId {asked.target['refId']} stands twice"
    if asked.target["datasource"]["uid"] != "${datasource}":
        yield "its data source is not the dashboard's variable"
    grouped = asked.query.rpartition("GROUP BY")[2]
    for tag in re.findall(r"\$tag_(\w+)", asked.target["alias"]):
        if f'"{tag}"' not in grouped:
            yield f"alias ${{tag_{tag}}} is no tag that the query groups by"
    for tag in re.findall(r"__field\.labels\.(\w+)", json.dumps(asked.panel["fieldConfig"])):
        if f'"{tag}"' not in grouped:
            yield f"a link asks for {tag}, which is no tag that the query groups by"


def _led(boards: Mapping[str, Json]) -> Iterable[tuple[str, str]]:
    for name, board in boards.items():
        yield from ((name, uid) for uid in re.findall(r"/d/([\w-]+)", json.dumps(board)))


BoardRule = Callable[[str, Json], Iterator[str]]
QueryRule = Callable[[Asked, Json], Iterator[str]]

BOARD_RULES: tuple[BoardRule, ...] = (
    uid_agrees, ids_differ, titles_readable, described, units_known, apart, bars_from_zero, series_named,
)  # fmt: skip
QUERY_RULES: tuple[QueryRule, ...] = (
    one_statement, in_braces, windows_whole, bounded, read_whole, names_known, variables_known, targets_told_apart,
)  # fmt: skip


def main() -> int:
    """Check the committed files."""
    boards = {path.relative_to(FOLDER).as_posix(): json.loads(path.read_text()) for path in FOLDER.rglob("*.json")}
    found = problems(boards)
    print("\n".join(found) or f"{len(boards)} dashboards keep the rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
