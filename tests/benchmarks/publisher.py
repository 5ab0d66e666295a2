"""A publisher that costs next to nothing: messages encoded before the start, written as fast as the broker reads.

Run as a process of its own: `python -m tests.benchmarks.publisher PORT COUNT QOS DEVICES`; it starts at a line on
standard input, and ends when the broker has acknowledged everything.
"""

import socket
import sys
from datetime import UTC, datetime, timedelta

import mqtt5

WINDOW = 5_000  # messages written and not yet acknowledged
PUBACK_BYTES = 4  # a PUBACK of mosquitto: no reason, no properties


def encoded(count: int, qos: int, devices: int) -> list[bytes]:
    """Native messages with three quantities and a time of their own; `devices` take turns, each at one a second."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    packets = []
    for number in range(count):
        device, turn = number % devices, number // devices
        at = (start + timedelta(seconds=turn)).strftime("%Y-%m-%dT%H:%M:%SZ")
        payload = f'{{"time":"{at}","electricity.power":{number % 9000}.5,"electricity.energy":{turn * 3},'
        payload += f'"electricity.voltage":{230 + number % 7}}}'
        topic = f"microville/b{device % 40 + 1:02}/{name(device)}/readings"
        packet_id = number % 65_000 + 1 if qos else None
        packets.append(mqtt5.PublishPacket(topic, payload.encode(), qos=mqtt5.QoS(qos), packet_id=packet_id).write())
    return packets


def name(device: int) -> str:
    """The id of the n-th device of the load."""
    return f"load-{device:06}"


def publish(port: int, packets: list[bytes], qos: int) -> None:
    """Send them all, at most WINDOW ahead of the acknowledgements."""
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall(mqtt5.ConnectPacket("publisher", clean_start=True, keep_alive=600).write())
        wire.recv(1024)
        acknowledged = 0
        for first in range(0, len(packets), WINDOW):
            wire.sendall(b"".join(packets[first : first + WINDOW]))
            while qos and acknowledged < (first + WINDOW // 2) * PUBACK_BYTES:
                acknowledged += len(wire.recv(65_536))
        while qos and acknowledged < len(packets) * PUBACK_BYTES:
            acknowledged += len(wire.recv(65_536))
        wire.sendall(mqtt5.PingReqPacket().write())  # answered when all before it has been read
        wire.recv(1024)
        wire.sendall(mqtt5.DisconnectPacket().write())


if __name__ == "__main__":
    port, count, qos, devices = map(int, sys.argv[1:])
    messages = encoded(count, qos, devices)
    print("ready", flush=True)
    sys.stdin.readline()
    publish(port, messages, qos)
