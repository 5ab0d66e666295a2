"""One process of the service: every part, wired, started and stopped in order."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import ExitStack, suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from alerts.deliver import check
from alerts.run import Alerts
from dashboards.api.problems import STOPPING, asked_language, details
from dashboards.app import create_app
from dashboards.configuration import Settings
from dashboards.estates import EstateFolder
from dashboards.health import Progress, Readiness
from dashboards.parts import Parts
from dashboards.server import WebServer
from dashboards.supervisor import Supervisor
from energy.settle import Settlement
from estate.calendar import DAY_MS
from estate.model import Estate
from ingest.account.ledger import Ledger
from ingest.ingester import Ingester
from ingest.intake import Intake
from ingest.moves import move
from ingest.mqtt.connect import tls
from ingest.mqtt.embedded import embedded_broker
from ingest.mqtt.session import Session
from ingest.mqtt.subscriptions import Subscriptions
from ingest.notes import load_memory
from ingest.pipeline import Pipeline
from ingest.release import enlighten, reconsider
from ingest.report import Report
from sensors.model import Context
from store.base import Latest, Store, StoreRefused, StoreUnavailable
from store.settings import open_store
from store.state import asides
from store.state_mending import mended

SETTLE_S = 20.0
JUDGE_S = 60.0
RETRY_S = 1.0
WATCH_S = 2.0
STOP_S = 2.5
QUIET_S = 0.3
EMPTY_S = 1.5

log = structlog.get_logger()


class Role(StrEnum):
    """What a process may be limited to; each has the web interface, for what it does."""

    INGEST = "ingest"
    ENERGY = "energy"
    ALERTS = "alerts"


def clock() -> int:
    """Milliseconds since the epoch, by this machine."""
    return time.time_ns() // 1_000_000


class Service:
    """The parts. What is taken or wrong is known, and raised with a clear message, before anything is started."""

    def __init__(
        self, settings: Settings, roles: Collection[Role], stack: ExitStack, mail_folder: Path | None = None
    ) -> None:
        self._roles = roles
        self._embedded = settings.broker.embedded and Role.INGEST in roles
        self._store_trouble = "it is not open yet"
        check(settings.mail.url)
        tls(settings.broker)
        self._folder = EstateFolder(settings.estate_folder, settings.energy.step)
        estate = self._folder.estate
        self._web = WebServer(settings.web)
        stack.callback(self._web.close)
        self._state = state = stack.enter_context(mended(settings.state.file))
        if self._embedded:
            stack.enter_context(embedded_broker(settings.broker.address))
        self._store = open_store(settings.store)
        ledger = Ledger()
        memory = state.run_now(load_memory)
        self._context = Context(estate.site.zone, settings.ingest.horizon_days * DAY_MS, memory=memory)
        self._routes = estate.routes(self._context)
        pipeline = Pipeline(estate, self._routes)
        self._intake = Intake(pipeline, self._store, state, ledger, clock, *settings.ingest.bounds)
        self._broker = settings.broker
        subscriptions = Subscriptions(settings.broker.client_id, state)
        filters = settings.broker.filters(self._routes.filters())
        self._session = Session(settings.broker, filters, clock, subscriptions)
        self._ingester = Ingester(self._session, self._intake)
        self._report = Report(settings.broker.client_id, self._intake, self._store, lambda: self._session.connected)
        self._settlement = Settlement(self._store, estate, state, settings.store.raw_days)
        self._alerts = Alerts(self._store, estate, state, settings.mail, clock)
        self._progress = Progress(ledger)
        self._supervisor = Supervisor(os.environ)
        stack.callback(self._supervisor.close)
        self._moved = False  # whether the stored readings are where this estate says
        self._parts = Parts(
            estate=estate,
            store=self._store,
            ledger=ledger if Role.INGEST in roles else None,
            intake=self._intake if Role.INGEST in roles else None,
            state=state,
            readiness=self.readiness,
            mail_folder=mail_folder,
            clock=clock,
            alerts=self._alerts.current,
            settlement=self._settlement if Role.ENERGY in roles else None,
            estate_folder=settings.estate.path,
            web=settings.web,
        )
        self._app = create_app(self._parts)

    def readiness(self) -> Readiness:
        """What `/readyz` says."""
        if self._ingester.unsafe:
            return Readiness("failing", f"readings cannot be kept safe here: {self._ingester.unsafe}", "unsafe")
        fill = self._intake.spool_fill
        if trouble := self._store_trouble or self._intake.store_trouble:
            filling = f"; the {fill.words()}" if fill.warns else ""
            return Readiness("degraded", f"store: {trouble}; readings wait in the spool{filling}", "store")
        if fill.warns:
            return Readiness("degraded", f"the {fill.words()}; it drains as fast as the store takes it", "spool")
        if Role.INGEST in self._roles and not self._session.connected:
            return Readiness("degraded", f"broker: {self._session.trouble}; trying again", "broker")
        if self._session.refused:
            return Readiness("degraded", f"the broker refuses {self._session.refused}", "refused")
        if aside := asides(self._state.path):
            cause = f"the state file was damaged, and is kept as {aside[-1]}: readings may be lost (see the log)"
            return Readiness("degraded", f"{cause}; look into it, then move it elsewhere or remove it", "state")
        if self._folder.trouble:
            return Readiness("degraded", f"estate: {self._folder.trouble}; the former one is used", "estate")
        return Readiness("ready", "")

    def _works(self) -> bool:
        """Whether a restart would not help: messages move on, or wait for room on the disk."""
        return bool(self._ingester.unsafe) or self._progress.goes_on()

    async def run(self, beside: Callable[[Store], Awaitable[None]] | None = None) -> None:
        """Work until SIGINT or SIGTERM; `beside` runs along once the store is open."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(work)
                for work in (
                    self._with_store(beside),
                    self._follow_estate(),
                    self._watch_state(),
                    self._supervisor.watch(self.readiness, self._works),
                )
            ]
            serving = [group.create_task(self._web.run(self._answer))]
            if Role.INGEST in self._roles:
                serving.append(group.create_task(self._ingester.run()))
                helpers.append(group.create_task(self._report.run()))
            await stop.wait()
            self._supervisor.stopping()
            for helper in helpers:
                helper.cancel()
            if self._embedded:  # its queue is in memory, and goes with it
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._session.silence(QUIET_S), EMPTY_S)
            self._ingester.stop()
            self._parts.viewers.close()
            self._web.stop()
            _, late = await asyncio.wait(serving, timeout=STOP_S)
            for task in late:  # what is not safe by now is not acknowledged either
                task.cancel()
        if Role.INGEST in self._roles:
            await self._report.close()
        await self._store.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the application of today's estate; who has to wait too long at our end is told so."""
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            await details(STOPPING, asked_language(Request(scope)))(scope, receive, send)

    async def _follow_estate(self) -> None:
        """Take a changed estate without a restart, and put stored and refused readings where it says."""
        trouble = ""
        while True:
            try:
                if Role.INGEST in self._roles and not self._store_trouble:
                    await self._put_in_place(self._folder.estate)
                trouble = ""
            except (StoreUnavailable, StoreRefused, sqlite3.OperationalError) as error:  # tried again at the next look
                if str(error) != trouble:
                    log.warning("readings_not_in_place", cause=str(error), next_step="trying again")
                trouble = str(error)
            if await self._folder.look():
                self._adopt(self._folder.estate)
            else:
                await asyncio.sleep(WATCH_S)

    async def _put_in_place(self, estate: Estate) -> None:
        """Move stored readings, and release refused ones, as this estate and the births say.

        Done before another estate is taken: where the readings are by this one must be known then.
        """
        if not self._moved:
            await self._intake.caught_up()
            await move(estate, self._store, self._parts.state, clock())
            await reconsider(self._intake, estate)
            await self._store.keep_notes(estate.notes)
            self._moved = True
        await enlighten(self._intake)

    def _adopt(self, estate: Estate) -> None:
        self._moved = False
        self._routes = estate.routes(self._context)
        self._intake.pipeline.adopt(estate, self._routes)
        self._session.subscribe(self._broker.filters(self._routes.filters()))
        self._settlement.adopt(estate)
        self._alerts.adopt(estate)
        self._parts = replace(self._parts, estate=estate)
        self._app = create_app(self._parts)
        self._parts.viewers.again()

    async def _with_store(self, beside: Callable[[Store], Awaitable[None]] | None) -> None:
        """Open the store, however long it takes to appear; then do what needs it."""
        while self._store_trouble:
            try:
                await self._store.open()
                self._store_trouble = ""
            except StoreUnavailable as error:
                if str(error) != self._store_trouble:
                    log.warning("store_unavailable", cause=str(error), next_step="waiting for it")
                self._store_trouble = str(error)
                await asyncio.sleep(RETRY_S)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_store())
            if Role.ENERGY in self._roles:
                group.create_task(self._settlement.run(clock, SETTLE_S))
            if Role.ALERTS in self._roles:
                group.create_task(self._alerts.run(JUDGE_S))
            if beside:
                await beside(self._store)

    async def _watch_state(self) -> None:
        """End the process once its own file is damaged, whoever met it: the next start mends it."""
        while self._state.damage is None:  # noqa: ASYNC110 (another thread finds it)
            await asyncio.sleep(WATCH_S)
        raise self._state.damage

    async def _watch_store(self) -> None:
        """Know whether the store answers, also when nothing is written."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await self._store.latest(Latest({"device": ("",)}))
                self._store_trouble = ""
            except StoreUnavailable as error:
                self._store_trouble = str(error)
