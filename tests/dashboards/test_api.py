"""The JSON interface over a real store with known numbers."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dashboards.parts import Parts
from estate.model import FOREVER_MS, Note, Point
from store.influx import InfluxStore
from tests.dashboards.conftest import NOW, client_of
from tests.servers import free_port


async def get(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_latest_shape(client: httpx.AsyncClient) -> None:
    """A latest value carries its place, unit and the site's own time."""
    answer = await get(client, "/api/latest?device=room-people")

    assert [
        {
            "building": "b01",
            "zone": "b01-room",
            "device": "room-people",
            "channel": "",
            "quantity": "occupancy.count",
            "value": 3.0,
            "unit": "people",
            "time": "2026-11-23T09:06:00+01:00",
        }
    ] == answer


async def test_latest_repeats(client: httpx.AsyncClient) -> None:
    """A parameter that is repeated names several, and two parameters must both hold."""
    answer = await get(client, "/api/latest?building=b01&building=b02&quantity=electricity.power")

    assert ["b01-electricity", "b01-kitchen", "b02-electricity"] == [row["device"] for row in answer]


async def test_series_leaves_holes(client: httpx.AsyncClient) -> None:
    """Hours without readings are absent from a series, not zero."""
    answer = await get(client, "/api/series?quantity=climate.co2&every=1h&by=zone&start=2026-11-23T04:00:00Z")

    assert [{"zone": "b01-room"}] == [group["tags"] for group in answer]
    assert [
        "2026-11-23T05:00:00+01:00",
        "2026-11-23T08:00:00+01:00",
    ] == answer[0]["time"]


async def test_series_raw(client: httpx.AsyncClient) -> None:
    """Raw readings keep their own time, device and channel."""
    answer = await get(client, "/api/series?quantity=occupancy.count&every=raw&by=zone")

    assert [
        {
            "tags": {"zone": "b01-room", "device": "room-people", "channel": ""},
            "time": ["2026-11-23T09:06:00+01:00"],
            "value": [3.0],
        }
    ] == answer


async def test_building_counts_once(client: httpx.AsyncClient) -> None:
    """A building's consumption is that of its site meters: what is behind one of them does not count again."""
    span = "start=2026-11-23T00:00:00%2B01:00&end=2026-11-23T01:00:00%2B01:00"
    answer = await get(client, f"/api/consumption?building=b01&carrier=electricity&every=1h&{span}")

    assert [
        {
            "tags": {"building": "b01", "carrier": "electricity"},
            "unit": "Wh",
            "start": ["2026-11-23T00:00:00+01:00"],
            "amount": [1000],
            "estimated": [0.0],
            "integrated": None,
            "settled": [None],
        }
    ] == answer


async def test_submeter_by_name(client: httpx.AsyncClient) -> None:
    """A sub-meter that is asked for by name is answered, and never summed with the meter before it."""
    query = "meter=b01-kitchen&meter=b01-electricity&by=building&every=1d&start=2026-11-22T00:00:00%2B01:00"
    answer = await get(client, f"/api/consumption?{query}&end=2026-11-23T00:00:00%2B01:00")

    assert {"b01-electricity": [24_000], "b01-kitchen": [9600]} == {
        group["tags"]["meter"]: group["amount"] for group in answer
    }


async def test_site_and_tenant(client: httpx.AsyncClient) -> None:
    """Without a name the site is answered, by carrier; a tenant's rows are its shares."""
    span = "every=1d&start=2026-11-22T00:00:00%2B01:00&end=2026-11-23T00:00:00%2B01:00"
    site = await get(client, f"/api/consumption?{span}")
    tenant = await get(client, f"/api/consumption?tenant=baker&{span}")

    assert {"electricity": [120_000], "gas": [48_000]} == {g["tags"]["carrier"]: g["amount"] for g in site}
    assert [({"tenant": "baker", "carrier": "electricity"}, [12_000])] == [(g["tags"], g["amount"]) for g in tenant]


async def test_what_the_service_says_of_itself(client: httpx.AsyncClient, filled: Parts) -> None:
    """Its counts are answered as a series, by reason; no list of last values or devices has them."""
    counts = [
        Point("ingest-1", reason, "ingest.quarantined", 2.0, NOW - minute * 60_000, "", "")
        for reason in ("malformed", "wrong_time")
        for minute in (1, 2)
    ]
    await filled.store.write(counts)
    found = await get(client, "/api/series?quantity=ingest.quarantined&by=channel&every=15m&device=ingest-1")
    latest, devices = await get(client, "/api/latest"), await get(client, "/api/devices")

    assert [("malformed", [4.0]), ("wrong_time", [4.0])] == [(g["tags"]["channel"], g["value"]) for g in found]
    assert "ingest-1" not in {row["device"] for row in [*latest, *devices]}
    assert 400 == (await client.get("/api/latest?quantity=ingest.received")).status_code


async def test_notes(filled: Parts) -> None:
    """What happened in a building, or on the site, while it overlaps what is asked for; an open note has no end."""
    day = 86_400_000
    works = Note(NOW - 3 * day, NOW - 2 * day, "b01", "works", "Chaudière")
    elsewhere = Note(NOW - 3 * day, NOW + day, "b02", "move", "Archives")
    going_on = Note(NOW - day, FOREVER_MS, "site", "experiment", "19 °C")
    noted = replace(filled, estate=replace(filled.estate, notes=(works, elsewhere, going_on)))
    async with client_of(noted) as client:
        of_b01 = await get(client, "/api/notes?building=b01")
        lately = await get(client, "/api/notes?start=2026-11-22T00:00:00Z")
        refused = await client.get("/api/notes?building=b99")

    assert ["Chaudière", "19 °C"] == [note["text"] for note in of_b01]
    assert ["Archives", "19 °C"] == [note["text"] for note in lately]
    assert {
        "building": "site",
        "kind": "experiment",
        "text": "19 °C",
        "start": "2026-11-22T09:07:00+01:00",
        "end": None,
    } == lately[1]
    assert 400 == refused.status_code


