"""The account of every message, as the API, the page and the command tell it."""

import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

import microville
from dashboards.parts import Parts
from ingest.account import events
from ingest.account.books import write
from store.state import State
from tests.dashboards.conftest import NOW, client_of
from tests.servers import free_port

HOUR = NOW - NOW % 3_600_000
DAY_MS = 86_400_000


async def test_by_day_and_hour(empty: Parts) -> None:
    """Since ever, by day of the site's zone and by hour; what is not in the file yet is told as well."""
    assert empty.intake
    late = HOUR - 9 * 3_600_000  # 23:00Z, the 23rd already in Paris
    hours = {late - 3_600_000: {"received": 1, "stored": 1}, late: {"received": 2, "stored": 2}}
    await empty.state.run(lambda db: write(db, hours))
    empty.intake.books.record(events.taken(4))
    async with client_of(empty) as client:
        answer = (await client.get("/api/account?days=2&hours=1")).json()

    assert (7, 3, 4, 0) == tuple(answer["total"][name] for name in ("received", "stored", "in_flight", "difference"))
    assert [("2026-11-22T00:00:00+01:00", 1), ("2026-11-23T00:00:00+01:00", 6)] == [
        (day["start"], day["received"]) for day in answer["days"]
    ]
    assert [("2026-11-23T09:00:00+01:00", 4)] == [(hour["start"], hour["received"]) for hour in answer["hours"]]


@pytest.mark.parametrize(("language", "said"), [("fr", "Interrompus"), ("en", "Interrupted")])
async def test_page(client: httpx.AsyncClient, filled: Parts, language: str, said: str) -> None:
    """The page shows it since the start and since ever."""
    await filled.state.run(lambda db: write(db, {HOUR: {"received": 123_456, "interrupted": 123_456}}))
    text = (await client.get(f"/ingest?lang={language}")).text

    assert said in text
    assert ("123,456" if language == "en" else "123\u202f456") in text


@pytest.mark.parametrize("missing", [0, 3])
def test_command_says_what_is_missing(tmp_path: Path, missing: int) -> None:
    """An account that does not balance is told by its difference and the exit code."""
    config = tmp_path / "microville.toml"
    config.write_text(f'[state]\npath = "{tmp_path}"\n[web]\nlisten = "127.0.0.1:{free_port()}"\n')
    with State(tmp_path / "state.sqlite") as state:
        state.run_now(lambda db: write(db, {HOUR: {"received": 5 + missing, "stored": 5}}))
    table = CliRunner().invoke(microville.app, ["account", "--config", str(config)])
    as_json = CliRunner().invoke(microville.app, ["account", "--json", "--config", str(config)])

    assert [bool(missing)] * 2 == [bool(table.exit_code), bool(as_json.exit_code)]
    assert missing == json.loads(as_json.stdout)["total"]["difference"]
    assert "+ difference" in table.stdout
