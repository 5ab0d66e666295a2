"""The estate's notes as rows of `notes`, for Grafana's annotations.

Tags building and kind, fields `text` (the one text in the database) and `until` (ms), at the note's first instant. A
tag `note` tells apart what begins on one day at one place. A note that is no more ended before all time: so nothing is
deleted, which InfluxDB 3 cannot.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from estate.model import Note
from store.influx_tables import Table
from store.line_protocol import series

NEVER_MS = -(2**53)
STANDING = f'SELECT "until" FROM "notes" WHERE "until" > {NEVER_MS} GROUP BY *'
"""Those that the database holds."""


def changes(notes: Iterable[Note], standing: Iterable[Table]) -> str:
    """The lines that bring the database from what stands there to these notes; "" when it has them."""
    wanted = {_series(note): note for note in notes}
    found = {_prefix(table): int(row[0]) for table in standing for row in table.rows}
    return "".join((*_new(wanted, found), *_gone(wanted, found)))


def _new(wanted: dict[str, Note], found: dict[str, int]) -> Iterator[str]:
    for prefix, note in wanted.items():
        if prefix not in found:
            text = note.text.replace("\\", "\\\\").replace('"', '\\"')
            yield f'{prefix} text="{text}",until={note.end_ms}.0 {note.start_ms}\n'


def _gone(wanted: dict[str, Note], found: dict[str, int]) -> Iterator[str]:
    for prefix, start_ms in found.items():
        if prefix not in wanted:
            yield f"{prefix} until={NEVER_MS}.0 {start_ms}\n"


def _series(note: Note) -> str:
    number = sha256(repr(tuple(note)).encode()).hexdigest()[:12]
    return series("notes", building=note.building, kind=note.kind, note=number)


def _prefix(table: Table) -> str:
    tags = {tag: table.tags.get(tag, "") for tag in ("building", "kind", "note")}
    return series("notes", **tags)
