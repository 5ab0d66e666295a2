"""The session and brokers that are absent, restarted, unwilling or encrypted."""

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest

from tests.ingest.sending import send
from tests.ingest.sessions import (
    connected,
    made,
    numbered,
    payloads,
    running,
    take,
)
from tests.servers import free_port, mosquitto
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_retries")


async def test_absent_broker_is_waited_for() -> None:
    """Without a broker at the start the trouble is told; once it is there, messages come."""
    port = free_port()
    session = made(port)
    async with running(session):
        await until(lambda: str(port) in session.trouble)

        assert not session.connected
        with mosquitto(port=port):
            await until(lambda: session.connected)
            await send(port, [b"first"])

            assert [b"first"] == await payloads(session, 1)
            assert "" == session.trouble


async def test_broker_restart_loses_nothing(tmp_path: Path) -> None:
    """A broker that stops and comes back with its memory delivers what was not acknowledged, and what is new."""
    with mosquitto(folder=tmp_path, persistence=True) as server:
        async with connected(server.port) as session:
            await send(server.port, numbered(40))
            seen = await take(session, 5)
            server.process.terminate()
            await asyncio.to_thread(server.process.wait)
            await until(lambda: not session.connected)
            with mosquitto(folder=tmp_path, persistence=True, port=server.port):
                await until(lambda: session.connected)
                await send(server.port, [b"after"])
                while seen[-1].payload != b"after":
                    seen += await take(session, 1)

    assert {*numbered(40), b"after"} == {message.payload for message in seen}


async def test_wrong_password(tmp_path: Path) -> None:
    """A wrong password is told, with what to check; it is tried again, and holds once the broker takes it."""
    passwords = tmp_path / "passwords"
    allow(passwords, "the right one")
    with mosquitto(settings=[f"password_file {passwords}"]) as server:
        session = made(server.port, username="ingest", password="a new one")
        async with running(session):
            await until(lambda: "refuses us" in session.trouble)

            assert "check [broker] username" in session.trouble
            assert "a new one" not in session.trouble
            allow(passwords, "a new one")
            server.process.send_signal(signal.SIGHUP)  # it reads its passwords again
            await until(lambda: session.connected)


def allow(passwords: Path, password: str) -> None:
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", passwords, "ingest", password], check=True, capture_output=True)


async def test_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TLS a certificate nobody vouches for is refused, and told; a trusted one is taken, and messages come."""
    certificate, key = certified(tmp_path)
    plain = free_port()
    tls = [f"certfile {certificate}", f"keyfile {key}", f"listener {plain} 127.0.0.1"]
    with mosquitto(settings=tls) as server:
        session = made(server.port, url=f"mqtts://127.0.0.1:{server.port}")
        async with running(session):
            await until(lambda: "certificate verify failed" in session.trouble)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            await until(lambda: session.connected)
            await send(plain, numbered(100))

            assert numbered(100) == await payloads(session, 100)


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key
