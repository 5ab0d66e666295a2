"""The embedded broker: rumqttd, from the iotcore wheel, as a child process on this machine's loopback.

It speaks MQTT 5 alone, and keeps its queue in memory: for trying out, and for one machine. Sites run Mosquitto or a
clustered broker.
"""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iotcore import Broker

from ingest.settings import Address

# MQTT 5 wants a v5 listener, which the wheel offers through a configuration file alone. Sizes: 1 MiB a message,
# 100 deliveries in flight, ten segments of 100 MiB before the oldest is forgotten.
_CONFIGURATION = """\
id = 0

[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v5.main]
name = "main"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v5.main.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = false
"""


class BrokerNotStarted(Exception):
    """The embedded broker does not run; the message says why and what to do."""


@contextmanager
def embedded_broker(address: Address) -> Iterator[None]:
    """Run a broker there until the block ends. Raises BrokerNotStarted, when the port is taken for one."""
    with tempfile.TemporaryDirectory(prefix="microville-broker-") as folder:
        path = Path(folder, "rumqttd.toml")
        path.write_text(_CONFIGURATION.format(host=address.host, port=address.port))
        broker = Broker(config_path=str(path))
        try:
            with _interrupts_ignored():
                broker.start()
        except (OSError, RuntimeError) as error:
            next_step = 'set [broker] url = "embedded://127.0.0.1:<another port>", or stop what listens there'
            raise BrokerNotStarted(f"embedded broker on {address}: {error}; {next_step}") from error
        try:
            yield
        finally:
            broker.stop()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """A child started here ignores Ctrl-C, which a terminal sends to it as well: it is ours to stop, after the rest."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
