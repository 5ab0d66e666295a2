"""The quarantine as people read it: how many messages by reason, and the most recent ones."""

from sqlite3 import Connection
from zoneinfo import ZoneInfo

from dashboards.models import Quarantine, Refused
from estate.calendar import rfc3339
from sensors.model import Reason
from store.state import State

SHOWN_BYTES = 200


async def read_quarantine(state: State, zone: ZoneInfo, limit: int, reason: Reason | None = None) -> Quarantine:
    """The counts of all reasons, and the newest `limit` messages, of one reason or of all."""

    def work(db: Connection) -> Quarantine:
        counted = dict(db.execute("SELECT reason, count(*) FROM quarantine GROUP BY reason").fetchall())
        rows = db.execute(
            "SELECT id, received_ms, topic, reason, detail, substr(payload, 1, ?) FROM quarantine"
            " WHERE ? IS NULL OR reason = ? ORDER BY id DESC LIMIT ?",
            (SHOWN_BYTES, reason, reason, limit),
        )
        recent = [
            Refused(id=key, time=rfc3339(at_ms, zone), topic=topic, reason=why, detail=detail, payload=_text(payload))
            for key, at_ms, topic, why, detail, payload in rows
        ]
        return Quarantine(counts={known: counted.get(known, 0) for known in Reason}, recent=recent)

    return await state.run(work)


def _text(payload: bytes) -> str:
    return payload.decode("utf-8", "backslashreplace")
