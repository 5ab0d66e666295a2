"""The session under any interleaving: reads, batches, acknowledgements, cuts. Its socket alone is not real."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import mqtt5
import pytest
from hypothesis import settings as runs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from structlog.testing import capture_logs

from ingest.mqtt import held, session, wire
from ingest.mqtt.held import Batch
from ingest.mqtt.session import Session
from ingest.settings import BrokerSettings
from tests.ingest.values import NOW_MS, settings

BOUND, BATCH = 6, 4
SUBSCRIPTIONS = {"once": [7], "twice": [7, 8], "thrice": [9, 7, 8]}  # by topic: the identifiers of those that cover it
TURNS = 12  # of the event loop, in which all that can happen without the broker happens


class Said(NamedTuple):
    """A message as the broker has it."""

    topic: str
    payload: bytes
    qos: int
    packet_ids: Sequence[int]  # of as many copies as there may be; brokers reuse ids that are in flight


class Delivery(NamedTuple):
    """One PUBLISH that was read."""

    end: int  # in the bytes of its connection
    number: int  # of its message, since ever
    packet_id: int | None
    copy: bool


class Pipe(asyncio.Transport):
    """The broker's end of one connection. What is not read waits, as in a socket."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.protocol = protocol
        self.reading = self.open = True
        self.waiting: deque[bytes] = deque()  # each is one read
        self.read = self.said = 0  # bytes
        self.acknowledged: list[int] = []
        self.publishes: list[Delivery] = []  # said, whether or not they are read

    def say(self, data: bytes) -> None:
        self.waiting.append(data)
        self.said += len(data)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert self.open
        at = 0
        while at < len(data):
            packet, size = mqtt5.read(memoryview(data)[at:])
            at += size
            match packet:
                case mqtt5.ConnectPacket():
                    self.say(mqtt5.ConnAckPacket(session_present=True).write())
                case mqtt5.SubscribePacket():
                    self.say(mqtt5.SubAckPacket(packet.packet_id, [mqtt5.SubAckReasonCode(1)]).write())
                case mqtt5.UnsubscribePacket():
                    self.say(mqtt5.UnsubAckPacket(packet.packet_id, [mqtt5.UnsubAckReasonCode.SUCCESS]).write())
                case mqtt5.PubAckPacket():
                    self.acknowledged.append(packet.packet_id)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return not self.open

    def close(self) -> None:
        self.open = False


