"""The page of ingest: how it went over time, and what staff can do when it is behind."""

from dataclasses import replace
from typing import Any, get_args

import httpx
import pytest

from dashboards.health import About, Readiness
from dashboards.pages.advice import ADVICE
from dashboards.pages.ingesting import CHARTS
from dashboards.parts import Parts
from estate.calendar import HOUR_MS
from ingest.account.ledger import Ledger
from tests.dashboards.conftest import NOW, client_of, minutes


def drawn(chart: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of that name in a chart of layers."""
    return [row for layer in chart["spec"]["layer"] if layer["data"]["name"] == name for row in layer["data"]["values"]]


@pytest.mark.parametrize("about", ADVICE)
async def test_what_to_do(filled: Parts, about: About) -> None:
    """Whatever is wrong, the page says what, why and what to do, in the reader's language."""
    parts = replace(filled, readiness=lambda: Readiness("degraded", "the wire is cut", about))
    async with client_of(parts) as client:
        french, english = [(await client.get(f"/ingest?lang={lang}")).text for lang in ("fr", "en")]

    title, next_step = ADVICE[about]
    assert title[0] in french
    assert f"Que faire : {next_step[0]}" in french
    assert f"What to do: {next_step[1]}" in english
    assert '<small lang="en">the wire is cut</small>' in french


def test_everything_has_advice() -> None:
    assert {about for about in get_args(About) if about} == set(ADVICE)


async def test_catching_up(filled: Parts) -> None:
    """While the spool drains the page says how much waits; when it is empty there is nothing to say."""
    async with client_of(filled) as client:
        behind = (await client.get("/ingest?lang=en")).text
    async with client_of(replace(filled, ledger=Ledger())) as client:
        calm = (await client.get("/ingest?lang=en")).text

    assert "Catching up: 4 messages still wait" in behind
    assert "title-advice" not in calm


async def test_over_time(filled: Parts) -> None:
    """Each chart is drawn from the minutes in the store; a start is marked, and when the store was away is told."""
    await filled.store.write(minutes())
    async with client_of(filled) as client:
        charts = {name: (await client.get(f"/ingest/charts/{name}.json?lang=en")).json() for name in CHARTS}
        none = await client.get("/ingest/charts/presence.json?period=decade")

    spans = [row for row in drawn(charts["presence"], "shown") if row["name"] == "Store"]
    started = NOW - HOUR_MS
    rates = {row["value"] for row in drawn(charts["messages"], "shown") if row["room"].endswith("received")}
    assert ["answers", "away", "answers"] == [row["what"] for row in spans]
    assert 10 * 60_000 == spans[1]["end"] - spans[1]["start"]
    assert {started - started % 60_000} == {mark["start"] for each in charts.values() for mark in drawn(each, "notes")}
    assert 30.0 in rates
    assert 400 == none.status_code


async def test_nothing_noted(client: httpx.AsyncClient) -> None:
    """Without minutes there is no chart, and the page says when there will be."""
    assert (await client.get("/ingest/charts/fill.json")).json() is None
    assert "notes its state each minute" in (await client.get("/ingest?lang=en")).text
