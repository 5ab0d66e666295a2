"""What was cleaned, as the state file keeps it: what stands, and nothing that a correction made good."""

from pathlib import Path

from energy.findings import keep, standing
from energy.meters.cleaned import Finding, Kind
from store.state import State
from tests.energy.sites import PARIS, ms

RESET = Finding(Kind.RESET, 1000, 50, 5)
OUTLIER = Finding(Kind.OUTLIER, 2000, 60, 900)
NEGATIVE = Finding(Kind.NEGATIVE_REMAINDER, 1500, 10, 12, 2500)


def test_hours_are_told_by_day(tmp_path: Path) -> None:
    """Of two hours of one local day one finding, from the first's begin to the last's end, with both sums."""
    night = [ms("2026-03-02 22:15"), ms("2026-03-02 23:00"), ms("2026-03-03 00:00")]
    hours = [Finding(Kind.NEGATIVE_REMAINDER, at, 10, 12, at + 900_000) for at in night]
    state = State(tmp_path / "state.sqlite")
    state.run_now(lambda db: keep(db, "main", 0, hours, of_shares=True))
    found = state.run_now(lambda db: standing(db, 0, night[2] + 1, PARIS))
    state.close()

    assert [hours[2], Finding(Kind.NEGATIVE_REMAINDER, night[0], 20, 24, night[1] + 900_000)] == [
        each for _, each in found
    ]


def test_what_stands(tmp_path: Path) -> None:
    """A meter that is looked at again from 1,500 on keeps what lies before; its shares are looked at on their own."""
    state = State(tmp_path / "state.sqlite")
    with_all = [RESET, OUTLIER]
    state.run_now(lambda db: keep(db, "main", 0, with_all, of_shares=False))
    state.run_now(lambda db: keep(db, "main", 0, [NEGATIVE], of_shares=True))
    before = state.run_now(lambda db: standing(db, 0, 10_000, PARIS))
    state.run_now(lambda db: keep(db, "main", 1500, [], of_shares=False))
    after = state.run_now(lambda db: standing(db, 0, 10_000, PARIS))
    later = state.run_now(lambda db: standing(db, 2400, 10_000, PARIS))
    state.close()

    assert [OUTLIER, NEGATIVE, RESET] == [finding for _, finding in before]
    assert [NEGATIVE, RESET] == [finding for _, finding in after]
    assert [("main", NEGATIVE)] == later
