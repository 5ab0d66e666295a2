"""What people wait for: `python -m tests.benchmarks.bench_pages [store] [days]`, all queries of energy's API and page.

A year of forty buildings: a main meter and nine sub-metered, let zones in each, and a tariff of four periods. Rows by
hour and longer fill the year, those by quarter of an hour its last `days`. The bound is 200 ms.
"""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from shutil import copy
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx
import numpy as np

import estate as estates
from dashboards.app import create_app
from dashboards.health import Readiness
from dashboards.parts import Parts
from energy.cost.keep import Keeper
from energy.cost.tariff_rows import tariff_rows
from energy.derived.days import Hours, day_facts
from energy.derived.facts import AREAS, HOURLY
from energy.derived.places import Place, placed, whole
from energy.derived.places import rows as rows_of
from energy.derived.together import area, together
from energy.flows.rollup import rollup
from energy.flows.rows import Flow, rows, shared
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, STEP_MS, Every, floor, kept
from estate.load import load
from estate.model import COMMON, Consumption, Estate
from store.base import Store
from store.state import State
from tests.contract.conftest import STORES

BUILDINGS, ZONES, DAYS, FINE_DAYS = 40, 9, 365, 60
BATCH = 100_000
TIMES = 5
BOUND_MS = 200


def inventories(folder: Path) -> Estate:
    """Forty buildings of ten meters, as files."""
    zones = [(f"b{b:02}", f"b{b:02}-z{z}") for b in range(BUILDINGS) for z in range(ZONES)]
    buildings = [f"b{b:02}" for b in range(BUILDINGS)]
    placed = [(f"{b}-main", b, "") for b in buildings] + [(f"{zone}-sub", b, zone) for b, zone in zones]
    files = {
        "estate.toml": ['[site]\nid = "s"\nname = "S"\ntime_zone = "Europe/Paris"'],
        "buildings.csv": ["building,name,use,area_m2", *(f"{b},{b},office,1000" for b in buildings)],
        "zones.csv": ["zone,building,name,area_m2", *(f"{zone},{b},{zone},100" for b, zone in zones)],
        "devices.csv": ["device,building,zone,interval", *(f"{d},{b},{zone},900" for d, b, zone in placed)],
        "meters.csv": ["meter,carrier,submeter_of",
                       *(f"{d},electricity,{f'{b}-main' if zone else ''}" for d, b, zone in placed)],
        "tenants.csv": ["tenant,name,language,email", *(f"t-{z},{z},fr,{z}@example.org" for _, z in zones)],
        "leases.csv": ["tenant,zone", *(f"t-{z},{z}" for _, z in zones)],
        "contracts.csv": ["meter,tariff,subscribed_kva,off_peak,from",
                          *(f"{b}-main,four-period,100,22:00-06:00,2020-01-01" for b in buildings)],
    }  # fmt: skip
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    copy(Path(estates.__file__).parent / "sample" / "tariffs.toml", folder)
    return load(folder)


def consumed(site: Estate, building: str, now_ms: int) -> list[Flow]:
    """A year of a building by the step: its zones use between 0 and 500 Wh a quarter, its common parts 200."""
    start_ms = floor(now_ms - DAYS * DAY_MS, "1d", site.site.zone)
    starts = np.arange(start_ms, now_ms - STEP_MS, STEP_MS, dtype=np.int64)
    random = np.random.default_rng(int(building[1:]))
    none = np.zeros(len(starts), np.int64)
    names = [name for name in site.meters if name.startswith(f"{building}-")]
    subs = {name: random.integers(0, 500, len(starts)) for name in names if site.meters[name].submeter_of}
    amounts = {f"{building}-main": 200 + sum(subs.values(), none)} | subs
    own = [Flow(site.meters[name], "", Steps.of(starts, used, none)) for name, used in amounts.items()]
    return shared(site, names, own).flows


