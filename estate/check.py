"""What the files of an estate must agree on. A row that is wrong by itself is not reported again from here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import product
from typing import Any, NamedTuple

from estate.check_keys import check_keys
from estate.check_tariffs import check_tariffs
from estate.fields import near
from estate.meter_check import check_meters
from estate.meter_rows import CalorificRow, ExchangeRow, MeterRow, VirtualRow
from estate.model import COMMON
from estate.problems import Problem
from estate.rows import BudgetRow, BuildingRow, DeviceRow, KeyRow, LeaseRow, NoteRow, SiteRow, TenantRow, ZoneRow
from estate.spans import grouped, overlaps
from estate.tables import R, Table
from estate.tariff_file import Tariffs
from estate.tariff_rows import CarbonRow, ContractRow
from sensors.codecs import plain
from sensors.profile import Taught
from sensors.registry import CODECS

TOLERANCE = 1.01
"""Zones may add up to this much of their building: areas are measured, and rounded, room by room."""

HINTS = 10
"""Unknown ids of one kind that get a nearest known one: finding it takes a comparison with each."""


class Files(NamedTuple):
    """All that was read of an estate's folder."""

    site: SiteRow | None  # None when it is wrong
    site_id: str | None
    buildings: Table[BuildingRow]
    zones: Table[ZoneRow]
    devices: Table[DeviceRow]
    meters: Table[MeterRow]
    exchanges: Table[ExchangeRow]
    calorific: Table[CalorificRow]
    virtuals: Table[VirtualRow]
    tenants: Table[TenantRow]
    leases: Table[LeaseRow]
    keys: Table[KeyRow]
    budgets: Table[BudgetRow]
    profiles: Sequence[Taught]
    contracts: Table[ContractRow]
    carbon: Table[CarbonRow]
    tariffs: Tariffs | None  # None when they cannot be read
    notes: Table[NoteRow]


def check(files: Files) -> Iterator[Problem]:
    """Every problem between rows and between files."""
    yield from _repeated(files.buildings)
    yield from _repeated(files.zones)
    yield from _repeated(files.meters)
    yield from _repeated(files.virtuals)
    yield from _repeated(files.tenants)
    yield from _budgets(files.budgets)
    yield from _references(files)
    yield from _buildings(files)
    yield from _places(files)
    yield from _devices(files.devices)
    yield from _codecs(files)
    yield from check_meters(files.meters, files.exchanges, files.calorific, files.virtuals)
    yield from _leases(files.leases)
    yield from _outdoor(files)
    yield from check_keys(files.keys, files.leases)
    yield from check_tariffs(files.tariffs, files.contracts, files.carbon, files.meters)
    yield from _notes(files.notes)


def _repeated(table: Table[R]) -> Iterator[Problem]:
    for line, row in table.rows:
        name = getattr(row, table.subject)
        first = (table.ids or {}).get(name, line)
        if first != line:
            yield Problem(
                table.file, line, f"{table.subject} {name!r} stands at line {first} already: give one another id"
            )


def _budgets(table: Table[BudgetRow]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, date], int] = {}
    for line, row in table.rows:
        first = seen.setdefault((row.tenant, row.carrier, row.first_month), line)
        if first != line:
            text = f"tenant {row.tenant!r} has a budget of {row.carrier} from {row.first_month:%Y-%m} at line {first}"
            yield Problem(table.file, line, f"{text} already: remove one")


def _references(files: Files) -> Iterator[Problem]:
    yield from _unknown(files.zones, "building", files.buildings)
    yield from _unknown(files.devices, "building", files.buildings, files.site_id)
    yield from _unknown(files.devices, "zone", files.zones)
    yield from _unknown(files.meters, "device", files.devices)
    yield from _unknown(files.meters, "submeter_of", files.meters)
    yield from _unknown(files.exchanges, "meter", files.meters)
    yield from _unknown(files.calorific, "meter", files.meters)
    yield from _unknown(files.virtuals, "building", files.buildings, files.site_id)
    yield from _unknown(files.virtuals, "zone", files.zones)
    yield from _unknown(files.leases, "tenant", files.tenants)
    yield from _unknown(files.leases, "zone", files.zones)
    yield from _unknown(files.keys, "meter", files.meters)
    yield from _unknown(files.keys, "tenant", files.tenants, COMMON)
    yield from _unknown(files.budgets, "tenant", files.tenants)
    yield from _unknown(files.contracts, "meter", files.meters)
    yield from _unknown(files.notes, "building", files.buildings, files.site_id)


