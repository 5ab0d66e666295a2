"""Closed months whose figure changes: found while settling, noted in the state file, listed for staff.

A month is closed a day after its end, so that meters that report once a day are in. A figure that changes again within
the hour, as while a backlog comes in, is one change.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.flows.columns import Columns, Difference, Name
from estate.calendar import DAY_MS, HOUR_MS, floor, following

Why = Literal["completed", "corrected", "recomputed"]

MEANING: dict[Why, str] = {
    "completed": "its figure had not reached the month's end; the readings of the rest came late",
    "corrected": "readings of the month came late or were corrected",
    "recomputed": "the estate says something else than when it was settled, or a rebuild was asked for",
}


class Change(NamedTuple):
    """One closed month of a meter, or of a tenant's share of it, that has another figure than before."""

    meter: str
    tenant: str  # "" for the meter's own
    month_ms: int
    before: int  # in the carrier's unit
    after: int
    why: Why
    from_ms: int  # of the earliest reading that changed it; 0 for a recomputation
    settled_ms: int


def closed_changes(
    names: Sequence[Name], different: Difference, months: Columns, days: Columns, zone: ZoneInfo, now_ms: int
) -> list[Change]:
    """The changes among these differences of months; `months` and `days` are the rows held before.

    A share that comes or goes counts as a change from or to 0, where the month of its meter had a figure.
    """
    numbers = {name: number for number, name in enumerate(names)}
    rows = [*_pairs(different.write, different.before), *_gone(different.gone)]
    found = []
    for number, month_ms, before, after in rows:
        meter, tenant = names[number]
        end_ms = following(month_ms, "1mo", zone)
        own = numbers.get((meter, ""), -1)
        if end_ms + DAY_MS > now_ms or before == after or not months.holds(own, month_ms):
            continue
        whole = days.holds(own, floor(end_ms - 1, "1d", zone))
        found.append(Change(meter, tenant, month_ms, before, after, "corrected" if whole else "completed", 0, now_ms))
    return found


def _pairs(write: Columns, before: NDArray[np.float64]) -> list[tuple[int, int, int, int]]:
    was = np.nan_to_num(before).astype(np.int64).tolist()
    return list(zip(write.flows.tolist(), write.starts.tolist(), was, write.amounts.tolist(), strict=True))


def _gone(gone: Columns) -> list[tuple[int, int, int, int]]:
    return [
        (number, at_ms, amount, 0)
        for number, at_ms, amount in zip(gone.flows.tolist(), gone.starts.tolist(), gone.amounts.tolist(), strict=True)
    ]


def explained(change: Change, made_of: Collection[str], read: Mapping[str, int], anew: Collection[str]) -> Change:
    """With its cause: a recomputation, or the earliest of the readings that came.

    `read` says from when on each meter of the pass has new readings. Those of a meter behind it count for its shares.
    """
    if any(meter in anew for meter in made_of):
        return change._replace(why="recomputed")
    return change._replace(from_ms=min([read[meter] for meter in made_of if meter in read] or read.values()))


def note(db: sqlite3.Connection, changes: Sequence[Change]) -> None:
    """Keep these, each joined to one of the same month that is not an hour old."""
    for each in changes:
        last = db.execute(
            "SELECT id, before, from_ms, why FROM change WHERE meter = ? AND tenant = ? AND month_ms = ? "
            "AND settled_ms > ? ORDER BY id DESC LIMIT 1",
            (each.meter, each.tenant, each.month_ms, each.settled_ms - HOUR_MS),
        ).fetchone()
        if last is None:
            db.execute(f"INSERT INTO change ({', '.join(Change._fields)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", each)
        elif last[1] == each.after:
            db.execute("DELETE FROM change WHERE id = ?", (last[0],))
        else:
            from_ms = min(last[2], each.from_ms)
            db.execute(
                "UPDATE change SET after = ?, from_ms = ?, settled_ms = ? WHERE id = ?",
                (each.after, from_ms, each.settled_ms, last[0]),
            )


def listed(db: sqlite3.Connection, since_ms: int) -> list[Change]:
    """Those settled since then, the newest first."""
    found = db.execute(
        f"SELECT {', '.join(Change._fields)} FROM change WHERE settled_ms >= ? "
        "ORDER BY settled_ms DESC, month_ms DESC, meter, tenant",
        (since_ms,),
    )
    return [Change(*row) for row in found]
