"""Histories of meters with every fault mixed, and what truly flowed beside them: the one generator of properties.

A history is built reading by reading. The truth counts on, whatever the register shows; each fault changes what is
shown, and says what of the truth can still be known from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from energy.meters.account import Account, Readings, account, cleared
from energy.meters.fill import Usual
from energy.meters.steps import NOTHING, Steps
from estate.calendar import STEP_MS
from estate.model import Exchange, Meter
from tests.energy.sites import PARIS, START_MS, meter, ms

INTERVAL_MS = STEP_MS
GAP_MS = 2 * INTERVAL_MS
RESOLUTION = 10
ROLLOVER = 10_000_000  # Wh: a register of four digits of kWh and three of Wh
REACH = 5_000_000  # Wh: what a register may rise between two readings here, and more
IMPOSSIBLE = 80_000_000  # Wh at once: the greatest plausible power gives 2.5 MWh in a quarter of an hour

CALM = [(100, INTERVAL_MS)] * 5
"""An hour and a quarter at 100 Wh a quarter, to be checked on paper."""

STARTS = (START_MS, ms("2025-10-25 21:07"), ms("2026-03-28 20:00"))  # an ordinary day, and the eves of both changes


class History(NamedTuple):
    """What a meter showed, in the order it was read, and what flowed."""

    meter: Meter
    times: NDArray[np.int64]  # ms since the epoch
    values: NDArray[np.float64]  # as shown
    known: list[tuple[int, int]]  # (ms, truth): what can be known of the truth, where nothing between is to be guessed
    calm: set[int]  # when it was read without any fault near
    breaks: set[int]  # when it was first read after a jump or a new start: what flowed just before is estimated

    @property
    def total(self) -> int:
        """What flowed from the first reading to the last, Wh."""
        return self.known[-1][1] - self.known[0][1]


@dataclass
class Device:
    """A meter while it runs: its register, what truly flowed, and what was read so far."""

    at_ms: int
    shown: int
    rolls: bool  # starts again from 0 at ROLLOVER
    true: int = 0
    lost: int = 0
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    known: list[tuple[int, int]] = field(default_factory=list)
    calm: set[int] = field(default_factory=set)
    breaks: set[int] = field(default_factory=set)
    broken: bool = False
    exchanges: list[Exchange] = field(default_factory=list)

    def flow(self, amount: int, wait_ms: int = INTERVAL_MS) -> None:
        self.at_ms += wait_ms
        self.true += amount
        self.shown += amount
        if self.rolls:
            self.shown %= ROLLOVER

    def read(self) -> None:
        self._read(self.shown)
        if self.broken:
            self.breaks.add(self.at_ms)
            self.broken = False
        self.known.append((self.at_ms, self.true - self.lost))

    def misread(self, value: float) -> None:
        """A reading of which nothing of the truth can be known."""
        self._read(value)

    def _read(self, value: float) -> None:
        self.times.append(self.at_ms)
        self.values.append(float(value))


def _far(device: Device) -> bool:
    """Whether it shows so much that it cannot soon be there again from 0, nor be at its end."""
    return device.shown > 100_000 and not (device.rolls and device.shown > ROLLOVER - REACH)


def _tells(device: Device) -> bool:
    """Whether it shows so much that a lower value is none of its own, and is not about to start again from 0."""
    return device.shown > 2_000 and not (device.rolls and device.shown > ROLLOVER - 10_000)


def _reset(device: Device, size: int) -> None:
    """It starts again from 0 just after it was read."""
    if _far(device):
        device.shown = 0
        device.broken = True


def _dip(device: Device, size: int) -> None:
    """One to three lower readings, stuck or moving, where that is not what a reset would show."""
    low = device.shown // 2 if size % 2 else 0
    for _ in range(1 + size % 3 if _tells(device) else 0):
        device.flow(size % 50)
        device.misread(low)
        low += size % 7 * 10


def _missing(device: Device, size: int) -> None:
    """Zeros for what was not read, up to a day of them, or to nine."""
    for _ in range(1 + size % 96 if _tells(device) else 0):
        device.flow(size % 50, INTERVAL_MS * (9 if size % 5 == 0 else 1))
        device.misread(0)


def _spike(device: Device, size: int) -> None:
    """One or two readings of more than can be."""
    for _ in range(1 + size % 2):
        device.flow(size % 50)
        device.misread(device.shown + IMPOSSIBLE * (1 + size))


def _noise(device: Device, size: int) -> None:
    """A reading a little below the one before: the truth before is all that is known."""
    last_ms, last_true = device.known[-1]
    if device.times[-1] == last_ms and device.values[-1] > RESOLUTION:
        device.at_ms += INTERVAL_MS
        device.misread(device.values[-1] - 1 - size % RESOLUTION)
        device.known.append((device.at_ms, last_true))


def _gap(device: Device, size: int) -> None:
    """It runs on, and nothing is read."""
    device.flow(size, (3 + size % 200) * INTERVAL_MS)


def _jump(device: Device, size: int) -> None:
    """It shows more than can have flowed, and goes on from there: what did flow meanwhile is not known."""
    if not device.rolls:
        device.flow(size % 50)
        device.shown += IMPOSSIBLE
        device.lost += size % 50
        device.broken = True
        device.read()


def _exchange(device: Device, size: int) -> None:
    """Another meter takes its place between two readings; both indices are written down."""
    device.flow(size % 50, INTERVAL_MS // 3)
    first = size * 1000 % (ROLLOVER // 2)
    device.exchanges.append(Exchange(device.at_ms, device.shown, first))
    device.shown = first
    device.known.append((device.at_ms, device.true - device.lost))


Fault = Callable[[Device, int], None]
EXACT: dict[str, Fault] = {
    "reset": _reset, "dip": _dip, "missing": _missing, "spike": _spike, "noise": _noise, "gap": _gap,
    "exchange": _exchange,
}  # fmt: skip
"""Faults that hide nothing of the total."""

FAULTS: dict[str, Fault] = EXACT | {"jump": _jump}


class Block(NamedTuple):
    """Some calm, and a fault after it."""

    calm: list[tuple[int, int]]  # Wh and ms of each reading
    fault: str
    size: int


calm = st.lists(st.tuples(st.integers(1, 2_000), st.integers(300_000, 1_200_000)), min_size=5, max_size=8)
_size = st.integers(1, 100_000)


@st.composite
def histories(draw: st.DrawFn, faults: dict[str, Fault] = FAULTS, name: str = "main", most: int = 8) -> History:
    """A meter with up to `most` faults, five calm readings or more between them."""
    blocks = draw(st.lists(st.builds(Block, calm, st.sampled_from(sorted(faults)), _size), max_size=most))
    rolls = draw(st.booleans())
    shown = ROLLOVER - draw(st.integers(1, 9_000)) if rolls else draw(st.integers(0, 10**9))
    return history(blocks, draw(calm), draw(st.sampled_from(STARTS)), shown, rolls, name)


def history(
    blocks: list[Block], end: list[tuple[int, int]], start_ms: int = START_MS, shown: int = 1_000_000,
    rolls: bool = False, name: str = "main",
) -> History:  # fmt: skip
    """What a meter showed through those blocks, and calm at the end."""
    device = Device(start_ms, shown, rolls)
    device.read()
    for block in blocks:
        _calm(device, block.calm)
        FAULTS[block.fault](device, block.size)
    _calm(device, end)
    while device.values[-1] < device.values[-2]:
        _calm(device, end)  # a fall is settled by what comes after it
    of = meter(name, resolution=RESOLUTION)._replace(
        rollover=ROLLOVER if rolls else 0, exchanges=tuple(device.exchanges)
    )
    return History(
        of, np.array(device.times, np.int64), np.array(device.values), device.known, device.calm, device.breaks
    )


def _calm(device: Device, readings: list[tuple[int, int]]) -> None:
    for amount, wait_ms in readings:
        device.flow(amount, wait_ms)
        device.read()
    device.calm |= {at for at, _ in device.known[-len(readings) + 1 : -1]}


def accounted(of: History, kept: NDArray[np.int64] | None = None) -> Account:
    """What is made of the readings, or of those at the places `kept`, in that order."""
    order = np.arange(len(of.times)) if kept is None else kept
    found = cleared(Readings(of.meter, of.times[order], of.values[order], True), 0, STEP_MS)
    assert found
    return account(found, STEP_MS, Usual(PARIS, NOTHING))


class Expected(NamedTuple):
    """What flowed in one step, or in all steps that one gap, or the time before a new start, touches."""

    start_ms: int
    end_ms: int
    amount: int


def expected(of: History) -> list[Expected]:
    """The steps as the truth has them: on the line between what is known, those of a gap together."""
    first, last = of.known[0][0], of.known[-1][0]
    edges = list(range(first - first % STEP_MS, last + 1, STEP_MS))
    gaps = [(a, b) for (a, _), (b, _) in pairwise(of.known) if b - a > GAP_MS or b in of.breaks]
    firm = [edge for edge in edges if not any(a < edge < b for a, b in gaps)]
    return [Expected(a, b, true_at(of, b) - true_at(of, a)) for a, b in pairwise(firm)]


def true_at(of: History, at_ms: int) -> int:
    """What of the truth is known at a time: by whole-number arithmetic of Python's own, rounded down."""
    if at_ms <= of.known[0][0]:
        return of.known[0][1]
    for (a, low), (b, high) in pairwise(of.known):
        if a <= at_ms <= b:
            return low + (high - low) * (at_ms - a) // (b - a)
    raise AssertionError("beyond the last reading")


def as_expected(found: Steps, spans: list[Expected]) -> list[Expected]:
    """The steps found, summed over the same spans."""
    starts = found.starts
    return [Expected(a, b, int(found.amounts[(starts >= a) & (starts < b)].sum())) for a, b, _ in spans]
