"""What a simulation has published, and what must therefore be found in the store."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sensors.quantities import QUANTITIES
from sensors.simulation import Published

MOST_TIMES = 3
"""Times of a device that are remembered: a message said again is never older than the one before the last."""


class Tally:
    """Counts as messages are published; its memory grows with the devices, not with the messages."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()  # by format
        self.faults: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()  # of messages: stored, quarantined, ignored
        self.timed = 0  # distinct readings of messages that carry a time
        self.untimed = 0  # readings of the others
        self._times: dict[str, tuple[int, ...]] = {}
        self._registers: dict[tuple[str, str, str], tuple[int, float]] = {}

    def add(self, messages: Iterable[Published], faults: Iterable[str] = ()) -> None:
        """What was published, and the faults that struck it, by name."""
        self.faults.update(faults)
        for message in messages:
            self.messages[message.device.format] += 1
            self.ends[message.end] += 1
            if message.readings:
                self._count(message)

    def summary(self) -> dict[str, Any]:
        """As JSON: what was published by format and fault, and what must be in the store."""
        registers = [
            {"device": device, "channel": channel, "quantity": quantity, "value": value}
            for (device, channel, quantity), (_, value) in sorted(self._registers.items())
        ]
        return {
            "messages": self.messages.total(),
            "formats": dict(sorted(self.messages.items())),
            "faults": dict(sorted(self.faults.items())),
            "ends": {end: self.ends[end] for end in ("stored", "quarantined", "ignored")},
            "timed_readings": self.timed,
            "untimed_readings": self.untimed,
            "registers": registers,
        }

    def _count(self, message: Published) -> None:
        device, at_ms = message.device, message.readings[0].at_ms
        for reading in message.readings:
            if QUANTITIES[reading.quantity].kind == "counter":
                key = reading.device, reading.channel, reading.quantity
                if at_ms >= self._registers.get(key, (0, 0.0))[0]:
                    self._registers[key] = at_ms, reading.value
        if device.encoder.clock == "none":
            self.untimed += len(message.readings)
            return
        times = self._times.get(device.id, ())
        if at_ms not in times:
            self.timed += len(message.readings)
            self._times[device.id] = (*times, at_ms)[-MOST_TIMES:]
