"""The quarantine as people read it: how many messages by reason, and the most recent ones."""

import re
from collections.abc import Mapping
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from dashboards.models import Quarantine, Refused
from estate.calendar import rfc3339
from ingest.quarantine import Quarantined, Selection, quarantine_counts, quarantined
from sensors.model import Reason
from store.state import State

SHOWN_BYTES = 200
AROUND_BYTES = 40

_PLACE = re.compile(r"byte (?P<byte>\d{1,9})|line (?P<line>\d{1,9}) column (?P<column>\d{1,9})")

REASONS: Mapping[str, tuple[str, str]] = {
    Reason.MALFORMED: ("mal formé", "malformed"),
    Reason.UNKNOWN_TOPIC: ("sujet inconnu", "unknown topic"),
    Reason.UNKNOWN_QUANTITY: ("grandeur inconnue", "unknown quantity"),
    Reason.IMPLAUSIBLE_VALUE: ("valeur invraisemblable", "implausible value"),
    Reason.WRONG_TIME: ("heure impossible", "wrong time"),
    Reason.NEEDS_TIME: ("sans date", "needs a time"),
    Reason.NEEDS_CODEC: ("sans codec", "needs a codec"),
    Reason.NEEDS_BIRTH: ("sans annonce préalable", "needs its birth message"),
    Reason.AMBIGUOUS: ("ambigu", "ambiguous"),
    Reason.UNKNOWN_DEVICE: ("capteur inconnu", "unknown device"),
    Reason.WRONG_BUILDING: ("autre bâtiment", "wrong building"),
    Reason.NOT_PLACED: ("sans emplacement", "not placed"),
    Reason.STORE_REFUSED: ("refusé par le stockage", "refused by the store"),
}
"""Each reason as the page names it, in French and in English."""


async def read_quarantine(state: State, zone: ZoneInfo, limit: int, reason: Reason | None = None) -> Quarantine:
    """The counts of all reasons, and the newest `limit` messages, of one reason or of all."""

    def work(db: Connection) -> Quarantine:
        counted = quarantine_counts(db)
        recent = [_refused(entry, zone) for entry in quarantined(db, limit, Selection(reason=reason))]
        return Quarantine(counts={known: counted.get(known, 0) for known in Reason}, recent=recent)

    return await state.read(work)


def place_of_error(payload: bytes, detail: str) -> str:
    """Where in the payload the error is, as text around it with the place marked; "" when the detail names none."""
    found = _PLACE.search(detail)
    if found is None:
        return ""
    at = _offset(payload, found)
    before, after = payload[max(0, at - AROUND_BYTES) : at], payload[at : at + AROUND_BYTES]
    return "→".join(part.decode("utf-8", "backslashreplace") for part in (before, after))


def _offset(payload: bytes, found: re.Match[str]) -> int:
    """The byte that the detail means: by number, or by line and column."""
    if found["byte"]:
        return int(found["byte"])
    lines = payload.split(b"\n")
    return sum(len(line) + 1 for line in lines[: int(found["line"]) - 1]) + int(found["column"])


def _refused(entry: Quarantined, zone: ZoneInfo) -> Refused:
    return Refused(
        id=entry.id,
        time=rfc3339(entry.message.received_ms, zone),
        topic=entry.message.topic,
        reason=entry.reason,
        detail=entry.detail,
        payload=entry.message.payload[:SHOWN_BYTES].decode("utf-8", "backslashreplace"),
    )
