"""How full something bounded is, how long it lasts at the rate at which it fills, and when people are told."""

import time
from collections import deque
from collections.abc import Callable

from ingest.account import events
from ingest.account.events import Event

WARN_SHARE = 0.5
"""Of the bound: from here on people are told."""

RATE_S = 60.0
"""The present rate is that of so long."""


class Fill:
    """Bytes of `most`, as last noted."""

    def __init__(self, what: str, most: int, next_step: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.bytes, self.most = 0, most
        self._what, self._next_step, self._clock = what, next_step, clock
        self._seen: deque[tuple[float, int]] = deque(maxlen=2 * int(RATE_S))  # when, and how much there was
        self._told = False

    @property
    def share(self) -> float:
        return self.bytes / self.most

    @property
    def warns(self) -> bool:
        return self.share > WARN_SHARE

    def note(self, now_bytes: int) -> list[Event]:
        """It is this full now; what is to be told of it."""
        now_s = self._clock()
        self.bytes = now_bytes
        if not self._seen or now_s - self._seen[-1][0] >= 1:
            self._seen.append((now_s, now_bytes))
        told, self._told = self._told, self.warns
        return [events.fills(self._what, self.share, self._next_step)] if self.warns and not told else []

    def lasts_s(self) -> float | None:
        """How long until it is full, at the rate of the last minute; None when it does not fill."""
        now_s = self._clock()
        while self._seen and now_s - self._seen[0][0] > RATE_S:
            self._seen.popleft()
        began_s, began = self._seen[0] if self._seen else (now_s, 0)
        taken_s, grown = now_s - began_s, self.bytes - began
        return (self.most - self.bytes) / grown * taken_s if grown > 0 and taken_s > 0 else None

    def words(self) -> str:
        """For people: how full, and how long it lasts."""
        said = f"{self._what} is {self.share:.0%} full ({self.bytes / 2**20:.0f} of {self.most / 2**20:.0f} MB)"
        lasts_s = self.lasts_s()
        return said if lasts_s is None else f"{said}, and lasts {_duration(lasts_s)} at the present rate"


def _duration(seconds: float) -> str:
    for unit_s, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{seconds:.0f} seconds"
