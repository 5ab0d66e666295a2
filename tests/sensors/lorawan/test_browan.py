"""Browan: the layouts agree with what is taken and left, and stay within their frames."""

from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.browan import CODEC, FIELDS, LAYOUTS, LEFT
from sensors.model import Context, Decoded, Message, Reason, Rejected


def decoded(payload: bytes, port: int | None) -> Decoded:
    message = Message("lorawan/browan", payload, 1_795_421_700_000, 1, False)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), fport=port, device="room"))


def test_every_part_is_taken_or_left() -> None:
    """What the layouts hold, and nothing else, stands in the two tables."""
    expected = {part.name for layout in LAYOUTS.values() for part in layout}

    assert expected == FIELDS.keys() | LEFT.keys()


@pytest.mark.parametrize(("port", "length"), LAYOUTS)
def test_layout_within_its_frame(port: int, length: int) -> None:
    """No part reads past the end of its frame."""

    assert all(part.at + part.size <= length for part in LAYOUTS[port, length])


@pytest.mark.parametrize(("port", "length"), LAYOUTS)
def test_all_bits_set(port: int, length: int) -> None:
    """Counts, CO₂ and Tabs' temperatures with all bits set are none; the rest is a value."""
    result = decoded(b"\xff" * length, port)

    assert not {reading.quantity for reading in result.readings} & {
        "opening.openings",
        "occupancy.motions",
        "climate.co2",
    }


@pytest.mark.parametrize("port", [None, 99, 103])
def test_unknown_frame(port: int | None) -> None:
    """A port or length that no sensor uses is refused, with those that are known."""
    result = decoded(b"\x00" * 3, port)

    assert isinstance(result.problem, Rejected)
    assert result.problem.reason == Reason.MALFORMED
    assert "127 (7 bytes)" in result.problem.detail