def batches(site: Estate, now_ms: int, fine_days: int) -> Iterator[Sequence[Consumption]]:
    """All rows, by step and in order of time, as they would have come."""
    flows: dict[Every, list[Flow]] = defaultdict(list)
    for building in site.buildings:
        found = consumed(site, building, now_ms)
        yield [*tariff_rows(site, found, now_ms), *derived(site, building, found, now_ms)]
        flows[site.step] += [_within(flow, now_ms - fine_days * DAY_MS, now_ms) for flow in found]
        for every in kept(site.step)[1:]:
            found = [flow._replace(steps=rollup(flow.steps, every, site.site.zone)) for flow in found]
            flows[every] += found
    for every, of in flows.items():
        size = sum(len(flow.steps.starts) for flow in of)
        windows = np.linspace(min(flow.steps.starts[0] for flow in of), now_ms, size // BATCH + 2).astype(int)
        for start_ms, end_ms in pairwise(windows.tolist()):
            yield rows(site, [_within(flow, start_ms, end_ms) for flow in of], every, now_ms)


def derived(site: Estate, building: str, flows: Iterable[Flow], now_ms: int) -> Iterator[Consumption]:
    """The facts of a building, its zones and their tenants, by day and month. Two people are about in every zone."""
    zone, nobody = site.site.zone, Hours(np.empty(0, np.int64), np.empty(0, np.bool_))
    for meter, tenant, steps in flows:
        span = site.placements[meter.device][0]
        place = placed(site, span.building, span.zone) if span.zone else whole(site, span.building)
        of = [Place("tenant", tenant, site.site.id)] if tenant else [place]
        if not tenant and not span.zone and building == min(site.buildings):
            of.append(whole(site, site.site.id))
        for each in of if tenant != COMMON else ():
            found = day_facts({"electricity": steps}, STEP_MS, nobody, zone)
            if each.kind != "tenant":
                zones = {"zone": 1, "building": ZONES, "site": len(site.zones)}[each.kind]
                day = rollup(steps._replace(amounts=np.full(len(steps.starts), 1800 * zones)), "1d", zone)
                found |= dict.fromkeys(HOURLY, day)
            if each.kind in ("building", "site"):
                metres = area(day.starts, {"building": 100.0 * ZONES, "site": 100.0 * len(site.zones)}[each.kind])
                found |= dict.fromkeys((*AREAS, "area"), metres) | together(found)
            yield from rows_of(each, found, "1d", now_ms)
            yield from rows_of(each, {fact: rollup(of, "1mo", zone) for fact, of in found.items()}, "1mo", now_ms)


def _within(flow: Flow, start_ms: int, end_ms: int) -> Flow:
    first, end = np.searchsorted(flow.steps.starts, [start_ms, end_ms])
    starts, amounts, estimated = flow.steps
    return flow._replace(steps=Steps(starts[first:end], amounts[first:end], estimated[first:end]))


def questions(now_ms: int, site: Estate) -> dict[str, str]:
    """What the pages and the API are asked, by what people would call it."""

    def asked(path: str, days: float = 0, **given: str) -> str:
        start = {"start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_ms / 1000 - days * 86_400))}
        return f"{path}?{urlencode(given | (start if days else {}), doseq=True)}"

    month = time.strftime("%Y-%m", time.gmtime(now_ms / 1000 - 40 * 86_400))
    tenant, meter = "t-b07-z3", "b07-main"
    return {
        "consumption: site, a year by day": asked("/api/consumption", DAYS, every="1d"),
        "consumption: buildings, a year by month": asked("/api/consumption", DAYS, every="1mo", by="building"),
        "consumption: buildings, a year by day": asked("/api/consumption", DAYS, every="1d", by="building"),
        "consumption: every meter, a year by month": asked("/api/consumption", DAYS, every="1mo", by="meter"),
        "consumption: site, a week by 15 min": asked("/api/consumption", 7, every="15m"),
        "consumption: a building, a month by 15 min": asked("/api/consumption", 30, every="15m", building="b07"),
        "consumption: a tenant, a year by day": asked("/api/consumption", DAYS, every="1d", tenant=tenant),
        "consumption: a meter, a year by hour": asked("/api/consumption", DAYS, every="1h", meter=meter),
        "allocation: site, a year by month": asked("/api/allocation", DAYS, every="1mo"),
        "allocation: a building, a year by day": asked("/api/allocation", DAYS, every="1d", building="b07"),
        "cost: site, a year": asked("/api/cost", DAYS, every="1y"),
        "cost: buildings, a year by month": asked("/api/cost", DAYS, every="1mo", by="building"),
        "cost: a building, a year by month": asked("/api/cost", DAYS, every="1mo", building="b07"),
        "cost: a tenant, a year by month": asked("/api/cost", DAYS, every="1mo", tenant=tenant),
        "carbon: buildings, a year by month": asked("/api/carbon", DAYS, every="1mo", by="building"),
        "explain: a tenant's month": asked("/api/explain", tenant=tenant, month=month),
        "explain: a building's month": asked("/api/explain", building="b07", month=month),
        "indicators: site, a year": asked("/api/indicators", DAYS - 1),
        "indicators: a building, a year": asked("/api/indicators", DAYS - 1, of="building", id="b07"),
        "indicators: a zone, a year": asked("/api/indicators", DAYS - 1, of="zone", id="b07-z3"),
        "indicators: a tenant, a year": asked("/api/indicators", DAYS - 1, of="tenant", id=tenant),
        "page: site, this year": asked("/energy", period="year"),
        "page: site, this month": asked("/energy", period="month"),
        "page: a building, this year": asked("/buildings/b07", period="year"),
        "page: a tenant, this year": asked(f"/tenants/{tenant}", period="year"),
        "page: its chart of use, this year": asked("/energy/charts/use.json", period="year"),
    }


async def answers(parts: Parts) -> Iterable[tuple[str, list[float], int]]:
    """Each question, how long each of its answers took in ms, and the size of one."""
    transport = httpx.ASGITransport(create_app(parts))
    found = []
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8112", timeout=60) as client:
        for name, path in questions(parts.clock(), parts.estate).items():
            took = []
            for _ in range(TIMES):
                begun = time.perf_counter()
                answer = await client.get(path)
                took.append((time.perf_counter() - begun) * 1000)
                assert answer.is_success, f"{path}: {answer.text}"
            found.append((name, took, len(answer.content)))
    return found


async def main(name: str, fine_days: int) -> None:
    now_ms = time.time_ns() // 1_000_000
    with TemporaryDirectory() as text, State(Path(text) / "state.sqlite") as state:
        folder = Path(text) / "estate"
        folder.mkdir()
        site = inventories(folder)
        async with STORES[name](Path(text)) as store:
            await fill(store, site, now_ms, fine_days)
            begun = time.process_time()
            await Keeper(store, site, state, store.remove_consumption).settle(now_ms)
            print(f"priced for the first time in {time.process_time() - begun:.1f} s of CPU", flush=True)
            ready = Readiness("ready", "")
            parts = Parts(site, store, None, None, state, lambda: ready, None, lambda: now_ms, _nothing)
            for question, took, size in await answers(parts):
                slow = "too slow" if min(took[0], median(took[1:])) > BOUND_MS else ""
                print(f"{question:<46} first {took[0]:6.0f} ms, median {median(took):6.0f} ms {size:10,} bytes  {slow}")


async def fill(store: Store, site: Estate, now_ms: int, fine_days: int) -> None:
    begun, count = time.perf_counter(), 0
    for batch in batches(site, now_ms, fine_days):
        await store.write_consumption(batch)
        count += len(batch)
    print(f"{len(site.meters)} meters, {count:,} rows written in {time.perf_counter() - begun:.0f} s", flush=True)


async def _nothing() -> tuple[()]:
    return ()


if __name__ == "__main__":
    for store_name in sys.argv[1:2] or STORES:
        print(store_name, flush=True)
        asyncio.run(main(store_name, int(sys.argv[2]) if len(sys.argv) > 2 else FINE_DAYS))
