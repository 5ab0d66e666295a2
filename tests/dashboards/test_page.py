"""The pages: what they say, what they keep out, and how they stand in a real browser."""

import asyncio
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from dashboards.api.reference import EXAMPLES
from dashboards.language import Speaker
from dashboards.pages import queries
from dashboards.pages.board import Board
from dashboards.pages.cache import Brief
from dashboards.parts import Parts
from dashboards.settings import WebSettings
from estate.calendar import DAY_MS, HOUR_MS, STEP_MS, floor
from estate.model import FOREVER_MS, Consumption, Note, Placement
from store.base import Store, StoreRefused, StoreUnavailable, Usage
from tests.dashboards.browser import served
from tests.dashboards.conftest import HOSTILE, NOW, PARIS, client_of


async def test_figures_of_the_page(filled: Parts) -> None:
    """The live figures count devices that report, and site meters once."""
    now = await queries.now(filled.estate, filled.store, NOW)

    assert (1000.0, 1, 2) == (now.watts, now.meters, now.meters_all)
    assert (36 * 1250, 3.0) == (now.today_wh, now.people)
    assert NOW - 5000 == now.last_ms


async def test_load_is_energy_by_time(filled: Parts) -> None:
    """250 Wh in a quarter of an hour are 1 kW; a sub-meter adds nothing; what was estimated is apart."""
    rows = await queries.site_load(filled.estate, filled.store, NOW)
    guessed = [row for row in rows if row.estimated]

    assert {("office", 1000.0), ("workshop", 4000.0)} == {(row.use, row.measured + row.estimated) for row in rows}
    assert {"office": 500.0, "workshop": 2000.0} == {row.use: row.estimated for row in guessed}


async def test_ranking_counts_days(filled: Parts) -> None:
    """Energy per m² and year over whole days, the greatest first, with the days that are known."""
    rows = await queries.ranking(filled.estate, filled.store, NOW)

    assert [("b02", 700.8, 2), ("b01", 262.8, 2)] == [(row.building, round(row.kwh_m2, 3), row.days) for row in rows]


async def test_room_breaks_in_a_hole(filled: Parts) -> None:
    """Where a room's device was silent the line has a value that is none."""
    rows = await queries.room_values(filled.store, "climate.co2", ["b01-room"], (NOW - 7 * DAY_MS, NOW))
    first_hole = next(index for index, row in enumerate(rows) if row.value is None)

    assert 2 == sum(row.value is None for row in rows)
    assert rows[first_hole + 1].start_ms - rows[first_hole - 1].start_ms > HOUR_MS


async def test_what_drives_the_load(filled: Parts) -> None:
    """The last hour is 1 kW of the town hall and 4 kW of the forge; the Monday before they had half of it.

    What began in the two days that are drawn is marked, and said below.
    """
    start = floor(NOW, "15m", PARIS) - 7 * DAY_MS - 3 * STEP_MS
    await filled.store.write_consumption(
        [
            Consumption(meter, "", "electricity", meter[:3], "site", "15m", start + step * STEP_MS, wh, 0.0)
            for meter, wh in {"b01-electricity": 125, "b02-electricity": 500}.items()
            for step in range(4)
        ]
    )
    noted = replace(filled.estate, notes=(Note(NOW - DAY_MS, FOREVER_MS, "b02", "works", "New forge"),))
    async with client_of(replace(filled, estate=noted)) as client:
        page = (await client.get("/?lang=en")).text
        chart = (await client.get("/charts/load.json?lang=en")).json()

    assert "+100\u00a0%" in page.partition("Against comparable days")[2][:200]
    assert "5.0\u00a0kW instead of 2.5\u00a0kW: the last 60 minutes" in page
    drivers = page.partition('id="drivers"')[2].partition("</table>")[0]
    assert drivers.index("Forge") < drivers.index("Mairie")
    assert "since 22 November 2026 · Works · Forge: New forge" in page.partition('class="notes"')[2]
    assert ["note (dotted)"] == [name for name, _ in chart["legend"] if name.startswith("note")]


