"""Mails on their way: a row is written with the decision to send it, and leaves only when the server has taken it.

Laws: one row per announcement, for ever (its key is unique); a mail is tried until it is sent or three days old, and
what failed stays visible with the server's words.
"""

import sqlite3
from typing import Literal, NamedTuple

Status = Literal["queued", "sent", "failed"]

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 3_600_000
GIVE_UP_MS = 3 * 24 * 3_600_000


class Letter(NamedTuple):
    """A mail, as composed."""

    recipient: str
    subject: str
    html: str  # shows the chart as cid:chart.png
    text: str
    chart: bytes  # PNG


class Queued(NamedTuple):
    """A mail that is due."""

    id: int
    key: str  # names the announcement: the same at every attempt
    queued_ms: int
    attempts: int
    letter: Letter


class Sending(NamedTuple):
    """What became of a mail, as shown to staff."""

    id: int
    tenant: str
    recipient: str
    subject: str
    queued_ms: int
    status: Status
    attempts: int
    error: str  # the last one, "" if none


def put(db: sqlite3.Connection, key: str, tenant: str, letter: Letter, now_ms: int) -> None:
    """Queue the mail; nothing happens when this announcement has been queued before."""
    db.execute(
        "INSERT INTO outbox (key, tenant, recipient, subject, html, text, chart, queued_ms, status, attempts, next_ms,"
        " error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, ?, '') ON CONFLICT (key) DO NOTHING",
        (key, tenant, *letter, now_ms, now_ms),
    )


def due(db: sqlite3.Connection, now_ms: int) -> list[Queued]:
    """The mails to be tried now, oldest first; at most twenty, so that a long queue is not held in memory."""
    rows = db.execute(
        "SELECT id, key, queued_ms, attempts, recipient, subject, html, text, chart FROM outbox"
        " WHERE status = 'queued' AND next_ms <= ? ORDER BY id LIMIT 20",
        (now_ms,),
    )
    return [Queued(id_, key, queued_ms, attempts, Letter(*rest)) for id_, key, queued_ms, attempts, *rest in rows]


def sent(db: sqlite3.Connection, mail: Queued) -> None:
    """Close the row; the words stay, the chart is let go of to keep the file small."""
    db.execute(
        "UPDATE outbox SET status = 'sent', attempts = ?, error = '', chart = x'' WHERE id = ?",
        (mail.attempts + 1, mail.id),
    )


def failed(db: sqlite3.Connection, mail: Queued, error: str, now_ms: int) -> Status:
    """Note the error; try again after a pause that doubles, or give up once the mail is three days old."""
    status: Status = "failed" if now_ms - mail.queued_ms >= GIVE_UP_MS else "queued"
    pause = min(FIRST_PAUSE_MS * 2 ** min(mail.attempts, 10), LONGEST_PAUSE_MS)
    db.execute(
        "UPDATE outbox SET status = ?, attempts = ?, next_ms = ?, error = ? WHERE id = ?",
        (status, mail.attempts + 1, now_ms + pause, error, mail.id),
    )
    return status


def sendings(db: sqlite3.Connection) -> list[Sending]:
    """The last hundred mails, newest first."""
    rows = db.execute(
        "SELECT id, tenant, recipient, subject, queued_ms, status, attempts, error FROM outbox ORDER BY id DESC"
        " LIMIT 100"
    )
    return [Sending(*row) for row in rows]
