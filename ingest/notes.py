"""What is noted beside the accounting: measurements nobody mapped, devices that look wrong, what formats were told.

The first two are for people and saved every few seconds; what formats were told is saved before the message that told
it is acknowledged.
"""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ingest.watch import Finding, Watch
from sensors.memory import Entry, Memory
from sensors.model import Decoded, Message
from store.state import State

SAVE_S = 5.0
MOST_NAMES = 10_000
"""Unmapped measurements told apart at a time: whoever invents a name per message does not fill the memory."""


class Unmapped(NamedTuple):
    """A measurement of a device that no codec's table knows."""

    device: str
    name: str  # as at the source
    messages: int  # that had it
    last_ms: int


class Notes:
    """What this process noticed since it last saved."""

    def __init__(self, state: State, clock: Callable[[], int]) -> None:
        self._state = state
        self._clock = clock
        self._unmapped: Counter[tuple[str, str]] = Counter()
        self._watch = Watch()

    def see(self, message: Message, decoded: Decoded) -> None:
        """Look at what the broker just gave."""
        if decoded.unmapped and len(self._unmapped) < MOST_NAMES:
            self._unmapped.update(decoded.unmapped)
        if decoded.readings:
            self._watch.see(message, decoded.readings)

    def behind(self, since_ms: int) -> Iterator[tuple[str, int]]:
        """How far the clocks of devices are behind; see `Watch.behind`."""
        return self._watch.behind(since_ms)

    async def run(self) -> None:
        """Save what was noticed, every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(SAVE_S)
            await self.save()

    async def save(self) -> None:
        """Save what was noticed since the last time; a full disk costs these notes, and nothing else."""
        unmapped, self._unmapped = self._unmapped, Counter()
        findings = self._watch.found()
        if unmapped or findings:
            try:
                await self._state.run(lambda db: _save(db, unmapped, findings, self._clock()))
            except sqlite3.OperationalError:
                self._unmapped += unmapped


def _save(db: sqlite3.Connection, unmapped: Counter[tuple[str, str]], findings: Sequence[Finding], now_ms: int) -> None:
    db.executemany(
        "INSERT INTO unmapped VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET count = count + excluded.count, last_ms = excluded.last_ms",
        [(device, name, number, now_ms) for (device, name), number in unmapped.items()],
    )
    db.execute(
        "DELETE FROM unmapped WHERE rowid IN (SELECT rowid FROM unmapped ORDER BY last_ms DESC LIMIT -1 OFFSET ?)",
        (MOST_NAMES,),
    )
    db.executemany(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET detail = excluded.detail, last_ms = excluded.last_ms",
        [(found.device, found.kind, found.detail, found.at_ms, found.at_ms) for found in findings],
    )


def unmapped(db: sqlite3.Connection) -> list[Unmapped]:
    """All measurements that nobody mapped, by device and name."""
    return [Unmapped(*row) for row in db.execute("SELECT * FROM unmapped ORDER BY device, name")]


def findings(db: sqlite3.Connection, since_ms: int) -> list[Finding]:
    """What looked wrong of devices since then, by device."""
    rows = db.execute(
        "SELECT device, kind, detail, last_ms FROM finding WHERE last_ms >= ? ORDER BY device, kind", (since_ms,)
    )
    return [Finding(*row) for row in rows]


async def save_memory(state: State, memory: Memory) -> None:
    """Save what formats with state were told since the last time.

    Raises sqlite3.OperationalError: try again.
    """
    if changed := memory.changes():
        try:
            await state.run(lambda db: _save_memory(db, changed))
        except sqlite3.OperationalError:
            memory.not_saved(changed)
            raise


def _save_memory(db: sqlite3.Connection, changed: dict[tuple[str, str], list[Entry]]) -> None:
    db.executemany("DELETE FROM memory WHERE codec = ? AND key = ?", changed)
    rows = [
        (codec, key, from_ms, json.dumps(value))
        for versions in changed.values()
        for codec, key, from_ms, value in versions
    ]
    db.executemany("INSERT INTO memory VALUES (?, ?, ?, ?)", rows)


def load_memory(db: sqlite3.Connection) -> Memory:
    """What a former process saved."""
    rows = db.execute("SELECT codec, key, from_ms, value FROM memory")
    return Memory(Entry(codec, key, from_ms, json.loads(value)) for codec, key, from_ms, value in rows)