async def test_sources_are_of_what_is_drawn(filled: Parts) -> None:
    """A meter that stands in a room is no source of what is drawn of the air and the people there."""
    estate = filled.estate
    kitchen = estate.devices["b01-kitchen"]._replace(source="a kitchen of 2007")
    places = {**estate.placements, "b01-kitchen": [Placement("b01", "b01-room", 0, FOREVER_MS)]}
    here = replace(estate, devices={**estate.devices, "b01-kitchen": kitchen}, placements=places)
    found = Board(replace(filled, estate=here)).sources()

    assert (["replayed 2022"], ["replayed 2022"]) == (found["co2"], found["occupancy"])


async def test_ten_viewers_one_query() -> None:
    """Who asks while an answer is on its way, or fresh, gets that answer; an error is asked for again."""
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked == 2:
            raise LookupError
        return asked

    brief = Brief()
    answers = await asyncio.gather(*(brief.get("a", ask) for _ in range(10)))
    with pytest.raises(LookupError):
        await brief.get("b", ask)

    assert [1] * 10 == answers
    assert 3 == await brief.get("b", ask)


async def test_charts_are_bounded(filled: Parts) -> None:
    """A chart comes with its data and legend; there is none of an unknown name."""
    speaker = Speaker("en", PARIS)
    board = Board(filled)
    load = await board.chart("load", speaker)
    async with client_of(filled) as client:
        answer = await client.get("/charts/nothing.json")

    assert load is not None
    rows = load["spec"]["data"]["values"]
    assert 2 * 192 + 2 == len(rows)
    assert NOW - STEP_MS >= max(row["start"] for row in rows)
    assert 404 == answer.status_code


async def test_language_and_escape(client: httpx.AsyncClient) -> None:
    """The page speaks the language asked for, shows the notice and the data's source, and runs nobody's markup."""
    french, english = (await client.get("/")).text, (await client.get("/", params={"lang": "en"})).text

    assert "Mesures rejouées." in french
    assert "Replayed readings." in english
    assert "replayed 2022" in french
    assert HOSTILE not in french
    assert "&lt;img src=x onerror=alert(1)&gt;" in french


async def test_policy(client: httpx.AsyncClient) -> None:
    """Every answer allows scripts of this page alone, and no page is without the policy."""
    for path in ("/", "/docs", "/api/latest", "/nothing"):
        policy = (await client.get(path)).headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(("host", "status"), [("localhost:1", 200), ("[::1]:8112", 200), ("evil.example:8112", 400)])
async def test_rebinding(client: httpx.AsyncClient, host: str, status: int) -> None:
    """Bound to loopback the service answers to loopback's names alone."""
    assert status == (await client.get("/healthz", headers={"host": host})).status_code


async def test_behind_a_name(filled: Parts) -> None:
    """Bound to another address it answers to whatever name leads there."""
    async with client_of(replace(filled, web=WebSettings(listen="0.0.0.0:8112", token=SecretStr("x" * 20)))) as client:
        assert 200 == (await client.get("/healthz", headers={"host": "page.example"})).status_code


async def test_docs_name_everything(client: httpx.AsyncClient) -> None:
    """The description names every path and parameter of the API and loads nothing from elsewhere."""
    docs, schema = (await client.get("/docs")).text, (await client.get("/openapi.json")).json()
    operations = [(verb, path, asked) for path, verbs in schema["paths"].items() for verb, asked in verbs.items()]
    asked = [parameter for *_, operation in operations for parameter in operation.get("parameters", [])]
    bodies = [schema["components"]["schemas"][name] for name in ("SelectionAsked", "DeviceAsked")]

    assert set(EXAMPLES) == {path for verb, path, _ in operations if verb == "get" and "{" not in path}
    assert all(f"<code>{verb.upper()} {path}</code>" in docs for verb, path, _ in operations)
    assert all(f"<code>{name}</code>" in docs for body in bodies for name in body["properties"])
    assert all(f"<code>{parameter['name']}</code>" in docs for parameter in asked)
    assert "//" not in docs.replace("http://127.0.0.1", "")


