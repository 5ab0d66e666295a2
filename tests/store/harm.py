"""State files with rows in them, and what may befall them."""

import sqlite3
from pathlib import Path

PAGE = 4096
ROWS = 300


def fill(db: sqlite3.Connection) -> None:
    """Rows of 500 bytes in the spool and the quarantine, seven to a page, and one row elsewhere."""
    messages = [("t", bytes([number % 256]) * 500, number, 1, 0) for number in range(ROWS)]
    db.executemany("INSERT INTO spool (topic, payload, received_ms, qos, retained) VALUES (?, ?, ?, ?, ?)", messages)
    db.executemany("INSERT INTO quarantine VALUES (NULL, ?, ?, ?, ?, ?, 'malformed', 'why', 'd')", messages)
    db.execute("INSERT INTO cursor VALUES ('settled', 42)")
    db.execute("INSERT INTO ledger VALUES ('purged', 0, 7)")


def counts(db: sqlite3.Connection) -> dict[str, int]:
    tables = ("spool", "quarantine", "cursor")
    return {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables}


def size(db: sqlite3.Connection) -> tuple[int, int, int]:
    """What the quarantine is said to take, what it takes, and what was purged."""
    (said, purged), (true,) = (
        db.execute(query).fetchone()
        for query in (
            "SELECT bytes, (SELECT coalesce(sum(count), 0) FROM ledger WHERE account = 'purged') FROM quarantine_size",
            "SELECT coalesce(sum(100 + length(topic) + length(payload) + length(detail)), 0) FROM quarantine",
        )
    )
    return said, true, purged


def files(path: Path) -> dict[str, bytes]:
    """The file and its log, by the end of their names; SQLite makes the -shm anew whenever it looks."""
    beside = {end: Path(f"{path}{end}") for end in ("", "-wal")}
    return {end: file.read_bytes() for end, file in beside.items() if file.exists() and file.stat().st_size}


def overwrite(path: Path, at: int, length: int, byte: bytes = b"\xff") -> None:
    data = bytearray(path.read_bytes())
    data[at : at + length] = byte * length
    path.write_bytes(data)


def middle_page(path: Path, table: str) -> int:
    """Where in the file a page with rows from the middle of the table begins."""
    needle = bytes([ROWS // 2 % 256]) * 500
    data = path.read_bytes()
    found = data.index(needle) if table == "spool" else data.rindex(needle)
    return found // PAGE * PAGE


def torn(path: Path) -> None:
    overwrite(path, middle_page(path, "spool"), PAGE)


def zeroed(path: Path) -> None:
    overwrite(path, middle_page(path, "quarantine"), PAGE, b"\0")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: middle_page(path, "quarantine")])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def something_else(path: Path) -> None:
    path.write_bytes(b"this was overwritten by something else " * 100)


def headless(path: Path) -> None:
    overwrite(path, 100, PAGE - 100)
