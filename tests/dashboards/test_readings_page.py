"""The page for meter readings, in a real browser, down to the store."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from dashboards.parts import Parts
from estate.model import Point
from store.base import Latest
from tests.dashboards.browser import IN_SESSION, browsing, served
from tests.dashboards.conftest import NOW, client_of, running

LAST = Point("b01-gas", "", "gas.energy", 1_234_500.0, NOW - 86_400_000, "b01", "")


@IN_SESSION
async def test_entered(tmp_path: Path, browser: Browser) -> None:
    """A value typed as the French do is stored, in the unit chosen, at the site's local time; the last one is shown."""
    async with (
        running(tmp_path) as filled,
        served(filled) as url,
        browsing(browser, 800, "fr") as (page, wrong),
    ):
        await filled.store.write([LAST])
        await page.goto(f"{url}/readings?meter=b01-gas")
        await expect(page.locator("#last")).to_contain_text("1\u202f234,500 kWh")
        await page.fill("[name=value]", "1 250,5")
        await page.fill("[name=time]", "2026-11-23T08:30:00")
        await page.click("button[type=submit]")
        await expect(page.locator("output.done")).to_contain_text("Relevé enregistré")
        found = {point.device: point for point in await filled.store.latest(Latest({"device": ["b01-gas"]}))}

    assert (1_250_500.0, 1_795_419_000_000) == (found["b01-gas"].value, found["b01-gas"].at_ms)  # 07:30 UTC
    assert [] == wrong


@IN_SESSION
async def test_back(tmp_path: Path, browser: Browser) -> None:
    """A register that goes back is stored only when that is confirmed."""
    answers = iter(("dismiss", "accept"))
    asked: list[str] = []
    async with (
        running(tmp_path) as filled,
        served(filled) as url,
        browsing(browser, 800, "en") as (page, _),
    ):
        await filled.store.write([LAST])

        async def answer(dialog: object) -> None:
            asked.append(dialog.message)  # type: ignore[attr-defined]
            await getattr(dialog, next(answers))()

        page.on("dialog", answer)
        await page.goto(f"{url}/readings?meter=b01-gas")
        await page.fill("[name=value]", "3")
        await page.click("button[type=submit]")
        before = await filled.store.latest(Latest({"device": ["b01-gas"]}))
        await page.click("button[type=submit]")
        await expect(page.locator("output.done")).to_contain_text("Reading stored")
        after = await filled.store.latest(Latest({"device": ["b01-gas"]}))

    assert ([1_234_500.0], [3_000.0]) == ([each.value for each in before], [each.value for each in after])
    assert 2 == len(asked)
    assert "the meter reset or exchanged" in asked[0]


@pytest.mark.parametrize(("lang", "words"), [("fr", "saisissez sur le serveur"), ("en", "on the server")])
async def test_only_looked_at(filled: Parts, lang: str, words: str) -> None:
    """Where nothing is ingested, the page offers no form and names the command."""
    async with client_of(replace(filled, intake=None)) as client:
        answer = await client.get(f"/readings?lang={lang}")

    assert words in answer.text
    assert "<form" not in answer.text


async def test_store_away(filled: Parts, client: httpx.AsyncClient) -> None:
    """While the store is away the form stands, and says so."""
    await filled.store.close()
    answer = await client.get("/readings?lang=en")

    assert 200 == answer.status_code
    assert "The store does not answer" in answer.text
    assert "<form" in answer.text
