"""Milesight's tables agree with each other."""

from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.milesight import CODEC
from sensors.lorawan.milesight.families import FAMILIES, Family, Key
from sensors.lorawan.milesight.fields import FIELDS, LEFT
from sensors.lorawan.milesight.history import LAYOUTS
from sensors.lorawan.milesight.layouts import parts_of, size_of
from sensors.lorawan.milesight.tables import TLVS
from sensors.model import Context, Message

LAYOUT_ROWS = [*TLVS.values(), *(text for family in FAMILIES for text in family.tlvs.values())]
RECORD_ROWS = [text for layouts in LAYOUTS.values() for text in layouts.values()]
LONGER = {(0xB3, 0x67), (0xB4, 0x68), (0xB4, 0x9A)}
"""Errors of the EM320-TH-V2, which have a byte more than elsewhere."""


@pytest.mark.parametrize("layout", sorted({*LAYOUT_ROWS, *RECORD_ROWS}))
def test_every_part_is_taken_or_left(layout: str) -> None:
    """No layout holds a name that neither table knows."""
    unknown = [part.name for part in parts_of(layout) if part.name not in FIELDS and part.name not in LEFT]

    assert [] == unknown


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.models.split()[0])
def test_a_family_changes_the_meaning_and_not_the_length(family: Family) -> None:
    """A channel is as long on every product: a message can be read by length before its family is known."""
    common: set[Key] = (family.tlvs.keys() & TLVS.keys()) - LONGER

    assert {key: size_of(TLVS[key]) for key in common} == {key: size_of(family.tlvs[key]) for key in common}


def readings_of(payload: str, model: str = "") -> list[tuple[str, float]]:
    message = Message("t", bytes.fromhex(payload), 1_795_421_700_000, 1, False)
    decoded = CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), device="d", model=model))
    return [(reading.quantity, reading.value) for reading in decoded.readings]


@pytest.mark.parametrize(
    ("model", "quantity"),
    [
        ("", "occupancy.motion"),
        ("ws301", "opening.contact"),
        ("ws303", "water.leak"),
        ("vs341", "occupancy.presence"),
        ("uc300", "input.on"),
    ],
)
def test_model_decides_what_collides(model: str, quantity: str) -> None:
    """The same bytes are motion, a door, a leak, presence or an input."""
    assert [(quantity, 1.0)] == readings_of("030001", model)


def test_message_shows_its_family() -> None:
    """A channel that only an AM300 has makes its neighbour motion, not a leak."""
    assert [("occupancy.motion", 1.0)] == readings_of("05000106cb02")
    assert [("water.leak", 1.0)] == readings_of("050001")
