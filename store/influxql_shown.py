"""What a query of Grafana's is made with: what it fills in, the time shown, windows, and what is chosen.

Grafana replaces ``$timeFilter`` by the time shown, ``$interval`` by the window and ``${name:regex}`` by the values of a
variable, escaped and alternated. ``$interval`` is the one name of the window that every version fills in: since 11.3
``$__interval`` is taken for a part of a regular expression where ``tz()`` follows one (grafana #96820, #100476), and
10.x sends ``${__interval}`` on as it is. Windows of days and longer begin at local midnights, for which ``tz()`` stands
in every select.
"""

from collections.abc import Sequence

from store.influxql import name, text

Chosen = Sequence[tuple[str, str]]
"""Tags, each with the regular expression that all of it must match; ``${name:regex}`` stands in it for a variable."""

SHOWN = "$timeFilter"
AT_END = "time > ${__to}ms - 15m AND time <= ${__to}ms"
"""When an ingester last said how things stand: each minute, of clocks every five. Older is of what is no more."""

STANDING = "time > ${__to}ms - 65m AND time <= ${__to}ms"
"""The same of budgets and devices: when they change, and once in each hour of the clock, within five minutes."""

LAST_DAY = "time > ${__to}ms - 1d AND time <= ${__to}ms"

AUTO = "$interval"


def held(chosen: Chosen) -> list[str]:
    """The conditions of what is chosen."""
    return [f"{name(tag)} =~ /^{pattern}$/" for tag, pattern in chosen]


def windows(by: Sequence[str], zone: str, fill: str = "null") -> str:
    """Grouped by windows as wide as can be drawn, and by tags; `fill`: what an empty window is."""
    tags = ", ".join([f"time({AUTO})", *map(name, by)])
    return f"GROUP BY {tags} fill({fill}) tz({text(zone)})"


def by_tags(tags: Sequence[str]) -> str:
    """Grouped by tags; by none, one group."""
    return f" GROUP BY {', '.join(map(name, tags))}" if tags else ""


def tag_values(measurement: str, tag: str, where: Chosen = ()) -> str:
    """What a variable offers: the values of a tag, of what is chosen. Of two measurements Grafana 10 reads one."""
    condition = f" WHERE {' AND '.join(held(where))}" if where else ""
    return f"SHOW TAG VALUES FROM {name(measurement)} WITH KEY = {name(tag)}{condition}"


def notes(site: str, building: str) -> str:
    """The estate's dated notes that hold at some time shown, of these buildings and of the site as a whole."""
    place = f'("building" =~ /^{building}$/ OR "building" = {text(site)})'
    holds = 'time <= ${__to}ms AND "until" >= ${__from}'
    return f'SELECT "text", "kind", "building", "until" FROM "notes" WHERE {holds} AND {place}'
