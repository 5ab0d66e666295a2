"""The page in a real Chromium: drawn, bounded, fresh, and true when there is nothing to show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, async_playwright, expect

from dashboards.app import create_app
from dashboards.parts import Parts
from dashboards.server import WebServer
from dashboards.settings import WebSettings
from dashboards.viewers import Viewers
from estate.calendar import HOUR_MS, floor
from estate.model import Consumption, Point
from ingest.account.ledger import Ledger
from store.duck import DuckStore
from tests.dashboards.conftest import NOW, PARIS, points, rows
from tests.servers import free_port

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


HOUR = floor(NOW - 2 * HOUR_MS, "1h", PARIS)
GUESSED = [
    Consumption("b02-electricity", "", "electricity", "b02", "site", every, start, 4000, 0.5)
    for every, start in (("1h", HOUR), ("1d", floor(HOUR, "1d", PARIS)))
]


@asynccontextmanager
async def served(parts: Parts, settings: WebSettings | None = None) -> AsyncIterator[str]:
    """The application on a real socket; its address."""
    settings = settings or WebSettings(listen=f"127.0.0.1:{free_port()}")
    server = WebServer(settings)
    running = asyncio.create_task(server.run(create_app(replace(parts, web=settings))))
    try:
        yield f"http://{settings.listen}"
    finally:
        parts.viewers.close()
        server.stop()
        await running
        server.close()


@asynccontextmanager
async def browsing(
    width: int, language: str, scheme: Literal["light", "dark"] = "light"
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of a real browser, and what went wrong in it: console messages, errors, requests to elsewhere."""
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": width, "height": 900}, locale=language, color_scheme=scheme)
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if is_elsewhere(request.url) else None)
        try:
            yield page, wrong
        finally:
            await browser.close()


def is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "about:"))


COLOURS = """async figure => {
  const text = new XMLSerializer().serializeToString(figure.querySelector("svg"));
  const picture = new Image();
  picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(pixels).size;
}"""
"""How many colours a chart's pixels have."""


PAGES = {
    "/": 4,
    "/energy?period=day&explain=all": 2,
    "/buildings": 1,
    "/buildings/b01?period=day&explain=all": 2,
    "/zones": 0,
    "/zones/b01-room?period=week": 2,
    "/tenants": 0,
    "/tenants/baker?period=day": 2,
    "/devices": 0,
    "/quarantine": 0,
    "/quarantine/1": 0,
    "/quarantine/4": 0,
    "/ingest": 0,
    "/readings": 0,
    "/docs": 0,
}
"""Every page, and how many charts are drawn on it, of those it has a place for."""

WAITING = "[data-chart]:not(.drawn, .nothing, .broken)"
WIDEST = """Math.max(...[...document.querySelectorAll('body *:not(.skip):not(pre *):not(.scroll *)')]
  .map(element => element.getBoundingClientRect().right))"""
HATCHES = """[...document.querySelectorAll('.mark-rect path')].map(path => path.getAttribute('fill'))
  .filter(fill => fill?.startsWith('url(#'))"""
UNKNOWN = f"{HATCHES}.filter(fill => !document.getElementById(fill.slice(5, -1)))"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
VIOLATIONS = """axe.run(document, { resultTypes: ["violations"] })
  .then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))"""
WEIGHT = """performance.getEntries().filter(({ name }) => !name.includes("/static/vega-"))
  .reduce((sum, { encodedBodySize }) => sum + (encodedBodySize || 0), 0)"""


@pytest.mark.parametrize(("width", "language", "scheme"), [(1280, "fr-FR", "light"), (390, "en-GB", "dark")])
async def test_every_page(filled: Parts, width: int, language: str, scheme: Literal["light", "dark"]) -> None:
    """Charts are drawn, nothing is too wide, axe finds nothing, nothing complains, nothing leaves this machine."""
    await filled.store.write_consumption(GUESSED)
    found = {}
    async with served(filled) as url, browsing(width, language, scheme) as (page, wrong):
        for path in PAGES:
            await page.goto(url + path)
            await expect(page.locator(WAITING)).to_have_count(0, timeout=30_000)
            figures = await page.locator("figure.drawn").all()
            plain = [await figure.evaluate(COLOURS) for figure in figures]
            found[path] = (
                len(figures),
                all(colours > 4 for colours in plain),
                await page.locator("html").get_attribute("lang"),
                await page.evaluate(WIDEST) <= width,
                await page.evaluate(WEIGHT) <= 150_000,
                await page.evaluate(UNKNOWN),
                await page.evaluate(f"{AXE};{VIOLATIONS}"),
            )
            if path.startswith("/energy"):
                assert await page.evaluate(HATCHES)

    assert {path: (drawn, True, language[:2], True, True, [], []) for path, drawn in PAGES.items()} == found
    assert [] == wrong


