"""Vutility energy meters (HotDrop, PulseDrop, VoltDrop): one byte that names the packet, then big-endian numbers.

Layouts, scales and units are those of the vendor's codecs (the-real-vutility/payload-codecs: `hotdrop_direct`,
`pulsedrop_direct` and `voltdrop_direct`, with their readme tables). Every packet has 11 bytes but number 38, with 21.
"""

from collections.abc import Callable

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed, drafted
from sensors.model import Codec, Field

NAME = "lorawan_vutility"

PHASES = ("L1", "L2", "L3")

FIELDS = {
    "averageAmps": Field("electricity.current", 0.1),
    "current": Field("electricity.current", 1 / 16),
    "voltage": Field("electricity.voltage", 1 / 64),
    "powerFactor": Field("electricity.power_factor", 0.01),
    "averagePowerFactor": Field("electricity.power_factor", 0.01 / 128),
    "activeEnergyAccumulation": Field("electricity.energy", 1, "Wh"),
    "pulseCount": Field("pulse.count"),
    "capacitorVoltage": Field("device.voltage", 5 / 255),
    "temperatureCelsius": Field("device.temperature"),
}

LEFT = {
    "ampHourAccumulation": "charge in Ah: energy only for an installer who knows the voltage",
    "maximumAmps": "greatest of the interval whose mean is taken",
    "minimumAmps": "least of the interval whose mean is taken",
    "maxCurrent": "greatest of the interval whose mean is taken",
    "phaseAngle": "angle between voltage and current",
    "apparentEnergyAccumulation": "VAh: the active energy is taken",
}


def _hotdrop(draft: Draft, frame: Cursor) -> None:
    draft.take("ampHourAccumulation", frame.unsigned(4))
    draft.take("averageAmps", frame.unsigned(2))
    draft.take("maximumAmps", frame.unsigned(1))
    draft.take("minimumAmps", frame.unsigned(1))
    _capacitor(draft, frame)
    _temperature(draft, frame)


def _pulsedrop(draft: Draft, frame: Cursor) -> None:
    """The last byte says whether a meter read over its data port answered: if not, the count is an old one."""
    _capacitor(draft, frame)
    _temperature(draft, frame)
    count = frame.unsigned(4)
    frame.take(3)
    if frame.unsigned(1) & 0x03:
        draft.absent("pulseCount")
    else:
        draft.take("pulseCount", count)


def _consolidated(draft: Draft, frame: Cursor) -> None:
    _voltages_and_angles(draft, frame)
    _currents(draft, frame)


def _voltages_and_angles(draft: Draft, frame: Cursor) -> None:
    _each(draft, "voltage", frame, 2)
    _each(draft, "phaseAngle", frame, 1)
    _capacitor(draft, frame)


def _voltages_and_factors(draft: Draft, frame: Cursor) -> None:
    _each(draft, "voltage", frame, 2)
    for phase in PHASES:
        draft.take("powerFactor", frame.signed(1), phase)
    _capacitor(draft, frame)


def _currents(draft: Draft, frame: Cursor) -> None:
    _each(draft, "current", frame, 2)
    _each(draft, "maxCurrent", frame, 1)
    _temperature(draft, frame)


def _active_energy(draft: Draft, frame: Cursor) -> None:
    """Net of what is fed back: where there is generation it may fall, even below zero."""
    draft.take("activeEnergyAccumulation", frame.signed(8))
    draft.take("averagePowerFactor", frame.signed(2))


def _apparent_energy(draft: Draft, frame: Cursor) -> None:
    draft.take("apparentEnergyAccumulation", frame.unsigned(8))
    draft.take("averagePowerFactor", frame.signed(2))


def _diagnostic(draft: Draft, frame: Cursor) -> None:
    frame.take(frame.left)
    draft.control()


def _each(draft: Draft, name: str, frame: Cursor, size: int) -> None:
    for phase in PHASES:
        draft.take(name, frame.unsigned(size), phase)


def _capacitor(draft: Draft, frame: Cursor) -> None:
    draft.take("capacitorVoltage", frame.unsigned(1))


def _temperature(draft: Draft, frame: Cursor) -> None:
    draft.take("temperatureCelsius", frame.unsigned(1) * 120 / 255 - 40)


PACKETS: dict[int, tuple[int, Callable[[Draft, Cursor], None]]] = {
    28: (11, _pulsedrop),
    38: (21, _consolidated),
    39: (11, _voltages_and_angles),
    40: (11, _voltages_and_factors),
    41: (11, _currents),
    42: (11, _active_energy),  # confirmed; 43 the same, unconfirmed
    43: (11, _active_energy),
    44: (11, _apparent_energy),
    45: (11, _apparent_energy),
    46: (11, _diagnostic),  # why it started
    47: (11, _diagnostic),  # what went wrong
    50: (11, _hotdrop),
}
"""By packet number: its length in bytes and who reads it."""


def _fill(draft: Draft) -> None:
    frame = Cursor(draft.message.payload)
    packet = frame.unsigned(1)
    if packet not in PACKETS:
        raise Malformed(f"packet {packet} is not known; known are {', '.join(map(str, PACKETS))}")
    length, read = PACKETS[packet]
    if len(draft.message.payload) != length:
        raise Malformed(f"packet {packet} has {length} bytes, not {len(draft.message.payload)}")
    read(draft, frame)


CODEC = Codec(
    name=NAME,
    title="Vutility",
    families="HotDrop, PulseDrop, VoltDrop",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    lorawan=True,
)
