"""Files into a real store: registers, intervals and gauges, whole or not at all, and again without any change."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from estate.model import FOREVER_MS, Building, Device, Estate, Meter, Placement, Site
from ingest.account.ledger import Ledger
from ingest.history.bulk import Taken, take_in
from ingest.history.importing import Asked, FileWrong, Import, Report
from ingest.history.tabular import Times
from ingest.history.targets import Kind
from ingest.intake import Intake
from ingest.pipeline import Pipeline
from ingest.quarantine import quarantine_counts
from sensors.model import Context, Reading
from store.base import Latest, Row, Series, Store
from store.state import State

PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
DAY_MS = 86_400_000
JANUARY_MS = 1_767_225_600_000  # 2026-01-01T00:00Z
MOVED_MS = JANUARY_MS + 2 * DAY_MS


def _meter(meter: str, carrier: str = "electricity", quantity: str = "electricity.energy") -> Meter:
    device, _, channel = meter.partition("@")
    return Meter(meter, device, channel, carrier, quantity, 1, 3600, "")


AMOUNTS = _meter("i1")._replace(kind="interval")
METERS = [_meter("m1"), _meter("m2@L1"), _meter("w1", "water", "water.volume"), AMOUNTS]
ESTATE = Estate(
    site=Site("site", "Site", PARIS),
    buildings={name: Building(name, name, "office", 100.0) for name in ("b1", "b2")},
    zones={},
    devices={name: Device(name, name, 900, "") for name in ("m1", "m2", "w1", "i1", "air")},
    placements={name: [Placement("b1", "", 0, FOREVER_MS)] for name in ("m1", "w1", "i1", "air")}
    | {"m2": [Placement("b1", "", 0, MOVED_MS), Placement("b2", "", MOVED_MS, FOREVER_MS)]},
    meters={meter.id: meter for meter in METERS},
    tenants={},
    leases=(),
    budgets=(),
)


class Counter:
    """A desk over a real store."""

    def __init__(self, store: Store, state: State) -> None:
        pipeline = Pipeline(ESTATE, ESTATE.routes(Context(PARIS)))
        self.store, self.ledger = store, Ledger()
        self.intake = Intake(pipeline, store, state, self.ledger, lambda: NOW_MS)

    async def series(self, query: Series) -> Sequence[Row]:
        return await self.store.series(query)

    async def take(self, readings: Sequence[Reading]) -> Taken:
        return await take_in(self.intake, ESTATE, readings)

    async def bring(self, file: Path, kind: Kind, zone: ZoneInfo = UTC, **more: object) -> Report:
        """Import the file, and hold law 1 to it."""
        job = Import(file, Asked(kind, Times(zone), **more), ESTATE)  # type: ignore[arg-type]
        job.check(lambda done, total: None)
        await job.anchor(self, NOW_MS)
        report = await job.send(self, lambda done, total: None)
        assert (0, 0) == (self.ledger.difference, self.ledger.in_flight)
        return report

    async def held(self, device: str, quantity: str = "electricity.energy") -> list[tuple[int, float]]:
        """Hours since January the first and values."""
        query = Series(quantity, 0, NOW_MS, None, where={"device": [device]}, by=("device", "channel"))
        rows = await self.store.series(query)
        return [
            ((int(at_ms) - JANUARY_MS) // 3_600_000, float(value))
            for row in rows
            for at_ms, value in zip(row.times, row.values, strict=True)
        ]


@pytest.fixture
def desk(store: Store, state: State) -> Counter:
    return Counter(store, state)


def written(folder: Path, text: str) -> Path:
    path = folder / "f.csv"
    path.write_text(text)
    return path


def hours(*values: str, column: str = "m1", first: int = 0) -> str:
    """A row for each hour of January the first, or none where the value is "-"."""
    rows = [f"2026-01-01T{hour:02}:00,{value}" for hour, value in enumerate(values, first) if value != "-"]
    return "\n".join([f"time,{column}", *rows])


async def test_registers(desk: Counter, tmp_path: Path) -> None:
    """Registers of any age are stored in the quantity's unit, each where its device was then; again changes nothing."""
    file = written(tmp_path, "time,m1,m2@L1\n2019-05-01T00:00,1.5,\n2026-01-02T00:00,2,10\n2026-01-04T00:00,3,20\n")
    reports = [await desk.bring(file, Kind.REGISTER, unit="kWh") for _ in range(2)]
    latest = {point.device: point for point in await desk.store.latest(Latest())}

    assert [(-58488, 1500.0), (24, 2000.0), (72, 3000.0)] == await desk.held("m1")
    assert ("b2", "L1", 20_000.0) == (latest["m2"].building, latest["m2"].channel, latest["m2"].value)
    assert [(5, 5, {})] * 2 == [(report.values, report.readings, report.quarantined) for report in reports]