async def test_static_is_kept(client: httpx.AsyncClient) -> None:
    """Scripts and styles are kept for ever under names that change with them; the library is offline."""
    page = (await client.get("/")).text
    urls = [part.split('"')[0] for part in page.split('="')[1:] if part.startswith("/static/")]
    answers = [await client.get(url) for url in urls]

    assert ["style", "vega", "page"] == [url.split("/")[2].split("-")[0] for url in urls]
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    assert 15_000 > sum(len(answer.content) for answer in answers if "vega-" not in str(answer.url)) // 2
    assert 404 == (await client.get("/static/vega-0.js")).status_code


def keep_mail(folder: Path) -> str:
    """One mail as the sink keeps it, with a picture and a script."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Budget <atteint>"
    mail.set_content("En texte")
    mail.add_alternative('<p style="color:red">Bonjour</p><img src="cid:chart"><script>alert(1)</script>', "html")
    html: Any = mail.get_payload(1)
    html.add_related(b"\x89PNG", "image", "png", cid="<chart>")
    name = "0" * 19 + "1"
    (folder / f"{name}.eml").write_bytes(mail.as_bytes())
    return name


async def test_mail(filled: Parts, tmp_path: Path) -> None:
    """A mail is listed, and shown in a frame without rights, its pictures inside; ids lead nowhere else."""
    name = keep_mail(tmp_path)
    async with client_of(replace(filled, mail_folder=tmp_path)) as client:
        listed, shown = await client.get("/mail"), await client.get(f"/mail/{name}")
        elsewhere = await client.get("/mail/..%2f..%2fstate")

    assert "Budget &lt;atteint&gt;" in listed.text
    assert 'sandbox=""' in shown.text
    assert "data:image/png;base64,iVBORw==" in shown.text
    assert "<script>alert" not in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    assert 404 == elsewhere.status_code


async def test_no_mail_elsewhere(client: httpx.AsyncClient) -> None:
    """Where mail goes out for real there is no mail page, nor a link to one."""
    assert 404 == (await client.get("/mail")).status_code
    assert "/mail" not in (await client.get("/")).text


class Slow:
    """A store that answers when it is told to, and how."""

    def __init__(self, store: Store, error: Exception | None) -> None:
        self._store, self._error, self.may = store, error, asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def usage(self, query: Usage) -> Any:
        await self.may.wait()
        if self._error:
            raise self._error
        return await self._store.usage(query)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, 'id="figures"'),
        (StoreUnavailable("asleep"), "Le stockage ne répond pas : asleep"),
        (StoreRefused("no such column"), "le stockage a refusé la question : no such column"),
        (KeyError("b01"), "le service s’est trompé (KeyError)"),
    ],
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_begins_with_its_heading(filled: Parts, error: Exception | None, said: str, encoding: str) -> None:
    """A page whose figures take long is begun before they are there; what comes then, or an error, stands below."""
    slow = Slow(filled.store, error)
    headers = {"Accept": "text/html", "Accept-Encoding": encoding}
    async with (
        served(replace(filled, store=cast(Store, slow))) as url,
        httpx.AsyncClient(base_url=url, headers=headers) as client,
        client.stream("GET", "/energy?lang=fr") as answer,
    ):
        text = answer.aiter_text()
        first = await anext(text)
        slow.may.set()
        rest = "".join([piece async for piece in text])

    assert "<h1>Tout le site <small>nov. 2026</small></h1>" in first
    assert "Lecture des données…" in first
    assert said in " ".join(rest.split())
    assert (1, 1) == ((first + rest).count("<h1"), (first + rest).count("</html>")) or error is not None
