"""What the ingester says of itself is in the store, adds up, and stands in nobody's way."""

import asyncio

import pytest

from ingest import report
from ingest.report import Report
from sensors.model import Reason
from store.base import Latest, Series
from tests.ingest.line import Line, agree, at_work, away, instant
from tests.ingest.sending import send
from tests.ingest.values import END_MS, METER, NOW_MS, message, payload, pipeline
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_line")


def report_of(line: Line) -> Report:
    return Report("ingest-1", line.intake, line.store, line.connected)


async def said(line: Line, name: str) -> dict[tuple[str, str], float]:
    """What the store holds of a quantity, summed by device and channel."""
    rows = await line.store.series(Series(name, 0, END_MS, END_MS, "sum", by=("device", "channel")))
    return {(row.tags["device"], row.tags["channel"]): float(row.values.sum()) for row in rows}


async def test_counts_add_up(line: Line) -> None:
    """Two looks together say what the ledger says; reasons only where there are some; no device has a value more."""
    reporting = report_of(line)
    async with at_work(line):
        await line.say(1, 2, 3)
        await until(lambda: line.ledger.stored == 3)
        reporting.look()
        await send(line.broker.port, [b"not json", payload(4, instant(4))])
        await until(lambda: line.ledger.stored == 4 and line.ledger.quarantined.total() == 1)
        await reporting.tell()
        line.intake.clock = lambda: NOW_MS + 60_000
        reporting.look()
        await reporting.tell()

        assert {("ingest-1", ""): 5.0} == await said(line, "ingest.received")
        assert {("ingest-1", ""): 4.0} == await said(line, "ingest.stored")
        assert {("ingest-1", "malformed"): 1.0} == await said(line, "ingest.quarantined")
        assert {} == await said(line, "ingest.ignored")
        assert {("ingest-1", ""): 0.0} == await said(line, "ingest.broker_away")
        assert [METER] == [point.device for point in await line.store.latest(Latest())]
    assert 5 == line.ledger.received


async def test_store_away(line: Line) -> None:
    """While the store is away minutes wait without a try, and no more than a day's; then they are written as they were.

    Law 1 knows nothing of them.
    """
    reporting = report_of(line)
    async with at_work(line):
        line.store.before = away
        await line.say(1)
        await until(lambda: line.ledger.spooled == 1)
        for minute in range(report.MOST_WAITING + 5):
            line.intake.clock = lambda minute=minute: NOW_MS + minute * 60_000  # type: ignore[misc]
            reporting.look()
        await reporting.tell()
        assert {1.0} == set(line.store.asked)
        line.store.before = agree
        await until(lambda: line.ledger.stored == 1 and not line.intake.store_trouble)
        await reporting.tell()
        waited = await said(line, "ingest.spooled")

    assert {("ingest-1", ""): float(report.MOST_WAITING)} == waited
    assert (1, 0) == (line.ledger.received, line.ledger.difference)


async def test_slow_store_holds_up_no_end(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that takes nothing costs the end of the process a moment."""
    monkeypatch.setattr(report, "LAST_S", 0.05)
    reporting = report_of(line)
    line.store.gate.clear()
    await reporting.close()
    line.store.gate.set()
    await reporting.tell()

    assert {("ingest-1", ""): 0.0} == await said(line, "ingest.received")


async def test_clocks(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by itself, minute after minute: how far a device's clock is behind stands under the device, at its place."""
    monkeypatch.setattr(report, "EVERY_S", 0.01)
    monkeypatch.setattr(report, "CLOCKS_EVERY", 1)
    async with at_work(line):
        await line.say(1)
        await until(lambda: line.ledger.stored == 1)
        running = asyncio.create_task(report_of(line).run())
        await until(lambda: line.store.asked.count(99_999.0) == 2)  # the first is written
        running.cancel()
        (row,) = await line.store.series(Series("health.clock", 0, END_MS, END_MS, "last", by=("building", "device")))

    assert {"building": "b01", "device": METER} == row.tags


def test_nobody_else_writes_them() -> None:
    """A message that names one of the service's quantities is refused as one that names none."""
    outcome = pipeline().process([message(said={"ingest.received": 1e9}), message(said={"health.silent": 1})], NOW_MS)

    assert [Reason.UNKNOWN_QUANTITY] * 2 == [each.reason for each in outcome.rejected]
    assert [] == outcome.points
