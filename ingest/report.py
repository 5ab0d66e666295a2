"""What the ingester says of itself each minute, as points beside the readings (`store/own.py`).

They are no messages, so law 1 does not know them, and no reading waits for them: while the store is away they wait in
memory, a day's at most. Counts are of the time since the point before, so that several ingesters simply add up.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence

import structlog

from estate.model import Point
from ingest.account.ledger import IGNORED, QUARANTINED
from ingest.intake import Intake
from store.base import Store, StoreRefused, StoreUnavailable

EVERY_S = 60.0
CLOCKS_EVERY = 5
"""Minutes between two looks at the clocks of devices: they are many, and change slowly."""

MOST_WAITING = 24 * 60
"""Minutes; then the oldest go, which costs a picture and no reading."""

TOGETHER = 60
"""Minutes in one write."""

MOST_POINTS = 5_000
"""Of devices, in one write."""

WRITE_S = 5.0
LAST_S = 1.0

_COUNTED = {"readings": ("readings", ""), **{name: (name, "") for name in ("received", "stored", "released", "purged")}}
_COUNTED |= {account: ("quarantined", reason) for reason, account in QUARANTINED.items()}
_COUNTED |= {account: ("ignored", unused) for unused, account in IGNORED.items()}
"""Account of the ledger → the quantity's second part, and its channel."""

_USUAL = ("received", "stored", "readings", "released", "purged")
"""Said also while they are zero; of reasons, only those that there have been."""

log = structlog.get_logger()


class Report:
    """The minutes of one ingester, named by its MQTT client id."""

    def __init__(self, name: str, intake: Intake, store: Store, connected: Callable[[], bool]) -> None:
        self._name, self._intake, self._store, self._connected = name, intake, store, connected
        self._told = Counter[str]()  # of the ledger, up to the last look
        self._waiting: deque[list[Point]] = deque(maxlen=MOST_WAITING)  # minutes that are not in the store

    async def run(self) -> None:
        """Look and tell each minute, until cancelled; first that there was a start."""
        self._waiting.append([self._point("starts", "", 1)])
        minutes = 0
        while True:
            await asyncio.sleep(EVERY_S)
            minutes += 1
            self.look()
            await self.tell()
            if minutes % CLOCKS_EVERY == 0:
                await self._tell_clocks()

    async def close(self) -> None:
        """Tell of the last part of a minute, if the store takes it at once."""
        self.look()
        try:
            async with asyncio.timeout(LAST_S):
                await self.tell()
        except TimeoutError:
            pass

    def look(self) -> None:
        """Take note of how things stand now."""
        self._waiting.append([*self._counts(), *self._gauges()])

    async def tell(self) -> None:
        """Write what waits, while the store takes it."""
        while self._waiting:
            together = [self._waiting[number] for number in range(min(TOGETHER, len(self._waiting)))]
            if not await self._write([point for points in together for point in points]):
                return
            for _ in together:
                self._waiting.popleft()

    async def _tell_clocks(self) -> None:
        """How far behind each device's clock is, of those heard with a time of their own; not kept for later."""
        points = list(self._clocks())
        for first in range(0, len(points), MOST_POINTS):
            if not await self._write(points[first : first + MOST_POINTS]):
                return

    async def _write(self, points: Sequence[Point]) -> bool:
        """Whether the points need no further try."""
        if self._intake.store_trouble:
            return False
        try:
            async with asyncio.timeout(WRITE_S):
                await self._store.write(points)
        except (StoreUnavailable, TimeoutError):
            return False
        except StoreRefused as error:
            log.warning("own_counts_refused", cause=str(error), next_step="these minutes are not in the store")
        return True

    def _counts(self) -> Iterator[Point]:
        counts = Counter(self._intake.ledger.counts)
        for account in [*_USUAL, *(account for account in counts if account not in _USUAL)]:
            if account in _COUNTED:
                yield self._point(*_COUNTED[account], counts[account] - self._told[account])
        self._told = counts

    def _gauges(self) -> Iterator[Point]:
        intake = self._intake
        ledger, delay = intake.ledger, intake.delay.taken()
        for name in ("in_flight", "spooled", "difference"):
            yield self._point(name, "", getattr(ledger, name))
        yield self._point("spool_fill", "", 100 * intake.spool_fill.share)
        yield self._point("quarantine_fill", "", 100 * intake.quarantine_fill.share)
        yield self._point("broker_away", "", not self._connected())
        yield self._point("store_away", "", bool(intake.store_trouble))
        if delay:
            yield self._point("latency", "", delay.mean_ms)
            yield self._point("latency_max", "", delay.most_ms)

    def _point(self, name: str, channel: str, value: float) -> Point:
        return Point(self._name, channel, f"ingest.{name}", float(value), self._intake.clock(), "", "")

    def _clocks(self) -> Iterator[Point]:
        now_ms = self._intake.clock()
        for device, behind_ms in self._intake.notes.behind(now_ms - int(CLOCKS_EVERY * EVERY_S * 1000)):
            place = self._intake.pipeline.place(device, now_ms)
            if place:
                yield Point(device, "", "health.clock", behind_ms / 1000, now_ms, place.building, place.zone)
