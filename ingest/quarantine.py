"""Messages that were refused, kept in the instance's SQLite file for people to work with.

Its size is bounded: at the bound the oldest go, and are counted.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from sensors.model import Message, Reason, Rejected

MOST_BYTES = 1024**3
"""How large the quarantine may grow unless the configuration says otherwise."""

SPARE_SHARE = 0.01
"""Of the bound: so much more is thrown away beyond it. Small, for whoever keeps messages waits for it."""

PURGED = 2_000
"""Messages thrown away by hand in one go, for the same reason."""

MOST_LETTERS = 1_000  # of a detail
MOST_NAME = 128  # letters of a device: no longer one can be in the estate

_COLUMNS = "topic, payload, received_ms, qos, retained, reason, detail, device"


class Quarantined(NamedTuple):
    """A refused message as it is kept."""

    id: int
    message: Message
    reason: Reason
    detail: str
    device: str  # "" when it is not known whose it is


class Selection(NamedTuple):
    """Which of the messages; what is not given selects all."""

    ids: Sequence[int] = ()
    reason: Reason | None = None
    device: str = ""
    before_ms: int | None = None  # received before
    below: int | None = None  # with smaller ids: for paging from the newest on

    def where(self) -> tuple[str, list[object]]:
        """The condition in SQL, and its values."""
        parts: list[tuple[str, list[object]]] = []
        if self.ids:
            parts.append((f"id IN ({', '.join('?' * len(self.ids))})", list(self.ids)))
        if self.reason:
            # A device has fewer messages than a reason: the plus keeps SQLite from going through the reason's.
            parts.append(("+reason = ?" if self.device else "reason = ?", [self.reason]))
        if self.device:
            parts.append(("device = ?", [self.device]))
        if self.before_ms is not None:
            parts.append(("received_ms < ?", [self.before_ms]))
        if self.below is not None:
            parts.append(("id < ?", [self.below]))
        return " AND ".join(part for part, _ in parts) or "true", [value for _, values in parts for value in values]


ALL = Selection()


class Size(NamedTuple):
    """How much is kept, and how many messages had to go."""

    bytes: int
    purged: int  # since ever, by the bound or by hand; the ledger counts them


def quarantine(db: sqlite3.Connection, rejected: Sequence[Rejected]) -> None:
    """Keep what was refused, with the reason."""
    db.executemany(
        f"INSERT INTO quarantine ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*message, reason, detail[:MOST_LETTERS], device[:MOST_NAME]) for message, reason, detail, device in rejected],
    )


def quarantined(db: sqlite3.Connection, limit: int, selection: Selection = ALL) -> list[Quarantined]:
    """The newest ones first."""
    where, values = selection.where()
    rows = db.execute(f"SELECT id, {_COLUMNS} FROM quarantine WHERE {where} ORDER BY id DESC LIMIT ?", [*values, limit])
    return [_quarantined(row) for row in rows]


def next_quarantined(db: sqlite3.Connection, after: int, limit: int, selection: Selection) -> list[Quarantined]:
    """Those with greater ids, the oldest first: for going through all of them in parts."""
    where, values = selection.where()
    rows = db.execute(
        f"SELECT id, {_COLUMNS} FROM quarantine WHERE id > ? AND {where} ORDER BY id LIMIT ?", [after, *values, limit]
    )
    return [_quarantined(row) for row in rows]


def count(db: sqlite3.Connection, selection: Selection) -> int:
    """How many those are."""
    where, values = selection.where()
    (found,) = db.execute(f"SELECT count(*) FROM quarantine WHERE {where}", values).fetchone()
    return int(found)


def newest(db: sqlite3.Connection) -> int:
    """The greatest id."""
    (found,) = db.execute("SELECT coalesce(max(id), 0) FROM quarantine").fetchone()
    return int(found)


def quarantine_counts(db: sqlite3.Connection) -> dict[Reason, int]:
    """How many are kept, by reason."""
    return {Reason(reason): n for reason, n in db.execute("SELECT reason, count(*) FROM quarantine GROUP BY reason")}


def refused_devices(db: sqlite3.Connection, reason: Reason) -> list[str]:
    """The devices of which messages are kept for this reason."""
    rows = db.execute("SELECT DISTINCT device FROM quarantine WHERE reason = ? AND device != ''", (reason,))
    return [device for (device,) in rows]


def settle_release(db: sqlite3.Connection, released: Sequence[int], again: Sequence[tuple[int, Rejected]]) -> None:
    """Let go of what was released; what was refused again stays, with today's reason."""
    db.executemany("DELETE FROM quarantine WHERE id = ?", [(number,) for number in released])
    db.executemany(
        "UPDATE quarantine SET reason = ?, detail = ?, device = ? WHERE id = ?",
        [(entry.reason, entry.detail[:MOST_LETTERS], entry.device[:MOST_NAME], number) for number, entry in again],
    )


def size(db: sqlite3.Connection) -> Size:
    """How much is kept."""
    purged = "SELECT coalesce(sum(count), 0) FROM ledger WHERE account = 'purged'"
    return Size(*db.execute(f"SELECT bytes, ({purged}) FROM quarantine_size").fetchone())


def purge(db: sqlite3.Connection, selection: Selection) -> int:
    """Throw some of these away for good; how many that were. None are left when it is none."""
    where, values = selection.where()
    some = f"SELECT id FROM quarantine WHERE {where} ORDER BY id LIMIT ?"
    return db.execute(f"DELETE FROM quarantine WHERE id IN ({some})", [*values, PURGED]).rowcount


def purge_oldest(db: sqlite3.Connection, most_bytes: int) -> int:
    """Throw the oldest away, with a little room to spare, if the bound is passed; how many that were."""
    excess = size(db).bytes - most_bytes
    if excess <= 0:
        return 0
    last, left = 0, excess + most_bytes * SPARE_SHARE
    rows = db.execute("SELECT id, 100 + length(topic) + length(payload) + length(detail) FROM quarantine ORDER BY id")
    while left > 0 and (row := rows.fetchone()):  # no further than it takes: there may be millions
        last, left = row[0], left - row[1]
    rows.close()
    return db.execute("DELETE FROM quarantine WHERE id <= ?", (last,)).rowcount


def _quarantined(row: Sequence[object]) -> Quarantined:
    number, topic, payload, received_ms, qos, retained, reason, detail, device = row
    message = Message(topic, payload, received_ms, qos, bool(retained))  # type: ignore[arg-type]
    return Quarantined(number, message, Reason(reason), detail, device)  # type: ignore[arg-type]
