"""The JSON interface, asked by commands: of the running service over HTTP, or of the store here when none runs."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from starlette.types import Message

from alerts.state import AlertState
from dashboards.app import create_app
from dashboards.configuration import Settings
from dashboards.health import Readiness
from dashboards.parts import Parts
from dashboards.remote import Local, ask, local, refusal
from dashboards.service import clock
from estate.load import load
from estate.model import Estate
from store.base import StoreUnavailable

Asked = Sequence[tuple[str, str]]
Get = Callable[[str, Asked], Awaitable[Any]]
"""The answer to a path and what is asked of it. Raises Refused or StoreUnavailable."""


@asynccontextmanager
async def interface(settings: Settings) -> AsyncIterator[tuple[Get, Estate]]:
    """What answers now, with the estate."""
    if await ask(settings, "GET", "/healthz") is not None:

        async def there(path: str, asked: Asked) -> Any:
            answer = await ask(settings, "GET", f"{path}?{urlencode(asked)}")
            if answer is None:
                raise StoreUnavailable("the service that ran a moment ago has stopped; start it, and run this again")
            return answer

        yield there, load(settings.estate_folder, settings.energy.step)
        return
    async with local(settings, clock()) as here:
        app = create_app(_parts(here))

        async def answered(path: str, asked: Asked) -> Any:
            status, answer = await _get(app, path, asked)
            if status >= 400:
                raise refusal(answer)
            return answer

        yield answered, here.estate


def _parts(here: Local) -> Parts:
    async def no_alerts() -> Sequence[AlertState]:
        return ()

    return Parts(
        here.estate, here.store, None, None, here.state, lambda: Readiness("ready", ""), None, clock, no_alerts
    )


async def _get(app: Any, path: str, asked: Asked) -> tuple[int, Any]:
    """Ask an ASGI application without a socket."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": urlencode(asked).encode(),
        "headers": [(b"host", b"127.0.0.1")], "client": None, "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
