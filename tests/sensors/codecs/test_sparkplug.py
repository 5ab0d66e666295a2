"""Sparkplug B: what births teach, and how a node is asked for them."""

from typing import Any
from zoneinfo import ZoneInfo

from sensors.codecs.sparkplug import CODEC
from sensors.codecs.sparkplug_pb import PAYLOAD, parsed
from sensors.memory import Memory
from sensors.model import Context, Decoded, Message, Reason, Rejected

T = 1_795_421_700_000
FLOAT = 9


def payload(**metric: Any) -> bytes:
    unit = metric.pop("unit", "")
    message = PAYLOAD(timestamp=T)
    added = message.metrics.add(**metric)
    if unit:
        added.properties.keys.append("engUnit")
        added.properties.values.add(string_value=unit)
    return bytes(message.SerializeToString())


def birth(name: str, unit: str) -> bytes:
    return payload(name=name, alias=1, datatype=FLOAT, float_value=20, unit=unit)


DATA = payload(alias=1, float_value=21.5)


def said(memory: Memory, kind: str, data: bytes, received_ms: int = T) -> Decoded:
    context = Context(ZoneInfo("Europe/Paris"), memory=memory)
    return CODEC.decode(Message(f"spBv1.0/G/{kind}/N", data, received_ms, 0, False), context)


def test_node_is_asked_for_its_births() -> None:
    """Data without a birth ask their node to tell it, in a command that Sparkplug knows."""
    result = said(Memory(), "NDATA", DATA)

    (request,) = result.requests
    (metric,) = parsed(request.payload).metrics
    assert request.topic == "spBv1.0/G/NCMD/N"
    assert (metric.name, metric.datatype, metric.boolean_value) == ("Node Control/Rebirth", 11, True)
    assert isinstance(result.problem, Rejected)
    assert result.problem.reason == Reason.NEEDS_BIRTH


def test_node_is_asked_once_a_minute() -> None:
    """Further data within the minute do not ask again, those after it do."""
    memory = Memory()
    asked = [len(said(memory, "NDATA", DATA, T + after).requests) for after in (0, 30_000, 61_000)]

    assert asked == [1, 0, 1]


def test_nothing_is_asked_after_a_birth() -> None:
    """Data whose birth is known need nothing more."""
    memory = Memory()
    said(memory, "NBIRTH", birth("Temperature", "°C"))

    assert said(memory, "NDATA", DATA).requests == []


def test_data_are_read_by_the_birth_of_their_time() -> None:
    """A message decoded late is read by the birth that held when it came, not by the newest."""
    memory = Memory()
    said(memory, "NBIRTH", birth("Indoor/Temperature", "°C"), T)
    said(memory, "NBIRTH", birth("Outdoor/Humidity", "%"), T + 10_000)

    late, new = (said(memory, "NDATA", DATA, received_ms).readings[0] for received_ms in (T + 5_000, T + 15_000))

    assert (late.channel, late.quantity) == ("Indoor", "climate.temperature")
    assert (new.channel, new.quantity) == ("Outdoor", "climate.humidity")


def test_message_released_after_the_birth() -> None:
    """A message that waited for a birth is read once it has come."""
    memory = Memory()
    said(memory, "NDATA", DATA, T)
    said(memory, "NBIRTH", birth("Temperature", "degF"), T + 2_000)

    result = said(memory, "NDATA", payload(alias=1, float_value=50), T)

    assert [reading.value for reading in result.readings] == [10.0]
    assert result.problem is None
