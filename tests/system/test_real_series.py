"""Real series as their publishers write them, through the real command to the API: the energy is theirs."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tests.energy.real_registers import WINTER_TIME, read
from tests.estate.folders import write
from tests.servers import free_port
from tests.system.running import Running, configure, run, until, up

PARIS = ZoneInfo("Europe/Paris")
DEVICES = "device,name,building,zone,from,until,interval\nhouse,House,b1,,,,60\nheat,Heat,b1,,,,60\n"
METERS = "meter,carrier\nhouse,electricity\nheat,heat\n"
SETTLED_S = 60.0

Flows = list[tuple[datetime, Decimal]]  # when a minute begins, Wh in it


def house(file: Path) -> Flows:
    """kWh of each minute, by a clock on winter time, with commas; NA through the outage of 62 hours."""
    flows, lines = [], ["Horodate;Consommation"]
    for row in read("uci_household_sceaux/outage_1min_2007.csv.gz"):
        at, kwh = datetime.fromisoformat(row["date_time"]), Decimal(row["Global_active_power"]) / 60
        missing = row["imputed_suspect"] == "1"
        lines.append(f"{at};{'NA' if missing else f'{kwh:.9f}'.replace('.', ',')}")
        if not missing:
            flows.append(((at - WINTER_TIME).replace(tzinfo=UTC), 1000 * kwh))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return flows


def heat(file: Path) -> Flows:
    """A register in kWh each minute, with its offset; every seventh row is not there but for those on the quarter."""
    flows, lines, register = [], ["time,heat"], Decimal(123_456)
    for number, row in enumerate(read("sunpeek_solar_heat/heat_1min_2020.csv.gz")):
        at, kwh = datetime.fromisoformat(row["Time"]), max(Decimal(0), Decimal(row["HEX_SEK_POWER_PV (EM210)"])) / 60
        if number % 7 or not number % 15:
            lines.append(f"{row['Time']},{register:.6f}")
        flows.append((at, 1000 * kwh))
        register += kwh
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return flows[:-15]  # the last quarter is not read to its end


def by_day(flows: Flows) -> dict[str, int]:
    """Wh of each local day."""
    days: Counter[str] = Counter()
    for at, wh in flows:
        days[f"{at.astimezone(PARIS):%Y-%m-%d}"] += wh  # type: ignore[assignment]
    return {day: round(wh) for day, wh in days.items()}


def answered(running: Running, meter: str, flows: Flows) -> Iterator[tuple[str, int]]:
    """What the API has for the same days."""
    first = flows[0][0].astimezone(PARIS).replace(hour=0, minute=0)
    span = {"start": first.isoformat(), "end": flows[-1][0].isoformat()}
    asked = urlencode({"meter": meter, "every": "1d"} | span)
    for group in running.get(f"/api/consumption?{asked}"):
        yield from ((at[:10], amount) for at, amount in zip(group["start"], group["amount"], strict=True))


def test_real_series(tmp_path: Path) -> None:
    """Minutes in kWh with an outage, and a register with holes: each day's energy, to the Wh that rounding moves."""
    (tmp_path / "estate").mkdir()
    write(tmp_path / "estate", devices=DEVICES, meters=METERS)
    sections = ["[estate]", f'path = "{tmp_path / "estate"}"']
    configure(tmp_path, f"embedded://127.0.0.1:{free_port()}", "duckdb:///store.duckdb", sections)
    true = {"house": house(tmp_path / "house.csv"), "heat": heat(tmp_path / "heat.csv")}
    minutes = ("--kind", "interval", "--unit", "kWh", "--zone", "Etc/GMT-1", "--map", "Consommation=house")
    done = [
        run(tmp_path, "import", "house.csv", *minutes),
        run(tmp_path, "import", "heat.csv", "--kind", "register", "--unit", "kWh"),
    ]
    found: dict[str, dict[str, int]] = {}

    def settled() -> bool:
        found.update({meter: dict(answered(running, meter, flows)) for meter, flows in true.items()})
        return all(abs(sum(found[meter].values()) - sum(by_day(true[meter]).values())) <= 2 for meter in true)

    with up(tmp_path) as running:
        until(settled, "both series are settled", SETTLED_S)

    assert [0, 0] == [each.returncode for each in done]
    for meter, flows in true.items():
        days = by_day(flows)
        assert [] == [day for day, wh in days.items() if abs(found[meter].get(day, 0) - wh) > 1]
