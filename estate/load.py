"""An estate from its folder: `estate.toml` and the CSV inventories, whole or not at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from estate.calendar import Step, midnight
from estate.check import Files, check
from estate.fields import near
from estate.meter_rows import CalorificRow, ExchangeRow, MeterRow, VirtualRow
from estate.meters import meters, virtual
from estate.model import FOREVER_MS, Budget, Building, Device, Estate, Key, Lease, Note, Placement, Site, Tenant, Zone
from estate.problems import Problem
from estate.profiles import PROFILES, read_profiles
from estate.rows import BudgetRow, BuildingRow, DeviceRow, KeyRow, LeaseRow, NoteRow, Row, Span, TenantRow, ZoneRow
from estate.site import read_site
from estate.tables import Table, read_table
from estate.tariff import Contract, Factor, Line, Tariff
from estate.tariff_file import TARIFFS, Lined, read_tariffs
from estate.tariff_rows import CarbonRow, ContractRow

SITE = "estate.toml"

TABLES: dict[str, type[Row]] = {
    "buildings.csv": BuildingRow,
    "zones.csv": ZoneRow,
    "devices.csv": DeviceRow,
    "meters.csv": MeterRow,
    "exchanges.csv": ExchangeRow,
    "calorific.csv": CalorificRow,
    "virtual_meters.csv": VirtualRow,
    "tenants.csv": TenantRow,
    "leases.csv": LeaseRow,
    "keys.csv": KeyRow,
    "budgets.csv": BudgetRow,
    "contracts.csv": ContractRow,
    "carbon.csv": CarbonRow,
    "notes.csv": NoteRow,
}
"""The inventories and their rows, in the order they are reported in."""

INTERVAL_S = 900
"""How often a device reports when its inventory does not say."""


class EstateWrong(Exception):
    """The estate's files have problems, all of them in `problems`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def examine(folder: Path) -> list[Problem]:
    """Everything that is wrong in the folder, by file and line; empty when it loads."""
    return _read(folder)[1]


def load(folder: Path, step: Step = "15m") -> Estate:
    """The estate of a folder, its consumption settled by this step. Raises EstateWrong with every problem at once."""
    files, problems = _read(folder)
    if problems:
        raise EstateWrong(problems)
    assert files.site is not None, "a site that is wrong is a problem"
    zone = ZoneInfo(files.site.time_zone)
    devices, placements = _devices([row for _, row in files.devices.rows], zone)
    return Estate(
        site=Site(
            files.site.id, files.site.name, zone, files.site.notice_fr, files.site.notice_en, files.site.outdoor or ""
        ),
        buildings={r.building: Building(r.building, r.name, r.use, r.area_m2) for _, r in files.buildings.rows},
        zones={r.zone: Zone(r.zone, r.building, r.name, r.area_m2) for _, r in files.zones.rows},
        devices=devices,
        placements=placements,
        meters=meters(files, zone),
        tenants={r.tenant: Tenant(r.tenant, r.name, r.language, r.email) for _, r in files.tenants.rows},
        leases=[Lease(r.tenant, r.zone, *_span(r, zone)) for _, r in files.leases.rows],
        budgets=[Budget(r.tenant, r.carrier, r.first_month, r.in_carrier_unit) for _, r in files.budgets.rows],
        profiles=files.profiles,
        keys=[Key(r.meter, r.key, r.tenant or "", r.weight or 0, *_span(r, zone)) for _, r in files.keys.rows],
        tariffs={name: _tariff(tariff, zone) for name, tariff in (files.tariffs or {}).items() if tariff},
        contracts=[_contract(r, zone) for _, r in files.contracts.rows],
        carbon=[Factor(r.carrier, r.kg_per_kwh, r.source, _start(r.first, zone)) for _, r in files.carbon.rows],
        virtuals={row.meter: virtual(row) for _, row in files.virtuals.rows},
        notes=sorted(Note(*_span(r, zone), r.building or files.site.id, r.kind, r.text) for _, r in files.notes.rows),
        step=step,
    )


