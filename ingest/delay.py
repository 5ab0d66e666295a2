"""How long messages take from their receipt until they are safe."""

from typing import NamedTuple


class Taken(NamedTuple):
    """Of the messages of some time, each batch by its first."""

    mean_ms: float
    most_ms: int


class Delay:
    """What was noted since it was last asked."""

    def __init__(self) -> None:
        self._messages = self._total_ms = self._most_ms = 0

    def note(self, messages: int, took_ms: int) -> None:
        """A batch is safe."""
        self._messages += messages
        self._total_ms += messages * took_ms
        self._most_ms = max(self._most_ms, took_ms)

    def taken(self) -> Taken | None:
        """Since the last call; None when no message came."""
        found = Taken(self._total_ms / self._messages, self._most_ms) if self._messages else None
        self._messages = self._total_ms = self._most_ms = 0
        return found
