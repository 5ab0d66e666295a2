"""The page of energy as it is answered: whose figures, and how they came about."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import httpx
import pytest

from dashboards.parts import Parts
from estate.calendar import DAY_MS
from estate.model import FOREVER_MS, Note, Point
from estate.tariff import Contract, Line, Tariff
from store.base import Usage, UsageRow
from store.influx import InfluxStore
from tests.dashboards.conftest import NOW, client_of
from tests.servers import free_port

BASE = Tariff("base", "Base", "electricity", (Line("Énergie", 200_000, "EUR/kWh", "", (), 0, 10**15),))


@pytest.fixture
def priced(filled: Parts) -> Parts:
    """The forge has a contract of 0.20 EUR/kWh, the town hall has none."""
    contract = Contract("b02-electricity", "base", 0, "", "", "", 0, 10**15)
    return replace(filled, estate=replace(filled.estate, tariffs={"base": BASE}, contracts=[contract]))


async def test_cost_and_explanation(priced: Parts) -> None:
    """Of a building in a day: 36 quarter hours of 1 kWh; the figure leads to its month, quantity, price and product."""
    async with client_of(priced) as client:
        figures = (await client.get("/buildings/b02?period=day&lang=en")).text.partition('id="figures"')[2]
        (link,) = set(re.findall(r'href="(/explain[^"]*)#electricity"', figures))
        explanation = (await client.get(unescape(link))).text

    assert "36\u00a0kWh" in figures
    assert 'id="electricity"' in explanation
    assert "228\u00a0kWh × 0.2\u00a0€/kWh" in explanation
    assert "45.60 €" in explanation
    assert "unknown" not in explanation


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_explained_as_the_api_does(priced: Parts, lang: str) -> None:
    """The page of a meter holds what the API says of it: each day, its readings and its rule."""
    back = [Point("b02-electricity", "", "electricity.energy", 9e6 - 1e6 * at, NOW - at, "b02", "") for at in (0, 1)]
    await priced.store.write(back)
    async with client_of(priced) as client:
        page = (await client.get(f"/explain?meter=b02-electricity&lang={lang}")).text
        (meter,) = (await client.get("/api/explain?meter=b02-electricity")).json()["meters"]

    days = re.findall(
        r"<time datetime=\"([\d-]+)\">[^<]+</time></td><td class=\"n\">(\d+)</td><td class=\"n\">(\d+)\u00a0kWh", page
    )
    assert [(day["day"], day["steps"], day["quantity"]) for day in meter["days"]] == [
        (day, int(steps), 1000 * int(kwh)) for day, steps, kwh in days
    ]
    assert meter["quantity"] == sum(1000 * int(kwh) for *_, kwh in days)
    assert (2, 8e6, 9e6) == tuple(meter["readings"][key] for key in ("count", "first", "last"))
    assert {"fr": "différence 1\u202f000\u00a0kWh", "en": "difference 1,000\u00a0kWh"}[lang] in page
    assert {"fr": "différence de l’index", "en": "the register&#39;s difference"}[lang] in page


async def test_the_site_is_explained_by_its_buildings(priced: Parts) -> None:
    """Each with what it used and cost, leading to its own arithmetic; nothing is read step by step."""
    async with client_of(priced) as client:
        page = (await client.get("/explain?lang=en")).text

    assert "/explain?building=b02&amp;month=2026-11" in page
    assert "228\u00a0kWh" in page
    assert "45.60\u00a0€" in page


async def test_unknown_cost_is_said(priced: Parts) -> None:
    """What has no contract costs an unknown amount, not nothing."""
    async with client_of(priced) as client:
        page = (await client.get("/buildings/b01?period=day&lang=en")).text

    assert "Cost unknown, without contract: b01-electricity, b01-gas" in page


async def test_tenant_sees_no_neighbour(filled: Parts) -> None:
    """A tenant's view holds its own share, and no other figure of the building."""
    async with client_of(filled) as client:
        page = (await client.get("/tenants/baker?period=day&lang=fr")).text

    figures = page.partition('id="figures"')[2].partition('id="gaps"')[0]
    assert "4,5\u00a0kWh" in figures
    assert "9,0\u00a0kWh" not in figures


WRONG = {
    "/buildings/b99": (404, "building"),
    "/tenants/nobody": (404, "tenant"),
    "/zones/nowhere": (404, "zone"),
    "/energy?period=decade": (400, "period"),
    "/zones?day=1066-10-14": (400, "day"),
}


@pytest.mark.parametrize("path", WRONG)
async def test_wrong_addresses(client: httpx.AsyncClient, path: str) -> None:
    """What is not known is named; what a browser is shown of it is tested in test_errors.py."""
    answer = await client.get(path)

    assert WRONG[path] == (answer.status_code, answer.json()["parameter"])


async def test_store_is_away(filled: Parts) -> None:
    """While the store does not answer the page stands, and says so."""
    absent = InfluxStore("127.0.0.1", free_port(), version=1)
    async with client_of(replace(filled, store=absent)) as client:
        page = await client.get("/energy?lang=en&period=all")
    await absent.close()

    assert 200 == page.status_code
    assert "The store does not answer" in page.text


async def test_notes(filled: Parts) -> None:
    """What happened on the site in the period stands beside its figures, also what has not ended; none of elsewhere."""
    notes = (
        Note(NOW - DAY_MS, FOREVER_MS, "b01", "works", "New lights"),
        Note(NOW - DAY_MS, NOW, "b02", "move", "Elsewhere"),
        Note(NOW - 400 * DAY_MS, NOW - 399 * DAY_MS, "b01", "other", "Long ago"),
    )
    async with client_of(replace(filled, estate=replace(filled.estate, notes=notes))) as client:
        page = (await client.get("/buildings/b01?period=month&lang=en")).text
        drawn = (await client.get("/buildings/b01/charts/use.json?period=month&lang=en")).json()

    said = page.partition('class="notes"')[2].partition("</ul>")[0]
    assert "since 22 November 2026 · Works · Mairie: New lights" in said
    assert 1 == said.count("<li>")
    assert "note (dotted)" in [name for name, _ in drawn["legend"]]


async def test_asked_once(filled: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of a page, its gaps and its indicators look at the same days of meters: these are read once."""
    asked, usage = list[str](), filled.store.usage

    async def noted(query: Usage) -> Sequence[UsageRow]:
        asked.append(f"{query.every} {query.start_ms} {query.end_ms} {query.of} {query.where} {sorted(query.by)}")
        return await usage(query)

    monkeypatch.setattr(filled.store, "usage", noted)
    async with client_of(filled) as client:
        await client.get("/energy?period=month&lang=en")
    by_meter = [query for query in asked if query.startswith("1d") and query.endswith("['carrier', 'meter']")]

    assert [1, 1] == [*Counter(by_meter).values()]
