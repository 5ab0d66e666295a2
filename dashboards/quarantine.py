"""The quarantine as people read it: how much of what is kept, page by page, and each message whole."""

import re
from sqlite3 import Connection
from zoneinfo import ZoneInfo

from dashboards.api.models import Quarantine, Refused, RefusedWhole
from estate.calendar import rfc3339
from ingest.intake import Intake
from ingest.quarantine import ALL, Quarantined, Selection, count, quarantine_counts, quarantined, size
from sensors.model import Reason
from store.state import State

SHOWN_BYTES = 200
WHOLE_BYTES = 256 * 1024
"""Shown of one message; what is longer is cut and says so."""

AROUND_BYTES = 40

_PLACE = re.compile(r"byte (?P<byte>\d{1,9})|line (?P<line>\d{1,9}) column (?P<column>\d{1,9})")


async def read_quarantine(
    state: State, zone: ZoneInfo, limit: int, selection: Selection = ALL, intake: Intake | None = None
) -> Quarantine:
    """The counts of all reasons, how full it is, and the newest `limit` messages of the selection."""

    def work(db: Connection) -> Quarantine:
        counted, filled = quarantine_counts(db), size(db)
        return Quarantine(
            counts={known: counted.get(known, 0) for known in Reason},
            selected=count(db, selection._replace(below=None)),
            size_bytes=filled.bytes,
            limit_bytes=intake.quarantine_fill.most if intake else None,
            purged=filled.purged,
            recent=[Refused(**_refused(entry, zone, SHOWN_BYTES)) for entry in quarantined(db, limit, selection)],
        )

    return await state.read(work)


async def read_refused(state: State, zone: ZoneInfo, number: int) -> tuple[Quarantined, RefusedWhole] | None:
    """One message, as it is kept and as it is shown; None when it is not, or no longer, in the quarantine."""
    for entry in await state.read(lambda db: quarantined(db, 1, Selection((number,)))):
        message = entry.message
        return entry, RefusedWhole(
            **_refused(entry, zone, WHOLE_BYTES),
            qos=message.qos,
            retained=message.retained,
            size_bytes=len(message.payload),
            hex=message.payload[:WHOLE_BYTES].hex(" "),
            place=place_of_error(message.payload, entry.detail),
            place_byte=byte_of_error(message.payload, entry.detail),
        )
    return None


def place_of_error(payload: bytes, detail: str) -> str:
    """Where in the payload the error is, as text around it with the place marked; "" when the detail names none."""
    at = byte_of_error(payload, detail)
    if at is None:
        return ""
    return "→".join(
        as_text(part) for part in (payload[max(0, at - AROUND_BYTES) : at], payload[at : at + AROUND_BYTES])
    )


def byte_of_error(payload: bytes, detail: str) -> int | None:
    """The byte that the detail means, by number or by line and column; None when it names none of the payload's.

    A number in the detail of a JSON text counts the bytes that an envelope carries, not those of the text.
    """
    found = _PLACE.search(detail)
    if found is None or (found["byte"] and payload[:1] == b"{" and "UTF-8" not in detail):
        return None
    at = int(found["byte"]) if found["byte"] else _byte_at(payload, int(found["line"]), int(found["column"]))
    return at if at <= len(payload) else None


def as_text(payload: bytes) -> str:
    """Bytes as text; those that are none are escaped."""
    return payload.decode("utf-8", "backslashreplace")


def _byte_at(payload: bytes, line: int, column: int) -> int:
    return sum(len(before) + 1 for before in payload.split(b"\n")[: line - 1]) + max(column - 1, 0)


def _refused(entry: Quarantined, zone: ZoneInfo, shown_bytes: int) -> dict[str, object]:
    return {
        "id": entry.id,
        "time": rfc3339(entry.message.received_ms, zone),
        "device": entry.device,
        "topic": entry.message.topic,
        "reason": entry.reason,
        "detail": entry.detail,
        "payload": as_text(entry.message.payload[:shown_bytes]),
    }
