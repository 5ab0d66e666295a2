"""Consumption in, announcements out: each budget is judged again and again, and mails leave through the outbox.

Law: an alert's state and its mail are written in one transaction, so a crash neither loses a mail nor writes it twice.
What remains is a crash between the server's acceptance and our note of it: that mail goes out again, under the same
Message-ID.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple, TypeVar

import structlog

from alerts import outbox
from alerts.budget import Figures, Rung, Standing, figures, judge
from alerts.deliver import NotDelivered, deliver
from alerts.forecast import WINDOW_DAYS
from alerts.history import history
from alerts.mail import Announcement, compose
from alerts.outbox import Letter, Queued
from alerts.report import News, budget_points, health_points
from alerts.settings import MailSettings
from alerts.state import AlertState, load, save, states
from estate.calendar import DAY_MS, floor
from estate.model import Budget, Estate
from store.base import Latest, Store, StoreRefused, StoreUnavailable, Usage
from store.state import State

T = TypeVar("T")

log = structlog.get_logger()

LOOK_S = 1.0
"""How often the outbox is looked at."""

NOTE_S = 10.0
"""How often a note is tried that the disk does not take."""

HEALTH_MS = 5 * 60_000
"""How often devices' health is looked at: they are many, and change slowly."""

MOST_POINTS = 5_000
"""In one write."""

LAST_S = 2.0
"""How long a stop waits for a mail that is being handed over."""


class Event(NamedTuple):
    """One announcement, decided and queued."""

    tenant: str
    carrier: str
    rung: Rung
    since_ms: int


