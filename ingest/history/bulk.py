"""Readings that do not come from the broker: imported, or read by hand. They pass as native history messages.

So they meet the same decoder, estate, quarantine and account as any message (law 1).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from estate.model import Estate
from ingest.intake import Intake
from sensors.codecs.native import MOST_ENTRIES
from sensors.model import Message, Reading

MOST_READINGS = 5_000
"""Taken in one go."""


class Taken(NamedTuple):
    """What became of readings."""

    readings: int  # stored
    quarantined: Mapping[str, int]  # messages, by reason


async def take_in(intake: Intake, estate: Estate, readings: Sequence[Reading]) -> Taken:
    """Bring readings through the pipeline, what is refused into the quarantine. Raises StoreUnavailable."""
    messages = list(history_messages(estate, readings, intake.clock()))
    outcome = await intake.admit(messages)
    await intake.hold(messages, outcome)
    return Taken(len(outcome.points), Counter(rejected.reason.value for rejected in outcome.rejected))


def history_messages(estate: Estate, readings: Sequence[Reading], now_ms: int) -> Iterator[Message]:
    """The readings as messages of the devices, each in the building where the estate has it then."""
    together: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        place = estate.place(reading.device, reading.at_ms)
        building = place.building if place else estate.site.id
        together.setdefault((building, reading.device), []).append(reading)
    for (building, device), found in together.items():
        for first in range(0, len(found), MOST_ENTRIES):
            payload = json.dumps([_entry(reading) for reading in found[first : first + MOST_ENTRIES]]).encode()
            yield Message(f"microville/{building}/{device}/history", payload, now_ms, 1, False)


def _entry(reading: Reading) -> dict[str, str | float]:
    name = f"{reading.quantity}@{reading.channel}" if reading.channel else reading.quantity
    return {"time": datetime.fromtimestamp(reading.at_ms / 1000, UTC).isoformat(), name: reading.value}
