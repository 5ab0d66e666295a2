"""A frame of Adeunis: a code, a status byte, and values that are fixed or samples of a history, newest first.

A time is seconds since 2013-01-01, and follows the values when the status says so. The device's zone is a setting,
UTC unless changed (registers S315 and S316); it is read as UTC. The period between the samples of a history is not in
the frame: it is that of the last configuration frame (0x10) of the device, until a setting is changed by radio (0x33).
Without one, the newest sample alone has a time, and the others are refused as `needs_time`.
"""

from dataclasses import dataclass

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed
from sensors.model import Reason

NAME = "lorawan_adeunis"

EPOCH_S = 1_356_998_400  # 2013-01-01T00:00:00Z
STAMP = 4  # bytes of a time

LOW_BATTERY = 0x02
STAMPED = 0x04
SECOND = 0x10  # Temp: there are two probes

UNSTAMPED = frozenset(
    ("analog", "breath", "comfort", "deltap", "drycontacts", "modbus", "motion", "pulse", "pulse3", "temp", "temp3")
)
"""Products whose status says something else by that bit."""

SETTING_CHANGED = 1  # what frame 0x33 says of a setting that has a new value

PULSE_HISTORY = (0x5A, 0x5B)
BREATH_HISTORY = 0x6D


@dataclass(frozen=True)
class Sample:
    """One instant of a history."""

    cursor: Cursor
    at_ms: int | None  # None: that of the frame


@dataclass(frozen=True)
class Frame:
    """One frame on its way into a draft."""

    draft: Draft
    code: int
    status: int
    body: bytes  # without code and status
    model: str  # of the device, "" when nobody named it

    def take(self, name: str, raw: object, channel: str | None = None, at_ms: int | None = None) -> None:
        """A measurement by its name at the source."""
        self.draft.take(name, raw, channel, at_ms)

    @property
    def stamped(self) -> bool:
        """Whether the status announces a time."""
        return bool(self.status & STAMPED) and self.model not in UNSTAMPED

    def fixed(self, size: int) -> Cursor:
        """The values of a frame that has so many bytes of them; the time behind them becomes that of the draft.

        Four bytes that no status announces are left alone. Raises Malformed.
        """
        rest = len(self.body) - size
        if rest not in (0, STAMP):
            raise Malformed(f"frame {self.code:#04x} has {len(self.body)} bytes of values instead of {size}")
        if rest and self.stamped:
            self._stamp()
        return Cursor(self.body[:size])

    def history(self, width: int, head: int = 0) -> tuple[Cursor, list[Sample]]:
        """The values before a history, and its samples of so many bytes each, as many as can be dated.

        Raises Malformed.
        """
        before, parts = self.parts(width, head)
        samples = [Sample(cursor, at_ms) for cursor, at_ms in zip(parts, self.times(len(parts)), strict=False)]
        return before, samples

    def parts(self, width: int, head: int) -> tuple[Cursor, list[Cursor]]:
        """The values before a history, and the parts of so many bytes that it consists of. Raises Malformed."""
        end = len(self.body)
        if self.stamped and end >= head + STAMP:
            self._stamp()
            end -= STAMP
        if end < head or (end - head) % width:
            raise Malformed(f"frame {self.code:#04x} has {end - head} bytes of samples of {width} bytes each")
        return Cursor(self.body[:head]), [Cursor(self.body[at : at + width]) for at in range(head, end, width)]

    def times(self, count: int) -> list[int | None]:
        """The times of so many samples, newest first, as far as they are known; the rest is refused."""
        if count < 2:
            return [None] * count
        period_ms = self._period_ms()
        if not period_ms:
            detail = f"older samples of frame {self.code:#04x}, {count - 1} of them: no frame 0x10 told their period"
            self.draft.refuse(Reason.NEEDS_TIME, detail)
            return [None]
        return [None, *(self.ago(index * period_ms) for index in range(1, count))]

    def ago(self, age_ms: int) -> int | None:
        """So long before the frame; None when the age of the frame itself is unknown."""
        if self.draft.at_ms is not None:
            return self.draft.at_ms - age_ms
        return None if self.draft.message.retained else self.draft.message.received_ms - age_ms

    def learn(self) -> None:
        """Keep a configuration frame; what else it says, only the product knows."""
        draft = self.draft
        if draft.device:
            draft.memory.learn(NAME, draft.device, draft.message.received_ms, self.body.hex())

    def forget(self) -> None:
        """A setting was changed by radio: the configuration is known no longer."""
        draft = self.draft
        if self.body[:1] == bytes((SETTING_CHANGED,)) and draft.device:
            draft.memory.learn(NAME, draft.device, draft.message.received_ms, "")

    def _stamp(self) -> None:
        self.draft.at_ms = (EPOCH_S + int.from_bytes(self.body[-STAMP:])) * 1000

    def _period_ms(self) -> int:
        """Between two samples of this frame, by registers S320 and S321; 0 when nobody told."""
        draft = self.draft
        kept = draft.memory.recall(NAME, draft.device, draft.message.received_ms) if draft.device else None
        words = Cursor(bytes.fromhex(kept) if isinstance(kept, str) else b"")
        if words.left < 8:
            return 0
        if self.code == BREATH_HISTORY:
            words.take(3)
            return words.unsigned(2) * 1000
        words.take(4)
        first, second = words.unsigned(2), words.unsigned(2)
        return first * 2000 if self.code in PULSE_HISTORY else first * second * 2000
