"""Vutility's packets have the lengths their table says."""

from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.vutility import CODEC, PACKETS
from sensors.model import Context, Message, Reason, Rejected


@pytest.mark.parametrize("packet", PACKETS)
def test_every_packet_is_read_to_its_end(packet: int) -> None:
    """A packet of its length is no fault; one byte less or more is."""
    length, _ = PACKETS[packet]
    reasons = []
    for size in (length - 1, length, length + 1):
        message = Message("t", bytes([packet, *bytes(size - 1)]), 1_795_421_700_000, 1, False)
        problem = CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), device="d")).problem
        reasons.append(problem.reason if isinstance(problem, Rejected) else None)

    assert [Reason.MALFORMED, None, Reason.MALFORMED] == reasons
