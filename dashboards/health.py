"""Whether the service does its work: what `/readyz` and the page's header say."""

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from ingest.account.ledger import Ledger

STALLED_S = 300.0
"""Without any message in flight coming to its end: longer than a slow store takes to say that it is slow."""


About = Literal["", "unsafe", "store", "spool", "broker", "refused", "state", "estate"]
"""What it is that is not as it should be."""


class Readiness(NamedTuple):
    """`degraded`: readings are safe but late (the store is down, the spool works); `failing`: they are not safe."""

    status: Literal["ready", "degraded", "failing"]
    cause: str  # for programs and logs: the thing, the cause, the next step; "" when ready
    about: About = ""  # for pages, which have words of their own


class Progress:
    """Whether messages in flight come to their ends; where there are none, all is well."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.monotonic) -> None:
        self._ledger, self._clock = ledger, clock  # s
        self._ended, self._moved_at = 0, clock()

    def goes_on(self) -> bool:
        """To be asked every few seconds."""
        ended = self._ledger.received - self._ledger.in_flight
        if ended != self._ended or not self._ledger.in_flight:
            self._ended, self._moved_at = ended, self._clock()
        return self._clock() - self._moved_at < STALLED_S