async def test_charts_as_tables(filled: Parts) -> None:
    """What a chart shows can be read as a table, by keyboard."""
    async with served(filled) as url, browsing(390, "en-GB") as (page, wrong):
        await page.goto(f"{url}/energy?period=day")
        await expect(page.locator("figure.drawn")).to_have_count(2, timeout=30_000)
        await page.get_by_text("As a table").first.press("Enter")
        table = page.locator(".as-table table").first
        heads, first = await table.locator("th").all_inner_texts(), await table.locator("td").all_inner_texts()

        assert ["Start", "Carrier", "kWh", "Quality"] == heads
        assert ["00:00", "electricity", "5.0", "measured"] == first[:4]
        assert [] == wrong


async def test_stays_fresh(filled: Parts) -> None:
    """What is measured while the page is open appears on it without a reload."""
    async with served(filled) as url, browsing(1280, "en-GB") as (page, wrong):
        await page.goto(url)
        await expect(page.locator("#tiles")).to_contain_text("1.0\u00a0kW")
        await filled.store.write([Point("b01-electricity", "", "electricity.power", 2000.0, NOW - 1000, "b01", "")])
        await expect(page.locator("#tiles")).to_contain_text("2.0\u00a0kW", timeout=20_000)

        assert [] == wrong


async def test_survives_a_restart(filled: Parts) -> None:
    """While the service is away the page says so; when it is back the figures are."""
    settings = WebSettings(listen=f"127.0.0.1:{free_port()}")
    async with browsing(390, "fr-FR") as (page, _):
        async with served(filled, settings) as url:
            await page.goto(f"{url}/ingest")
        await expect(page.locator(".lost")).to_contain_text("Le service ne répond pas", timeout=20_000)
        again = replace(filled, viewers=Viewers(every_s=0.3), ledger=Ledger())
        async with served(again, settings):
            await expect(page.locator("#account")).to_contain_text("0 valeurs", timeout=20_000)
            await expect(page.locator(".lost")).to_be_hidden()


DAYS = """figures => figures.map(figure => [...figure.querySelectorAll(".role-axis-label text")]
  .filter(label => /^[A-Z][a-z]+ [0-9]+$/.test(label.textContent) && label.getAttribute("opacity") !== "0")
  .map(label => label.getBoundingClientRect()).map(({ left, right }) => [left, right]))"""
"""Where the labels that name a day stand, chart by chart."""


@pytest.mark.parametrize("width", [1280, 390])
async def test_days_are_apart(filled: Parts, width: int) -> None:
    """A week's days are named, at least every other one, and no name touches the next."""
    async with served(filled) as url, browsing(width, "en-GB") as (page, _):
        await page.goto(url)
        weeks = page.locator("figure.drawn:is([data-chart*=co2], [data-chart*=occupancy])")
        await expect(weeks).to_have_count(2, timeout=30_000)
        days = await weeks.evaluate_all(DAYS)

    assert [True] * 2 == [len(labels) >= 3 for labels in days]
    assert all(after[0] - before[1] > 4 for labels in days for before, after in pairwise(labels))


async def test_store_is_away(empty: Parts, tmp_path: Path) -> None:
    """While the store does not answer the page says so, each chart too; all is there again once it answers."""
    before, store = (DuckStore(tmp_path / "late.duckdb", memory_limit="200MB") for _ in range(2))
    await before.open()
    await before.write_consumption(rows())
    await before.write(points())
    await before.close()
    async with served(replace(empty, store=store)) as url, browsing(1280, "fr-FR") as (page, _):
        await page.goto(url)
        broken = page.locator("figure.broken > .trouble")
        await expect(broken).to_have_count(4, timeout=30_000)
        said = await broken.all_inner_texts()

        assert all("le stockage ne répond pas" in text for text in said)
        assert await page.locator("#store").get_by_text("Le stockage ne répond pas").is_visible()
        assert not await page.locator(".lost").is_visible()

        await store.open()
        await expect(page.locator("figure.drawn:not(.broken)")).to_have_count(4, timeout=30_000)

        await expect(page.locator("#store")).to_have_text("", timeout=20_000)
    await store.close()


async def test_nothing_yet(empty: Parts) -> None:
    """A service that has just started says what to wait for instead of drawing empty axes."""
    async with served(empty) as url, browsing(390, "en-GB") as (page, wrong):
        await page.goto(url)
        await expect(page.locator("figure.nothing")).to_have_count(4, timeout=30_000)

        assert await page.get_by_text("the first steps appear 15 minutes after the first reading").is_visible()
        assert [] == wrong
