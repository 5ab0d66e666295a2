"""The accounting of every message (law 1).

    received == stored + quarantined + ignored + in flight + spooled

holds at every moment. Each count is kept by itself, so that a message lost on the way would show as a difference.
"""

from collections import Counter
from dataclasses import dataclass, field

from ingest.pipeline import Outcome
from sensors.model import Reason, Unused


@dataclass
class Ledger:
    """Counts of this process, by outcome: messages, except where readings are named."""

    received: int = 0  # those found in the spool at a start included
    stored: int = 0
    in_flight: int = 0  # being worked on now
    spooled: int = 0  # waiting in the spool now
    quarantined: Counter[Reason] = field(default_factory=Counter)
    ignored: Counter[Unused] = field(default_factory=Counter)
    readings_stored: int = 0
    purged: int = 0  # of the quarantine's messages, because it was full

    @property
    def difference(self) -> int:
        """What no count claims: zero, or messages were lost."""
        outcomes = self.stored + self.quarantined.total() + self.ignored.total()
        return self.received - outcomes - self.in_flight - self.spooled

    def found(self, count: int) -> None:
        """Messages that a former process left in the spool."""
        self.received += count
        self.spooled += count

    def take(self, count: int) -> None:
        """Messages came in."""
        self.received += count
        self.in_flight += count

    def untake(self, count: int) -> None:
        """Messages that were not taken after all."""
        self.received -= count
        self.in_flight -= count

    def spool(self, count: int) -> None:
        """Messages in flight are durable in the spool."""
        self.in_flight -= count
        self.spooled += count

    def unspool(self, count: int) -> None:
        """Spooled messages are worked on again."""
        self.spooled -= count
        self.in_flight += count

    def settle(self, outcome: Outcome) -> None:
        """Messages in flight have reached their end."""
        self.stored += len(outcome.stored)
        self.quarantined.update(rejected.reason for rejected in outcome.rejected)
        self.ignored.update(ignored.reason for ignored in outcome.ignored)
        self.readings_stored += len(outcome.points)
        self.in_flight -= len(outcome.stored) + len(outcome.rejected) + len(outcome.ignored)
