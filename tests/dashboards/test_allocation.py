"""Who used what: the shares and what they sum to, step by step."""

from typing import Any

import httpx

from dashboards.parts import Parts
from estate.calendar import STEP_MS
from estate.model import COMMON, Consumption
from tests.dashboards.conftest import NOW, client_of

FIRST = NOW - NOW % STEP_MS - 4 * STEP_MS


async def get(client: httpx.AsyncClient, query: str) -> Any:
    answer = await client.get(f"/api/allocation?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def row(meter: str, tenant: str, amount: int, step: int = 0) -> Consumption:
    role = "submeter" if meter == "b01-kitchen" else "site"
    start_ms = FIRST + step * STEP_MS
    settled_ms = FIRST + STEP_MS if tenant == "baker" and not step else 0
    guessed = 0.5 * (step == 1)
    return Consumption(meter, tenant, "electricity", "b01", role, "15m", start_ms, amount, guessed, settled_ms)


SHARED = [
    *(row("b01-electricity", tenant, amount) for tenant, amount in {"": 250, "baker": 90, COMMON: 60}.items()),
    *(row("b01-kitchen", tenant, amount) for tenant, amount in {"": 100, "baker": 100}.items()),
    *(row("b01-electricity", tenant, amount, 1) for tenant, amount in {"": 200, "baker": 150, COMMON: 50}.items()),
]
"""Two quarters of an hour of a building: 250 Wh of which 100 pass through the kitchen's meter, then 200 Wh."""


async def test_building_sums(empty: Parts) -> None:
    """Of a building: the site meter's count, and the shares of its tenants through every meter; nothing is left."""
    await empty.store.write_consumption(SHARED)
    async with client_of(empty) as client:
        answer = await get(client, "building=b01&every=15m")

    assert [
        {
            "tags": {"building": "b01", "carrier": "electricity"},
            "unit": "Wh",
            "start": ["2026-11-23T08:00:00+01:00", "2026-11-23T08:15:00+01:00"],
            "settled": ["2026-11-23T08:15:00+01:00", None],
            "main": {"amount": [250, 200], "elsewhere": [0, 0], "difference": [0, 0]},
            "shares": [
                {"tenant": "baker", "amount": [190, 150], "estimated": [0.0, 0.5]},
                {"tenant": "common", "amount": [60, 50], "estimated": [0.0, 0.5]},
            ],
        }
    ] == answer


async def test_meter_sums(empty: Parts) -> None:
    """Of a meter: what those behind it counted is shared out by them, and is elsewhere."""
    await empty.store.write_consumption(SHARED)
    async with client_of(empty) as client:
        main, kitchen = await get(client, "meter=b01-electricity&meter=b01-kitchen&every=15m")

    assert {"amount": [250, 200], "elsewhere": [100, 0], "difference": [0, 0]} == main["main"]
    assert ["b01-electricity", "b01-kitchen"] == [group["tags"]["meter"] for group in (main, kitchen)]
    assert [{"tenant": "baker", "amount": [100], "estimated": [0.0]}] == kitchen["shares"]


async def test_not_shared_out_yet(empty: Parts) -> None:
    """What is counted and not yet shared out is told as a difference, not given to anybody."""
    await empty.store.write_consumption([row("b01-electricity", "", 250), row("b01-electricity", "baker", 90)])
    async with client_of(empty) as client:
        (answer,) = await get(client, "every=15m")

    assert [160] == answer["main"]["difference"]


async def test_tenant_alone(empty: Parts) -> None:
    """A tenant's shares come without the meter's count, which less its own would be its neighbours'."""
    await empty.store.write_consumption(SHARED)
    async with client_of(empty) as client:
        (answer,) = await get(client, "tenant=baker&every=15m")

    assert answer["main"] is None
    assert ["baker"] == [share["tenant"] for share in answer["shares"]]


async def test_by_year(filled: Parts) -> None:
    """Every step that is kept can be asked for, and the sums agree."""
    async with client_of(filled) as client:
        (answer,) = await get(client, "tenant=baker&every=1y")
        (consumed,) = (await client.get("/api/consumption?tenant=baker&every=1y")).json()

    assert consumed["amount"] == answer["shares"][0]["amount"]


async def test_wrong_questions(client: httpx.AsyncClient) -> None:
    """What the estate does not know is named, and an answer too large is not begun."""
    unknown = await client.get("/api/allocation?tenant=nobody")
    large = await client.get("/api/allocation?every=15m&start=2001-01-01T00:00:00Z")

    assert ("tenant", "every") == (unknown.json()["parameter"], large.json()["parameter"])
