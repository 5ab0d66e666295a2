"""What the service tells systemd of itself, where a system test would take too long or have to break it."""

import asyncio
import os
import uuid
from pathlib import Path

import pytest

from dashboards.health import STALLED_S, Progress, Readiness
from dashboards.supervisor import Supervisor
from ingest.account.ledger import Ledger
from tests.system.supervising import Supervising, supervising
from tests.waiting import until


async def heard(systemd: Supervising, works: bool = True, **environment: str) -> list[str]:
    """What systemd hears of a service that fails over two lines, until it is ready and a little longer."""
    supervisor = Supervisor(systemd.environment | environment)
    readiness = Readiness("failing", "the disk\nis full")
    watching = asyncio.create_task(supervisor.watch(lambda: readiness, lambda: works))
    await until(lambda: "READY=1" in systemd.listen())
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    supervisor.close()
    return systemd.told


async def test_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails it is ready after a while, says why on one line, once, and pings: a restart would not help."""
    monkeypatch.setattr("dashboards.supervisor.MEET_S", 0.6)
    with supervising(f"@microville-test-{uuid.uuid4()}") as systemd:  # an abstract address
        told = await heard(systemd)

    assert ["STATUS=failing: the disk is full", "WATCHDOG=1", "WATCHDOG=1", "READY=1", "WATCHDOG=1"] == told


@pytest.mark.parametrize(("works", "whose"), [(False, os.getpid()), (True, 1)])
async def test_no_pings(works: bool, whose: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing moves any more, or another process is watched, there are no pings."""
    monkeypatch.setattr("dashboards.supervisor.MEET_S", 0.6)
    with supervising(tmp_path / "notify") as systemd:
        told = await heard(systemd, works, WATCHDOG_PID=str(whose))

    assert "WATCHDOG=1" not in told


async def test_nobody_listens(tmp_path: Path) -> None:
    """Without systemd, or while it is away, the service goes on."""
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "nobody")}):
        supervisor = Supervisor(environment)
        supervisor.stopping()
        supervisor.close()


def test_progress() -> None:
    """Messages in flight must come to their ends; where there are none, or they do, all is well."""
    now_s = 0.0
    ledger = Ledger()
    progress = Progress(ledger, lambda: now_s)
    now_s = 2 * STALLED_S
    idle = progress.goes_on()
    ledger.book({"received": 10, "in_flight": 10})
    now_s += STALLED_S - 1
    slow = progress.goes_on()
    now_s += 2
    stalled = progress.goes_on()
    ledger.book({"in_flight": -5, "spooled": 5})

    assert (True, True, False, True) == (idle, slow, stalled, progress.goes_on())