def _unknown(table: Table[R], column: str, target: Table[Any], also: str | None = "") -> Iterator[Problem]:
    """Rows that name what is not in another file; none where that file, or the id `also`, could not be read."""
    if target.ids is None or also is None:
        return
    unknown = [
        (line, row, name)
        for line, row in table.rows
        if (name := getattr(row, column)) and name != also and name not in target.ids
    ]
    for index, (line, row, name) in enumerate(unknown):
        step = (near(name, target.ids) if index < HINTS else "") or ": correct it, or add it there"
        about = "" if column == table.subject else f"{table.subject} {getattr(row, table.subject)!r}: "
        yield Problem(table.file, line, f"{about}{column} {name!r} is not in {target.file}{step}")


def _buildings(files: Files) -> Iterator[Problem]:
    """Ids that clash with the site's, and zones that are more than their building."""
    zones: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for line, zone in files.zones.rows:
        zones[zone.building].append((line, zone.area_m2))
    for line, row in files.buildings.rows:
        if row.building == files.site_id:
            yield Problem(files.buildings.file, line, f"building {row.building!r} has the id of the site: rename one")
        if row.building not in zones:
            continue
        own = zones.pop(row.building)  # once, should the building stand twice
        total = sum(area for _, area in own)
        if total > row.area_m2 * TOLERANCE:
            lines = ", ".join(str(line) for line, _ in own)
            text = f"building {row.building!r} has {row.area_m2:g} m², its zones add up to {total:g} m²"
            yield Problem(files.buildings.file, line, f"{text}: correct it, or {files.zones.file} (lines {lines})")


def _places(files: Files) -> Iterator[Problem]:
    """Devices in a zone of another building."""
    buildings = {zone.zone: zone.building for _, zone in files.zones.rows}
    for line, row in files.devices.rows:
        found = buildings.get(row.zone or "", row.building)
        if found != row.building:
            text = f"device {row.device!r} is in building {row.building!r}, but its zone {row.zone!r} is in {found!r}"
            yield Problem(files.devices.file, line, f"{text}: correct one of them")


def _devices(table: Table[DeviceRow]) -> Iterator[Problem]:
    """Devices in two places at a time, or described in two ways."""
    for device, own in grouped(table.rows, lambda row: row.device).items():
        yield from _descriptions(table.file, own)
        for line, row, other_line in overlaps(own):
            text = f"device {device!r} is in two places at a time, here and at line {other_line}"
            yield Problem(table.file, line, f"{text}: give the earlier row an until before {row.first or 'this one'}")


def _descriptions(file: str, rows: Iterable[tuple[int, DeviceRow]]) -> Iterator[Problem]:
    """Rows of one device that say another thing of it than its first one does."""
    first: dict[str, tuple[int, object]] = {}
    for (line, row), column in product(rows, ("name", "interval", "topic", "codec", "source")):
        value = getattr(row, column)
        known_line, known = first.setdefault(column, (line, value)) if value else (line, value)
        if value != known:
            text = f"device {row.device!r} has {column} {value!r} here and {known!r} at line {known_line}"
            yield Problem(file, line, f"{text}: leave it empty here")


def _codecs(files: Files) -> Iterator[Problem]:
    """Codecs that nobody knows, and plain values of no quantity."""
    known = [*CODECS, *(profile.codec.name for profile in files.profiles)]
    for line, row in files.devices.rows:
        name, _, model = (row.codec or "").partition("/")
        if name and name not in known:
            step = near(name, known) or ": see the table of formats in sensors/README.md"
            yield Problem(files.devices.file, line, f"device {row.device!r}: codec {name!r} is unknown{step}")
        elif name == plain.NAME and (wrong := plain.fault(model)):
            yield Problem(files.devices.file, line, f"device {row.device!r}: {wrong}")


def _leases(table: Table[LeaseRow]) -> Iterator[Problem]:
    for zone, own in grouped(table.rows, lambda row: row.zone).items():
        for line, row, other_line in overlaps(own):
            text = f"zone {zone!r} is leased to {row.tenant!r} while line {other_line} leases it already"
            yield Problem(table.file, line, f"{text}: correct from or until")


def _notes(table: Table[NoteRow]) -> Iterator[Problem]:
    for row, own in grouped(table.rows, lambda row: row).items():
        for line, _ in own[1:]:
            yield Problem(table.file, line, f"text {row.text!r} stands at line {own[0][0]} already: remove one")


def _outdoor(files: Files) -> Iterator[Problem]:
    """An outdoor sensor that is no device."""
    name = files.site.outdoor if files.site else None
    if name and files.devices.ids is not None and name not in files.devices.ids:
        step = near(name, files.devices.ids) or ": correct it, or add it there"
        yield Problem("estate.toml", 0, f"[site] outdoor {name!r} is not in {files.devices.file}{step}")
