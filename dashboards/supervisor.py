"""What systemd is told: ready, how things stand, still at work, about to stop (sd_notify(3), sd_watchdog_enabled(3)).

Ready means that our own parts run and have had time to meet broker and store, not that these are there: they are waited
for, and a service killed because its broker was late at boot would keep nobody's readings.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from dashboards.health import Readiness

MEET_S = 3.0
LOOK_S = 1.0


class Supervisor:
    """The datagram socket that the environment names; without one nobody is told."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._ping_s = int(environment.get("WATCHDOG_USEC", 0)) / 2e6 if mine else 0.0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    async def watch(self, readiness: Callable[[], Readiness], works: Callable[[], bool]) -> None:
        """Tell how things stand whenever that changes, and that they move while `works` says so; until cancelled."""
        began, ready, told = time.monotonic(), False, ""
        while True:
            lines = []
            status, cause, _ = readiness()
            if not ready and (status == "ready" or time.monotonic() - began > MEET_S):
                ready = True
                lines.append("READY=1")
            said = f"STATUS={': '.join(filter(None, (status, cause)))}".replace("\n", " ")
            if said != told:
                told = said
                lines.append(said)
            if self._ping_s and works():
                lines.append("WATCHDOG=1")
            self._tell("\n".join(lines))
            await asyncio.sleep(min(LOOK_S, self._ping_s or LOOK_S))

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1\nSTATUS=stopping: keeping what was received")

    def close(self) -> None:
        self._socket.close()

    def _tell(self, text: str) -> None:
        if text and self._address:
            with suppress(OSError):  # systemd is busy, or being replaced: the next one reaches it
                self._socket.sendto(text.encode(), self._address)
