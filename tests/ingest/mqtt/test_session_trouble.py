"""The session and brokers that are absent, restarted, unwilling or encrypted."""

import asyncio
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from ingest.mqtt import session as session_module
from ingest.mqtt.link import SESSION_EXPIRY_S, Link
from ingest.mqtt.refusals import cautions
from ingest.mqtt.session import Session
from ingest.mqtt.subscriptions import Subscriptions
from ingest.mqtt.wire import Wire
from store.state import State
from tests.ingest.mqtt.sessions import (
    Broker,
    connected,
    embedded,
    made,
    numbered,
    payloads,
    running,
    take,
)
from tests.ingest.proxy import proxy
from tests.ingest.sending import send
from tests.ingest.values import settings
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


async def test_encrypted(tmp_path: Path) -> None:
    """Over TLS a broker that nobody vouches for is refused; with its CA and our certificate messages come."""
    certify(tmp_path)
    plain = free_port()
    own = [f"cafile {tmp_path}/ca.crt", f"certfile {tmp_path}/broker.crt", f"keyfile {tmp_path}/broker.key"]
    more = ["require_certificate true", "use_identity_as_username true", f"listener {plain} 127.0.0.1"]
    with mosquitto(settings=[*own, *more]) as server:
        url = f"mqtts://127.0.0.1:{server.port}"
        trusting = {"url": url, "ca_file": tmp_path / "ca.crt"}
        stranger, nameless = made(server.port, url=url), made(server.port, **trusting)
        async with running(stranger, nameless):
            await until(lambda: "set [broker] ca_file" in stranger.trouble)
            await until(lambda: "check [broker] cert_file" in nameless.trouble)
        ours = {"cert_file": tmp_path / "ingest.crt", "key_file": tmp_path / "ingest.key"}
        async with connected(server.port, **trusting, **ours) as session:
            await send(plain, numbered(100))

            assert numbered(100) == await payloads(session, 100)
        assert "u'ingest'" in server.log


async def test_unix_socket(tmp_path: Path) -> None:
    """A broker on a Unix socket is as good as one over TCP; one that is not there is named."""
    path = tmp_path / "mosquitto.sock"
    session = made(0, url=f"unix://{path}")
    async with running(session):
        await until(lambda: f"unix://{path}: [Errno 2]" in session.trouble)
        with mosquitto(settings=[f"listener 0 {path}"]) as server:
            await until(lambda: session.connected)
            await send(server.port, numbered(100))

            assert numbered(100) == await payloads(session, 100)


def certify(folder: Path) -> None:
    """A CA, and certificates of the broker and of ingest that it signed, as NAME.crt and NAME.key."""
    authority = ["-CA", f"{folder}/ca.crt", "-CAkey", f"{folder}/ca.key", "-addext", "basicConstraints=CA:false"]
    for name, more in (("ca", []), ("broker", authority), ("ingest", authority)):
        subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
        kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt"]
        subprocess.run(["openssl", *kind, *subject, *more, *files], check=True, capture_output=True)


async def test_silent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What listens and says nothing is no broker, and is given up."""
    monkeypatch.setattr(session_module, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        session = made(listener.getsockname()[1])
        async with running(session):
            await until(lambda: "check [broker] url" in session.trouble)


async def test_dropped_filters_are_left(tmp_path: Path) -> None:
    """Filters that leave the configuration between two processes are taken back, once, and their messages stop."""
    with mosquitto() as server, State(tmp_path / "state.sqlite") as state:
        async with proxy(server.port) as between:
            for number, filters in enumerate((["a/#", "b/#"], ["$share/g/b/#"], ["$share/g/b/#"]), start=1):
                session = Session(settings(between.port), filters, lambda: 0, Subscriptions("microville-ingest", state))
                async with running(session):
                    await until(lambda: session.connected)  # noqa: B023
                    await until(lambda: known(state) == filters)  # noqa: B023
                    await send(server.port, [b"left"], to="a/1")
                    await send(server.port, [b"kept"], to="b/1")
                    said = await payloads(session, len(filters))

                    assert ([b"left", b"kept"] if "a/#" in filters else [b"kept"]) == said
                await until(lambda: server.log.count("microville-ingest disconnected") == number)  # noqa: B023

        shared = "$share/g/b/#"
        assert ["a/#", "b/#", shared, "-a/#", "-b/#", shared] == between.subscribed()


def known(state: State) -> list[str]:
    return state.run_now(lambda db: [name for (name,) in db.execute("SELECT filter FROM subscription ORDER BY id")])


@pytest.mark.parametrize("broker", [embedded])
async def test_filters_change_on_the_embedded_broker(broker: Broker) -> None:
    """While connected, too, filters come and go."""
    with broker() as port:
        async with connected(port) as session:
            session.subscribe(["b/#"])
            await send(port, [b"early"], to="b/1")
            session.subscribe(["c/#"])
            seen: list[bytes] = []
            while b"late" not in seen:
                await send(port, [b"late"], to="c/1")
                seen += await payloads(session, 1)


async def test_quality_of_service_the_broker_lacks() -> None:
    """A broker that delivers at QoS 0 alone is used, and what it cannot promise is known."""
    with mosquitto(settings=["max_qos 0"]) as server:
        link = Link("probe", None, None)
        wire = Wire(link, lambda: 0, lambda arrived: None)
        await asyncio.get_running_loop().create_connection(lambda: wire, "127.0.0.1", server.port)
        await until(lambda: link.welcome)
        wire.close()

        found = cautions(link.limits, SESSION_EXPIRY_S)
        assert ["it delivers at QoS 0 alone"] == [caution.partition(":")[0] for caution in found]
