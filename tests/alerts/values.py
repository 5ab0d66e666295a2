"""Values for the tests of alerts: a small estate, hours of consumption, and a mail server to look into."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from aiosmtpd.smtp import SMTP

from alerts.budget import Figures, Rung
from alerts.forecast import Forecast, Step
from alerts.history import Day
from alerts.mail import Announcement
from estate.calendar import DAY_MS, HOUR_MS, following
from estate.model import Budget, Consumption, Estate, Site, Tenant
from store.base import UsageRow
from store.state import State

PARIS = ZoneInfo("Europe/Paris")
SITE = Site("m112", "Microville 112", PARIS, "Données rejouées.", "Replayed data.")
ATELIER = Tenant("atelier", "Atelier <Dupont> & fils", "fr", "dupont@example.org")
BAKERY = Tenant("bakery", "The Bakery", "en", "bakery@example.org")


def ms(*at: int) -> int:
    """Local time in Paris as ms since the epoch."""
    return int(datetime(*at, tzinfo=PARIS).timestamp() * 1000)  # type: ignore[misc,arg-type]


def estate(*budgets: Budget) -> Estate:
    tenants = {tenant.id: tenant for tenant in (ATELIER, BAKERY)}
    return Estate(SITE, {}, {}, {}, {}, {}, tenants, (), budgets)


def budget(tenant: str = "atelier", amount: int = 720_000, carrier: str = "electricity") -> Budget:
    return Budget(tenant, carrier, date(2026, 1, 1), amount)


def hourly(start_ms: int, end_ms: int, amount: Callable[[int], int] | int, estimated: float = 0.0) -> UsageRow:
    """One meter's hours over [start_ms, end_ms)."""
    starts = np.arange(start_ms, end_ms, HOUR_MS, dtype=np.int64)
    amounts = np.array([amount(at) if callable(amount) else amount for at in starts.tolist()], np.int64)
    return UsageRow({"meter": "m"}, starts, amounts, np.full(len(starts), estimated), starts)


def rows(tenant: str, start_ms: int, end_ms: int, amount: int, estimated: float = 0.0) -> list[Consumption]:
    """The same as rows for a store: a tenant's share of one electricity meter."""
    return [
        Consumption(f"{tenant}-meter", tenant, "electricity", "b01", "site", "1h", at, amount, estimated)
        for at in range(start_ms, end_ms, HOUR_MS)
    ]


def days(first: datetime, amounts: list[int]) -> tuple[Day, ...]:
    """Complete days from `first` on."""
    starts = [first + timedelta(days=number) for number in range(len(amounts))]
    return tuple(
        Day(int(start.timestamp() * 1000), amount, 0.0, True) for start, amount in zip(starts, amounts, strict=True)
    )


def figures(
    share: float = 0.5, expected: float | None = None, spread: float = 0.0, estimated: float = 0.0, day: int = 15
) -> Figures:
    """November 2026 at the end of a day, with a budget of 1,000 kWh; shares are of the budget."""
    start_ms, end_ms = ms(2026, 11, 1), ms(2026, 12, 1)
    until_ms = start_ms + day * DAY_MS
    reached = tuple(until_ms - HOUR_MS if share * 100 >= level else None for level in (80, 100))
    ahead = None
    if expected is not None:
        steps = []
        at = until_ms
        while at < end_ms:
            at = following(at, "1d", PARIS)
            part = (at - until_ms) / (end_ms - until_ms)
            steps.append(Step(at, round(1e6 * (share + (expected - share) * part)), round(1e6 * spread * part)))
        ahead = Forecast(tuple(steps))
    of_month = tuple(
        Day(start_ms + number * DAY_MS, round(1e6 * share / day), estimated, True) for number in range(day)
    )
    return Figures(
        start_ms, end_ms, until_ms, until_ms, 1_000_000, round(1e6 * share), estimated, reached, of_month, ahead
    )


def announcement(
    tenant: Tenant = ATELIER, carrier: str = "electricity", rung: Rung | None = None, now: Figures | None = None
) -> Announcement:
    return Announcement(
        tenant, carrier, rung or Rung("measured", 80), ms(2026, 11, 14, 9, 30), now or figures(0.834, 1.2, 0.04)
    )


@contextmanager
def open_state(folder: Path) -> Iterator[State]:
    state = State(folder / "state.sqlite")
    try:
        yield state
    finally:
        state.close()


@asynccontextmanager
async def serving(handler: object) -> AsyncIterator[str]:
    """An SMTP server on loopback; gives the URL to send to."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, hostname="localhost"), "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"mailto://127.0.0.1:{port}?from=alerts@example.org&name=Microville&reply=staff@example.org"
    finally:
        server.close()
        await server.wait_closed()
