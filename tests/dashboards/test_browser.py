"""The page in a real Chromium: drawn, bounded, fresh, and true when there is nothing to show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from dashboards.app import create_app
from dashboards.parts import Parts
from dashboards.server import WebServer
from dashboards.settings import WebSettings
from store.duck import DuckStore
from tests.dashboards.conftest import points, rows
from tests.servers import free_port

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def served(parts: Parts) -> AsyncIterator[str]:
    """The application on a real socket; its address."""
    settings = WebSettings(listen=f"127.0.0.1:{free_port()}")
    server = WebServer(settings)
    running = asyncio.create_task(server.run(create_app(replace(parts, web=settings))))
    yield f"http://{settings.listen}"
    server.stop()
    await running
    server.close()


@asynccontextmanager
async def browsing(width: int, language: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of a real browser, and what went wrong in it: console messages, errors, requests to elsewhere."""
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": width, "height": 900}, locale=language)
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if is_elsewhere(request.url) else None)
        yield page, wrong
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


@pytest.mark.parametrize(("width", "language"), [(1280, "fr-FR"), (390, "en-GB")])
async def test_in_a_browser(filled: Parts, width: int, language: str) -> None:
    """Every chart is drawn, nothing is wider than the window, nothing complains, nothing leaves this machine."""
    async with served(filled) as url, browsing(width, language) as (page, wrong):
        await page.goto(url)
        figures = page.locator("figure.drawn")
        await expect(figures).to_have_count(5, timeout=30_000)
        colours = [await figure.evaluate(COLOURS) for figure in await figures.all()]
        widest = await page.evaluate(
            "Math.max(...[...document.querySelectorAll('body *:not(.skip)')].map(e => e.getBoundingClientRect().right))"
        )

        assert language[:2] == await page.locator("html").get_attribute("lang")
        assert [True] * 5 == [count > 4 for count in colours]
        assert widest <= width
        assert [] == wrong


async def test_stays_fresh(filled: Parts) -> None:
    """What is refused while the page is open appears on it without a reload."""
    async with served(filled) as url, browsing(1280, "en-GB") as (page, wrong):
        await page.goto(url)
        await filled.state.run(lambda db: db.execute("UPDATE quarantine SET detail = 'a new reason'"))
        await expect(page.locator("#quarantine")).to_contain_text("a new reason", timeout=20_000)

        assert [] == wrong


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
        await expect(broken).to_have_count(5, timeout=30_000)
        said = await broken.all_inner_texts()

        assert all("le stockage ne répond pas" in text for text in said)
        assert await page.locator("#store").get_by_text("Le stockage ne répond pas").is_visible()
        assert not await page.locator(".lost").is_visible()

        await store.open()
        await expect(page.locator("figure.drawn:not(.broken)")).to_have_count(5, timeout=30_000)

        assert "" == (await page.locator("#store").inner_text()).strip()
    await store.close()


async def test_nothing_yet(empty: Parts) -> None:
    """A service that has just started says what to wait for instead of drawing empty axes."""
    async with served(empty) as url, browsing(390, "en-GB") as (page, wrong):
        await page.goto(url)
        await expect(page.locator("figure.nothing")).to_have_count(5, timeout=30_000)

        assert await page.get_by_text("the first steps appear 15 minutes after the first reading").is_visible()
        assert [] == wrong
