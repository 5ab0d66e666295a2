"""The pages for work in a real Chromium: they fit the window, and their buttons and forms do what they say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Dialog, expect

from dashboards.parts import Parts
from ingest.quarantine import quarantined
from tests.dashboards.browser import IN_SESSION, browsing, served
from tests.dashboards.conftest import running, starting
from tests.dashboards.test_actions import following
from tests.dashboards.test_devices import AIR, knock

pytestmark = IN_SESSION

ZONES = "zone,building,name,area_m2\nz1,b1,Hall,10\nz2,b2,Store,10\n"


@asynccontextmanager
async def knocked(folder: Path, *ago_s: float) -> AsyncIterator[Parts]:
    """A service that follows its folder, and has refused messages of a device it does not know, so long ago."""
    async with starting(folder) as empty:
        knock(empty.state, "ecda3b", "airgradient/readings/ecda3b", AIR, *ago_s)
        async with following(empty, folder) as parts:
            yield parts


async def test_a_device_is_added(tmp_path: Path, browser: Browser) -> None:
    """The form offers the building's zones; what the device sent before is stored, and that is said."""
    (tmp_path / "zones.csv").write_text(ZONES)
    async with (
        knocked(tmp_path, 70, 10) as parts,
        served(parts) as url,
        browsing(browser, 390, "en-GB") as (page, wrong),
    ):
        await page.goto(f"{url}/devices")
        await page.locator(".strangers [name=building]").select_option("b2")
        zones = await page.locator(".strangers [name=zone]").locator("option").all_inner_texts()
        await page.locator(".strangers [name=zone]").select_option("z2")
        await page.locator(".strangers [name=name]").fill("Air, store")
        await page.get_by_role("button", name="Add").click()
        said = page.locator("output.done")
        await expect(said).to_contain_text(
            "Messages released: 2; still refused: 0; readings stored: 6.", timeout=20_000
        )

        assert await page.get_by_role("button", name="Add").is_disabled()

    assert ["the whole building", "z2 · Store"] == zones
    assert 'ecda3b,"Air, store",b2,z2,,,\n' == (tmp_path / "devices.csv").read_text().splitlines(keepends=True)[-1]
    assert [] == wrong


async def test_a_wrong_codec_is_said(tmp_path: Path, browser: Browser) -> None:
    """What is refused is said beside the form, in the page's language and not the browser's; it can be corrected."""
    async with (
        knocked(tmp_path, 10) as parts,
        served(parts) as url,
        browsing(browser, 1280, "en-GB") as (page, _),
    ):
        await page.goto(f"{url}/devices?lang=fr")
        await page.locator(".strangers [name=building]").select_option("b1")
        await page.locator(".strangers [name=codec]").fill("airgradiant")
        await page.get_by_role("button", name="Inscrire").click()
        said = page.locator("output.failed[lang=fr]")
        await expect(said).to_contain_text("vouliez-vous dire 'airgradient' ?", timeout=20_000)

        assert await page.get_by_role("button", name="Inscrire").is_enabled()


async def test_purge_asks_first(tmp_path: Path, browser: Browser) -> None:
    """Only who confirms throws a message away."""
    answers = ["dismiss", "accept"]

    async def answer(dialog: Dialog) -> None:
        await getattr(dialog, answers.pop(0))()

    async with (
        running(tmp_path) as filled,
        served(filled) as url,
        browsing(browser, 1280, "fr-FR") as (page, wrong),
    ):
        page.on("dialog", lambda dialog: asyncio.ensure_future(answer(dialog)))
        await page.goto(f"{url}/quarantine/1")
        await page.get_by_role("button", name="Purger").click()
        before = len(await filled.state.read(lambda db: quarantined(db, 10)))
        await page.get_by_role("button", name="Purger").click()
        await expect(page.locator("output.done")).to_have_text("Purgés : 1.", timeout=20_000)
        after = len(await filled.state.read(lambda db: quarantined(db, 10)))

    assert (4, 3, [], []) == (before, after, answers, wrong)
