"""A file of measured values into the store: all of it, or, when something in it is wrong, nothing.

The file is read twice or three times, never held: first to find all that is wrong and what its series are, then, where
the store already holds some of their readings, to compare, and at last to import. Importing again changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from estate.calendar import rfc3339
from estate.model import Estate
from ingest.history.bulk import MOST_READINGS, Taken
from ingest.history.intervals import Amounts, Irregular, Register, Stamp, Step, Survey, edges
from ingest.history.ordered import Disordered, Ordered
from ingest.history.registers import agreeing, count_between, held_by, held_from, same
from ingest.history.tabular import Cell, Problems, Sheet, Times
from ingest.history.targets import Kind, Target, Targets, in_own_unit
from sensors.model import Reading
from store.base import Row, Series

Progress = Callable[[int, int], None]
"""Hears what is done, of how much."""


class FileWrong(Exception):
    """Something in the file is wrong, and nothing of it was imported; the message names each, one a line."""


class Desk(Protocol):
    """Where readings are brought: the service that runs, or its parts opened for one command."""

    async def series(self, query: Series) -> Sequence[Row]:
        """What the store holds. Raises StoreUnavailable."""
        ...

    async def take(self, readings: Sequence[Reading]) -> Taken:
        """Take `MOST_READINGS` at most. Raises StoreUnavailable; then none of them were taken."""
        ...


class Asked(NamedTuple):
    """How a file is to be read."""

    kind: Kind
    times: Times
    unit: str = ""  # of the values; "" for that of the quantity
    quantity: str = ""  # "" for what the file says, or the register of the estate's meter
    device: str = ""  # whose the one series of the file is, or device@channel; "" for what the columns say
    names: Mapping[str, str] = {}  # in the file → device, or device@channel
    interval_ms: int = 0  # the length of an interval; 0 when the rows tell
    stamp: Stamp = "start"


@dataclass
class Found:
    """One series of the file."""

    name: str  # in the file
    survey: Survey
    step: Step | None = None  # of intervals
    begin: float = 0.0  # where the register of intervals begins
    begins: str = ""  # why there, for people
    missing: int = 0  # intervals that are in none of the rows

    def reach(self, stamp: Stamp) -> tuple[int, int]:
        """When its first interval begins, and its last one ends."""
        assert self.step
        return edges(self.survey.first_ms, self.step, stamp)[0], edges(self.survey.last_ms, self.step, stamp)[1]


@dataclass
class Report:
    """What an import did."""

    values: int = 0  # in the file, each once
    repeated: int = 0  # that stand there again, and count once
    readings: int = 0  # stored
    quarantined: Counter[str] = field(default_factory=Counter)  # messages, by reason
    series: list[dict[str, str | int]] = field(default_factory=list)


class Import:
    """One file and what it becomes."""

    def __init__(self, path: Path, asked: Asked, estate: Estate) -> None:
        self._asked, self._estate = asked, estate
        self._path, self._size = path, path.stat().st_size
        self._sheet = Sheet(path, asked.times)
        self._cells = Ordered(self._sheet)
        self._begin()

    def _begin(self) -> None:
        self._problems = Problems(self._path.name)
        self._targets: dict[tuple[str, str], Target | None] = {}
        self.found: dict[Target, Found] = {}

    def check(self, progress: Progress) -> None:
        """Read the file for the first time, and bring it into order where it is not. Raises FileWrong."""
        try:
            self._check(progress)
        except Disordered:
            self._begin()
            self._cells.sort(self._problems, lambda read: progress(read, self._size))
            self._check(progress)
        self._stop_if_wrong()

    def _check(self, progress: Progress) -> None:
        asked = self._asked
        columns = self._sheet.columns(Problems(""))
        names = dict(asked.names)
        if asked.device and len(columns) == 1:
            names[columns[0]] = asked.device
        elif asked.device:
            cause = f"has {len(columns)} series" if columns else "names its devices itself"
            self._problems.add(0, f"{cause}: --device is for a file with one; use --map")
        finder = Targets(self._estate, asked.kind, asked.quantity, asked.unit, names)
        for cell in self._cells.cells(self._problems, lambda read: progress(read, self._size)):
            self._survey(cell, finder)
        for name in names.keys() - finder.used - set(columns):
            self._problems.add(0, f"--map {name}: the file has no such column or device")
        if not self.found and not self._problems:
            self._problems.add(0, "holds no value")
        if asked.kind is Kind.INTERVAL and not self._problems:
            self._tell_steps()

    async def anchor(self, desk: Desk, now_ms: int) -> None:
        """Find where registers of intervals begin, and what they would contradict. Raises FileWrong."""
        if self._asked.kind is not Kind.INTERVAL:
            return
        for target, found in self.found.items():
            if self._estate.knows(target.device) and not self._as_amounts(target):
                await self._anchor(desk, target, found, now_ms)
        self._stop_if_wrong()
        await self._compare(desk)
        self._stop_if_wrong()

    async def send(self, desk: Desk, progress: Progress) -> Report:
        """Import what was checked. Raises StoreUnavailable; then run it again: what is there already stays as it is."""
        report = Report(sum(found.survey.count for found in self.found.values()), self._cells.repeated)
        sent, total = 0, self._expected()
        for part in _parts(self._readings()):
            taken = await desk.take(part)
            report.readings += taken.readings
            report.quarantined.update(taken.quarantined)
            sent += len(part)
            progress(sent, total)
        report.series = [self._told(target, found) for target, found in self.found.items()]
        return report

    def _survey(self, cell: Cell, finder: Targets) -> None:
        key = cell.name, cell.quantity
        if key not in self._targets:
            self._targets[key] = self._target(cell, finder)
        target = self._targets[key]
        if target is None:
            return
        value = in_own_unit(target.quantity, cell.value, self._asked.unit)
        if value < 0 and self._asked.kind is Kind.INTERVAL:
            self._problems.add(
                cell.line, f"{cell.name} {cell.value:g} is negative: nothing flows backwards in a register"
            )
            return
        self.found[target].survey.add(cell.line, cell.at_ms, value)

    def _target(self, cell: Cell, finder: Targets) -> Target | None:
        try:
            target = finder.find(cell.name, cell.quantity)
        except ValueError as error:
            self._problems.add(cell.line, str(error))
            return None
        known = self.found.setdefault(target, Found(cell.name, Survey(self._asked.times.zone)))
        if known.name != cell.name:
            self._problems.add(cell.line, f"{known.name!r} and {cell.name!r} are both {target}: keep one")
            return None
        return target

    def _tell_steps(self) -> None:
        for target, found in self.found.items():
            try:
                found.step = found.survey.step(self._asked.interval_ms)
                found.missing = found.survey.missing(found.step)[1]
                self._check_step(target, found.step)
            except Irregular as error:
                self._problems.add(error.line, f"{target}: {error}")

    def _check_step(self, target: Target, step: Step) -> None:
        """Amounts count for the meter's own interval before each: another one would be another amount of time."""
        meter = self._estate.meters.get(str(target))
        own_s = meter.interval_s if meter and self._as_amounts(target) else 0
        if own_s and step.length_ms != 1000 * own_s:
            cause = f"its intervals are of {own_s / 60:g} min, the rows' of {step.length_ms / 60_000:g}"
            self._problems.add(0, f"{target}: {cause}: correct the column interval of the meter or device")

    def _as_amounts(self, target: Target) -> bool:
        """Whether the meter keeps amounts of intervals as they are."""
        meter = self._estate.meters.get(str(target))
        return meter is not None and meter.kind == "interval" and meter.quantity == target.quantity

    async def _anchor(self, desk: Desk, target: Target, found: Found, now_ms: int) -> None:
        """At the value held at or before the begin; else counted back from the next one; else zero."""
        begin_ms, end_ms = found.reach(self._asked.stamp)
        total = float(found.survey.total)
        before = await held_by(desk.series, target, begin_ms)
        after = await held_from(desk.series, target, end_ms, max(now_ms, end_ms) + 1)
        found.begin, found.begins = 0.0, "at zero"
        if before is not None:
            found.begin, found.begins = before, "at the value held before"
        elif after is not None:
            found.begin, found.begins = float(round(after - total, 6)), "counted back from the value held after"
        if after is not None and found.begin + total > after and not same(found.begin + total, after):
            rise = "" if before is None else f" since it stood at {before:.12g}"
            cause = f"the register stands at {after:.12g} after this file{rise}, and the file adds {total:.12g}"
            self._problems.add(0, f"{target}: {cause}: correct the file, or leave out what the register knows")
        elif found.begin < 0:
            cause = f"more flowed in this file ({total:.12g}) than the register held after it says ({after:.12g})"
            self._problems.add(0, f"{target}: {cause}: import the oldest file first")

    async def _compare(self, desk: Desk) -> None:
        """Where the store holds readings within the span, they must be the ones that this file gives."""
        doubtful: dict[Target, int] = {}
        for target, found in self.found.items():
            begin_ms, end_ms = found.reach(self._asked.stamp)
            begin_ms += self._as_amounts(target)  # what stands at the begin itself is of the interval before
            known = self._estate.knows(target.device)
            if known and (held := await count_between(desk.series, target, begin_ms, end_ms + 1)):
                doubtful[target] = held
        if not doubtful:
            return
        agreed: Counter[Target] = Counter()
        for part in _parts(reading for reading in self._readings() if Target.of(reading) in doubtful):
            agreed += await agreeing(desk.series, part)
        for target, held in doubtful.items():
            if agreed[target] != held:
                cause = f"the store holds {held - agreed[target]} other readings of {target.quantity} within its span"
                step = "leave those rows out, import its registers, or give the rows to a channel of their own"
                self._problems.add(0, f"{target}: {cause}: {step}")

    def _readings(self) -> Iterator[Reading]:
        """The readings of the file, each series in order of time."""
        registers = {
            target: Amounts(found.step, self._asked.stamp)
            if self._as_amounts(target)
            else Register(found.begin, found.step, self._asked.stamp)
            for target, found in self.found.items()
            if found.step
        }
        for cell in self._cells.cells(Problems("")):
            target = self._targets[cell.name, cell.quantity]
            assert target
            value = in_own_unit(target.quantity, cell.value, self._asked.unit)
            register = registers.get(target)
            for at_ms, shown in register.add(cell.at_ms, value) if register else [(cell.at_ms, value)]:
                yield Reading(*target[:3], shown, at_ms)

    def _expected(self) -> int:
        """How many readings the file gives."""
        expected = 0
        for target, found in self.found.items():
            expected += found.survey.count
            if found.step and not self._as_amounts(target):
                expected += 1 + found.survey.missing(found.step)[0]
        return expected

    def _told(self, target: Target, found: Found) -> dict[str, str | int]:
        zone: ZoneInfo = self._estate.site.zone
        span = found.reach(self._asked.stamp) if found.step else (found.survey.first_ms, found.survey.last_ms)
        return {
            "name": found.name,
            "device": target.device,
            "channel": target.channel,
            "quantity": target.quantity,
            "values": found.survey.count,
            "from": rfc3339(span[0], zone),
            "until": rfc3339(span[1], zone),
            "missing": found.missing,
            "register": found.begins,
        }

    def _stop_if_wrong(self) -> None:
        if self._problems:
            raise FileWrong(str(self._problems))


def _parts(readings: Iterator[Reading]) -> Iterator[list[Reading]]:
    part: list[Reading] = []
    for reading in readings:
        part.append(reading)
        if len(part) == MOST_READINGS:
            yield part
            part = []
    if part:
        yield part
