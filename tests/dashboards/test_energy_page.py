"""The page of energy as it is answered: whose figures, and how they came about."""

from dataclasses import replace

import httpx
import pytest

from dashboards.parts import Parts
from estate.calendar import DAY_MS
from estate.model import FOREVER_MS, Note
from estate.tariff import Contract, Line, Tariff
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
    """Of a building in a day: 36 quarter hours of 1 kWh at 0.20 EUR; explained with quantity, price and product."""
    async with client_of(priced) as client:
        page = (await client.get("/buildings/b02?period=day&lang=en&explain=electricity")).text

    figures, explanation = page.partition('id="figures"')[2], page.partition('id="explanation"')[2]
    assert "36\u00a0kWh" in figures
    assert "× 0.2\u00a0€/kWh" in explanation
    assert "unknown" not in explanation


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
