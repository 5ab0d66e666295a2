"""The page of energy in a real Chromium: led by its address."""

from playwright.async_api import Browser, expect

from tests.dashboards.browser import IN_SESSION, browsing

pytestmark = IN_SESSION


async def test_its_address_holds_all(site: str, browser: Browser) -> None:
    """Whose and which period are chosen by keyboard, and stand in the address; a tab keeps whose."""
    async with browsing(browser, 1280, "en-GB") as (page, wrong):
        await page.goto(f"{site}/energy")
        await page.get_by_label("Whose").select_option("building:b01")
        await page.get_by_role("button", name="Show").press("Enter")
        await page.get_by_role("link", name="Week").press("Enter")
        await expect(page.get_by_role("heading", name="Mairie")).to_be_visible()

        assert "/buildings/b01" in page.url
        assert "period=week" in page.url
        assert [] == wrong
