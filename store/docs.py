"""The page OWN.md, from the table in own.py: `python -m store.docs [--check]`."""

import sys
from pathlib import Path

from sensors.generated import keep
from store.own import OWN

PAGE = Path(__file__).with_name("OWN.md")

HEAD = """\
# What the service says of itself

Written by `python -m store.docs` from `own.py`. Points like any reading, in both stores, for Grafana and `/api/series`;
no message, import or device can name them, and no list of devices or last values knows them.

| family | device | channel | building, zone | written by | every |
|---|---|---|---|---|---|
| `ingest` | the ingester's MQTT client id | the reason, if any | – | who ingests | minute, and at the end |
| `alerts` | the tenant | the budget's carrier | – | who judges budgets | change, and once in each hour |
| `health` | the device it is about | – | where it is | the same; `clock`: ingest | the same; `clock`: five minutes |

While the store is away an ingester's minutes wait in memory (a day of them at most, none survives its end); the others
are left out. An `amount` is of the time since the point before it, so windows, several ingesters and restarts add up. A
process that is killed takes with it the counts of its last minute, which `microville account` has. Messages found in
the spool at a start count as received once more: the minutes they came in went with the process that received them.
All of it is kept as long as readings are; a corrected placement moves none of it.

| quantity | unit | kind | across devices | English | French |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `{row.name}` | {row.unit or '0 or 1'} | {row.kind} | {row.across} | {row.en} | {row.fr} |\n"
        for row in OWN.values()
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    sys.exit(keep({PAGE: page()}, "store.docs"))
