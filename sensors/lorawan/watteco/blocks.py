"""Watteco's values of several numbers: what stands in the byte string of an attribute."""

import math
from collections.abc import Callable, Mapping

from sensors.bits import Cursor
from sensors.draft import Draft

PHASES = {0: "a", 1: "b", 2: "c", 3: ""}
"""Endpoints of a three-phase meter; the last is the sum of them."""


def _metering(draft: Draft, block: Cursor, endpoint: int) -> None:
    channel = str(endpoint + 1) if endpoint else ""
    _net(draft, "active_energy", block.signed(3), channel)
    _net(draft, "reactive_energy", block.signed(3), channel)
    draft.take("nb_samples", block.unsigned(2), channel)
    draft.take("active_power", block.signed(2), channel)
    draft.take("reactive_power", block.signed(2), channel)


def _net(draft: Draft, name: str, value: int, channel: str) -> None:
    """A register with a sign: below zero it stands for what was given to the network."""
    draft.take(f"negative_{name}" if value < 0 else name, abs(value), channel)


def _both_ways(draft: Draft, block: Cursor, endpoint: int) -> None:
    channel = PHASES.get(endpoint, str(endpoint + 1))
    for name in ("active_energy", "negative_active_energy", "reactive_energy", "negative_reactive_energy"):
        draft.take(name, block.unsigned(4), channel)
    for name in ("active_power", "reactive_power"):
        drawn, given = block.unsigned(4), block.unsigned(4)
        draft.take(name, drawn - given, channel)


def _energies(draft: Draft, block: Cursor, _endpoint: int) -> None:
    for channel in PHASES.values():
        _net(draft, "active_energy", block.signed(4), channel)
        _net(draft, "reactive_energy", block.signed(4), channel)


def _powers(draft: Draft, block: Cursor, _endpoint: int) -> None:
    for channel in PHASES.values():
        draft.take("active_power", block.signed(4), channel)
        draft.take("reactive_power", block.signed(4), channel)


def _phase(draft: Draft, block: Cursor, endpoint: int) -> None:
    channel = PHASES.get(endpoint, str(endpoint + 1))
    draft.take("Vrms", block.signed(2) / 10, channel)
    draft.take("Irms", block.signed(2) / 10, channel)
    draft.take("cosine of angle", round(math.cos(math.radians(block.signed(2))), 4), channel)


def _three_phases(draft: Draft, block: Cursor, _endpoint: int) -> None:
    for endpoint in range(3):
        _phase(draft, block, endpoint)


def _quality(draft: Draft, block: Cursor, endpoint: int) -> None:
    """Frequencies are sent as mHz above 22.232 Hz, so that 16 bits with a sign hold them."""
    channel = str(endpoint + 1) if endpoint else ""
    for name in ("frequency", "frequency_min", "frequency_max"):
        draft.take(name, (block.signed(2) + 22_232) / 1000, channel)
    for name in ("Vrms", "Vrms_min", "Vrms_max", "Vpeak", "Vpeak_min", "Vpeak_max"):
        draft.take(name, block.signed(2) / 10, channel)
    for name in ("over_voltage", "sag_voltage", "brownout_number"):
        draft.take(name, block.unsigned(2), channel)


_SOURCES = (
    "main_or_external_voltage",
    "rechargeable_battery_voltage",
    "disposable_battery_voltage",
    "solar_harvesting_voltage",
    "tic_harvesting_voltage",
)


def _node_power(draft: Draft, block: Cursor, _endpoint: int) -> None:
    """How the device is fed: the voltage, in mV, of each source it has."""
    draft.take("power_mode", block.unsigned(1))
    present = block.unsigned(1)
    for bit, name in enumerate(_SOURCES):
        if present >> bit & 1:
            draft.take(name, block.unsigned(2))
    draft.take("power_source", block.unsigned(1))


BLOCKS: Mapping[tuple[int, int], Callable[[Draft, Cursor, int], None]] = {
    (0x0050, 0x0006): _node_power,
    (0x0052, 0x0000): _metering,
    (0x800A, 0x0000): _both_ways,
    (0x800B, 0x0000): _phase,
    (0x800D, 0x0000): _three_phases,
    (0x8010, 0x0000): _energies,
    (0x8010, 0x0001): _powers,
    (0x8052, 0x0000): _quality,
}
"""By cluster and attribute; each is given the contents of the byte string and the endpoint."""

UNREAD: Mapping[tuple[int, int], str] = {
    (0x8007, 0x0001): "modbus_payload",
    (0x8009, 0x0000): "modbus_payload",
    **{(0x800F, attribute): "xyz_acceleration" for attribute in range(4)},
}
"""Blocks of which nothing is taken, by cluster and attribute: the name they are left under."""
