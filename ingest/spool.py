"""Messages kept safe in the instance's SQLite file: the spool (for the store) and the quarantine (for people)."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from sensors.model import Message, Reason, Rejected

COLUMNS = "topic, payload, received_ms, qos, retained"


class Quarantined(NamedTuple):
    """A refused message as it is kept."""

    id: int
    message: Message
    reason: Reason
    detail: str


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


def quarantine(db: sqlite3.Connection, rejected: Sequence[Rejected]) -> None:
    """Keep what was refused, with the reason."""
    db.executemany(
        f"INSERT INTO quarantine ({COLUMNS}, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*message, reason, detail) for message, reason, detail, _ in rejected],
    )


def quarantined(db: sqlite3.Connection, limit: int, reason: Reason | None = None) -> list[Quarantined]:
    """The newest ones first."""
    where, values = ("WHERE reason = ?", [reason]) if reason else ("", [])
    rows = db.execute(
        f"SELECT id, {COLUMNS}, reason, detail FROM quarantine {where} ORDER BY id DESC LIMIT ?", [*values, limit]
    )
    return [_quarantined(row) for row in rows]


def quarantined_message(db: sqlite3.Connection, number: int) -> Quarantined | None:
    """The one with this id."""
    row = db.execute(f"SELECT id, {COLUMNS}, reason, detail FROM quarantine WHERE id = ?", (number,)).fetchone()
    return None if row is None else _quarantined(row)


def quarantine_counts(db: sqlite3.Connection) -> dict[Reason, int]:
    """How many are kept, by reason."""
    return {Reason(reason): n for reason, n in db.execute("SELECT reason, count(*) FROM quarantine GROUP BY reason")}


def _message(row: Sequence[object]) -> Message:
    topic, payload, received_ms, qos, retained = row
    return Message(topic, payload, received_ms, qos, bool(retained))  # type: ignore[arg-type]


def _quarantined(row: Sequence[object]) -> Quarantined:
    number, *message, reason, detail = row
    return Quarantined(number, _message(message), Reason(reason), detail)  # type: ignore[arg-type]
