import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.budget import Rung
from alerts.outbox import sendings
from alerts.run import HEALTH_MS, Alerts, Event
from alerts.settings import MailSettings
from alerts.sink import MailSink, list_mails, read_mail
from estate.calendar import HOUR_MS
from estate.model import Device, Estate, Placement, Point
from store.base import Series, Store, StoreUnavailable, Usage, UsageRow
from store.duck import DuckStore
from store.state import State
from tests.alerts.values import BAKERY, budget, estate, ms, open_state, rows, serving
from tests.waiting import until

NOW = ms(2026, 11, 25)
MINUTE = 60_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """The atelier uses 24 kWh a day since 28 October, the bakery 240."""
    duck = DuckStore(tmp_path / "store.duckdb")
    await duck.open()
    for tenant, amount in (("atelier", 1_000), ("bakery", 10_000)):
        await duck.write_consumption(rows(tenant, ms(2026, 10, 28), NOW, amount))
    yield duck
    await duck.close()


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[MailSink]:
    running = MailSink(tmp_path / "mail")
    await running.start()
    yield running
    await running.stop()


def alerts(store: Store, state: State, sites: Estate, url: str | None) -> Alerts:
    return Alerts(store, sites, state, MailSettings(url=url), lambda: NOW)


BOTH = estate(budget("atelier", 730_000), budget("bakery", 10_000_000))


async def test_from_consumption_to_inbox(tmp_path: Path, store: Store, sink: MailSink) -> None:
    """576 of 730 kWh is 79 %, 720 forecast: the atelier hears of the forecast, once; the bakery of nothing."""
    with open_state(tmp_path) as state:
        service = alerts(store, state, BOTH, sink.url)
        first = await service.evaluate(NOW)
        again = await service.evaluate(NOW + MINUTE)
        assert 1 == await service.send_due(NOW + MINUTE)
        assert 0 == await service.send_due(NOW + 24 * HOUR_MS)

        assert [Event("atelier", "electricity", Rung("forecast", 80), NOW)] == first
        assert [] == again
        (head,) = await asyncio.to_thread(list_mails, sink.folder)
        mail = await asyncio.to_thread(read_mail, sink.folder, head.id)
        assert ("dupont@example.org", "Électricité : 99 % du budget de novembre 2026 prévus à la fin du mois") == (
            head.to, head.subject.replace("\u00a0", " "),
        )  # fmt: skip
        assert not any(word in mail.html + mail.text for word in ("Bakery", "5\u202f760", "10\u202f000"))


async def test_states_for_the_page(tmp_path: Path, store: Store) -> None:
    """Every budget is listed with its level, basis, since when, and figures."""
    with open_state(tmp_path) as state:
        service = alerts(store, state, BOTH, None)
        await service.evaluate(NOW)
        found = await service.current()
        without = await alerts(store, state, estate(budget("bakery")), None).current()

    assert ["bakery"] == [each.tenant for each in without]  # a budget that was taken out is no longer shown
    assert [("atelier", 80, "forecast", NOW, 576_000), ("bakery", 0, "measured", ms(2026, 11, 1), 5_760_000)] == [
        (each.tenant, each.level, each.basis, each.since_ms, each.figures.amount) for each in found
    ]


async def test_levels(tmp_path: Path, store: Store) -> None:
    """Where every budget and device stands, when that changes and in each new hour; devices are looked at seldom."""
    sites = replace(
        BOTH,
        devices={"air": Device("air", "air", 60, "")},
        placements={"air": [Placement("b01", "room", 0, 2 * NOW)]},
    )
    await store.write([Point("air", "", "climate.co2", 500.0, NOW - 4 * MINUTE, "b01", "room")])
    with open_state(tmp_path) as state:
        service = alerts(store, state, sites, None)
        await service.evaluate(NOW)
        for at_ms in (NOW, NOW + MINUTE, NOW + HEALTH_MS, NOW + HOUR_MS):
            await service.report(at_ms)
        await service.report(ms(2026, 12, 1))  # of a month that is over nothing is said

    async def values(name: str, device: str) -> list[float]:
        query = Series(name, NOW, ms(2026, 12, 2), None, where={"device": [device]}, by=("device", "channel"))
        return [value for row in await store.series(query) for value in row.values.tolist()]

    assert [80.0] * 2 == await values("alerts.level", "atelier")
    assert [0.0] * 2 == await values("alerts.level", "bakery")
    assert [round(100 * 576 / 730, 9)] * 2 == [round(each, 9) for each in await values("alerts.share", "atelier")]
    assert [round(100 * 720 / 730, 9)] * 2 == [round(each, 9) for each in await values("alerts.forecast", "atelier")]
    assert [1.0] * 3 == await values("health.silent", "air")


async def test_server_down_then_up(tmp_path: Path, store: Store, sink: MailSink) -> None:
    """While the server is down the mail waits with the reason, across a restart; once it is up it goes out once."""
    down = "mailto://127.0.0.1:9?from=alerts@example.org"
    with open_state(tmp_path) as state:
        service = alerts(store, state, BOTH, down)
        await service.evaluate(NOW)
        assert 0 == await service.send_due(NOW)
        (waiting,) = await state.read(sendings)
        assert ("queued", 1) == (waiting.status, waiting.attempts)
        assert "refused" in waiting.error

    with open_state(tmp_path) as state:
        service = alerts(store, state, BOTH, sink.url)
        assert [] == await service.evaluate(NOW + MINUTE)
        assert 0 == await service.send_due(NOW + MINUTE - 1)  # it is not yet time
        assert 1 == await service.send_due(NOW + MINUTE)
        assert 0 == await service.send_due(NOW + 2 * MINUTE)
        assert ["sent"] == [each.status for each in await state.read(sendings)]
    assert 1 == len(await asyncio.to_thread(list_mails, sink.folder))


