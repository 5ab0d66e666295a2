"""Elsys: every type of the table is read, and nothing in a frame goes unseen."""

from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.elsys import BYTES, CODEC, FIELDS, LEFT, TYPES
from sensors.model import Context, Decoded, Message, Reason, Rejected

RECEIVED_MS = 1_795_421_700_000


def decoded(payload: str) -> Decoded:
    message = Message("lorawan/elsys", bytes.fromhex(payload), RECEIVED_MS, 1, False)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), device="room"))


def test_every_type_is_taken_or_left() -> None:
    """What the types hold, and nothing else, stands in the tables of what is taken and what is left."""
    expected = {name for kind in TYPES.values() for name in kind.names} | {"bytes"}

    assert expected == FIELDS.keys() | LEFT.keys()


@pytest.mark.parametrize("byte", TYPES)
def test_type_without_its_value(byte: int) -> None:
    """A frame that ends within a value is malformed as a whole."""
    result = decoded(f"0100ea{byte:02x}")

    assert not result.readings
    assert isinstance(result.problem, Rejected)
    assert Reason.MALFORMED == result.problem.reason


def test_makers_bytes_are_passed_over() -> None:
    """Bytes for the maker say how many they are; what follows is read."""
    expected = [23.4]
    result = decoded(f"{BYTES:02x}03aabbcc0100ea")

    assert expected == [reading.value for reading in result.readings]


def test_unknown_type_is_named() -> None:
    """What stands before a type that the maker has not published is kept; the byte and its place are named."""
    expected = "type 0x7f at byte 3 is not in Elsys' table"
    result = decoded("0100ea7f00")

    assert [23.4] == [reading.value for reading in result.readings]
    assert isinstance(result.problem, Rejected)
    assert expected == result.problem.detail