async def test_intervals(desk: Counter, tmp_path: Path) -> None:
    """Amounts become a register at the edges of their intervals; across a gap it stands still, and the gap is told."""
    file = written(tmp_path, hours("1", "2", "-", "", "4"))
    expected = [(0, 0.0), (1, 1000.0), (2, 3000.0), (4, 3000.0), (5, 7000.0)]
    reports = [await desk.bring(file, Kind.INTERVAL, unit="kWh") for _ in range(2)]

    assert expected == await desk.held("m1")
    assert [2, 2] == [report.series[0]["missing"] for report in reports]


async def test_interval_ends(desk: Counter, tmp_path: Path) -> None:
    """A time may be the end of its interval."""
    await desk.bring(written(tmp_path, hours("1", "2", first=1)), Kind.INTERVAL, stamp="end")

    assert [(0, 0.0), (1, 1.0), (2, 3.0)] == await desk.held("m1")


async def test_sums_are_exact(desk: Counter, tmp_path: Path) -> None:
    """A thousand tenths are a hundred, and importing again gives the same bits."""
    rows = "\n".join(f"2026-01-{1 + n // 96:02}T{n // 4 % 24:02}:{n % 4 * 15:02},0.1" for n in range(1000))
    file = written(tmp_path, f"time,w1\n{rows}")
    await desk.bring(file, Kind.INTERVAL)
    first = await desk.held("w1", "water.volume")
    await desk.bring(file, Kind.INTERVAL)

    assert 100.0 == first[-1][1]
    assert first == await desk.held("w1", "water.volume")


async def test_goes_on_from_what_is_held(desk: Counter, tmp_path: Path) -> None:
    """A later file goes on from the register held, an overlapping one lands on itself; an earlier is counted back."""
    live = written(tmp_path, "time,m1\n2026-01-01T10:00,5000\n")
    await desk.bring(live, Kind.REGISTER)
    await desk.bring(written(tmp_path, hours("1", "2", "3", first=7)), Kind.INTERVAL)
    await desk.bring(written(tmp_path, hours("3", "4", "5", first=9)), Kind.INTERVAL)
    expected = [(7, 4994.0), (8, 4995.0), (9, 4997.0), (10, 5000.0), (11, 5004.0), (12, 5009.0)]

    assert expected == await desk.held("m1")


@pytest.mark.parametrize(
    ("held", "problem"),
    [
        ("2026-01-01T01:30,7", "the store holds 1 other readings of electricity.energy within its span"),
        ("2026-01-01T00:00,0\n2026-01-01T05:00,4", "the register stands at 4 after this file since it stood at 0"),
        ("2026-01-01T05:00,4", "more flowed in this file (6) than the register held after it says (4)"),
    ],
)
async def test_contradictions(desk: Counter, tmp_path: Path, held: str, problem: str) -> None:
    """Intervals that contradict the register in the store are refused, and nothing is imported."""
    await desk.bring(written(tmp_path, f"time,m1\n{held}\n"), Kind.REGISTER)
    before = await desk.held("m1")
    with pytest.raises(FileWrong) as raised:
        await desk.bring(written(tmp_path, hours("1", "2", "3")), Kind.INTERVAL)

    assert problem in str(raised.value)
    assert before == await desk.held("m1")


