"""What happens to messages: one event makes the booking and the log line together.

Events are of batches, never of single messages, so that telling costs nothing per message.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import structlog

from ingest.account.ledger import IGNORED, QUARANTINED, Booking
from ingest.pipeline import Outcome
from sensors.model import Rejected

log = structlog.get_logger()


class Line(NamedTuple):
    """A line of the log."""

    level: str
    name: str
    said: dict[str, object]


class Event(NamedTuple):
    """What happened: how it is counted, and what the log says of it."""

    booking: Booking
    lines: Sequence[Line] = ()

    def tell(self) -> None:
        """Write the log lines."""
        for level, name, said in self.lines:
            getattr(log, level)(name, **said)


def taken(count: int) -> Event:
    """Messages came from the broker."""
    return Event({"received": count, "in_flight": count})


def settled(count: int, outcome: Outcome) -> Event:
    """Messages in flight have come to their end."""
    return _ended({"in_flight": -count}, outcome)


def admitted(count: int, outcome: Outcome) -> Event:
    """Messages that no broker gave have come to their end."""
    return _ended({"received": count}, outcome)


def drained(count: int, outcome: Outcome) -> Event:
    """Messages of the spool have come to their end."""
    return _ended({"spooled": -count}, outcome)


def spooled(count: int) -> Event:
    """Messages in flight are in the spool."""
    return Event({"in_flight": -count, "spooled": count})


def found_spooled(more: int) -> Event:
    """The spool holds so many messages more than the ledger knows of. Fewer are lost, and stay as a difference."""
    cause = "the state file was changed by hand, or mended"
    line = Line("warning" if more > 0 else "error", "spool_disagrees_with_ledger", {"messages": more, "cause": cause})
    return Event({"received": max(0, more), "spooled": more}, [line])


def released(stored: int, ignored: Booking, readings: int) -> Event:
    """Messages have left the quarantine: received once more, and come to another end. Who asked for it is told."""
    count = stored + sum(ignored.values())
    return Event({"received": count, "released": count, "stored": stored, "readings": readings, **ignored})


def purged(count: int) -> Event:
    """Messages were thrown away from the quarantine because it was full."""
    said = {"messages": count, "next_step": "work through `microville quarantine list`"}
    return Event({"purged": count}, [Line("error", "quarantine_purged", said)])


def purged_by_hand(count: int) -> Event:
    """Messages were thrown away from the quarantine by somebody, who is told."""
    return Event({"purged": count})


def interrupted(count: int) -> Event:
    """A former process ended while it worked on these."""
    said = {"messages": count, "cause": "the last process ended over them", "next_step": "the broker gives them again"}
    return Event({"in_flight": -count, "interrupted": count}, [Line("warning", "interrupted", said)])


def store_lost(cause: str) -> Event:
    """Writes fail from now on."""
    return Event({}, [Line("warning", "store_unavailable", {"cause": cause, "next_step": "spooling until it is back"})])


def store_found(waiting: int) -> Event:
    """Writes succeed again."""
    return Event({}, [Line("info", "store_available", {"spooled": waiting})])


def spool_empty() -> Event:
    """All that had waited is stored."""
    return Event({}, [Line("info", "spool_drained", {})])


def fills(what: str, share: float, next_step: str) -> Event:
    """Something bounded is half full."""
    return Event({}, [Line("warning", f"{what}_fills", {"share": f"{share:.0%}", "next_step": next_step})])


def _ended(booking: dict[str, int], outcome: Outcome) -> Event:
    booking["stored"] = len(outcome.stored)
    booking["readings"] = len(outcome.points)
    for unused, count in Counter([ignored.reason for ignored in outcome.ignored]).items():
        booking[IGNORED[unused]] = count
    return Event(booking, _refusals(booking, outcome.rejected) if outcome.rejected else ())


def _refusals(booking: dict[str, int], rejected: Sequence[Rejected]) -> list[Line]:
    examples = {entry.reason: entry.detail for entry in rejected}
    lines = []
    for reason, count in Counter([entry.reason for entry in rejected]).items():
        booking[QUARANTINED[reason]] = count
        lines.append(Line("warning", "quarantined", {"reason": reason, "messages": count, "example": examples[reason]}))
    return lines
