"""Indicators over HTTP: with their words, their reasons, and errors that name thing, cause and step."""

from typing import Any

import httpx
import numpy as np
import pytest

from dashboards.parts import Parts
from energy.derived.places import Place, rows
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, floor
from tests.dashboards.conftest import NOW, PARIS, client_of

DAY = floor(NOW - DAY_MS, "1d", PARIS)


async def get(client: httpx.AsyncClient, query: str) -> Any:
    answer = await client.get(f"/api/indicators?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_id(answer: Any) -> dict[str, Any]:
    return {each["id"]: each for each in answer["indicators"]}


async def test_of_a_building(empty: Parts) -> None:
    """Yesterday's energy by m² of the town hall, in words of both languages, with the fraction it comes from."""
    place = Place("building", "b01", "b01")
    day = Steps.of(np.array([DAY]), np.array([5000]), np.array([500]))
    area = Steps.of(np.array([DAY]), np.array([100]), np.array([0]))
    await empty.store.write_consumption(rows(place, {"in_all": day, "energy": day, "area": area}, "1d", 0))
    async with client_of(empty) as client:
        answer = await get(client, "of=building&id=b01&start=2026-11-22T00:00:00%2B01:00")
    found, pace = by_id(answer)["energy_m2"], by_id(answer)["energy_m2_year"]

    assert ("2026-11-22T00:00:00+01:00", "2026-11-23T00:00:00+01:00") == (answer["start"], answer["end"])
    assert (100.0, "kWh/m²", "Énergie par surface") == (found["below"], found["unit"], found["label"]["fr"])
    assert (0.05, 0.1, 1.0) == (found["value"], found["estimated"], found["coverage"])
    assert (0.05 * 365, "kWh/(m²·a)") == (pace["value"], pace["unit"])


async def test_without_data(empty: Parts) -> None:
    """Nothing known: no figure, and the reason in both languages."""
    async with client_of(empty) as client:
        found = by_id(await get(client, "of=zone&id=b01-room"))

    assert {None} == {each["value"] for each in found.values()}
    assert {"fr": "aucun capteur d'occupation", "en": "no occupancy sensor"} == found["utilisation"]["reason"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("of=building", "no building is named"),
        ("of=building&id=b09", "building 'b09' is not in the estate"),
        ("of=tenant&id=nobody", "tenant 'nobody' is not in the estate"),
        ("id=b01", "the site is 'site', not 'b01'"),
        ("start=2026-11-23T00:00:00Z", "no whole day that is over"),
        ("start=1990-01-01T00:00:00Z", "longer than ten years"),
        ("of=city", "of"),
    ],
)
async def test_wrong_questions(empty: Parts, query: str, words: str) -> None:
    """Each says what is wrong of which parameter."""
    async with client_of(empty) as client:
        answer = await client.get(f"/api/indicators?{query}")

    assert 400 == answer.status_code
    assert words in answer.text
