"""A stand-in for systemd: the datagram socket that a service reports to (sd_notify(3))."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WATCHDOG_S = 1.0


class Supervising:
    """What was told, in order."""

    def __init__(self, address: str) -> None:
        self.environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6))}
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)

    def listen(self) -> list[str]:
        """Everything so far."""
        while True:
            try:
                self.told += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.told

    def status(self) -> str:
        """The last one told."""
        return next((line for line in reversed(self.listen()) if line.startswith("STATUS=")), "")

    def pings(self) -> int:
        return self.listen().count("WATCHDOG=1")

    def close(self) -> None:
        self._socket.close()


@contextmanager
def supervising(address: str | Path) -> Iterator[Supervising]:
    """Listen at a path, or at an abstract address (`@…`)."""
    supervisor = Supervising(str(address))
    try:
        yield supervisor
    finally:
        supervisor.close()
