"""What fills a gap, on paper; and the laws, over meters of every kind with every fault."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from energy.meters.account import Readings, account, cleared
from energy.meters.cleaned import Times
from energy.meters.fill import WEEKS_MS, Usual, slots
from energy.meters.steps import NOTHING, Steps
from estate.calendar import DAY_MS, HOUR_MS
from estate.model import Calorific, Exchange, Meter
from tests.energy.sites import PARIS, meter, ms

HOURLY = meter(interval_s=3600)
START_MS = ms("2026-01-05 00:00")  # a Monday
MICRO = 1_000_000

METERS = [
    HOURLY,
    HOURLY._replace(rollover=60_000, max_rate=20_000),
    HOURLY._replace(interval_s=0),
    HOURLY._replace(exchanges=(Exchange(START_MS + 9 * HOUR_MS + 1, 50_500, 3),)),
    HOURLY._replace(kind="pulse", quantity="pulse.count", weight=300_000),
    HOURLY._replace(
        carrier="gas", quantity="gas.volume", calorific=(Calorific(0, 11_123_456), Calorific(START_MS + DAY_MS, MICRO))
    ),
    HOURLY._replace(kind="interval"),
    HOURLY._replace(kind="interval", interval_s=0),
    HOURLY._replace(kind="power", quantity="electricity.power"),
    HOURLY._replace(kind="power", quantity="electricity.power", interval_s=0),
]


class History(NamedTuple):
    times: Times
    values: NDArray[np.float64]

    def of(self, known: NDArray[np.bool_]) -> "History":
        return History(self.times[known], self.values[known])


def settled(of: Meter, history: History, stored: Steps = NOTHING, changed_ms: int | None = None) -> Steps:
    """The steps of an hour of a meter; with a change, by way of what is stored before it."""
    everything = Readings(of, *history, whole=True)
    found = cleared(everything, 0 if changed_ms is None else changed_ms, HOUR_MS)
    assert found
    wanted = stored.starts < found.since_ms
    if found.wanted_ms is not None:
        wanted &= stored.starts >= found.wanted_ms  # no more than settlement asks for
    fresh = account(found, HOUR_MS, Usual(PARIS, stored.only(wanted))).steps
    old = stored.only(stored.starts < found.since_ms)
    return Steps(
        np.concatenate((old.starts, fresh.starts)),
        np.concatenate((old.amounts, fresh.amounts)),
        np.concatenate((old.estimated, fresh.estimated)),
    )


def weeks(hours: int, night: int = 10, day: int = 100) -> NDArray[np.int64]:
    """What flows each hour: by day (8 to 18) more than at night, and at weekends as at night."""
    local = np.arange(hours) % 24
    weekend = np.arange(hours) // 24 % 7 >= 5
    return np.where((local >= 8) & (local < 18) & ~weekend, day, night)


def register(flows: Sequence[int] | NDArray[np.int64]) -> History:
    """A register read each hour."""
    values = 1000 + np.concatenate(([0], np.cumsum(flows)))
    return History(START_MS + HOUR_MS * np.arange(len(values), dtype=np.int64), values.astype(np.float64))


def silent(history: History, first: int, end: int) -> History:
    """Without the readings from first to before end."""
    return history.of((np.arange(len(history.times)) < first) | (np.arange(len(history.times)) >= end))


def test_gap_follows_the_usual_course() -> None:
    """Silent on a Tuesday from 6 to 10: of 440 Wh, 2 h as at night (10) and 2 h as by day (100) get 20 and 200 each."""
    flows = weeks(10 * 24)
    first = 8 * 24 + 6
    flows[first : first + 4] *= 2
    found = settled(HOURLY, silent(register(flows), first + 1, first + 4))

    assert [20, 20, 200, 200] == found.amounts[first : first + 4].tolist()
    assert [1.0] * 4 == found.estimated[first : first + 4].tolist()
    assert flows.tolist() == found.amounts.tolist()


def test_gap_is_spread_evenly_without_comparable_days() -> None:
    """On its first Saturday a meter has no Saturday to compare: 40 Wh of four hours are 10 each."""
    flows = weeks(6 * 24)
    flows[5 * 24 + 2 : 5 * 24 + 6] = [0, 40, 0, 0]
    found = settled(HOURLY, silent(register(flows), 5 * 24 + 3, 5 * 24 + 6))

    assert [10, 10, 10, 10] == found.amounts[5 * 24 + 2 : 5 * 24 + 6].tolist()


def test_lost_interval_gets_what_usually_flows() -> None:
    """An impossible rise at noon on a Tuesday, when 100 Wh an hour are usual, counts 100 Wh, all of it estimated."""
    history = register(weeks(10 * 24))
    noon = 8 * 24 + 12
    history.values[noon + 1 :] += 9e9
    found = settled(HOURLY, history)

    assert ([100, 100, 100], [0, 1, 0]) == (
        found.amounts[noon - 1 : noon + 2].tolist(),
        found.estimated[noon - 1 : noon + 2].tolist(),
    )


def test_silent_power_gets_what_usually_flows() -> None:
    """A meter of 100 W by day, silent on a Tuesday from 10 to 14: 400 Wh, all estimated."""
    flows = weeks(10 * 24)
    of = HOURLY._replace(kind="power", quantity="electricity.power")
    history = History(START_MS + HOUR_MS * np.arange(len(flows), dtype=np.int64), flows.astype(np.float64))
    first = 8 * 24 + 10
    found = settled(of, silent(history, first + 1, first + 4))

    assert ([100] * 4, [1] * 4) == (
        found.amounts[first : first + 4].tolist(),
        found.estimated[first : first + 4].tolist(),
    )


def test_only_four_weeks_are_compared() -> None:
    """What was usual five weeks ago is not, and the weeks rest on nothing after the gap."""
    flows = np.concatenate((weeks(7 * 24, day=9000), weeks(28 * 24), weeks(48, day=7000)))
    first = 35 * 24 + 6
    flows[first : first + 4] = [20, 20, 200, 200]
    found = settled(HOURLY, silent(register(flows), first + 1, first + 4))

    assert [20, 20, 200, 200] == found.amounts[first : first + 4].tolist()


def test_gap_within_a_step_finds_the_whole_step_four_weeks_before() -> None:
    """That hour used 40 times as much then: a late reading fills the gap as a rebuild does."""
    flows = weeks(29 * 24)
    first = 28 * 24 + 6
    flows[6] = 400
    hourly = register(flows)
    within = hourly.times[first] + 25 * 60_000
    times = np.insert(hourly.times, first + 1, within)
    values = np.insert(hourly.values, first + 1, hourly.values[first])
    history = silent(History(times, values), first + 2, first + 6)
    stored = settled(HOURLY, history.of(history.times <= within))

    assert same(settled(HOURLY, history), settled(HOURLY, history, stored, int(within) + 1))


def test_what_is_estimated_is_not_usual() -> None:
    """Two gaps on following days: the second is filled by what was measured alone."""
    flows = weeks(11 * 24)
    first, second = 8 * 24 + 6, 9 * 24 + 6
    flows[first : first + 4] = [4000, 0, 0, 0]
    history = silent(silent(register(flows), second + 1, second + 4), first + 1, first + 4)
    found = settled(HOURLY, history)

    assert [10, 10, 100, 100] == found.amounts[second : second + 4].tolist()


@pytest.mark.parametrize(("day", "slot"), [("2026-03-27", 14), ("2026-03-28", 24 + 14), ("2026-03-29", 48 + 14)])
def test_slots_are_local(day: str, slot: int) -> None:
    """14:00 on a Friday, a Saturday, and the Sunday on which summer time begins."""

    assert [slot] == slots(np.array([ms(f"{day} 14:00")]), PARIS, HOUR_MS).tolist()


flow = st.one_of(st.integers(0, 300), st.sampled_from(("lost", "zero", "dip", "jump", "late", "odd time")))
flowing = st.lists(flow, min_size=4, max_size=70)


def damaged(of: Meter, faults: Sequence[int | str], warm: int = 0) -> tuple[History, NDArray[np.bool_]]:
    """Readings with a fault at each name, and which of them come late; the first `warm` hours are as usual."""
    times, values, late = [START_MS], [40_000.0], [False]
    counts = of.kind in ("register", "pulse")
    for index, fault in enumerate([*[int(each) for each in weeks(warm)], *faults]):
        amount = fault if isinstance(fault, int) else {"jump": 10**9}.get(fault, 7)
        before = 0.0 if fault == "zero" else values[-1] - (900 if fault == "dip" else 0)
        value = before + amount if counts else float(amount) - (9 if fault == "dip" else 0)
        if fault == "lost":
            if counts:
                values[-1] += 50
            continue
        times.append(START_MS + (index + 1) * HOUR_MS + (7 * 60_000 if fault == "odd time" else 0))
        values.append(value)
        late.append(fault == "late")
    return History(np.array(times, np.int64), np.array(values)), np.array(late)


def same(one: Steps, other: Steps) -> bool:
    return [column.tolist() for column in one] == [column.tolist() for column in other]


@pytest.mark.parametrize("of", METERS)
@settings(deadline=None, max_examples=30)
@given(faults=flowing, warm=st.sampled_from((0, 0, 16 * 24)), data=st.data())
def test_settled_bit_by_bit_is_a_rebuild(of: Meter, faults: list[int | str], warm: int, data: st.DataObject) -> None:
    """Readings in three parts, the late ones last: what is stored in the end is what all of them give at once."""
    history, late = damaged(of, faults, warm)
    size = len(history.times)
    cuts = sorted(data.draw(st.lists(st.integers(min(2, size), size), min_size=2, max_size=2)))
    place = np.arange(len(history.times))
    known = (place < cuts[0]) & ~late
    stored = settled(of, history.of(known))
    for after in ((place < cuts[1]) & ~late, place >= 0):
        fresh = after & ~known
        if fresh.any():
            stored = settled(of, history.of(after), stored, int(history.times[fresh][0]))
        known = after
    whole = settled(of, history)
    stands = stored.starts <= whole.starts[-1] if len(whole.starts) else stored.starts < 0  # a last one may be in doubt

    assert same(whole, stored.only(stands))


@pytest.mark.parametrize("of", METERS)
@settings(deadline=None, max_examples=20)
@given(faults=flowing)
def test_steps_are_the_cleaned_register(of: Meter, faults: list[int | str]) -> None:
    """Up to a reading at an edge the steps sum to what the register rose, and to an estimate of what is lost.

    What counts as measured is what it rose where it is sure. In millionths each day of UTC is rounded by itself.
    """
    history, _ = damaged(of, faults, 8 * 24)
    found = cleared(Readings(of, *history, whole=True), 0, HOUR_MS)
    assert found
    steps = account(found, HOUR_MS, Usual(PARIS, NOTHING)).steps
    cleaned = found.cleaned
    last = int(np.flatnonzero(cleaned.times % HOUR_MS == 0)[-1])
    upto = steps.only(steps.starts < cleaned.times[last])
    rises, unsure = np.diff(cleaned.register)[:last], cleaned.unsure[:last]
    whole = Fraction(int(rises.sum()), cleaned.per)
    off = Fraction(0 if cleaned.per == 1 else len(np.unique(upto.starts // DAY_MS)), 2)

    assert whole - off <= int(upto.amounts.sum())
    assert cleaned.lost[:last].any() or int(upto.amounts.sum()) <= whole + off
    assert cleaned.per > 1 or rises[~unsure].sum() == (upto.amounts - upto.guessed).sum()
    assert bool(np.all(steps.amounts >= 0))
    assert bool(np.all((steps.estimated >= 0) & (steps.estimated <= 1)))


def test_weeks_are_whole() -> None:
    """Every kind of day is compared as often, whenever a gap begins."""

    assert 0 == WEEKS_MS % (7 * DAY_MS)