class Alerts:
    """The alerts of one estate."""

    def __init__(
        self, store: Store, estate: Estate, state: State, mail: MailSettings, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._estate = self._next = estate
        self._state = state
        self._mail = mail
        self._clock = clock  # ms since the epoch, UTC
        self._health_ms = 0  # when devices' health was last looked at
        self._news = News()

    def adopt(self, estate: Estate) -> None:
        """Judge by this estate from the next time on."""
        self._next = estate

    async def run(self, every_s: float) -> None:
        """Judge every `every_s` seconds and send what is due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._judge_for_ever(every_s))
            tasks.create_task(self._send_for_ever())

    async def evaluate(self, now_ms: int) -> list[Event]:
        """Judge every budget of the month once; the mails of what is announced are queued. StoreUnavailable."""
        self._estate = self._next
        month = self._month(now_ms)
        budgets = [self._estate.budget(tenant, carrier, month) for tenant, carrier in self._budgeted()]
        events = [await self._evaluate(budget, now_ms) for budget in budgets if budget is not None]
        return [event for event in events if event is not None]

    async def current(self) -> list[AlertState]:
        """Where every budget stood when last judged, by tenant and carrier."""
        budgeted = self._budgeted()
        return [each for each in await self._state.run(states) if (each.tenant, each.carrier) in budgeted]

    async def report(self, now_ms: int) -> None:
        """Write what is new of budgets, and every few minutes of devices. StoreUnavailable: then at the next."""
        points = list(budget_points(await self.current(), now_ms))
        if due := not 0 <= now_ms - self._health_ms < HEALTH_MS:
            points += health_points(self._estate, await self._store.latest(Latest()), now_ms)
        new = self._news.of(points, now_ms)
        try:
            for first in range(0, len(new), MOST_POINTS):
                await self._store.write(new[first : first + MOST_POINTS])
        except StoreRefused as error:
            log.warning("own_states_refused", cause=str(error), next_step="these minutes are not in the store")
        self._news.said(new)
        if due:
            self._health_ms = now_ms

    async def send_due(self, now_ms: int) -> int:
        """Try each mail that is due once; how many were taken."""
        taken = 0
        for mail in await self._state.run(lambda db: outbox.due(db, now_ms)):
            sending = asyncio.create_task(self._send(mail, now_ms))
            try:
                taken += await asyncio.shield(sending)
            except asyncio.CancelledError:
                # A mail that is being handed over is noted before we stop: else it goes out again.
                await asyncio.wait([sending], timeout=LAST_S)
                sending.cancel()
                raise
        return taken

    async def _judge_for_ever(self, every_s: float) -> None:
        while True:
            try:
                now_ms = self._clock()
                await self.evaluate(now_ms)
                await self.report(now_ms)
            except (StoreUnavailable, sqlite3.OperationalError) as error:
                log.warning("budgets not judged", cause=str(error), next_try_s=every_s)
            await asyncio.sleep(every_s)

    async def _send_for_ever(self) -> None:
        while True:
            with suppress(sqlite3.OperationalError):  # the outbox cannot be read now, nor anything be noted
                await self.send_due(self._clock())
            await asyncio.sleep(LOOK_S)

    async def _evaluate(self, budget: Budget, now_ms: int) -> Event | None:
        tenant, carrier = budget.tenant, budget.carrier
        now = await self._figures(budget, now_ms)
        if now is None:
            return None
        before = await self._state.run(lambda db: load(db, tenant, carrier))
        after, rung = judge(before, now)
        if rung is None:
            await self._state.run(lambda db: save(db, tenant, carrier, after, now))
            return None
        said = Announcement(self._estate.tenants[tenant], carrier, rung, after.since_ms(rung.basis), now)
        letter = await asyncio.to_thread(compose, said, self._estate.site)
        key = f"{tenant}/{carrier}/{self._month(now_ms):%Y-%m}/{rung.basis}-{rung.level}"
        await self._state.run(lambda db: _decide(db, key, said, after, letter))
        log.info("alert", tenant=tenant, carrier=carrier, basis=rung.basis, level=rung.level)
        return Event(tenant, carrier, rung, said.since_ms)

    async def _figures(self, budget: Budget, now_ms: int) -> Figures | None:
        zone = self._estate.site.zone
        start_ms = min(floor(now_ms, "1mo", zone), floor(now_ms - WINDOW_DAYS * DAY_MS, "1d", zone))
        rows = await self._store.usage(
            Usage(
                every="1h",
                start_ms=start_ms,
                end_ms=now_ms,
                of="tenant",
                where={"tenant": (budget.tenant,), "carrier": (budget.carrier,)},
                by=("meter",),
            )
        )
        known = history(rows, zone, now_ms)
        return figures(known, budget.amount, zone, now_ms) if known else None

    async def _send(self, mail: Queued, now_ms: int) -> bool:
        try:
            await deliver(self._mail.url, mail)
        except NotDelivered as error:
            cause = str(error)
            status = await self._note(lambda db: outbox.failed(db, mail, cause, now_ms))
            log.warning("mail not sent", mail=mail.key, cause=cause, attempts=mail.attempts + 1, status=status)
            return False
        await self._note(lambda db: outbox.sent(db, mail))
        log.info("mail sent", mail=mail.key)
        return True

    async def _note(self, outcome: Callable[[sqlite3.Connection], T]) -> T:
        """Write down what became of a mail before anything else is sent, or a full disk sends it every second."""
        while True:
            try:
                return await self._state.run(outcome)
            except sqlite3.OperationalError as error:
                log.warning("mails wait", cause=str(error), next_step="make room on the disk of the state file")
                await asyncio.sleep(NOTE_S)

    def _budgeted(self) -> dict[tuple[str, str], None]:
        return dict.fromkeys((budget.tenant, budget.carrier) for budget in self._estate.budgets)

    def _month(self, now_ms: int) -> date:
        return datetime.fromtimestamp(now_ms / 1000, self._estate.site.zone).date().replace(day=1)


def _decide(db: sqlite3.Connection, key: str, said: Announcement, after: Standing, letter: Letter) -> None:
    tenant = said.tenant.id
    outbox.put(db, key, tenant, letter, said.figures.now_ms)
    save(db, tenant, said.carrier, after, said.figures)
