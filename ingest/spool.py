"""Messages kept safe in the instance's SQLite file until the store is back, in order, and within a bound.

The size is kept beside them, by the batch: triggers, which count by the row, would double what a message costs here.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from ingest.quarantine import quarantine
from sensors.model import Message, Rejected

COLUMNS = "topic, payload, received_ms, qos, retained"
ROW_BYTES = 100
"""Of the file, for each message besides its topic and payload."""


_INSERT = f"INSERT INTO spool ({COLUMNS}) VALUES "
_ROW = "(?, ?, ?, ?, ?)"
_MANY = 200
"""Rows of one statement: three quarters of what they cost one by one."""


class SpoolFull(Exception):
    """These messages would go beyond the bound; the text says what to do."""


class Part(NamedTuple):
    """Some of the messages, in order, and the ids they are between."""

    first_id: int
    last_id: int
    messages: list[Message]


def spool(db: sqlite3.Connection, messages: Sequence[Message], most_bytes: int | None = None) -> int:
    """Put the messages at the end; how many bytes wait then.

    Raises SpoolFull where that would be more than the bound. An empty spool takes any batch: else one that is larger
    than the bound would wait for ever.
    """
    added, there = _bytes(messages), size(db)
    if most_bytes is not None and there and there + added > most_bytes:
        raise SpoolFull(
            f"the spool holds {there / 2**20:.1f} of {most_bytes / 2**20:.0f} MB; "
            "bring the store back, or raise [ingest] spool_mb: until then the broker keeps what comes"
        )
    whole = len(messages) - len(messages) % _MANY
    for start in range(0, whole, _MANY):
        db.execute(_INSERT + ", ".join([_ROW] * _MANY), list(chain.from_iterable(messages[start : start + _MANY])))
    db.executemany(_INSERT + _ROW, messages[whole:])
    db.execute("UPDATE spool_size SET bytes = bytes + ?", (added,))
    return there + added


def spooled(db: sqlite3.Connection) -> int:
    """How many wait."""
    (count,) = db.execute("SELECT count(*) FROM spool").fetchone()
    return int(count)


def counted(db: sqlite3.Connection) -> int:
    """How many wait, with their size found anew: for a start."""
    found = f"count(*), coalesce(sum({ROW_BYTES} + length(topic) + length(payload)), 0)"
    count, found_bytes = db.execute(f"SELECT {found} FROM spool").fetchone()
    db.execute("UPDATE spool_size SET bytes = ?", (found_bytes,))
    return int(count)


def size(db: sqlite3.Connection) -> int:
    """How many bytes wait."""
    (found,) = db.execute("SELECT bytes FROM spool_size").fetchone()
    return int(found)


def next_spooled(db: sqlite3.Connection, after: int, limit: int, most_bytes: int) -> Part:
    """The first ones with greater ids: so many at most, and so many bytes, but one at least if there is one."""
    found: list[Message] = []
    first = last = 0
    query = f"SELECT id, {COLUMNS} FROM spool WHERE id > ? ORDER BY id LIMIT ?"
    for last, topic, payload, received_ms, qos, retained in db.execute(query, (after, limit)):
        first = first or last
        found.append(Message(topic, payload, received_ms, qos, bool(retained)))
        most_bytes -= len(payload)
        if most_bytes <= 0:
            break
    return Part(first, last, found)


def unspool(db: sqlite3.Connection, part: Part, rejected: Sequence[Rejected]) -> int:
    """Take the part out: those rejected go to the quarantine, the others are in the store; how many bytes wait then."""
    quarantine(db, rejected)
    db.execute("DELETE FROM spool WHERE id BETWEEN ? AND ?", (part.first_id, part.last_id))
    db.execute("UPDATE spool_size SET bytes = max(0, bytes - ?)", (_bytes(part.messages),))
    return size(db)


def _bytes(messages: Sequence[Message]) -> int:
    return sum([ROW_BYTES + len(message.topic) + len(message.payload) for message in messages])