async def test_any_offset(client: httpx.AsyncClient) -> None:
    """Any offset is understood, also when its plus was not encoded; the answer is in the site's."""
    first = await get(client, "/api/consumption?meter=b01-gas&every=1h&start=2026-11-22T23:00:00Z")
    second = await get(client, "/api/consumption?meter=b01-gas&every=1h&start=2026-11-23T04:00:00+05:00")
    third = await get(client, "/api/consumption?meter=b01-gas&every=1h&start=2026-11-22t23:00:00.000z")

    assert first == second == third
    assert first[0]["start"][0] == "2026-11-23T00:00:00+01:00"


async def test_estimated_share(client: httpx.AsyncClient) -> None:
    """What was not measured is told, step by step."""
    answer = await get(client, "/api/consumption?building=b02&every=15m&start=2026-11-23T08:00:00Z")
    before = await get(client, "/api/consumption?building=b02&every=15m&start=2026-11-23T07:00:00Z")

    assert [] == answer
    assert [0.5, 0.0, 0.0, 0.0] == before[0]["estimated"]


@pytest.mark.parametrize(
    ("path", "parameter", "said"),
    [
        ("/api/latest?bulding=b01", "bulding", "no parameter"),
        ("/api/latest?building=b99", "building", "'b99' is not in the estate"),
        ("/api/latest?quantity=climate.co3", "quantity", "is no quantity"),
        ("/api/series", "quantity", "missing"),
        ("/api/series?quantity=climate.co2&start=yesterday", "start", "no RFC 3339 time"),
        ("/api/series?quantity=climate.co2&start=2026-11-23T08:00Z", "start", "no RFC 3339 time"),
        ("/api/series?quantity=climate.co2&start=2026-11-23%2008:00:00Z", "start", "no RFC 3339 time"),
        ("/api/series?quantity=climate.co2&start=2026-02-31T08:00:00Z", "start", "no RFC 3339 time"),
        ("/api/series?quantity=climate.co2&start=2026-11-23T08:00:00", "start", "has no offset"),
        ("/api/series?quantity=climate.co2&end=0001-01-01T00:00:00%2B14:00", "end", "out of range"),
        ("/api/series?quantity=climate.co2&every=3w", "every", "is no window"),
        ("/api/series?quantity=climate.co2&every=1s&start=2026-01-01T00:00:00Z", "every", "more than"),
        ("/api/series?quantity=climate.co2&start=2026-11-24T00:00:00Z", "start", "lies in the future"),
        ("/api/consumption?start=2026-11-24T00:00:00Z", "start", "lies in the future"),
        ("/api/consumption?start=2026-11-22T00:00:00Z&end=2026-11-21T00:00:00Z", "start", "not before end"),
        ("/api/series?quantity=climate.co2&quantity=electricity.power", "quantity", "given 2 times"),
        ("/api/consumption?every=1h&building=b01&building=b02&every=1d", "every", "given 2 times"),
        ("/?lang=fr&lang=en", "lang", "given 2 times"),
        ("/api/consumption?carrier=steam", "carrier", "is no carrier"),
        ("/api/consumption?by=meter&every=15m&start=2020-01-01T00:00:00Z", "every", "more than"),
        ("/api/consumption?tenant=nobody", "tenant", "'nobody' is not in the estate"),
        ("/api/quarantine?limit=0", "limit", "greater than or equal to 1"),
    ],
)
async def test_problem_details(client: httpx.AsyncClient, path: str, parameter: str, said: str) -> None:
    """A wrong question is answered with problem details: the parameter, the cause and the next step."""
    answer = await client.get(path)
    problem = answer.json()

    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert parameter == problem["parameter"]
    assert said in problem["detail"]
    assert problem["next_step"]


async def test_unknown_path(client: httpx.AsyncClient) -> None:
    """A path that is not there is a problem too."""
    answer = await client.get("/api/lastest")

    assert (404, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


@pytest.mark.parametrize("path", ["/", "/api/latest", "/healthz", "/metrics", "/docs", "/openapi.json", "/lastest"])
async def test_head(client: httpx.AsyncClient, path: str) -> None:
    """HEAD answers as GET does, without the body."""
    head, full = await client.head(path), await client.get(path)

    assert (full.status_code, b"") == (head.status_code, head.content)
    assert full.headers["content-type"] == head.headers["content-type"]


async def test_read_only(client: httpx.AsyncClient) -> None:
    """Another method is a problem that names those there are."""
    answer = await client.post("/api/latest")

    assert (405, "GET, HEAD") == (answer.status_code, answer.headers["allow"])
    assert "application/problem+json" == answer.headers["content-type"]


async def test_store_down(filled: Parts) -> None:
    """While the store does not answer the API says so and the page still stands."""
    absent = InfluxStore("127.0.0.1", free_port(), version=1)
    async with client_of(replace(filled, store=absent)) as client:
        answer, page = await client.get("/api/latest"), await client.get("/")
    await absent.close()

    assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
    assert 200 == page.status_code
    assert "Dégradé" in page.text
    assert "Le stockage ne répond pas" in page.text
    assert "6 capteurs inscrits ; leur état est inconnu" in page.text
    assert "heure comparable" not in page.text.partition('id="drivers"')[2].partition("</div>")[0]
    assert "devices.csv" not in page.text.partition('id="attention"')[2].partition("</div>")[0]
    assert "aucun compteur" not in page.text
