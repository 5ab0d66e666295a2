"""The page in a real Chromium: drawn, bounded, fresh, and true when there is nothing to show."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from dashboards.settings import WebSettings
from dashboards.viewers import Viewers
from estate.model import Point
from ingest.account.ledger import Ledger
from store.duck import DuckStore
from tests.dashboards.browser import (
    AXE,
    COLOURS,
    IN_SESSION,
    VIOLATIONS,
    Scheme,
    browsing,
    charts_settled,
    served,
)
from tests.dashboards.conftest import NOW, points, rows, running, starting
from tests.servers import free_port

pytestmark = IN_SESSION

WIDE, NARROW = 1280, 390

PAGES = {
    "/": 4,
    "/energy?period=day": 2,
    "/explain": 0,
    "/explain?building=b01": 0,
    "/explain?meter=b02-electricity": 0,
    "/buildings": 1,
    "/buildings/b01?period=day": 4,
    "/zones": 0,
    "/zones/b01-room?period=week": 2,
    "/tenants": 0,
    "/tenants/baker?period=day": 2,
    "/devices": 1,
    "/devices?of=silent&building=b02&find=b02": 1,
    "/quarantine": 0,
    "/quarantine/1": 0,
    "/quarantine/4": 0,
    "/ingest": 5,
    "/ingest?period=week": 5,
    "/readings": 0,
    "/docs": 0,
    "/buildings/b99": 0,
}
"""Every page, and how many charts are drawn on it, of those it has a place for."""

NOT_FOUND = "error: Failed to load resource: the server responded with a status of 404 (Not Found)"
"""What a browser says by itself of the last of them."""

MOST_BYTES = 150_000
"""Of a page beyond the chart library."""

WIDEST = """Math.max(...[...document.querySelectorAll('body *:not(.skip):not(pre *):not(.scroll *)')]
  .map(element => element.getBoundingClientRect().right))"""
FITS = f"width => {WIDEST} <= width"
HATCHES = """[...document.querySelectorAll('.mark-rect path')].map(path => path.getAttribute('fill'))
  .filter(fill => fill?.startsWith('url(#'))"""
UNKNOWN = f"{HATCHES}.filter(fill => !document.getElementById(fill.slice(5, -1)))"
WEIGHT = """performance.getEntries().filter(({ name }) => !name.includes("/static/vega-"))
  .reduce((sum, { encodedBodySize }) => sum + (encodedBodySize || 0), 0)"""


@pytest.mark.parametrize(
    ("language", "schemes"), [("fr-FR", ("light", "dark")), ("en-GB", ("dark", "light"))], ids=["fr", "en"]
)
async def test_every_page(site: str, browser: Browser, language: str, schemes: tuple[Scheme, Scheme]) -> None:
    """Wide and narrow: charts are drawn, nothing sticks out, axe finds nothing, nothing complains or leaves here."""
    found: dict[str, object] = {}
    expected: dict[str, object] = {}
    async with browsing(browser, WIDE, language, schemes[0]) as (page, wrong):
        for path, drawn in PAGES.items():
            await page.set_viewport_size({"width": WIDE, "height": 900})
            await page.emulate_media(color_scheme=schemes[0])
            await page.goto(site + path)
            wide = await looked_at(page, WIDE)
            await page.evaluate(AXE)
            violations = await page.evaluate(VIOLATIONS)
            await page.set_viewport_size({"width": NARROW, "height": 900})
            await page.emulate_media(color_scheme=schemes[1])
            found[path] = (
                await page.locator("html").get_attribute("lang"),
                await page.evaluate(WEIGHT) <= MOST_BYTES,
                [wide, await looked_at(page, NARROW)],
                violations + await page.evaluate(VIOLATIONS),
                await page.evaluate(UNKNOWN),
            )
            expected[path] = (language[:2], True, [[True] * drawn] * 2, [], [])
            if path.startswith("/energy"):
                assert await page.evaluate(HATCHES)

    assert expected == found
    assert [NOT_FOUND] == wrong


async def looked_at(page: Page, width: int) -> list[bool]:
    """For each chart that is drawn, whether its pixels are; nothing on the page is wider than the window."""
    await charts_settled(page)
    await page.wait_for_function(FITS, arg=width, timeout=10_000)
    figures = await page.locator("figure.drawn").all()
    return [await figure.evaluate(COLOURS) > 4 for figure in figures]


async def test_charts_as_tables(site: str, browser: Browser) -> None:
    """What a chart shows can be read as a table, by keyboard."""
    async with browsing(browser, NARROW, "en-GB") as (page, wrong):
        await page.goto(f"{site}/energy?period=day")
        await expect(page.locator("figure.drawn")).to_have_count(2, timeout=30_000)
        await page.get_by_text("As a table").first.press("Enter")
        table = page.locator(".as-table table").first
        heads, first = await table.locator("th").all_inner_texts(), await table.locator("td").all_inner_texts()

        assert ["Start", "Carrier", "kWh", "Quality"] == heads
        assert ["00:00", "electricity", "5.0", "measured"] == first[:4]
        assert [] == wrong


async def test_stays_fresh(tmp_path: Path, browser: Browser) -> None:
    """What is measured while the page is open appears on it without a reload."""
    async with (
        running(tmp_path) as filled,
        served(filled) as url,
        browsing(browser, WIDE, "en-GB") as (page, wrong),
    ):
        await page.goto(url)
        await expect(page.locator("#tiles")).to_contain_text("1.0\u00a0kW")
        await filled.store.write([Point("b01-electricity", "", "electricity.power", 2000.0, NOW - 1000, "b01", "")])
        await expect(page.locator("#tiles")).to_contain_text("2.0\u00a0kW", timeout=20_000)

        assert [] == wrong


async def test_survives_a_restart(tmp_path: Path, browser: Browser) -> None:
    """While the service is away the page says so; when it is back the figures are."""
    settings = WebSettings(listen=f"127.0.0.1:{free_port()}")
    async with running(tmp_path) as filled, browsing(browser, NARROW, "fr-FR") as (page, _):
        async with served(filled, settings) as url:
            await page.goto(f"{url}/ingest")
        await expect(page.locator(".lost")).to_contain_text("Le service ne répond pas", timeout=20_000)
        again = replace(filled, viewers=Viewers(every_s=0.3), ledger=Ledger())
        async with served(again, settings):
            await expect(page.locator("#account")).to_contain_text(re.compile(r"\b0 valeurs"), timeout=30_000)
            await expect(page.locator(".lost")).to_be_hidden(timeout=20_000)


DAYS = """figures => figures.map(figure => [...figure.querySelectorAll(".role-axis-label text")]
  .filter(label => /^[A-Z][a-z]+ [0-9]+$/.test(label.textContent) && label.getAttribute("opacity") !== "0")
  .map(label => label.getBoundingClientRect()).map(({ left, right }) => [left, right]))"""
"""Where the labels that name a day stand, chart by chart."""


@pytest.mark.parametrize("width", [WIDE, NARROW])
async def test_days_are_apart(site: str, browser: Browser, width: int) -> None:
    """A week's days are named, at least every other one, and no name touches the next."""
    async with browsing(browser, width, "en-GB") as (page, _):
        await page.goto(site)
        weeks = page.locator("figure.drawn:is([data-chart*=co2], [data-chart*=occupancy])")
        await expect(weeks).to_have_count(2, timeout=30_000)
        days = await weeks.evaluate_all(DAYS)

    assert [True] * 2 == [len(labels) >= 3 for labels in days]
    assert all(after[0] - before[1] > 4 for labels in days for before, after in pairwise(labels))


