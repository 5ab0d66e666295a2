"""The accounting of every message (law 1).

    received == stored + quarantined + ignored + in flight + spooled + interrupted

holds at every moment, in this process and in the state file. Each side of a booking is counted by itself, so that a
message lost on the way would show as a difference.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from sensors.model import Reason, Unused

R = TypeVar("R")

Booking = Mapping[str, int]
"""Changes of accounts: `received`, `stored`, `in_flight`, `spooled`, `interrupted`, `quarantined.<reason>` and
`ignored.<reason>`, in messages; beside the balance `readings`, and `released` and `purged` out of the quarantine."""

QUARANTINED = {reason: f"quarantined.{reason}" for reason in Reason}
IGNORED = {unused: f"ignored.{unused}" for unused in Unused}

_OUTCOMES = ("stored", *QUARANTINED.values(), *IGNORED.values(), "in_flight", "spooled", "interrupted")


def difference(counts: Booking) -> int:
    """What no outcome claims: zero, or messages were lost."""
    return counts.get("received", 0) - sum([counts.get(account, 0) for account in _OUTCOMES])


class Ledger:
    """Counts of this process, and which of them the state file does not have yet, by hour."""

    def __init__(self, counts: Booking | None = None) -> None:
        self.counts = Counter[str](counts or {})
        self.interrupted = 0  # since ever, of processes that ended over them; no message of this one
        self._owed: dict[int, Counter[str]] = {}

    def book(self, booking: Booking, hour_ms: int | None = None) -> None:
        """Count; the file is owed it, under this hour. Without an hour it has it already."""
        counts = self.counts
        for account, change in booking.items():
            counts[account] += change
        if hour_ms is not None:
            self.owe({hour_ms: booking})

    def owe(self, owed: Mapping[int, Booking]) -> None:
        """The file does not have this yet."""
        for hour_ms, booking in owed.items():
            waiting = self._owed.get(hour_ms)
            if waiting is None:
                waiting = self._owed[hour_ms] = Counter()
            for account, change in booking.items():
                waiting[account] += change

    def owed(self) -> Mapping[int, Booking]:
        """What the file does not have yet, by hour."""
        return self._owed

    def pay(self) -> Mapping[int, Booking]:
        """The same, which is no longer owed: to be written, or owed again."""
        owed, self._owed = self._owed, {}
        return owed

    @property
    def received(self) -> int:
        """Those found in the spool at the start included."""
        return self.counts["received"]

    @property
    def stored(self) -> int:
        return self.counts["stored"]

    @property
    def in_flight(self) -> int:
        """Being worked on now."""
        return self.counts["in_flight"]

    @property
    def spooled(self) -> int:
        """Waiting in the spool now."""
        return self.counts["spooled"]

    @property
    def released(self) -> int:
        """Out of the quarantine; they count as received again."""
        return self.counts["released"]

    @property
    def purged(self) -> int:
        """Thrown away from the quarantine."""
        return self.counts["purged"]

    @property
    def readings_stored(self) -> int:
        return self.counts["readings"]

    @property
    def quarantined(self) -> Counter[Reason]:
        return Counter(_by_reason(self.counts, QUARANTINED.items()))

    @property
    def ignored(self) -> Counter[Unused]:
        return Counter(_by_reason(self.counts, IGNORED.items()))

    @property
    def difference(self) -> int:
        return difference(self.counts)


def _by_reason(counts: Booking, accounts: Iterable[tuple[R, str]]) -> dict[R, int]:
    return {reason: counts[account] for reason, account in accounts if counts.get(account)}