async def test_days_follow_the_clock(desk: Counter, tmp_path: Path) -> None:
    """Daily amounts reach from midnight to midnight, through the day of 23 hours."""
    file = written(tmp_path, "time,m1\n2026-03-28,1\n2026-03-29,2\n2026-03-30,3\n")
    report = await desk.bring(file, Kind.INTERVAL, PARIS)
    instants = [at for at, _ in await desk.held("m1")]

    assert [24, 23, 24] == [after - before for before, after in pairwise(instants)]
    assert 0 == report.series[0]["missing"]


async def test_gauges(desk: Counter, tmp_path: Path) -> None:
    """Gauges need their quantity said; a long file may say it itself."""
    await desk.bring(
        written(tmp_path, hours("68", column="air")), Kind.GAUGE, quantity="climate.temperature", unit="°F"
    )
    long = "time,device,quantity,value\n2026-01-01T01:00,air,climate.co2,600\n"
    await desk.bring(written(tmp_path, long), Kind.GAUGE)

    assert [(0, 20.0)] == await desk.held("air", "climate.temperature")
    assert [(1, 600.0)] == await desk.held("air", "climate.co2")


async def test_names(desk: Counter, tmp_path: Path) -> None:
    """Columns may be mapped, and the one series of a file may be named."""
    await desk.bring(written(tmp_path, hours("1", column="Compteur")), Kind.REGISTER, names={"Compteur": "m2@L1"})
    await desk.bring(written(tmp_path, hours("2", column="value")), Kind.REGISTER, device="m1")

    assert [(0, 1.0)] == await desk.held("m2")
    assert [(0, 2.0)] == await desk.held("m1")


async def test_refused_as_messages_are(desk: Counter, state: State, tmp_path: Path) -> None:
    """Unknown devices, values that cannot be and times to come are quarantined as such; the rest is stored."""
    text = "time,m1,stranger\n2026-01-01,1,1\n2026-01-02,1e15,2\n2027-01-01,3,\n"
    report = await desk.bring(written(tmp_path, text), Kind.REGISTER, quantity="electricity.energy")
    reasons = {"implausible_value": 1, "unknown_device": 1}

    assert [(0, 1.0)] == await desk.held("m1")
    assert (reasons, reasons) == (dict(report.quarantined), state.run_now(quarantine_counts))


@pytest.mark.parametrize(
    ("text", "more", "problem"),
    [
        (hours("1", column="m11"), {}, "f.csv:2: 'm11' is no meter of the estate: did you mean 'm1'?"),
        (hours("1", column="air"), {}, "f.csv:2: 'air' is no meter of the estate: say what is measured"),
        (hours("1"), {"unit": "m3"}, "f.csv:2: 'm3' is no unit of electricity.energy: there are Wh, mWh, kWh"),
        (hours("1"), {"quantity": "climate.co2"}, "f.csv:2: climate.co2 is a gauge: --kind gauge"),
        (hours("1"), {"quantity": "electricity.enrgy"}, "did you mean 'electricity.energy'?"),
        (hours("1", "-1"), {}, "f.csv:3: m1 -1 is negative"),
        (hours("1"), {}, "f.csv: m1: one row alone does not tell how long its interval is: say it with --interval"),
        (hours("1", "2", "3") + "\n2026-01-01T02:20,1", {}, "f.csv:5: m1: is not a whole number of 60 min after"),
        (hours("1", "2"), {"names": {"x": "m1"}}, "f.csv: --map x: the file has no such column or device"),
        ("time,a,b\n2026-01-01,1,1\n", {"names": {"a": "m1", "b": "m1"}}, "f.csv:2: 'a' and 'b' are both m1"),
        ("time,a,b\n2026-01-01,1,1\n", {"device": "m1"}, "f.csv: has 2 series: --device is for a file with one"),
        ("time,m1\n2026-01-01,\n", {}, "f.csv: holds no value"),
        (hours("1", column="a/b"), {"quantity": "electricity.energy"}, "'a/b' cannot stand in a topic"),
    ],
)
async def test_wrong_files(desk: Counter, tmp_path: Path, text: str, more: dict[str, object], problem: str) -> None:
    """What is wrong with a file is said with its line, and nothing of it is imported."""
    with pytest.raises(FileWrong) as raised:
        await desk.bring(written(tmp_path, text), Kind.INTERVAL, UTC, **more)

    assert problem in str(raised.value)
    assert 0 == desk.ledger.received