async def test_a_broken_decision_leaves_nothing(tmp_path: Path, store: Store) -> None:
    """When the state cannot be written neither is the mail, and the next evaluation announces it after all."""
    with open_state(tmp_path) as state:
        service = alerts(store, state, BOTH, None)
        state.run_now(
            lambda db: db.execute("CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'x'); END")
        )
        with pytest.raises(Exception, match="x"):
            await service.evaluate(NOW)
        assert [] == await state.read(sendings)

        state.run_now(lambda db: db.execute("DROP TRIGGER full"))
        assert 1 == len(await service.evaluate(NOW))
        assert 1 == len(await state.read(sendings))


async def test_english_tenant(tmp_path: Path, store: Store, sink: MailSink) -> None:
    """A tenant is written to in its language: 5,760 kWh are over a budget of 5,000."""
    with open_state(tmp_path) as state:
        service = alerts(store, state, estate(budget("bakery", 5_000_000)), sink.url)
        await service.evaluate(NOW)
        await service.send_due(NOW)

    (head,) = await asyncio.to_thread(list_mails, sink.folder)
    assert (BAKERY.email, "Electricity: the November 2026 budget is exceeded") == (head.to, head.subject)


class Slow:
    """A mail server that takes its time: it says when a mail has come, and answers when told to."""

    def __init__(self) -> None:
        self.taken, self.come, self.answer = 0, asyncio.Event(), asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken += 1
        self.come.set()
        await self.answer.wait()
        return "250 OK"


async def test_stopped_while_sending(tmp_path: Path, store: Store) -> None:
    """A stop that comes while the server has the mail waits for its answer and notes it: nothing is sent twice."""
    slow = Slow()
    async with serving(slow) as url:
        with open_state(tmp_path) as state:
            service = alerts(store, state, BOTH, url)
            await service.evaluate(NOW)
            sending = asyncio.create_task(service.send_due(NOW))
            await slow.come.wait()
            sending.cancel()
            slow.answer.set()
            with pytest.raises(asyncio.CancelledError):
                await sending

            assert 0 == await service.send_due(NOW + MINUTE)
            assert (1, ["sent"]) == (slow.taken, [each.status for each in await state.read(sendings)])


class Locking:
    """A server that takes mails, and meanwhile another process takes the state file."""

    def __init__(self, path: Path) -> None:
        self.taken = 0
        self.other = sqlite3.connect(path, isolation_level=None)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken += 1
        self.other.execute("BEGIN IMMEDIATE")
        return "250 OK"


async def test_note_cannot_be_kept(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the file takes no note of a mail that was sent, it is not sent again, and nothing ends."""
    monkeypatch.setattr("alerts.run.NOTE_S", 0.05)
    monkeypatch.setattr("alerts.run.LOOK_S", 0.05)
    with open_state(tmp_path) as state:
        await state.run(lambda db: db.execute("PRAGMA busy_timeout = 0"))
        locking = Locking(state.path)
        async with serving(locking) as url:
            service = alerts(store, state, BOTH, url)
            running = asyncio.create_task(service.run(every_s=0.05))
            await until(lambda: locking.taken == 1)
            with closing(locking.other):
                await asyncio.sleep(0.5)  # many times as long as a second attempt takes
            async with asyncio.timeout(20):
                while ["sent"] != [each.status for each in await state.read(sendings)]:
                    assert not running.done()
                    await asyncio.sleep(0.01)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    assert 1 == locking.taken


async def test_stop_is_not_held_up(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers nothing holds up the end for a moment only; the mail stays queued."""
    monkeypatch.setattr("alerts.run.LAST_S", 0.1)
    slow = Slow()
    async with serving(slow) as url:
        with open_state(tmp_path) as state:
            service = alerts(store, state, BOTH, url)
            await service.evaluate(NOW)
            sending = asyncio.create_task(service.send_due(NOW))
            await slow.come.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

            assert ["queued"] == [each.status for each in await state.read(sendings)]
        slow.answer.set()


class Away(DuckStore):
    """The real store, unavailable until told otherwise."""

    away = True

    async def usage(self, query: Usage) -> list[UsageRow]:
        if self.away:
            raise StoreUnavailable("store is away")
        return await super().usage(query)


async def test_runs_through_an_outage(tmp_path: Path, sink: MailSink) -> None:
    """The loop outlives an absent store, and alerts once it is back; cancelled, it ends."""
    store = Away(tmp_path / "away.duckdb")
    await store.write_consumption(rows("atelier", ms(2026, 10, 28), NOW, 1_000))
    with open_state(tmp_path) as state:
        service = alerts(store, state, replace(BOTH, budgets=(budget("atelier", 500_000),)), sink.url)
        running = asyncio.create_task(service.run(every_s=0.05))
        await asyncio.sleep(0.2)
        assert [] == await service.current()
        store.away = False
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(list_mails, sink.folder):
                assert not running.done()
                await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert ["sent"] == [each.status for each in await state.read(sendings)]
    await store.close()
