"""The README's picture, made anew: `make picture`, or `python -m tests.dashboards.picture` beside a demo that runs.

The site's page in Chromium once its charts are drawn and its budgets are judged; the English one, at 1280 pixels.
"""

import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.dashboards.browser import CHROMIUM, FLAGS, WAITING

PICTURE = Path(__file__).parents[2] / "dashboards" / "page.png"
HEIGHT = 1500


def take(url: str) -> None:
    """Write the picture of the service at the address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": HEIGHT}, color_scheme="light", locale="en-GB")
        page.goto(f"{url}/?lang=en")
        expect(page.locator(WAITING)).to_have_count(0, timeout=60_000)
        expect(page.locator("#alerts table")).to_be_visible(timeout=300_000)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8112")
    print(PICTURE)
