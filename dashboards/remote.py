"""Commands that need what a running service holds: asked over HTTP, or done here when no service runs.

An embedded store admits one process, so whoever has it open does the work.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout

from dashboards.configuration import Settings
from estate.calendar import DAY_MS
from estate.load import load
from estate.model import Estate
from ingest.account.ledger import Ledger
from ingest.intake import Intake
from ingest.notes import load_memory
from ingest.pipeline import Pipeline
from sensors.model import Context
from store.base import Store, StoreUnavailable
from store.settings import open_store
from store.state import State

LONGEST_S = 3600


class Refused(Exception):
    """The running service will not do it; the message says why and what to do."""

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter  # that is at fault, if one is


def refusal(answer: Mapping[str, Any]) -> Refused:
    """The problem details of an answer."""
    words = filter(None, (answer.get("detail"), answer.get("next_step")))
    return Refused(". ".join(words), answer.get("parameter") or "")


class Local:
    """The parts of a service that does not run, for one command."""

    def __init__(self, settings: Settings, estate: Estate, store: Store, state: State, now_ms: int) -> None:
        memory = state.run_now(load_memory)
        context = Context(estate.site.zone, settings.ingest.horizon_days * DAY_MS, memory=memory)
        pipeline = Pipeline(estate, estate.routes(context))
        self.estate, self.store, self.state = estate, store, state
        self.intake = Intake(pipeline, store, state, Ledger(), lambda: now_ms, *settings.ingest.bounds)


async def ask(settings: Settings, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """What the running service answers, as JSON; None when no service runs. Raises Refused, or StoreUnavailable."""
    url = f"http://{settings.web.listen}{path}"
    headers = {"Authorization": f"Bearer {settings.web.secret}"} if settings.web.secret else {}
    try:
        async with (
            ClientSession(timeout=ClientTimeout(LONGEST_S)) as http,
            http.request(method, url, json=body, headers=headers) as response,
        ):
            answer = await response.json(content_type=None)
            if response.status >= 400:
                raise refusal(answer)
            return answer
    except ClientConnectorError:
        return None
    except (ClientError, TimeoutError, ValueError) as error:
        raise StoreUnavailable(f"what runs at {url} does not say: {error!r}; look at its log") from error


@asynccontextmanager
async def local(settings: Settings, now_ms: int) -> AsyncIterator[Local]:
    """The parts, opened for one command while no service runs."""
    estate = load(settings.estate_folder, settings.energy.step)
    store = open_store(settings.store)
    await store.open()
    try:
        with State(settings.state.file) as state:
            yield Local(settings, estate, store, state, now_ms)
    finally:
        await store.close()
