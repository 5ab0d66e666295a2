"""How a client of ours reaches the broker: socket, encryption, name."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiomqtt

from ingest.settings import BrokerSettings


class ConnectionUnusable(Exception):
    """The settings of [broker] lead to no connection; the message names the setting and what to do."""


def tls(broker: BrokerSettings) -> ssl.SSLContext | None:
    """The certificates of both sides, as their files are now; None where nothing is encrypted."""
    files = {"ca_file": broker.ca_file, "cert_file": broker.cert_file, "key_file": broker.key_file}
    named = [name for name, path in files.items() if path]
    if not broker.address.tls:
        if named and not broker.embedded:
            raise ConnectionUnusable(f"[broker] {named[0]} is of use over TLS alone: set url to mqtts://, or leave it")
        return None
    for name, path in files.items():
        _check(name, path)
    try:
        context = ssl.create_default_context(cafile=broker.ca_file)
    except ssl.SSLError as error:
        raise ConnectionUnusable(f"[broker] ca_file {broker.ca_file}: no certificate in PEM: {error}") from error
    if broker.key_file and not broker.cert_file:
        raise ConnectionUnusable("[broker] key_file is of no use alone: set cert_file to its certificate")
    if broker.cert_file:
        try:  # without the password it would ask the terminal for one
            context.load_cert_chain(broker.cert_file, broker.key_file, password=lambda: "")
        except (ssl.SSLError, ValueError) as error:
            cause = f"no certificate with its key, unencrypted, in PEM: {error}"
            raise ConnectionUnusable(f"[broker] cert_file {broker.cert_file}, key_file: {cause}") from error
    return context


def _check(name: str, path: Path | None) -> None:
    try:
        if path:
            path.open("rb").close()
    except OSError as error:
        next_step = "check the path, and that the service's user may read it"
        raise ConnectionUnusable(f"[broker] {name} {path}: {error.strerror}; {next_step}") from error


async def connect(broker: BrokerSettings, protocol: Callable[[], asyncio.Protocol]) -> None:
    """A connection of this protocol to the broker. Raises OSError or ConnectionUnusable."""
    loop, address = asyncio.get_running_loop(), broker.address
    if address.local:
        await loop.create_unix_connection(protocol, address.host)
    else:
        await loop.create_connection(protocol, address.host, address.port, ssl=tls(broker))


def credentials(broker: BrokerSettings) -> dict[str, str | None]:
    return {"username": broker.username, "password": broker.password.get_secret_value() if broker.password else None}


def client_arguments(broker: BrokerSettings) -> dict[str, Any]:
    """Those of an aiomqtt client to this broker."""
    address = broker.address
    return {
        "hostname": address.host,
        "port": address.port or 1,  # of a Unix socket, which has none
        "transport": "unix" if address.local else "tcp",
        "tls_context": tls(broker),
        "protocol": aiomqtt.ProtocolVersion.V5,
        **credentials(broker),
    }