async def test_store_is_away(tmp_path: Path, browser: Browser) -> None:
    """While the store does not answer the page says so, each chart too; all is there again once it answers."""
    before, store = (DuckStore(tmp_path / "late.duckdb", memory_limit="200MB") for _ in range(2))
    await before.open()
    await before.write_consumption(rows())
    await before.write(points())
    await before.close()
    async with (
        starting(tmp_path) as empty,
        served(replace(empty, store=store)) as url,
        browsing(browser, WIDE, "fr-FR") as (page, _),
    ):
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


async def test_nothing_yet(tmp_path: Path, browser: Browser) -> None:
    """A service that has just started says what to wait for instead of drawing empty axes."""
    async with (
        starting(tmp_path) as empty,
        served(empty) as url,
        browsing(browser, NARROW, "en-GB") as (page, wrong),
    ):
        await page.goto(url)
        await expect(page.locator("figure.nothing")).to_have_count(4, timeout=30_000)

        assert await page.get_by_text("the first steps appear 15 minutes after the first reading").is_visible()
        assert [] == wrong


async def test_ten_windows(site: str, browser: Browser) -> None:
    """Of many windows of one browser few keep a stream, so that all of them load, and all are told."""
    async with browsing(browser, NARROW, "en-GB") as (first, wrong):
        windows = [first] + [await first.context.new_page() for _ in range(9)]
        for window in windows:
            await window.goto(f"{site}/tenants")
        for window in windows:
            await window.wait_for_function("() => heardAt > 0 && toldAt > 100")
        kept = [await window.evaluate("source !== null") for window in windows]
        await windows[-1].goto(f"{site}/zones")

        assert 1 <= sum(kept) <= 5
        assert [] == wrong


async def test_a_machine_that_slept(site: str, browser: Browser) -> None:
    """A stream that has said nothing for long is begun anew, though the browser believes it open."""
    async with browsing(browser, NARROW, "en-GB") as (page, wrong):
        await page.goto(f"{site}/tenants")
        await page.wait_for_function("() => source?.readyState === EventSource.OPEN")
        await page.evaluate("() => { window.former = source; source.onmessage = null; heardAt = -1e6; }")
        await page.wait_for_function(
            "() => source?.readyState === EventSource.OPEN && source !== former && heardAt > 0"
        )

        assert await page.evaluate("former.readyState === EventSource.CLOSED")
        assert await page.locator(".lost").is_hidden()
        assert [] == wrong


PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
FIRST = ("/", "/energy", "/buildings/b01", "/zones/b01-room", "/tenants/baker", "/devices", "/ingest")
BARE_MS = 100
"""What a page without content takes on a machine that is not busy, at most: 68 to 84 ms, seen 2026-11-23."""


async def test_first_paint(site: str, browser: Browser) -> None:
    """Within a second; on a busy machine by as much longer as a page without content takes there, too."""
    found: dict[str, float] = {}
    async with browsing(browser, WIDE, "fr-FR") as (page, _):
        for path in ("/healthz", *FIRST) * 2:
            await page.goto(site + path, wait_until="commit")
            painted = await (await page.wait_for_function(f"() => {PAINTED}")).json_value()
            found[path] = min(painted, found.get(path, painted))
    busy = max(1.0, found.pop("/healthz") / BARE_MS)

    assert {} == {path: painted for path, painted in found.items() if painted > 1000 * busy}
