"""What devices do: publish, one after the other, and hear that the broker has it."""

import asyncio
from collections.abc import Iterable

import aiomqtt

from tests.ingest.values import topic
from tests.waiting import DEADLINE_S


async def send(
    port: int, payloads: Iterable[bytes], *, to: str | None = None, qos: int = 1, retain: bool = False
) -> None:
    """Publish in order; at QoS 1 the broker has them all when this returns."""
    v5 = aiomqtt.ProtocolVersion.V5
    async with asyncio.timeout(DEADLINE_S), aiomqtt.Client("127.0.0.1", port, protocol=v5) as client:
        client.pending_calls_threshold = 100_000
        await asyncio.gather(*[client.publish(to or topic(), payload, qos, retain) for payload in payloads])
