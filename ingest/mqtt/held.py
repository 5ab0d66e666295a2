"""What was taken from the broker and is not safe yet, without I/O: in order, within bounds (laws 2 and 5).

What an old connection delivered is never acknowledged on a new one: the broker delivers it again there, and writing it
twice changes nothing (law 3).
"""

from collections import deque
from typing import NamedTuple

from ingest.mqtt.link import Arrived, acknowledge
from sensors.model import Message

BATCH_MESSAGES = 5_000
HELD_MESSAGES = 20_000
HELD_BYTES = 64 * 2**20


class Batch(NamedTuple):
    """Messages in order of delivery, with what acknowledges them."""

    messages: list[Message]  # none when all were copies of earlier ones
    packet_ids: list[int]
    size: int  # bytes, as they came
    connection: int


class Held:
    """Reads of the socket in, batches out; both count until they are safe."""

    def __init__(self) -> None:
        self._reads: deque[Arrived] = deque()
        self._messages = self._bytes = 0
        self._connection = 0

    @property
    def full(self) -> bool:
        """Whether nothing more should be read: what was read last may be beyond the bound, and is held all the same."""
        return self._messages > HELD_MESSAGES or self._bytes > HELD_BYTES

    def add(self, arrived: Arrived) -> None:
        self._reads.append(arrived)
        self._messages += len(arrived.messages)
        self._bytes += arrived.size

    def take(self) -> Batch | None:
        """Whole reads up to a bound, to be given to `safe` in the same order; None when nothing is held."""
        if not self._reads:
            return None
        messages, packet_ids, size, _ = self._reads.popleft()
        while self._reads and len(messages) + len(self._reads[0].messages) <= BATCH_MESSAGES:
            more = self._reads.popleft()
            messages += more.messages
            packet_ids += more.packet_ids
            size += more.size
        return Batch(messages, packet_ids, size, self._connection)

    def safe(self, batch: Batch) -> bytes:
        """The acknowledgement of a batch, which makes room; b"" when its connection is over."""
        self._messages -= len(batch.messages)
        self._bytes -= batch.size
        return acknowledge(batch.packet_ids) if batch.connection == self._connection else b""

    def disconnected(self) -> None:
        """What is held or handed out can be acknowledged no more."""
        self._connection += 1
        self._reads = deque(arrived._replace(packet_ids=[]) for arrived in self._reads)
