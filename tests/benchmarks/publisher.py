"""A publisher that costs next to nothing: messages encoded before the start, written as fast as the broker reads.

Run as a process of its own: `python -m tests.benchmarks.publisher PORT QOS DEVICES COUNT`. It encodes COUNT messages
and says `ready`; a line `FIRST COUNT PER_S` on standard input then sends that part of them (at PER_S messages a second;
0: as fast as it goes), and is answered `sent` when the broker has all of it.
"""

import socket
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import mqtt5

WINDOW = 5_000  # messages written and not yet acknowledged
PUBACK_BYTES = 4  # a PUBACK of mosquitto: no reason, no properties
TICK_S = 0.01


def encoded(qos: int, devices: int, count: int) -> list[bytes]:
    """Native messages with three quantities and a time of their own; `devices` take turns, each at one a second."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    topics = [f"microville/{building(number)}/{name(number)}/readings" for number in range(devices)]
    packets = []
    for number in range(count):
        turn, device = divmod(number, devices)
        if device == 0:
            at = (start + timedelta(seconds=turn)).strftime("%Y-%m-%dT%H:%M:%SZ")
        payload = f'{{"time":"{at}","electricity.power":{number % 9000}.5,"electricity.energy":{turn * 3},'
        payload += f'"electricity.voltage":{230 + number % 7}}}'
        packet_id = number % 65_000 + 1 if qos else None
        packet = mqtt5.PublishPacket(topics[device], payload.encode(), qos=mqtt5.QoS(qos), packet_id=packet_id)
        packets.append(packet.write())
    return packets


def name(device: int) -> str:
    """The id of the n-th device of the load."""
    return f"load-{device:06}"


def building(device: int) -> str:
    """Where it stands."""
    return f"b{device % 40 + 1:02}"


def publish(port: int, qos: int, packets: Sequence[bytes], per_s: int) -> None:
    """Send them all, at most WINDOW ahead of the acknowledgements."""
    burst = max(1, int(per_s * TICK_S)) if per_s else WINDOW
    behind = burst if per_s else WINDOW // 2  # so many may be on their way when the next burst goes
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sendall(mqtt5.ConnectPacket("publisher", clean_start=True, keep_alive=600).write())
        wire.recv(1024)
        acknowledged, began = 0, time.monotonic()
        for first in range(0, len(packets), burst):
            if per_s:
                time.sleep(max(0.0, began + first / per_s - time.monotonic()))
            wire.sendall(b"".join(packets[first : first + burst]))
            enough = min(first + burst, len(packets)) - behind
            while qos and acknowledged < enough * PUBACK_BYTES:
                acknowledged += len(wire.recv(65_536))
        while qos and acknowledged < len(packets) * PUBACK_BYTES:
            acknowledged += len(wire.recv(65_536))
        wire.sendall(mqtt5.PingReqPacket().write())  # answered when all before it has been read
        wire.recv(1024)
        wire.sendall(mqtt5.DisconnectPacket().write())


def main(port: int, qos: int, devices: int, count: int) -> None:
    packets = encoded(qos, devices, count)
    print("ready", flush=True)
    for line in sys.stdin:
        first, many, per_s = map(int, line.split())
        publish(port, qos, packets[first : first + many], per_s)
        print("sent", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
