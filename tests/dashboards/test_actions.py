"""What the running service is asked to do: by this machine alone, as JSON, and whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboards.parts import Parts
from estate.load import load
from estate.model import Virtual
from ingest.quarantine import quarantined
from ingest.release import reconsider
from sensors.model import Context
from tests.dashboards.conftest import NOW, client_of
from tests.dashboards.test_devices import AIR, knock
from tests.estate.folders import SMALL, write

ROW = {"device": "ecda3b", "building": "b1"}


async def post(parts: Parts, path: str, body: Any, language: str = "") -> httpx.Response:
    async with client_of(parts) as client:
        return await client.post(path, json=body, timeout=30, headers={"Accept-Language": language})


@asynccontextmanager
async def following(parts: Parts, folder: Path) -> AsyncIterator[Parts]:
    """The parts of a service that follows the folder, as `service.py` does."""
    write(folder)
    assert parts.intake is not None
    intake = parts.intake

    async def follow() -> None:
        while True:
            estate = load(folder)
            intake.pipeline.adopt(estate, estate.routes(Context(estate.site.zone)))
            await reconsider(intake, estate)
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(follow())
        yield replace(parts, estate=load(folder), estate_folder=folder)
        task.cancel()


async def test_add(empty: Parts, tmp_path: Path) -> None:
    """The row is written, and the answer says what became of what the device had sent."""
    knock(empty.state, "ecda3b", "airgradient/readings/ecda3b", AIR, 70, 10)
    knock(empty.state, "other", "airgradient/readings/other", AIR, 70)
    async with following(empty, tmp_path) as parts:
        answer = await post(parts, "/api/devices", ROW | {"name": "Air", "from": "2026-01-01"})

    assert {"device": "ecda3b", "line": 3, "waited": 2, "released": 2, "kept": 0, "readings": 6} == answer.json()
    assert "ecda3b,Air,b1,,2026-01-01,,\n" == (tmp_path / "devices.csv").read_text().splitlines(keepends=True)[-1]
    assert ["other"] == [entry.device for entry in await empty.state.read(lambda db: quarantined(db, 10))]


async def test_add_by_topic(empty: Parts, tmp_path: Path) -> None:
    """Messages of a topic that nobody read are released with the device that names it."""
    knock(empty.state, "", "hall/air", AIR, 70)
    await empty.state.run(lambda db: db.execute("UPDATE quarantine SET reason = 'unknown_topic'"))
    async with following(empty, tmp_path) as parts:
        body = ROW | {"device": "hall", "topic": "hall/+", "codec": "airgradient"}
        answer = (await post(parts, "/api/devices", body)).json()

    assert (1, 1, 3) == (answer["waited"], answer["released"], answer["readings"])


async def test_add_placed_later(empty: Parts, tmp_path: Path) -> None:
    """What was sent before its first day stays, for a better reason."""
    knock(empty.state, "ecda3b", "airgradient/readings/ecda3b", AIR, 70)
    async with following(empty, tmp_path) as parts:
        answer = (await post(parts, "/api/devices", ROW | {"from": "2026-12-01"})).json()
    (entry,) = await empty.state.read(lambda db: quarantined(db, 10))

    assert (1, 0, 1, 0) == tuple(answer[key] for key in ("waited", "released", "kept", "readings"))
    assert "not_placed" == entry.reason


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"building": "b11"}, "devices.csv:3: device 'ecda3b': building 'b11' is not in buildings.csv"),
        ({"device": "d1"}, "'d1' is in devices.csv already (building 'b1')"),
        ({"wing": "east"}, "there is no parameter 'wing' here"),
        ({"interval": 0}, "greater than or equal to 1"),
    ],
)
async def test_not_added(empty: Parts, tmp_path: Path, more: dict[str, Any], said: str) -> None:
    """A row that is wrong is refused, with what is wrong with it; the inventory stays as it is."""
    async with following(empty, tmp_path) as parts:
        answer = await post(parts, "/api/devices", ROW | more)

    assert 400 == answer.status_code
    assert said in answer.json()["detail"]
    assert SMALL["devices.csv"] == (tmp_path / "devices.csv").read_text()


async def test_not_added_in_french(empty: Parts, tmp_path: Path) -> None:
    """To who asks in French a row that is wrong is refused in French, each cause of its form; to others in English."""
    wrong = {
        "codec": "airgradiant",
        "building": "b11",
        "zone": "z9",
        "device": "a@b",
    }
    said = {
        "codec": "devices.csv:3: capteur 'ecda3b' : le codec 'airgradiant' est inconnu : vouliez-vous dire",
        "building": "le bâtiment 'b11' n’est pas dans buildings.csv",
        "zone": "la zone 'z9' n’est pas dans zones.csv",
        "device": "'a@b' n’est pas un nom de capteur : écrivez-le comme dans ses messages",
    }
    async with following(empty, tmp_path) as parts:
        found = {name: await post(parts, "/api/devices", ROW | {name: cell}, "fr") for name, cell in wrong.items()}
        known = await post(parts, "/api/devices", ROW | {"device": "d1"}, "fr-CA, en;q=0.5")
        mistyped = await post(parts, "/api/devices", ROW | {"interval": "soon"}, "fr")
        spoken = [await post(parts, "/api/devices", ROW | {"zone": "z9"}, asked) for asked in ("", "*", "en", "de")]

    details = {name: answer.json()["detail"] for name, answer in found.items()}
    assert said == {name: said[name] for name, detail in details.items() if said[name] in detail}
    assert all(detail.startswith("rien n’a été changé : avec cette ligne") for detail in details.values())
    assert "'d1' est déjà dans devices.csv (bâtiment 'b1')" in known.json()["detail"]
    assert "s’il a déménagé" in known.json()["detail"]
    assert "ce n’est pas un nombre entier" in mistyped.json()["detail"]
    assert ["fr", "en", "en", "en", "en"] == [answer.headers["content-language"] for answer in (mistyped, *spoken)]


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ({"time": "soon"}, "« soon » n’est pas une heure ; écrivez-la comme 2026-11-23T08:15"),
        ({"time": "2026-03-29T02:30"}, "n’a pas existé en Europe/Paris : on avançait les montres"),
        ({"time": "2025-10-26T02:30"}, "a eu lieu deux fois en Europe/Paris : on reculait les montres"),
        ({"unit": "L"}, "'L' n’est pas une unité de gas.energy : il y a"),
        ({"value": "much"}, "readings.0.value : ce n’est pas un nombre"),
    ],
)
async def test_no_reading_in_french(filled: Parts, reading: dict[str, Any], said: str) -> None:
    """What the form of readings is refused is said in French, with what to do."""
    given = {"device": "b01-gas", "quantity": "gas.energy", "value": 3} | reading
    answer = await post(filled, "/api/readings", {"readings": [given]}, "fr")

    assert (400, "fr") == (answer.status_code, answer.headers["content-language"])
    assert said in answer.json()["detail"]
    assert answer.json()["next_step"].startswith("corrigez")


async def test_the_sample_is_not_changed(empty: Parts) -> None:
    """Whoever has no estate of their own is told how to get one."""
    answer = await post(empty, "/api/devices", ROW)

    assert 400 == answer.status_code
    assert "set [estate] path" in answer.json()["next_step"]


@pytest.mark.parametrize("path", ["/api/devices", "/api/quarantine/release", "/api/quarantine/purge"])
async def test_who_may(filled: Parts, tmp_path: Path, path: str) -> None:
    """Neither a form, nor a process that does not ingest."""
    body = ROW if path == "/api/devices" else {"all": True}
    mine = replace(filled, estate_folder=tmp_path)
    async with client_of(mine) as client:
        form = await client.post(path, data={"all": "true"})
    without = await post(replace(mine, intake=None), path, body)

    assert [400] * 2 == [answer.status_code for answer in (form, without)]
    assert "only JSON" in form.json()["detail"]
    assert "does not ingest" in without.json()["detail"]
    assert 4 == len(await filled.state.read(lambda db: quarantined(db, 10)))


async def test_release_and_purge(filled: Parts) -> None:
    """What is refused again stays; what is purged is gone, and counted; something must be selected."""
    again = await post(filled, "/api/quarantine/release", {"reason": "malformed"})
    gone = await post(filled, "/api/quarantine/purge", {"device": "b01-gas"})
    nothing = await post(filled, "/api/quarantine/purge", {})
    kept = await filled.state.read(lambda db: quarantined(db, 10))

    assert {"released": 0, "stored": 0, "refused": 1} == again.json()
    assert (1, 400, 3) == (gone.json(), nothing.status_code, len(kept))
    assert NOW - 1000 == max(entry.message.received_ms for entry in kept)


async def test_virtual_meters_are_not_rebuilt(filled: Parts) -> None:
    """A meter that is made of others is refused, with what to ask for instead."""
    net = Virtual("net", "electricity", "Net", "b01", "", ((1, "b01-electricity"), (-1, "b01-kitchen")))
    parts = replace(filled, estate=replace(filled.estate, virtuals={"net": net}))
    answer = await post(parts, "/api/rebuild", {"meters": ["net"]})

    assert (400, "rebuild those: it follows them") == (answer.status_code, answer.json()["next_step"])


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_asks(empty: Parts, site: str) -> None:
    """A browser that says that another site's page sends this is refused, JSON or not."""
    async with client_of(empty) as client:
        answer = await client.post("/api/quarantine/purge", json={"all": True}, headers={"Sec-Fetch-Site": site})
        own = await client.post("/api/quarantine/purge", json={"all": True}, headers={"Sec-Fetch-Site": "same-origin"})

    assert (403, 200) == (answer.status_code, own.status_code)
