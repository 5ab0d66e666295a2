"""deploy/mosquitto: a real mosquitto started with these files lets each user do what they say, and no more."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ingest.mqtt.session import Session
from ingest.settings import BrokerSettings
from tests.servers import Server, free_port, mosquitto_on
from tests.waiting import until

FILES = Path(__file__).parents[2] / "deploy" / "mosquitto"
USERS = ("ingest", "b01-electricity")  # each with its name as the password
OWN = "microville/b01/b01-electricity/readings"
FOREIGN = "microville/b01/b02-electricity/readings"
REFUSED = 135  # the exit code of mosquitto's clients: not authorized (MQTT 5, section 2.4)
TIMED_OUT = 27
MORE_THAN_USUAL = 100  # in flight; mosquitto's own bound is 20


def deployed(folder: Path, port: int) -> AbstractContextManager[Server]:
    """A broker on the deployed files, port and paths replaced."""
    (folder / "acl").write_text((FILES / "acl").read_text())
    (folder / "passwd").touch(mode=0o600)
    for user in USERS:
        subprocess.run(["mosquitto_passwd", "-b", folder / "passwd", user, user], check=True)
    text = (FILES / "mosquitto.conf").read_text()
    text = text.replace("\nlistener 1883\n", f"\nlistener {port} 127.0.0.1\n")
    for path in ("/etc/mosquitto", "/var/lib/mosquitto"):
        text = text.replace(path, str(folder))
    return mosquitto_on(text, port, folder)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    with deployed(tmp_path, free_port()) as server:
        yield server


def client(server: Server, user: str, command: str, *arguments: str) -> CompletedProcess[str]:
    """One of mosquitto's clients, MQTT 5 at QoS 1 unless said otherwise."""
    return subprocess.run(
        [command, "-p", str(server.port), "-V", "5", "-q", "1", "-u", user, "-P", user, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def publish(server: Server, user: str, topic: str, payload: str, *arguments: str) -> CompletedProcess[str]:
    return client(server, user, "mosquitto_pub", "-t", topic, "-m", payload, *arguments)


def subscribe(server: Server, user: str, topics: str, *arguments: str) -> CompletedProcess[str]:
    """A lasting subscription; what it heard is in `stdout`, one line a message."""
    lasting = ("-c", "-i", f"{user}-lasting", "-x", "3600")
    return client(server, user, "mosquitto_sub", *lasting, "-t", topics, "-F", "%t %p", *arguments)


@pytest.mark.parametrize("topics", ["microville/#", "$share/ingest/microville/#"])
def test_device_speaks_for_itself(broker: Server, topics: str) -> None:
    """The ingester, alone or with others, hears what a device says of itself, and not what it says of another."""
    subscribe(broker, "ingest", topics, "-E")
    refused = publish(broker, "b01-electricity", FOREIGN, "foreign")
    publish(broker, "b01-electricity", OWN, "own")
    heard = subscribe(broker, "ingest", topics, "-C", "1", "-W", "20")

    assert (f"{OWN} own\n", True) == (heard.stdout, "Not authorized" in refused.stderr)


def test_device_hears_nothing(broker: Server) -> None:
    """A device that subscribes hears nothing, where the ingester hears what is retained."""
    publish(broker, "b01-electricity", "microville/b01/b01-electricity/status", "online", "-r")
    said = [subscribe(broker, user, "microville/#", "-C", "1", "-W", "1") for user in USERS]

    assert [0, TIMED_OUT] == [done.returncode for done in said]


def test_ingester_only_reads(broker: Server) -> None:
    """The ingester's password is none to speak for a meter."""
    refused = publish(broker, "ingest", OWN, "forged")

    assert "Not authorized" in refused.stderr


def test_password(broker: Server) -> None:
    """Nobody gets in without a password, or with a wrong one."""
    command = ["mosquitto_pub", "-p", str(broker.port), "-V", "5", "-t", OWN, "-m", "1"]
    logins: list[list[str]] = [[], ["-u", "b01-electricity", "-P", "wrong"], ["-u", "unknown", "-P", "unknown"]]
    codes = [subprocess.run([*command, *login], capture_output=True, check=False).returncode for login in logins]

    assert [REFUSED] * 3 == codes


async def test_in_flight(broker: Server) -> None:
    """The ingester's own session gets in, and is not held to a few messages at a time."""
    url = f"mqtt://127.0.0.1:{broker.port}"
    settings = BrokerSettings.model_validate({"url": url, "username": "ingest", "password": "ingest"})
    session = Session(settings, ["microville/#"], lambda: 0)
    running = asyncio.create_task(session.run())
    received = 0
    async with asyncio.timeout(20):
        await until(lambda: session.connected)
        lines = "".join(f"{number}\n" for number in range(MORE_THAN_USUAL)).encode()
        login = ("-u", "b01-electricity", "-P", "b01-electricity")
        command = ("mosquitto_pub", "-p", str(broker.port), *login, "-q", "1", "-t", OWN, "-l")
        publisher = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        await publisher.communicate(lines)
        while received < MORE_THAN_USUAL:  # none of them acknowledged
            batch = await session.receive()
            assert batch
            received += len(batch.messages)
    running.cancel()

    assert MORE_THAN_USUAL == received


def test_queue_outlives_a_restart(tmp_path: Path) -> None:
    """What sensors said at either QoS while the ingester was away is delivered after a restart of the broker."""
    port = free_port()
    with deployed(tmp_path, port) as server:
        subscribe(server, "ingest", "microville/#", "-E")
        publish(server, "b01-electricity", OWN, "certain")
        publish(server, "b01-electricity", OWN, "casual", "-q", "0")
    with deployed(tmp_path, port) as server:
        heard = subscribe(server, "ingest", "microville/#", "-C", "2", "-W", "20")

    assert f"{OWN} certain\n{OWN} casual\n" == heard.stdout
