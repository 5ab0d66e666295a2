"""Where each budget stands, as kept across restarts: one row per tenant and carrier."""

import sqlite3
from typing import NamedTuple

from pydantic import TypeAdapter

from alerts.budget import Basis, Figures, Standing

_STANDING = TypeAdapter(Standing)
_FIGURES = TypeAdapter(Figures)


class AlertState(NamedTuple):
    """One budget as shown on the page: the highest level that holds, or 0 when all is normal."""

    tenant: str
    carrier: str
    level: int  # percent of the budget: 0, 80 or 100
    basis: Basis
    since_ms: int
    figures: Figures  # at the last evaluation


def load(db: sqlite3.Connection, tenant: str, carrier: str) -> Standing | None:
    """Where this budget stood at the last evaluation; None before the first."""
    row = db.execute("SELECT standing FROM alert WHERE tenant = ? AND carrier = ?", (tenant, carrier)).fetchone()
    return _STANDING.validate_json(row[0]) if row else None


def save(db: sqlite3.Connection, tenant: str, carrier: str, standing: Standing, figures: Figures) -> None:
    db.execute(
        "INSERT OR REPLACE INTO alert (tenant, carrier, standing, figures) VALUES (?, ?, ?, ?)",
        (tenant, carrier, _STANDING.dump_json(standing).decode(), _FIGURES.dump_json(figures).decode()),
    )


def states(db: sqlite3.Connection) -> list[AlertState]:
    """All budgets, ordered by tenant and carrier."""
    rows = db.execute("SELECT tenant, carrier, standing, figures FROM alert ORDER BY tenant, carrier")
    return [
        _state(tenant, carrier, _STANDING.validate_json(standing), _FIGURES.validate_json(figures))
        for tenant, carrier, standing, figures in rows
    ]


def _state(tenant: str, carrier: str, standing: Standing, figures: Figures) -> AlertState:
    rung = standing.rung
    if rung is None:
        return AlertState(tenant, carrier, 0, "measured", standing.measured_since_ms, figures)
    return AlertState(tenant, carrier, rung.level, rung.basis, standing.since_ms(rung.basis), figures)
