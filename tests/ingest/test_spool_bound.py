"""The spool's bound: at it the broker keeps what comes, nothing is dropped, and all goes on by itself."""

import pytest

from ingest import drain, spool
from ingest.mqtt import held
from tests.ingest.line import Line, agree, at_work, away
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_line")

BOUND = 20_000


async def test_full_spool_leaves_the_rest_to_the_broker(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full, it takes nothing, acknowledges nothing, and reads no more; with the store back every reading is stored."""
    monkeypatch.setattr(held, "BATCH_MESSAGES", 20)
    monkeypatch.setattr(held, "HELD_MESSAGES", 50)
    monkeypatch.setattr(drain, "PART_MESSAGES", 20)
    line.intake.spool_fill.most = BOUND
    line.store.before = away
    async with at_work(line):
        for first in range(0, 1000, 10):  # a batch is one read of the socket at least, and must fit
            await line.say(*range(first, first + 10))
        await until(lambda: line.ingester.unsafe != "")
        kept = line.ledger.received - line.ledger.spooled
        size = await line.state.read(spool.size)

        assert "spool_mb" in line.ingester.unsafe
        await until(lambda: line.ledger.spooled == line.acknowledged > 0)
        assert BOUND // 2 < size == line.intake.spool_fill.bytes <= BOUND
        assert kept == line.ledger.in_flight < 100
        line.store.before = agree
        await until(lambda: (line.ledger.stored, line.acknowledged) == (1000, 1000))

        assert "" == line.ingester.unsafe
        assert [float(value) for value in range(1000)] == await line.store.values()
    assert 0 == line.intake.spool_fill.bytes
