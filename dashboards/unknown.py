"""Devices that knock without being known: what the quarantine tells of them, as far as they can be read today."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from sqlite3 import Connection
from statistics import median
from textwrap import shorten
from typing import NamedTuple

from ingest.quarantine import Selection, quarantined
from sensors.decode import decode
from sensors.model import Decoded, Message, Rejected
from sensors.quantities import QUANTITIES
from sensors.routes import Routes

MOST_REFUSED = 20_000
MOST_STRANGERS = 200
"""The most recent ones are shown: whoever publishes nonsense does not fill the page."""

LAST_MESSAGES = 20
MOST_SAID = 12
"""Readings of a message that are said; how many more there are is said as well."""

MOST_DETAIL = 160
"""Characters of the words for why it was refused."""


class Refusals(NamedTuple):
    """What is kept of one device."""

    device: str
    messages: int
    first_ms: int  # of receipt
    last_ms: int


class Stranger(NamedTuple):
    """A device that is not known, with its last message."""

    seen: Refusals
    every_s: float | None  # the median interval of its last messages; None when there is one alone
    message: Message
    format: str = ""  # the codec that reads it; "" when none does
    says: str = ""
    building: str = ""  # that its topic claims
    health: Mapping[str, float] = {}  # its battery and signal, by quantity

    def told(self, routes: Routes) -> "Stranger":
        """With what its last message says, decoded as of when it came."""
        device, message = self.seen.device, self.message
        route = routes.find(message.topic)
        decoded = decode(message, routes, message.received_ms)
        return self._replace(
            format=route.codec.name if route else "",
            says=_says(decoded, device),
            building=decoded.building,
            health={r.quantity: r.value for r in decoded.readings if r.device == device},
        )


def refusals(db: Connection) -> list[Refusals]:
    """The devices of which messages are kept, the latest first."""
    rows = db.execute(
        "SELECT device, count(*), min(received_ms), max(received_ms) AS last FROM quarantine"
        " WHERE device != '' GROUP BY device ORDER BY last DESC LIMIT ?",
        (MOST_REFUSED,),
    )
    return [Refusals(*row) for row in rows]


def strangers(db: Connection, seen: Sequence[Refusals]) -> list[Stranger]:
    """The first of these, with their last messages; without those whose messages have gone meanwhile."""
    return [found for entry in seen[:MOST_STRANGERS] if (found := _stranger(db, entry))]


def _stranger(db: Connection, seen: Refusals) -> Stranger | None:
    last = db.execute(
        "SELECT id, received_ms FROM quarantine WHERE device = ? ORDER BY received_ms DESC, id DESC LIMIT ?",
        (seen.device, LAST_MESSAGES),
    ).fetchall()
    kept = quarantined(db, 1, Selection((last[0][0],))) if last else []
    if not kept:
        return None
    gaps = [(later - earlier) / 1000 for (_, later), (_, earlier) in pairwise(last)]
    return Stranger(seen, round(median(gaps), 1) if gaps else None, kept[0].message)


def _says(decoded: Decoded, device: str) -> str:
    """Its readings, what nobody mapped, and why the rest was refused."""
    readings = [reading for reading in decoded.readings if reading.device == device]
    words = []
    for reading in readings[:MOST_SAID]:
        channel = f"@{reading.channel}" if reading.channel else ""
        unit = QUANTITIES[reading.quantity].unit
        words.append(f"{reading.quantity}{channel} {reading.value:.10g} {unit}".removesuffix(" 1").rstrip())
    if len(readings) > MOST_SAID:
        words.append(f"and {len(readings) - MOST_SAID} more")
    words += [f"{name} (not mapped)" for _, name in decoded.unmapped[:MOST_SAID]]
    if isinstance(decoded.problem, Rejected):
        words.append(f"{decoded.problem.reason}: {shorten(decoded.problem.detail, MOST_DETAIL, placeholder=' …')}")
    elif decoded.problem:
        words.append(f"nothing ({decoded.problem.reason})")
    return ", ".join(words)
