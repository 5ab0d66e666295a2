"""The web application on its socket: bound at once, so that a taken port is known before anything else starts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from dashboards.settings import WebSettings

STOP_S = 2


class PortTaken(Exception):
    """The web interface cannot listen there; the message says why and what to do."""


def free_port(wanted: int) -> int:
    """The wanted port of the loopback if nothing listens there, else one that is free."""
    for port in (wanted, 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise PortTaken("no port of 127.0.0.1 is free; stop something that listens")


class WebServer:
    """uvicorn within the service's event loop; signals are the service's."""

    def __init__(self, settings: WebSettings) -> None:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        try:
            self._socket = socket.create_server((settings.host, settings.port), family=family, backlog=128)
        except OSError as error:
            next_step = "stop what listens there, or set [web] listen to another port"
            cause = str(error.strerror).partition(" (while")[0]  # Python repeats the address there
            raise PortTaken(f"web interface on {settings.listen}: {cause}; {next_step}") from error
        self._server: _Server | None = None

    async def run(self, app: ASGIApp) -> None:
        """Serve until `stop`."""
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            interface="asgi3",
            lifespan="off",
            timeout_graceful_shutdown=STOP_S,
            server_header=False,
            proxy_headers=False,  # who asks is who connects: what a client says of itself counts for nothing
        )
        self._server = _Server(config)
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Take no more requests, and let `run` end."""
        if self._server:
            self._server.should_exit = True

    def close(self) -> None:
        self._socket.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to whoever runs the service."""
        yield
