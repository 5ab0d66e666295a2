"""Messages kept safe in the instance's SQLite file until the store is back."""

import sqlite3
from collections.abc import Sequence

from ingest.quarantine import quarantine
from sensors.model import Message, Rejected

COLUMNS = "topic, payload, received_ms, qos, retained"


def spool(db: sqlite3.Connection, messages: Sequence[Message]) -> None:
    """Put the messages at the end."""
    db.executemany(f"INSERT INTO spool ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", messages)


def spooled(db: sqlite3.Connection) -> int:
    """How many wait."""
    (count,) = db.execute("SELECT count(*) FROM spool").fetchone()
    return int(count)


def oldest_spooled(db: sqlite3.Connection, limit: int) -> list[tuple[int, Message]]:
    """The first ones, with the id that `unspool` takes."""
    rows = db.execute(f"SELECT id, {COLUMNS} FROM spool ORDER BY id LIMIT ?", (limit,))
    return [(row[0], _message(row[1:])) for row in rows]


def unspool(db: sqlite3.Connection, last_id: int, rejected: Sequence[Rejected]) -> None:
    """Take out the messages up to this one: those rejected go to the quarantine, the others are in the store."""
    quarantine(db, rejected)
    db.execute("DELETE FROM spool WHERE id <= ?", (last_id,))


def _message(row: Sequence[object]) -> Message:
    topic, payload, received_ms, qos, retained = row
    return Message(topic, payload, received_ms, qos, bool(retained))  # type: ignore[arg-type]