@pytest.mark.parametrize("kind", [Kind.REGISTER, Kind.INTERVAL])
async def test_order_and_repetition_do_not_matter(desk: Counter, tmp_path: Path, kind: Kind) -> None:
    """Rows shuffled, turned round or written twice give what the file in order gives; twice is told."""
    head, *rows = hours("1", "2", "4", "-", "9").splitlines()
    expected = (await desk.bring(written(tmp_path, "\n".join([head, *rows])), kind)).series
    held = await desk.held("m1")
    for other in (rows[::-1], [rows[2], rows[0], rows[3], rows[0], rows[1], rows[3]]):
        report = await desk.bring(written(tmp_path, "\n".join([head, *other])), kind)

        assert (expected, len(other) - 4) == ([row | {"register": expected[0]["register"]} for row in report.series],
                                              report.repeated)  # fmt: skip
        assert held == await desk.held("m1")


async def test_two_values_of_one_time(desk: Counter, tmp_path: Path) -> None:
    """Rows that contradict each other are named with both lines, and nothing is imported."""
    text = hours("1", "2", "3") + "\n2026-01-01T01:00,2\n2026-01-01T00:00,1.5\n"
    with pytest.raises(FileWrong) as raised:
        await desk.bring(written(tmp_path, text), Kind.REGISTER)

    problem = "m1 is 1.5 here and 1 at line 2, both at 2026-01-01T00:00:00+00:00: keep one row"
    assert f"f.csv:6: {problem}" == str(raised.value)
    assert 0 == desk.ledger.received


async def test_a_meter_of_intervals_keeps_amounts(desk: Counter, tmp_path: Path) -> None:
    """They are not added up: each stands at the end of its interval, what is missing nowhere; again, the same."""
    file = written(tmp_path, hours("1", "", "4", "", column="i1"))
    reports = [await desk.bring(file, Kind.INTERVAL, unit="kWh", interval_ms=3_600_000) for _ in range(2)]

    assert [(1, 1000.0), (3, 4000.0)] == await desk.held("i1")
    assert [(2, 1, "")] * 2 == [
        (report.readings, *map(report.series[0].get, ("missing", "register"))) for report in reports
    ]


async def test_a_meter_of_intervals_goes_on(desk: Counter, tmp_path: Path) -> None:
    """A file that begins where another ended; and that once more."""
    for rows in ("00:00,1\n2026-01-01T01:00,2", "02:00,3\n2026-01-01T03:00,4", "02:00,3\n2026-01-01T03:00,4"):
        await desk.bring(written(tmp_path, f"time,i1\n2026-01-01T{rows}\n"), Kind.INTERVAL)

    assert [1.0, 2.0, 3.0, 4.0] == [value for _, value in await desk.held("i1")]


async def test_a_meter_of_intervals_has_its_own(desk: Counter, tmp_path: Path) -> None:
    """Amounts of another interval than the meter's would count for another time."""
    rows = "\n".join(f"2026-01-01T00:{minute:02},1" for minute in (0, 15, 30))
    with pytest.raises(
        FileWrong, match="i1: its intervals are of 60 min, the rows' of 15: correct the column interval"
    ):
        await desk.bring(written(tmp_path, f"time,i1\n{rows}\n"), Kind.INTERVAL)
