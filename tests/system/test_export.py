"""`microville export`: whole files with units in their header, the same beside a service and without one."""

import asyncio
import csv
from pathlib import Path
from typing import Any

import duckdb

from estate.calendar import HOUR_MS
from estate.model import COMMON, Consumption
from store.duck import DuckStore
from tests.servers import free_port
from tests.system.running import configure, run, up

FIRST_MS = 1_795_388_400_000  # 2026-11-23T00:00 in Paris
WEEK = 7 * 24
SPAN = ("--from", "2026-11-23", "--until", "2026-11-29")


def hours(meter: str, tenant: str, wh: int) -> list[Consumption]:
    carrier = meter.partition("-")[2]
    return [
        Consumption(meter, tenant, carrier, "b01", "site", "1h", FIRST_MS + hour * HOUR_MS, wh + hour, 0.25)
        for hour in range(WEEK)
    ]


def prepared(folder: Path) -> None:
    """A week of two meters and of a tenant's share, in the store the configuration names."""
    configure(folder, f"embedded://127.0.0.1:{free_port()}", "duckdb:///store.duckdb")

    async def fill() -> None:
        store = DuckStore(folder / "store.duckdb", memory_limit="200MB")
        await store.open()
        rows = [*hours("b01-electricity", "", 1000), *hours("b01-gas", "", 500), *hours("b01-gas", COMMON, 500)]
        await store.write_consumption(rows)
        await store.close()

    asyncio.run(fill())


def test_export(tmp_path: Path) -> None:
    """A week by meter: one row per hour and meter, rising in time, amounts with their unit, times in both zones."""
    prepared(tmp_path)
    done = run(tmp_path, "export", "consumption", "alone.csv", *SPAN, "--by", "meter")
    french = run(tmp_path, "export", "consumption", "french.csv", *SPAN, "--meter", "b01-gas", "--semicolon")
    compact = run(tmp_path, "export", "allocation", "shares.parquet", *SPAN, "--meter", "b01-gas")
    with up(tmp_path, "--only", "ingest"):
        beside = run(tmp_path, "export", "consumption", "beside.csv", *SPAN, "--by", "meter")
    with (tmp_path / "alone.csv").open() as text:
        rows = list(csv.DictReader(text))

    assert [0] * 4 == [each.returncode for each in (done, french, compact, beside)], done.stderr + beside.stderr
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "beside.csv").read_bytes()
    assert 2 * WEEK == len(rows)
    assert {
        "start [UTC]": "2026-11-22T23:00:00Z",
        "start [Europe/Paris]": "2026-11-23T00:00:00+01:00",
        "building": "b01",
        "meter": "b01-electricity",
        "role": "site",
        "tenant": "",
        "carrier": "electricity",
        "amount [Wh]": "1000",
        "amount [L]": "",
        "estimated [1]": "0.25",
        "settled [UTC]": "",
    } == rows[0]
    assert sorted(row["start [UTC]"] for row in rows) == [row["start [UTC]"] for row in rows]
    assert ";500;;0,25;" in (tmp_path / "french.csv").read_text("utf-8-sig").splitlines()[1]
    assert (sum(500 + hour for hour in range(WEEK)), "common") == read_back(tmp_path / "shares.parquet")


def read_back(file: Path) -> Any:
    with duckdb.connect() as database:
        asked = 'SELECT sum("amount [Wh]"), any_value(tenant) FROM read_parquet($file)'
        return database.execute(asked, {"file": str(file)}).fetchone()


def test_refused(tmp_path: Path) -> None:
    """What cannot be exported is said, and leaves no file."""
    prepared(tmp_path)
    unknown = run(tmp_path, "export", "consumption", "out.csv", *SPAN, "--meter", "b99")
    backwards = run(tmp_path, "export", "consumption", "out.csv", "--from", "2026-11-23", "--until", "2026-11-22")
    stepless = run(tmp_path, "export", "cost", "out.csv", *SPAN, "--every", "15m")

    assert [1, 1, 1] == [each.returncode for each in (unknown, backwards, stepless)]
    assert "give an earlier --from" in backwards.stderr
    assert "'b99' is not in the estate" in unknown.stderr
    assert "costs by 15m do not exist" in stepless.stderr
    assert [] == [path.name for path in tmp_path.iterdir() if path.name.startswith("out")]
