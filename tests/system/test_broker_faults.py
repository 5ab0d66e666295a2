"""A broker that is restarted, away or killed under load: what it kept is stored, once."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import mqtt5
import pytest
from anyio.from_thread import start_blocking_portal

from tests.ingest.proxy import Proxy, proxy
from tests.servers import Server, free_port, mosquitto
from tests.system.load import account, differences, duck, line, packets, publishing, scaled, stored, until_settled
from tests.system.running import Running, configure, until, up

RESTARTS = scaled(1, 10)
AWAY_S = scaled(2, 60)
KILLS = scaled(2, 20)


class Broker:
    """A mosquitto that keeps its queues in a folder, saves them every second, and comes back on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder / "broker"
        self._folder.mkdir()
        self._folder.chmod(0o777)  # mosquitto may change its user

    @contextmanager
    def running(self) -> Iterator[Server]:
        lasting = ["autosave_interval 1"]
        with mosquitto(
            port=self.port, folder=self._folder, persistence=True, max_inflight=0, settings=lasting
        ) as server:
            yield server


def until_more(running: Running) -> None:
    """Wait until it stores, and stores on."""
    before = running.metrics()["stored"]
    until(lambda: running.metrics()["stored"] > before, "it stores")


@contextmanager
def relayed(port: int) -> Iterator[Proxy]:
    """A relay to the broker that writes down what passes."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(proxy(port)) as relay:
        yield relay


def acknowledged(relay: Proxy) -> set[bytes]:
    """The payloads of the messages that we said are safe: we say so in the order of delivery."""
    safe = set()
    for sent, received in relay.passed():
        ids = [packet.packet_id for packet in packets(bytearray(sent)) if isinstance(packet, mqtt5.PubAckPacket)]
        publishes = [packet for packet in packets(bytearray(received)) if isinstance(packet, mqtt5.PublishPacket)]
        assert ids == [packet.packet_id for packet in publishes[: len(ids)]]
        safe |= {packet.payload for packet in publishes[: len(ids)]}
    return safe


@pytest.mark.soak
def test_broker_restarted_under_load(tmp_path: Path) -> None:
    """Away for a while each time, a broker with persistence is waited for; every reading is stored, once."""
    broker = Broker(tmp_path)
    with ExitStack() as stack:
        url = stack.enter_context(duck(tmp_path))
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url)
        running = stack.enter_context(up(tmp_path))
        for number in range(RESTARTS):
            with broker.running():
                until(running.ready, "it is ready")
                if not number:
                    publisher = stack.enter_context(publishing(broker.port))
                until_more(running)
                time.sleep(random.uniform(0, 0.5))
            until(lambda: not running.ready(), "the broker is missed")
            time.sleep(AWAY_S)
        with broker.running():
            until(running.ready, "it is ready")
            (metrics,) = account(url, publisher, running)

    assert 0 == metrics["quarantined"]


@pytest.mark.soak
def test_broker_killed_under_load(tmp_path: Path) -> None:
    """What we acknowledged is stored, nothing twice, and all that comes later; the rest the broker has lost."""
    broker = Broker(tmp_path)
    with ExitStack() as stack:
        url = stack.enter_context(duck(tmp_path))
        relay = stack.enter_context(relayed(broker.port))
        configure(tmp_path, f"mqtt://127.0.0.1:{relay.port}", url)
        running = stack.enter_context(up(tmp_path))
        for number in range(KILLS):
            with broker.running() as server:
                until(running.ready, "it is ready")
                if not number:
                    publisher = stack.enter_context(publishing(broker.port))
                until_more(running)
                time.sleep(random.uniform(0.5, 2))
                server.process.kill()
            until(lambda: not running.ready(), "the broker is missed")
        with broker.running():
            until(running.ready, "it is ready")
            again = publisher.count
            until(lambda: publisher.count > again, "readings come again")
            published = publisher.stop()
            (metrics,) = until_settled(running)
            running.stop()
        found = stored(url, publisher.first_ms)
        safe = acknowledged(relay)
        theirs = differences(published, found)
        print(f"\nof {len(published)} readings the broker, killed {KILLS} times, lost {theirs['lost']}")

    assert (0, 0) == (theirs["foreign"], theirs["twice"])
    assert set() == {reading for reading in published if line(*reading) in safe} - set(found)
    assert set() == set(published[again:]) - set(found)
    assert 0 == metrics["quarantined"] < len(safe)
