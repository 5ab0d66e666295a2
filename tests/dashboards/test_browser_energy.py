"""The page of energy in a real Chromium: drawn, hatched, bounded, and led by its address."""

import pytest
from playwright.async_api import expect

from dashboards.parts import Parts
from estate.calendar import HOUR_MS, floor
from estate.model import Consumption
from tests.dashboards.conftest import NOW, PARIS
from tests.dashboards.test_browser import browsing, served

WIDEST = "Math.max(...[...document.querySelectorAll('main *')].map(e => e.getBoundingClientRect().right))"
FILLS = "figures => figures.flatMap(f => [...f.querySelectorAll('.mark-rect path')].map(p => p.getAttribute('fill')))"


@pytest.mark.parametrize(("width", "language"), [(1280, "fr-FR"), (390, "en-GB")])
async def test_in_a_browser(filled: Parts, width: int, language: str) -> None:
    """Charts are drawn with what was estimated hatched; nothing is wider than the window, nothing complains."""
    hour = floor(NOW - 2 * HOUR_MS, "1h", PARIS)
    guessed = [
        Consumption("b02-electricity", "", "electricity", "b02", "site", every, start, 4000, 0.5)
        for every, start in (("1h", hour), ("1d", floor(hour, "1d", PARIS)))
    ]
    await filled.store.write_consumption(guessed)
    async with served(filled) as url, browsing(width, language) as (page, wrong):
        await page.goto(f"{url}/energy?period=day")
        await expect(page.locator("figure.drawn")).to_have_count(2, timeout=30_000)
        fills = await page.locator("figure.drawn").evaluate_all(FILLS)
        hatches = {fill[5:-1] for fill in fills if fill.startswith("url(#")}

        assert hatches
        assert len(hatches) == await page.locator(", ".join(f"[id='{hatch}']" for hatch in hatches)).count()
        assert await page.evaluate(WIDEST) <= width
        assert [] == wrong


async def test_its_address_holds_all(filled: Parts) -> None:
    """Whose and which period are chosen by keyboard, and stand in the address; a tab keeps whose."""
    async with served(filled) as url, browsing(1280, "en-GB") as (page, wrong):
        await page.goto(f"{url}/energy")
        await page.get_by_label("Whose").select_option("building:b01")
        await page.get_by_role("button", name="Show").press("Enter")
        await page.get_by_role("link", name="Week").press("Enter")
        await expect(page.get_by_role("heading", name="Mairie")).to_be_visible()

        assert {"of=building%3Ab01", "period=week"} <= {*page.url.partition("?")[2].split("&")}
        assert [] == wrong
