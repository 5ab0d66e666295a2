"""A real Chromium before a real socket: what the tests of pages share, and what they ask of every page.

Browser and driver are started once for all tests, and one service with two days of history is served once; a test
opens a context of its own, and one that changes something a service of its own. All of it lives in the event loop of
the session, so those tests are marked with it (`IN_SESSION`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from dashboards.app import create_app
from dashboards.parts import Parts
from dashboards.server import WebServer
from dashboards.settings import WebSettings
from tests.servers import free_port

IN_SESSION = pytest.mark.asyncio(loop_scope="session")

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Scheme = Literal["light", "dark"]

WAITING = "[data-chart]:not(.drawn, .nothing, .broken)"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
VIOLATIONS = """axe.run(document, { resultTypes: ["violations"] })
  .then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))"""

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
async def chromium() -> AsyncIterator[Browser]:
    """The browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def browsing(
    browser: Browser, width: int, language: str, scheme: Scheme = "light"
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of a context of its own, and what went wrong in it: console messages, errors, requests to elsewhere."""
    wrong: list[str] = []
    context = await browser.new_context(viewport={"width": width, "height": 900}, locale=language, color_scheme=scheme)
    page = await context.new_page()
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if is_elsewhere(request.url) else None)
    try:
        yield page, wrong
    finally:
        await context.close()


def is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "about:"))


async def charts_settled(page: Page) -> None:
    """Every chart that the page has a place for is drawn, or says why it is not."""
    await expect(page.locator(WAITING)).to_have_count(0, timeout=60_000)
