"""A simulated estate speaks: its messages over MQTT 5 at QoS 1, at a rate of its own (sensors.simulation).

The schedule is open: slot n is due n / rate seconds after the start, whether or not the broker has taken those before,
so the rate does not drift. A message counts once the broker has acknowledged it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import aiomqtt
import structlog

from ingest.mqtt.connect import client_arguments
from ingest.publishing.replay import IN_FLIGHT, RETRY_S, TIMEOUT_S
from ingest.settings import BrokerSettings
from sensors.simulation import Published, Simulation
from sensors.tally import Tally

MOST_SLOTS = 1_000  # published together when they are due together
MOST_QUEUED = 500  # messages in the client's hands: of these IN_FLIGHT are on their way at any time, the others follow
BEHIND_S = 1.0
"""A broker further behind the schedule than this cannot keep up; what is this late at the end is left out."""

log = structlog.get_logger()


@dataclass
class Course:
    """How a simulation went."""

    planned: int  # slots
    slots: int = 0  # those whose messages the broker has acknowledged
    behind_s: float = 0.0  # how far the broker was behind the schedule, at most
    connections_lost: int = 0  # what was not acknowledged then was published again
    tally: Tally = field(default_factory=Tally)


class _Batch(NamedTuple):
    messages: Sequence[Published]
    faults: Sequence[str]
    slots: int  # done once these are acknowledged


async def simulate(broker: BrokerSettings, simulation: Simulation, seconds: float, stop: asyncio.Event) -> Course:
    """Publish what falls due in so many seconds, births first; it ends earlier at `stop`.

    While the broker is away it is tried again; what fell due meanwhile follows, as far as there is time.
    """
    course = Course(round(seconds * simulation.plan.rate))
    batches = _batches(simulation, seconds, stop, course)
    unsent: _Batch | None = None
    attempt = 0
    while not stop.is_set():
        try:
            async with _connection(broker) as client:
                if unsent is not None:
                    await _publish(client, unsent, course)
                async for unsent in batches:
                    await _publish(client, unsent, course)
                    unsent, attempt = None, 0
            break
        except aiomqtt.MqttError as error:
            wait_s = RETRY_S[min(attempt, len(RETRY_S) - 1)]
            attempt += 1
            course.connections_lost += 1
            log.warning("simulation_disconnected", broker=str(broker.address), error=str(error), retry_s=wait_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s)
    return course


async def _batches(
    simulation: Simulation, seconds: float, stop: asyncio.Event, course: Course
) -> AsyncIterator[_Batch]:
    """The births, then what is due, when it is due."""
    yield _Batch(list(simulation.births()), (), 0)
    began = time.monotonic()
    done, rate = 0, simulation.plan.rate
    while done < course.planned and not stop.is_set():
        now = time.monotonic() - began
        if now < done / rate:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), done / rate - now)
            continue
        if now > seconds + BEHIND_S:
            return
        course.behind_s = max(course.behind_s, now - done / rate)
        end = min(course.planned, done + MOST_SLOTS, int(now * rate) + 1)
        slots = [simulation.slot(number) for number in range(done, end)]
        messages = [message for slot in slots for message in slot.messages]
        yield _Batch(messages, [fault for slot in slots for fault in slot.faults], end)
        done = end


@asynccontextmanager
async def _connection(broker: BrokerSettings) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client(
        **client_arguments(broker),
        timeout=TIMEOUT_S,
        max_inflight_messages=IN_FLIGHT,
    ) as client:
        client.pending_calls_threshold = MOST_QUEUED  # it warns above
        yield client


async def _publish(client: aiomqtt.Client, batch: _Batch, course: Course) -> None:
    """Returns when the broker has acknowledged all; raises MqttError when that cannot be known."""
    for first in range(0, len(batch.messages), MOST_QUEUED):
        some = [message.sent for message in batch.messages[first : first + MOST_QUEUED]]
        publishes = (client.publish(sent.topic, sent.payload, qos=1, retain=sent.retained) for sent in some)
        for outcome in await asyncio.gather(*publishes, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
    course.tally.add(batch.messages, batch.faults)
    course.slots = max(course.slots, batch.slots)
