"""What it costs and emits, by the API: amounts are those of /api/consumption, lines sum to their total."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dashboards.parts import Parts
from estate.model import FOREVER_MS
from estate.tariff import Contract, Factor, Line, Tariff
from tests.dashboards.conftest import client_of
from tests.energy.sites import ms


def line(name: str, price: float, unit: str, period: str = "", of: tuple[str, ...] = ()) -> Line:
    return Line(name, round(price * 1_000_000), unit, period, of, 0, FOREVER_MS)


TWO = Tariff(
    *("two", "Heures creuses", "electricity"),
    (
        line("Énergie", 0.2, "EUR/kWh", "hp"),
        line("Énergie", 0.1, "EUR/kWh", "hc"),
        line("Abonnement", 36.5, "EUR/kVA/year"),
        line("TVA", 20, "%", of=("Énergie", "Abonnement")),
    ),
)
GAS = Tariff("gas", "Gaz", "gas", (line("Énergie", 0.09, "EUR/kWh"),))


def priced(parts: Parts) -> Parts:
    """The small site with contracts for b01; b02 has none."""
    contracts = [
        Contract("b01-electricity", "two", 10_000, "22:00-06:00", "22:00-06:00", "", 0, FOREVER_MS),
        Contract("b01-gas", "gas", 0, "", "", "", 0, FOREVER_MS),
    ]
    carbon = [Factor("electricity", 100_000, "Fournisseur", ms("2026-11-22"))]
    estate = replace(parts.estate, tariffs={"two": TWO, "gas": GAS}, contracts=contracts, carbon=carbon)
    return replace(parts, estate=estate)


@pytest.fixture
async def shop(filled: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(priced(filled)) as opened:
        yield opened


async def get(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_day_on_paper(shop: httpx.AsyncClient) -> None:
    """1 kW for a day: 16 kWh at 0.20 and 8 at 0.10 are 4.00 EUR, the subscription 1.00, 20 % of both 1.00."""
    day = "start=2026-11-21T00:00:00%2B01:00&end=2026-11-22T00:00:00%2B01:00"
    answer = await get(shop, f"/api/cost?meter=b01-electricity&every=1d&{day}")
    group = answer["groups"][0]

    assert (["2026-11-21T00:00:00+01:00"], [24_000], [600], [6_000_000_000]) == tuple(
        group[key] for key in ("start", "quantity", "cents", "amount")
    )
    expected = [
        ("Énergie", "hp", "0.2", [16_000], "Wh", [320]),
        ("Énergie", "hc", "0.1", [8_000], "Wh", [80]),
        ("Abonnement", "", "36.5", [10_000], "VA·d", [100]),
        ("TVA", "", "20", [5_000_000_000], "1e-9 EUR", [100]),
    ]
    assert expected == [
        tuple(found[key] for key in ("name", "period", "price", "quantity", "quantity_unit", "cents"))
        for found in group["lines"]
    ]


async def test_equals_consumption(shop: httpx.AsyncClient) -> None:
    """A building's month is the amount /api/consumption has; what has no contract is named, not priced at zero."""
    month = "start=2026-11-01T00:00:00%2B01:00&every=1mo"
    answer = await get(shop, f"/api/cost?by=building&{month}")
    consumed = await get(shop, f"/api/consumption?building=b01&{month}")

    assert ["b02-electricity"] == answer["unpriced"]
    assert {group["tags"]["carrier"]: group["amount"] for group in consumed} == {
        group["tags"]["carrier"]: group["quantity"] for group in answer["groups"]
    }


async def test_tenant(shop: httpx.AsyncClient) -> None:
    """A tenant's energy lines are of its own share, half of the meter: 12 kWh on Sunday, 4.5 today."""
    answer = await get(shop, "/api/cost?tenant=baker&every=1d&start=2026-11-22T00:00:00%2B01:00")

    assert [{"tenant": "baker", "carrier": "electricity"}] == [group["tags"] for group in answer["groups"]]
    assert [12_000, 4_500] == answer["groups"][0]["quantity"]
    assert [] == answer["unpriced"]  # it has no share in what b02 draws


async def test_carbon_changes_within_the_month(shop: httpx.AsyncClient) -> None:
    """24 kWh at 0.0461 kg, then 33 kWh at 0.1: 1.1064 + 3.3 kg; each factor with its source."""
    answer = await get(shop, "/api/carbon?meter=b01-electricity&every=1mo&start=2026-11-01T00:00:00%2B01:00")

    assert [[4_406_400_000]] == [group["amount"] for group in answer]
    assert ["0.0461", "0.1"] == [factor["kg_per_kwh"] for factor in answer[0]["factors"]]
    assert "Fournisseur" == answer[0]["factors"][1]["source"]


