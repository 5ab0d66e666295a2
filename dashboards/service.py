"""One process of the service: every part, wired, started and stopped in order."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import ExitStack, suppress
from enum import StrEnum
from pathlib import Path

import structlog

from alerts.deliver import check
from alerts.run import Alerts
from dashboards.app import create_app
from dashboards.configuration import Settings
from dashboards.health import Readiness
from dashboards.parts import Parts
from dashboards.server import WebServer
from energy.settle import Settlement
from estate.calendar import DAY_MS
from estate.load import load
from ingest.embedded import embedded_broker
from ingest.ingester import Ingester
from ingest.ledger import Ledger
from ingest.pipeline import Pipeline
from ingest.session import Session
from sensors.memory import Memory
from sensors.model import Context
from sensors.registry import CODECS
from sensors.routes import Routes
from store.base import Latest, Store, StoreUnavailable
from store.settings import open_store
from store.state import State

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
        estate = load(settings.estate_folder)
        self._web = WebServer(settings.web)
        stack.callback(self._web.close)
        state = stack.enter_context(State(settings.state.file))
        if self._embedded:
            stack.enter_context(embedded_broker(settings.broker.address))
        self._store = open_store(settings.store)
        ledger = Ledger()
        context = Context(estate.site.zone, settings.ingest.horizon_days * DAY_MS, memory=Memory())
        pipeline = Pipeline(estate, Routes(context, CODECS))
        self._session = Session(settings.broker, clock)
        self._ingester = Ingester(self._session, pipeline, self._store, state, ledger, clock)
        self._settlement = Settlement(self._store, estate, state)
        self._alerts = Alerts(self._store, estate, state, settings.mail, clock)
        parts = Parts(
            estate=estate,
            store=self._store,
            ledger=ledger if Role.INGEST in roles else None,
            state=state,
            readiness=self.readiness,
            mail_folder=mail_folder,
            clock=clock,
            alerts=self._alerts.current,
            web=settings.web,
        )
        self._app = create_app(parts)

    def readiness(self) -> Readiness:
        """What `/readyz` says."""
        if self._ingester.unsafe:
            return Readiness("failing", f"readings cannot be kept safe: {self._ingester.unsafe}; make room on the disk")
        if trouble := self._store_trouble or self._ingester.store_trouble:
            return Readiness("degraded", f"store: {trouble}; readings wait in the spool")
        if Role.INGEST in self._roles and not self._session.connected:
            return Readiness("degraded", f"broker: {self._session.trouble}; trying again")
        return Readiness("ready", "")

    async def run(self, beside: Callable[[Store], Awaitable[None]] | None = None) -> None:
        """Work until SIGINT or SIGTERM; `beside` runs along once the store is open."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with asyncio.TaskGroup() as group:
            around = group.create_task(self._with_store(beside))
            serving = [group.create_task(self._web.run(self._app))]
            if Role.INGEST in self._roles:
                serving.append(group.create_task(self._ingester.run()))
            await stop.wait()
            around.cancel()
            if self._embedded:  # its queue is in memory, and goes with it
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._session.silence(QUIET_S), EMPTY_S)
            self._ingester.stop()
            self._web.stop()
            _, late = await asyncio.wait(serving, timeout=STOP_S)
            for task in late:  # what is not safe by now is not acknowledged either
                task.cancel()
        await self._store.close()

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

    async def _watch_store(self) -> None:
        """Know whether the store answers, also when nothing is written."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await self._store.latest(Latest({"device": ("",)}))
                self._store_trouble = ""
            except StoreUnavailable as error:
                self._store_trouble = str(error)