class AnyOrder(RuleBasedStateMachine):
    """A broker that says whatever it likes, and an ingester that takes and acknowledges whenever it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        for module, name, value in (
            *((held, "HELD_MESSAGES", BOUND), (held, "BATCH_MESSAGES", BATCH), (wire, "GATHER_S", 0.0)),
            *((session, "FIRST_WAIT_S", 0.0), (session, "LONGEST_WAIT_S", 0.0), (session, "connect", self.connect)),
        ):
            self.patch.setattr(module, name, value)
        self.loop = asyncio.new_event_loop()
        self.messages: list[tuple[str, bytes, int]] = []  # said
        self.arrived: list[int] = []  # the numbers of those that were read
        self.handed: list[tuple[str, bytes, int]] = []
        self.safe = 0  # messages acknowledged by the ingester
        self.batches: deque[Batch] = deque()  # handed out, not acknowledged
        self.session = Session(settings(1), ["a/#"], lambda: NOW_MS)
        self.running = self.loop.create_task(self.session.run())
        self.settle()

    async def connect(self, _: BrokerSettings, protocol: Callable[[], asyncio.Protocol]) -> None:
        self.pipe = Pipe(protocol())
        self.pipe.protocol.connection_made(self.pipe)

    def settle(self) -> None:
        """Let happen what can: the session reads what it is willing to."""
        self.turn()
        while self.pipe.reading and self.pipe.waiting:
            assert len(self.arrived) - self.safe <= BOUND
            data = self.pipe.waiting.popleft()
            before, self.pipe.read = self.pipe.read, self.pipe.read + len(data)
            read = [each for each in self.pipe.publishes if before < each.end <= self.pipe.read]
            self.arrived += [each.number for each in read if not each.copy]
            self.turn(data)

    def turn(self, data: bytes = b"") -> None:
        """Let the session read the bytes, if any, and do what follows."""

        async def turns() -> None:
            if data:
                self.pipe.protocol.data_received(data)
            for _ in range(TURNS):
                await asyncio.sleep(0)

        self.loop.run_until_complete(turns())
        assert not self.running.done()

    @rule(
        said=st.lists(
            st.builds(
                Said,
                st.sampled_from(sorted(SUBSCRIPTIONS)),
                st.sampled_from([b"", b"same", b"other"]),
                st.integers(0, 1),
                st.tuples(*[st.integers(1, 4)] * 3),
            ),
            min_size=1,
            max_size=8,
        ),
        cut=st.none() | st.integers(1, 200),
    )
    def deliver(self, said: Sequence[Said], cut: int | None) -> None:
        """The broker says these, in one read or two."""
        data = bytearray()
        for message in said:
            by = SUBSCRIPTIONS[message.topic]
            for identifier, packet_id in zip(by, message.packet_ids, strict=False):
                known = packet_id if message.qos else None
                data += mqtt5.PublishPacket(
                    message.topic,
                    message.payload,
                    qos=mqtt5.QoS(message.qos),
                    packet_id=known,
                    subscription_ids=[identifier],
                ).write()
                end = self.pipe.said + len(data)
                self.pipe.publishes.append(Delivery(end, len(self.messages), known, copy=identifier != by[0]))
            self.messages.append(message[:3])
        parts = [data[:cut], data[cut:]] if cut else [data]
        for part in filter(None, parts):
            self.pipe.say(bytes(part))
        self.settle()

    @rule()
    def take(self) -> None:
        """The ingester takes the next batch, if there is one."""
        if batch := self.next_batch():
            self.batches.append(batch)
            self.handed += [(each.topic, each.payload, each.qos) for each in batch.messages]
        self.settle()

    def next_batch(self) -> Batch | None:
        receiving = self.loop.create_task(self.session.receive())
        self.turn()
        if receiving.done():
            return receiving.result()
        receiving.cancel()
        self.turn()
        return None

    @precondition(lambda self: self.batches)
    @rule()
    def ack(self) -> None:
        """The first batch that is not safe yet becomes so."""
        batch = self.batches.popleft()
        self.safe += len(batch.messages)
        self.session.ack(batch)
        self.settle()

    @rule()
    def cut(self) -> None:
        """The connection is lost, with what was not read of it; there is a new one at once."""
        self.pipe.open = False
        self.pipe.protocol.connection_lost(None)
        self.settle()

    @rule(filters=st.sampled_from([["a/#"], ["a/#", "b/#"], ["c/+"]]))
    def subscribe(self, filters: list[str]) -> None:
        """Other topics are wanted."""
        self.session.subscribe(filters)
        self.settle()

    @invariant()
    def handed_out_in_order_and_once(self) -> None:
        """What was handed out is what was read, from the first on."""
        assert [self.messages[number] for number in self.arrived[: len(self.handed)]] == self.handed

    @invariant()
    def acknowledged_in_order(self) -> None:
        """The acknowledgements are those of this connection's deliveries that are safe, from the first on."""
        known = [each for each in self.pipe.publishes if each.packet_id]
        safe = {*self.arrived[: self.safe]}
        last = max(safe, default=-1)
        count = len(self.pipe.acknowledged)

        assert [each.packet_id for each in known[:count]] == self.pipe.acknowledged
        assert all(each.number in safe for each in known[:count])
        assert not [each for each in known[count:] if each.number in safe and not (each.copy and each.number == last)]

    @invariant()
    def reads_while_there_is_room(self) -> None:
        """The socket is read when not more than the bound is unsafe, and only then."""
        assert (len(self.arrived) - self.safe <= BOUND) == self.pipe.reading

    def teardown(self) -> None:
        """In the end all is taken, safe and acknowledged."""
        try:
            if self.running.done():
                return
            self.take()
            while self.batches:
                self.ack()
                self.take()

            assert [self.messages[number] for number in self.arrived] == self.handed
            assert [each.packet_id for each in self.pipe.publishes if each.packet_id] == self.pipe.acknowledged
        finally:
            self.running.cancel()
            self.loop.run_until_complete(asyncio.gather(self.running, return_exceptions=True))
            self.loop.close()
            self.patch.undo()


def test_any_order() -> None:
    """However it comes: nothing is lost or handed out twice, and acknowledged is what is safe, where it came."""
    with capture_logs():
        run_state_machine_as_test(AnyOrder, settings=runs(max_examples=60, stateful_step_count=30, deadline=None))
