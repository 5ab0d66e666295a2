"""What the files about meters must agree on."""

from collections.abc import Iterator, Mapping
from datetime import date

from estate.fields import INDEX_UNITS, near
from estate.meter_rows import CalorificRow, ExchangeRow, MeterRow, VirtualRow
from estate.problems import Problem
from estate.tables import Table
from estate.vocabulary import CARRIERS


def check_meters(
    meters: Table[MeterRow],
    exchanges: Table[ExchangeRow],
    calorific: Table[CalorificRow],
    virtuals: Table[VirtualRow],
) -> Iterator[Problem]:
    """Every problem between rows about meters."""
    rows = {row.meter: row for _, row in meters.rows}
    yield from _behind(meters)
    yield from _exchanges(exchanges, rows)
    yield from _calorific(calorific, meters)
    yield from _virtuals(virtuals, meters)


def _exchanges(table: Table[ExchangeRow], meters: Mapping[str, MeterRow]) -> Iterator[Problem]:
    """Indices in a unit the meter does not count in, exchanges of what has no register, and the same one twice."""
    seen: dict[tuple[str, object], int] = {}
    for line, row in table.rows:
        about = f"meter {row.meter!r}"
        first = seen.setdefault((row.meter, row.at), line)
        if first != line:
            yield Problem(table.file, line, f"{about} was exchanged at that time at line {first} already: remove one")
        meter = meters.get(row.meter)
        if meter is None:
            continue
        if meter.kind in ("interval", "power"):
            text = f"{about} is of kind {meter.kind}: its readings need no index"
            yield Problem(table.file, line, f"{text}: remove the row, or correct the kind")
        elif INDEX_UNITS[row.unit][0] != meter.register_unit:
            fitting = ", ".join(name for name, (base, _) in INDEX_UNITS.items() if base == meter.register_unit)
            yield Problem(table.file, line, f"{about}: unit {row.unit!r} is not its register's: write one of {fitting}")
        elif meter.rollover and max(row.final, row.first) * INDEX_UNITS[row.unit][1] >= meter.rollover:
            text = f"{about} starts again from 0 at {meter.rollover} {meter.register_unit}, and no index reaches that"
            yield Problem(table.file, line, f"{text}: correct the index, its unit, or the rollover")


def _calorific(table: Table[CalorificRow], meters: Table[MeterRow]) -> Iterator[Problem]:
    """Two values from one day, values of what is no gas by volume, and gas by volume without any."""
    by_volume = {row.meter for _, row in meters.rows if row.by_volume}
    seen: dict[tuple[str, date | None], int] = {}
    for line, row in table.rows:
        about = f"meter {row.meter!r}: " if row.meter else ""
        first = seen.setdefault((row.meter or "", row.first), line)
        if first != line:
            text = f"{about}a calorific value from {row.first or 'ever'} stands at line {first} already"
            yield Problem(table.file, line, f"{text}: remove one")
        if row.meter and row.meter in (meters.ids or ()) and row.meter not in by_volume:
            yield Problem(table.file, line, f"{about}it does not count gas by volume: remove the row")
    if table.ids is None and not table.rows:
        return
    named = {*(table.ids or ()), *(row.meter or "" for _, row in table.rows)}
    for line, meter in meters.rows:
        if meter.by_volume and not {meter.meter, ""} & named:
            text = f"meter {meter.meter!r} counts gas by volume, and {table.file} has no calorific value for it"
            yield Problem(meters.file, line, f"{text}: add the one on the supplier's bill, in kWh/m³")


def _virtuals(table: Table[VirtualRow], meters: Table[MeterRow]) -> Iterator[Problem]:
    """Formulas that name what does not stand before them or is in another unit, and ids that are taken."""
    if meters.ids is None:
        return
    units = {row.meter: CARRIERS[row.carrier].unit for _, row in meters.rows}
    before = dict.fromkeys(meters.ids, "") | units  # a meter whose row is wrong is known all the same
    for line, row in table.rows:
        about = f"meter {row.meter!r}"
        if row.meter in meters.ids:
            stands = f"stands in {meters.file}, line {meters.ids[row.meter]}"
            yield Problem(table.file, line, f"{about} {stands} already: give one another id")
        unit = CARRIERS[row.carrier].unit
        for _, name in row.formula:
            if name not in before:
                step = near(name, before) or f": add it to {meters.file}, or above this line"
                yield Problem(table.file, line, f"{about}: formula has {name!r}, which is no meter so far{step}")
            elif before[name] not in ("", unit):
                text = f"{about} counts {row.carrier} in {unit}, {name!r} in its formula counts {before[name]}"
                yield Problem(table.file, line, f"{text}: correct carrier or formula")
        before.setdefault(row.meter, unit)


def _behind(table: Table[MeterRow]) -> Iterator[Problem]:
    """Meters behind one of another carrier, and meters behind themselves: each loop once, at its first line."""
    meters = {row.meter: (line, row) for line, row in reversed(table.rows)}
    for line, row in table.rows:
        above = meters.get(row.submeter_of or "")
        if above and above[1].carrier != row.carrier:
            text = f"meter {row.meter!r} counts {row.carrier}, {row.submeter_of!r} it is behind counts"
            yield Problem(table.file, line, f"{text} {above[1].carrier}: correct carrier or submeter_of")
    done: set[str] = set()
    for line, row in table.rows:
        chain: list[str] = []
        name = row.meter
        while name in meters and name not in done and name not in chain:
            chain.append(name)
            name = meters[name][1].submeter_of or ""
        if name in chain:
            loop = " → ".join([*chain[chain.index(name) :], name])
            yield Problem(table.file, line, f"meters are behind themselves ({loop}): break the loop at one")
        done.update(chain)
