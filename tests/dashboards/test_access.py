"""Who may look: with the token, through the proxy, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from dashboards.access import COOKIE, KEPT_S
from dashboards.app import create_app
from dashboards.parts import Parts
from dashboards.settings import WebSettings
from tests.dashboards.conftest import NOW
from tests.system.test_errors import refusal

TOKEN = "f62f5a9e4c1d4f0f8a55"
WITH_TOKEN = WebSettings(listen="0.0.0.0:8112", token=SecretStr(TOKEN))
WITH_PROXY = WebSettings(listen="0.0.0.0:8112", trusted_proxy="10.0.0.1", trusted_header="Remote-User")
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PEOPLE = {"Accept": "text/html", "Accept-Language": "en"}


@asynccontextmanager
async def asking(
    parts: Parts, web: WebSettings, peer: str = "10.0.0.9", now: int = NOW
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(replace(parts, web=web, clock=lambda: now))
    transport = httpx.ASGITransport(app, client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://page.example") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/energy", "/devices", "/docs", "/openapi.json", "/api/latest", "/metrics"])
async def test_token_is_needed(empty: Parts, path: str) -> None:
    """Every page and answer but the probes wants the token, and says how it is sent."""
    async with asking(empty, WITH_TOKEN) as client:
        without, wrong, right = [
            await client.get(path, headers=headers) for headers in ({}, {"Authorization": "Bearer x"}, BEARER)
        ]

    assert [401, 401, 200] == [without.status_code, wrong.status_code, right.status_code]
    assert "Authorization: Bearer" in without.json()["next_step"]
    assert "Bearer" == without.headers["www-authenticate"]


async def test_writing(empty: Parts) -> None:
    """Who has the token may write; nobody else."""
    async with asking(empty, WITH_TOKEN) as client:
        asked = [
            await client.post("/api/quarantine/purge", json={"all": True}, headers=headers) for headers in ({}, BEARER)
        ]

    assert [401, 200] == [answer.status_code for answer in asked]


async def test_probes_are_open(empty: Parts) -> None:
    """Who watches the process, and the page's own files, need no token."""
    async with asking(empty, WITH_TOKEN) as client:
        style = (await client.get("/", headers=PEOPLE)).text.partition('stylesheet" href="')[2].partition('"')[0]
        answers = [await client.get(path) for path in ("/healthz", "/readyz", style)]

    assert [200] * 3 == [answer.status_code for answer in answers]


async def test_signing_in(empty: Parts) -> None:
    """People are asked on the page they wanted, and come back to it; their cookie is no token, and no script's."""
    async with asking(empty, WITH_TOKEN) as client:
        asked = await client.get("/devices?lang=en", headers=PEOPLE)
        wrong = await client.post("/login", data={"token": "x", "next": "/devices"}, headers=PEOPLE)
        right = await client.post("/login", data={"token": TOKEN, "next": "/devices?lang=en"}, headers=PEOPLE)
        then = await client.get("/devices?lang=en", headers=PEOPLE)

    cookie = right.headers["set-cookie"]
    assert [401, 401, 303, 200] == [answer.status_code for answer in (asked, wrong, right, then)]
    assert 'value="/devices?lang=en"' in asked.text
    assert "That is not the token" in wrong.text
    assert "/devices?lang=en" == right.headers["location"]
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert TOKEN not in cookie


@pytest.mark.parametrize("there", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nb"])
async def test_leads_nowhere_else(empty: Parts, there: str) -> None:
    """Whoever signs in stays here."""
    async with asking(empty, WITH_TOKEN) as client:
        answer = await client.post("/login", data={"token": TOKEN, "next": there}, headers=PEOPLE)

    assert "/" == answer.headers["location"]


async def test_a_session_ends(empty: Parts) -> None:
    """A cookie that is too old, altered, or of another token opens nothing."""
    async with asking(empty, WITH_TOKEN) as client:
        await client.post("/login", data={"token": TOKEN}, headers=PEOPLE)
        cookie = client.cookies[COOKIE]
    until, _, signed = cookie.partition(".")
    other = WebSettings(listen="0.0.0.0:8112", token=SecretStr("x" * 20))
    cases = [
        (WITH_TOKEN, NOW, cookie),
        (WITH_TOKEN, NOW + KEPT_S * 1000, cookie),
        (WITH_TOKEN, NOW, f"{int(until) + 1}.{signed}"),
        (WITH_TOKEN, NOW, "é.é"),
        (other, NOW, cookie),
    ]
    found = []
    for web, now, value in cases:
        async with asking(empty, web, now=now) as client:
            headers = [(b"cookie", f"{COOKIE}={value}".encode())]
            found.append((await client.get("/api/latest", headers=headers)).status_code)

    assert [200, 401, 401, 401, 401] == found


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("10.0.0.1", {"Remote-User": "ada"}, 200),
        ("10.0.0.1", {"Remote-User": ""}, 403),
        ("10.0.0.1", {}, 403),
        ("10.0.0.9", {"Remote-User": "ada"}, 403),
        ("10.0.0.9", {"Remote-User": "ada", "X-Forwarded-For": "10.0.0.1"}, 403),
    ],
)
async def test_through_the_proxy(empty: Parts, peer: str, headers: dict[str, str], status: int) -> None:
    """The proxy is believed, and by its address alone; who comes another way is told the right one."""
    async with asking(empty, WITH_PROXY, peer) as client:
        answer, page = await client.get("/api/latest", headers=headers), await client.get("/", headers=headers | PEOPLE)

    assert [status] * 2 == [answer.status_code, page.status_code]
    assert (status == 403) == ("the site’s reverse proxy" in page.text)


def test_open_to_others_is_refused(tmp_path: Path) -> None:
    """The command does not start where anybody could look, and says what to set."""
    (said,) = refusal(tmp_path, "up", MICROVILLE_WEB__LISTEN="0.0.0.0:8112")

    assert "others can reach 0.0.0.0:8112" in said
    assert "set MICROVILLE_WEB__TOKEN" in said