def _read(folder: Path) -> tuple[Files, list[Problem]]:
    if not folder.is_dir():
        problem = Problem(str(folder), 0, "is no folder: set [estate] path to the one that holds estate.toml")
        none: Table[Any] = Table("", "", (), {})
        return Files._make((None, None, *repeat(none, len(TABLES) - 3), (), none, none, {}, none)), [problem]
    problems = list(_strays(folder))
    files = Files(
        *read_site(folder / SITE, problems),
        read_table(folder / "buildings.csv", BuildingRow, "building", problems, required=True),
        read_table(folder / "zones.csv", ZoneRow, "zone", problems),
        read_table(folder / "devices.csv", DeviceRow, "device", problems, required=True),
        read_table(folder / "meters.csv", MeterRow, "meter", problems),
        read_table(folder / "exchanges.csv", ExchangeRow, "meter", problems),
        read_table(folder / "calorific.csv", CalorificRow, "meter", problems),
        read_table(folder / "virtual_meters.csv", VirtualRow, "meter", problems),
        read_table(folder / "tenants.csv", TenantRow, "tenant", problems),
        read_table(folder / "leases.csv", LeaseRow, "zone", problems),
        read_table(folder / "keys.csv", KeyRow, "meter", problems),
        read_table(folder / "budgets.csv", BudgetRow, "tenant", problems),
        profiles=read_profiles(folder / PROFILES, problems),
        contracts=read_table(folder / "contracts.csv", ContractRow, "meter", problems),
        carbon=read_table(folder / "carbon.csv", CarbonRow, "carrier", problems),
        tariffs=read_tariffs(folder / TARIFFS, problems),
        notes=read_table(folder / "notes.csv", NoteRow, "text", problems),
    )
    problems += check(files)
    order = {name: index for index, name in enumerate((SITE, *TABLES, TARIFFS))}
    return files, sorted(problems, key=lambda problem: (order.get(problem.file, len(order)), problem.line))


def _strays(folder: Path) -> Iterator[Problem]:
    """Files that are named nearly as one that is not there: they would be passed over in silence."""
    names = {path.name for path in folder.iterdir()}
    absent = [name for name in (SITE, *TABLES, TARIFFS) if name not in names]
    for name in sorted(names.difference((SITE, *TABLES, TARIFFS))):
        if Path(name).suffix in (".csv", ".toml") and (hint := near(name, absent)):
            yield Problem(name, 0, f"is not read{hint}")


def _devices(rows: Iterable[DeviceRow], zone: ZoneInfo) -> tuple[dict[str, Device], dict[str, list[Placement]]]:
    devices: dict[str, Device] = {}
    placements: dict[str, list[Placement]] = defaultdict(list)
    for row in rows:
        known = devices.get(row.device, Device("", "", 0, ""))
        devices[row.device] = Device(
            row.device,
            row.name or known.name,
            row.interval or known.interval_s,
            row.source or known.source,
            row.topic or known.topic,
            row.codec or known.codec,
        )
        placements[row.device].append(Placement(row.building, row.zone or "", *_span(row, zone)))
    for name, device in devices.items():
        devices[name] = device._replace(name=device.name or name, interval_s=device.interval_s or INTERVAL_S)
        placements[name].sort(key=lambda placement: placement.start_ms)
    return devices, dict(placements)


def _tariff(found: Lined, zone: ZoneInfo) -> Tariff:
    lines = [Line(r.name, r.price, r.unit, r.period or "", r.of, *_span(r, zone)) for _, r in found.lines]
    return Tariff(found.id, found.row.name, found.row.carrier, tuple(lines))


def _contract(row: ContractRow, zone: ZoneInfo) -> Contract:
    slots = (row.off_peak or "", row.off_peak_summer or row.off_peak or "", row.peak or "")
    return Contract(row.meter, row.tariff, round((row.subscribed_kva or 0) * 1000), *slots, *_span(row, zone))


def _span(row: Span, zone: ZoneInfo) -> tuple[int, int]:
    """From the start of the first day to the start of the day after the last, in ms since the epoch."""
    start = _start(row.first, zone)
    end = midnight(row.last + timedelta(days=1), zone) if row.last and row.last < date.max else FOREVER_MS
    return start, end


def _start(first: date | None, zone: ZoneInfo) -> int:
    return midnight(first, zone) if first else 0
