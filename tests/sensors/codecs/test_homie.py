"""Homie 5: what a description teaches."""

import json
from zoneinfo import ZoneInfo

from sensors.codecs.homie import CODEC, MOST_PROPERTIES
from sensors.memory import Memory
from sensors.model import Context, Decoded, Message, Reason, Rejected

T = 1_795_421_700_000


def said(memory: Memory, topic: str, payload: str, received_ms: int = T) -> Decoded:
    message = Message(f"homie/5/{topic}", payload.encode(), received_ms, 0, False)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), memory=memory))


def described(unit: str, *nodes: str) -> str:
    told = {"properties": {"power": {"datatype": "float", "unit": unit}}}
    return json.dumps({"homie": "5.0", "nodes": dict.fromkeys(nodes, told)})


def test_message_released_after_the_description() -> None:
    """A value that waited for its unit is read once the description has come."""
    memory = Memory()
    early = said(memory, "d/meter/power", "1.25")
    said(memory, "d/$description", described("kW", "meter"), T + 2_000)

    released = said(memory, "d/meter/power", "1.25")

    assert isinstance(early.problem, Rejected)
    assert early.problem.reason == Reason.NEEDS_BIRTH
    assert [reading.value for reading in released.readings] == [1250.0]


def test_nodes_are_channels_where_several_are_alike() -> None:
    """Two nodes with the same quantity are told apart; one alone needs no channel."""
    memory = Memory()
    said(memory, "one/$description", described("W", "meter"))
    said(memory, "two/$description", described("W", "north", "south"))

    channels = [said(memory, topic, "5").readings[0].channel for topic in ("one/meter/power", "two/south/power")]

    assert channels == ["", "south"]


def test_description_is_bounded() -> None:
    """A description that would fill the memory is refused, and not remembered."""
    memory = Memory()
    result = said(memory, "d/$description", described("W", *map(str, range(MOST_PROPERTIES + 1))))

    assert isinstance(result.problem, Rejected)
    assert memory.changes() == {}
