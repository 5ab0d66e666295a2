"""What staff wait for in Grafana: `python -m tests.benchmarks.bench_grafana [days of quarters]`, all its queries.

The year of forty buildings of `bench_pages` in a real InfluxDB, with ten rooms of sensors and the service's own year
beside it, looked at as the links Year and Month show it. The bound is 200 ms, of 95 in 100 queries. Beside the time
is that of the server's processors, which other work on the machine lengthens less.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlencode

from dashboards.grafana import build
from dashboards.grafana.lint import queries
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS, floor
from estate.model import Estate, Point
from store.influx import InfluxStore
from tests.benchmarks.bench_pages import BOUND_MS, DAYS, FINE_DAYS, fill, inventories
from tests.dashboards.grafana.interpolate import Looking
from tests.servers import Server, influxd

ROOMS, BUDGETS, TIMES = 10, 60, 3
MINUTE_MS = 60_000
MINUTES = ("received", "stored", "in_flight", "spooled", "difference", "spool_fill", "quarantine_fill", "latency",
           "latency_max", "broker_away", "store_away")  # fmt: skip
VALUES = {"climate.co2": 600.0, "climate.temperature": 20.5, "climate.humidity": 45.0, "occupancy.count": 2.0}


class Asked(NamedTuple):
    """One query of one look, and how long it took at best, in the middle, and of the server's processors, in ms."""

    name: str
    best: float
    middle: float
    server: float
    values: int


def rooms(site: Estate, now_ms: int) -> Iterator[list[Point]]:
    """A year of ten rooms, every quarter of an hour."""
    for zone in list(site.zones.values())[:ROOMS]:
        for day in range(now_ms - DAYS * DAY_MS, now_ms, 10 * DAY_MS):
            times = range(day, min(day + 10 * DAY_MS, now_ms), STEP_MS)
            named = ((f"{zone.id}-room", "", quantity, value) for quantity, value in VALUES.items())
            yield [Point(*each, at, zone.building, zone.id) for each in named for at in times]


def of_itself(site: Estate, now_ms: int) -> Iterator[list[Point]]:
    """A year of what the service says of itself: an ingester's minutes, and each hour of budgets and devices."""
    shares = {f"alerts.{name}": 50.0 for name in ("level", "share", "forecast")}
    for day in range(now_ms - DAYS * DAY_MS, now_ms, DAY_MS):
        minutes, hours = (range(day, day + DAY_MS, step) for step in (MINUTE_MS, HOUR_MS))
        yield [Point("microville", "", f"ingest.{name}", 1.0, at, "", "") for name in MINUTES for at in minutes]
        yield [Point("microville", "control", "ingest.ignored", 1.0, at, "", "") for at in minutes]
        yield [Point(device, "", "health.silent", 0.0, at, "b00", "") for device in site.devices for at in hours]
        budgets = ((tenant, name, value) for tenant in list(site.tenants)[:BUDGETS] for name, value in shares.items())
        yield [Point(tenant, "electricity", name, value, at, "", "") for tenant, name, value in budgets for at in hours]


def looks(site: Estate, now_ms: int) -> dict[str, Looking]:
    """As the links show it, in a panel of some 700 windows."""
    month = floor(now_ms - 20 * DAY_MS, "1mo", site.site.zone)
    return {
        "year": Looking(now_ms - DAYS * DAY_MS, now_ms, {"every": ["1mo"], "load": ["1d"]}, "12h"),
        "year of one": Looking(
            now_ms - DAYS * DAY_MS,
            now_ms,
            {"every": ["1d"], "load": ["1d"], "building": ["b07"], "zone": ["b07-z3"], "tenant": ["t-b07-z3"]},
            "12h",
        ),
        "month": Looking(month, now_ms, {"every": ["1d"], "load": ["15m"]}, "1h"),
    }


def answers(server: Server, site: Estate, look: Looking) -> Iterator[Asked]:
    """Each query, as often as it takes to tell the machine's noise."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    for name, text in build(site.site).items():
        for each in queries(json.loads(text)) if name.startswith("en/") else ():
            form = urlencode({"db": "microville", "epoch": "ms", "q": look.query(each.query)})
            took, before = [], _processors_ms(server)
            for _ in range(TIMES):
                begun = time.perf_counter()
                connection.request("POST", "/query", form, {"Content-Type": "application/x-www-form-urlencoded"})
                answer = json.loads(connection.getresponse().read())
                took.append((time.perf_counter() - begun) * 1000)
            (result,) = answer["results"]
            assert "error" not in result, (result, each.query)
            values = sum(len(series["values"]) for series in result.get("series", ()))
            own = (_processors_ms(server) - before) / TIMES
            yield Asked(f"{name[3:-5]}: {each.where}", min(took), median(took), own, values)


def _processors_ms(server: Server) -> float:
    """What the server's process has used of them."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") * 1000


def p95(found: Sequence[float]) -> float:
    return sorted(found)[int(0.95 * (len(found) - 1))]


async def main(fine_days: int) -> None:
    now_ms = time.time_ns() // 1_000_000
    with TemporaryDirectory() as folder, influxd() as server:
        site = inventories(Path(folder))
        store = InfluxStore("127.0.0.1", server.port)
        await store.open()
        await fill(store, site, now_ms, fine_days)
        for points in chain(rooms(site, now_ms), of_itself(site, now_ms)):
            await store.write(points)
        await store.close()
        for name, look in looks(site, now_ms).items():
            found = list(answers(server, site, look))
            best, middle, own = (p95(times) for times in zip(*(each[1:4] for each in found), strict=True))
            print(
                f"{name}: {len(found)} queries, p95 {middle:.0f} ms, at best {best:.0f}, server {own:.0f}", flush=True
            )
            for each in sorted(found, key=lambda each: -each.middle)[:10]:
                slow = "too slow" if each.best > BOUND_MS else ""
                took = f"{each.middle:6.0f} ms, best {each.best:6.0f} ms, server {each.server:6.0f} ms"
                print(f"    {each.name:<70} {took} {each.values:7,} values  {slow}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else FINE_DAYS))