async def test_costs_by_the_hour_are_refused(shop: httpx.AsyncClient) -> None:
    """There is no subscription of an hour: the answer says what to ask for."""
    answer = await shop.get("/api/cost?every=1h")

    assert (400, "ask for 1d, 1mo or 1y") == (answer.status_code, answer.json()["next_step"])


async def test_explained(shop: httpx.AsyncClient) -> None:
    """What explains a month is what /api/consumption, /api/cost and /api/carbon say of it."""
    answer = await get(shop, "/api/explain?building=b01&month=2026-11")
    month = "start=2026-11-01T00:00:00%2B01:00&every=1mo"
    cost = await get(shop, f"/api/cost?building=b01&{month}")
    carbon = await get(shop, f"/api/carbon?building=b01&{month}")

    meters = {each["carrier"]: each for each in answer["meters"]}
    for group in cost["groups"]:
        meter = meters[group["tags"]["carrier"]]
        for key in ("quantity", "amount", "cents"):
            assert [meter[key]] == group[key]
        assert [each["amount"][0] for each in group["lines"]] == [line["amount"] for line in meter["lines"]]
    assert {group["tags"]["carrier"]: group["amount"] for group in carbon} == {
        carrier: [meter["nano_kg"]] for carrier, meter in meters.items()
    }


async def test_part_of_a_shared_line_is_said(shop: httpx.AsyncClient) -> None:
    """A tenant's page says what a delivery point pays of a line, and the part of it: 3 of 23 days."""
    page = (await shop.get("/explain?tenant=baker&month=2026-11&lang=fr")).text
    line = page.partition("Abonnement")[2].partition("</tr>")[0]

    assert "kVA·j × 36,5\u00a0€/kVA/an" in line
    assert "= 23,00\u00a0€, dont 13,043 % selon l’énergie" in line


async def test_explained_of_the_site(shop: httpx.AsyncClient) -> None:
    """Its lines are the sums of those of its delivery points; they and the cents of both come to what it costs."""
    answer = await get(shop, "/api/explain?month=2026-11")
    month = "start=2026-11-01T00:00:00%2B01:00&every=1mo"
    cost = await get(shop, f"/api/cost?{month}&by=meter")
    own = [line for meter in answer["meters"] for line in meter["lines"]]

    assert ("site", 3) == (answer["kind"], len({meter["meter"] for meter in answer["meters"]}))
    for key in ("amount", "cents"):
        assert sum(line[key] for line in own) == sum(line[key] for line in answer["lines"]) == answer[key]
    assert answer["amount"] == sum(group["amount"][0] for group in cost["groups"])
    energy = {(line["tariff"], line["name"], line["period"]): line["quantity"] for line in answer["lines"]}
    assert 57_000 == energy["two", "Énergie", "hp"] + energy["two", "Énergie", "hc"]


async def test_explained_so_far(shop: httpx.AsyncClient) -> None:
    """Without a month it is the one under way; factors say their source in French as well."""
    answer = await get(shop, "/api/explain?meter=b01-gas")

    assert "2026-11" == answer["month"]
    assert "gaz naturel 2022" in answer["meters"][0]["carbon"][0]["source_fr"]


async def test_explained_to_a_tenant(shop: httpx.AsyncClient) -> None:
    """Half of 57 kWh in 228 steps, and no word of what the other half did."""
    answer = await get(shop, "/api/explain?tenant=baker&month=2026-11")
    (meter,) = answer["meters"]

    assert (28_500, 228) == (meter["quantity"], meter["steps"])
    assert [140, 88] == [line["steps"] for line in meter["lines"] if line["name"] == "Énergie"]
    assert "common" not in str(answer)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("tenant=baker&meter=b01-gas", "2 things to explain"),
        ("month=2026-13&meter=b01-gas", "month '2026-13' is no month"),
        ("month=2026-12&meter=b01-gas", "month 2026-12 lies in the future"),
        ("month=2026-11&meter=b9", "meter 'b9' is not in the estate"),
    ],
)
async def test_nothing_to_explain(shop: httpx.AsyncClient, query: str, detail: str) -> None:
    """What cannot be explained is said, with what to do."""
    answer = await shop.get(f"/api/explain?{query}")

    assert (400, detail) == (answer.status_code, answer.json()["detail"])
