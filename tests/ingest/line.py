"""A whole line from broker to store, on real parts that can be told to balk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from estate.model import Point
from ingest import spool
from ingest.account.books import totals
from ingest.account.ledger import Ledger, difference
from ingest.ingester import Ingester
from ingest.intake import Intake
from ingest.mqtt.session import Session
from ingest.quarantine import quarantine_counts
from store.base import Series, StoreRefused, StoreUnavailable
from store.duck import DuckStore
from store.state import State
from tests.ingest.proxy import Proxy
from tests.ingest.sending import send
from tests.ingest.values import BEGIN_MS, END_MS, FILTERS, NOW_MS, payload, pipeline, settings
from tests.servers import Server
from tests.waiting import until

BAD = 666.0
"""The power that a refusing store will not take."""


class BalkyStore(DuckStore):
    """A real store that does as told before it writes: waits at its gate, and raises what `before` raises."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = asyncio.Event()
        self.gate.set()
        self.before: Callable[[Sequence[Point]], None] = lambda points: None
        self.asked: list[float] = []  # the values of every write tried, in order

    async def write(self, points: Sequence[Point]) -> None:
        self.asked += [point.value for point in points]
        await self.gate.wait()
        self.before(points)
        await super().write(points)

    async def values(self) -> list[float]:
        """What is stored, in order of time."""
        rows = await self.series(Series("electricity.power", BEGIN_MS, END_MS, None))
        return [float(value) for row in rows for value in row.values]


def away(points: Sequence[Point]) -> None:
    raise StoreUnavailable("store example: connection refused")


def refuse_bad(points: Sequence[Point]) -> None:
    if BAD in [point.value for point in points]:
        raise StoreRefused("value 666 is cursed")


def agree(points: Sequence[Point]) -> None:
    pass


class Line:
    """A running ingester and its surroundings."""

    def __init__(self, broker: Server, between: Proxy, store: BalkyStore, state: State) -> None:
        self.broker, self.between, self.store, self.state = broker, between, store, state
        self.ledger = Ledger()
        self._session = Session(settings(between.port), FILTERS, lambda: NOW_MS)
        self.intake = Intake(pipeline(), store, state, self.ledger, lambda: NOW_MS)
        self.ingester = Ingester(self._session, self.intake)

    async def say(self, *values: float) -> None:
        """Readings of these powers, each with a time of its own, in the broker's hands when this returns."""
        await send(self.broker.port, [payload(value, instant(value)) for value in values])

    @property
    def acknowledged(self) -> int:
        return sum(len(ids) for ids in self.between.acknowledged())

    def connected(self) -> bool:
        return self._session.connected


def instant(value: float) -> str:
    """A time for a value: greater values are later."""
    return datetime.fromtimestamp((NOW_MS / 1000) - 100_000 + value, UTC).isoformat()


@asynccontextmanager
async def at_work(line: Line) -> AsyncIterator[Line]:
    """Ingesting until the block ends; then everything received is accounted for."""
    task = asyncio.create_task(line.ingester.run())
    try:
        await until(lambda: line.connected() or task.done())
        yield line
        line.ingester.stop()
        await asyncio.wait_for(task, 20)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    check_accounts(line)


def check_accounts(line: Line) -> None:
    ledger = line.ledger
    counts = line.state.run_now(quarantine_counts)

    assert (0, 0) == (ledger.difference, ledger.in_flight)
    assert line.state.run_now(spool.spooled) == ledger.spooled
    assert dict(ledger.quarantined) == counts
    written = line.state.run_now(totals)

    assert (0, 0) == (difference(written), written["in_flight"])
    assert ledger.spooled == written["spooled"]
