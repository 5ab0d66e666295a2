"""The quarantine as people read it: how many messages by reason, and the most recent ones."""

from collections.abc import Mapping
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from dashboards.models import Quarantine, Refused
from estate.calendar import rfc3339
from ingest.spool import Quarantined, quarantine_counts, quarantined
from sensors.model import Reason
from store.state import State

SHOWN_BYTES = 200

REASONS: Mapping[str, tuple[str, str]] = {
    Reason.MALFORMED: ("mal formé", "malformed"),
    Reason.UNKNOWN_TOPIC: ("sujet inconnu", "unknown topic"),
    Reason.UNKNOWN_QUANTITY: ("grandeur inconnue", "unknown quantity"),
    Reason.IMPLAUSIBLE_VALUE: ("valeur invraisemblable", "implausible value"),
    Reason.WRONG_TIME: ("heure impossible", "wrong time"),
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
        recent = [_refused(entry, zone) for entry in quarantined(db, limit, reason)]
        return Quarantine(counts={known: counted.get(known, 0) for known in Reason}, recent=recent)

    return await state.read(work)


def _refused(entry: Quarantined, zone: ZoneInfo) -> Refused:
    return Refused(
        id=entry.id,
        time=rfc3339(entry.message.received_ms, zone),
        topic=entry.message.topic,
        reason=entry.reason,
        detail=entry.detail,
        payload=entry.message.payload[:SHOWN_BYTES].decode("utf-8", "backslashreplace"),
    )
