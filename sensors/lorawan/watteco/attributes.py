"""Watteco's clusters and attributes: what holds a number, what is a setting, what tells about the device only."""

from collections.abc import Mapping
from typing import NamedTuple


class Number(NamedTuple):
    """An attribute that is one number."""

    name: str  # as the vendor names it
    divide: float = 1  # raw units in one of the vendor's
    numbered: bool = False  # whether the vendor counts such inputs from 1 even where there is but one


NUMBERS: Mapping[tuple[int, int], Number] = {
    (0x0006, 0x0000): Number("output"),
    (0x000C, 0x0055): Number("analog"),
    (0x000F, 0x0055): Number("pin_state", numbered=True),
    (0x000F, 0x0402): Number("index", numbered=True),
    (0x0013, 0x0055): Number("output_value"),
    (0x0400, 0x0000): Number("illuminance"),
    (0x0402, 0x0000): Number("temperature", 100),
    (0x0403, 0x0000): Number("pressure"),
    (0x0405, 0x0000): Number("humidity", 100),
    (0x0406, 0x0000): Number("occupancy"),
    (0x8002, 0x0000): Number("volume"),
    (0x8005, 0x0000): Number("pin_states"),
    (0x8008, 0x0000): Number("differential_pressure"),
    (0x8008, 0x0100): Number("mean_differential_pressure_since_last_report"),
    (0x8008, 0x0101): Number("minimal_differential_pressure_since_last_report"),
    (0x8008, 0x0102): Number("maximal_differential_pressure_since_last_report"),
    (0x800C, 0x0000): Number("concentration"),
    (0x800C, 0x0001): Number("classification"),
    (0x800C, 0x0100): Number("mean_concentration"),
    (0x800C, 0x0101): Number("min_concentration"),
    (0x800C, 0x0102): Number("max_concentration"),
    (0x800E, 0x0000): Number("number"),
}

CONTROL = (0x0000, 0x8004, 0x8006)
"""Clusters about the device only: its software, its radio, its serial line."""

SETTINGS: Mapping[int, tuple[int, ...]] = {
    **dict.fromkeys((0x0400, 0x0402, 0x0403, 0x0405), (0x0001, 0x0002, 0x0101, 0x0102)),
    0x000C: (0x0100, 0x8003, 0x8004),
    0x000F: (0x0054, 0x0100, 0x0400, 0x0401, 0x0403, 0x0404),
    0x0013: (0x004A, 0x0100),
    0x0050: (0x0004, 0x0005, *range(0xFF00, 0xFF0A)),
    0x0052: (0x8000,),
    0x0406: (0x0001, 0x0010, 0x0011),
    0x8002: (0x0001, 0x0002, 0x0003, 0x0004),
    0x8007: (0x0000, 0x0002),
    0x8008: (0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006),
    0x8009: (0x0001,),
    0x800A: (0x0001, 0x0002),
    0x800C: (0x8000, 0x8004, 0x8008, 0x8009, 0x800A, 0x8010, 0x8011, 0x8020, *range(0x8031, 0x8035)),
    0x800F: (0x8000,),
    0x8010: (0x0002, 0x0003),
    0x8052: (0x0001, 0x0002, 0x0003),
}
"""Attributes that are set, not measured: limits of the sensor, periods, addresses, states of calibration."""

SCALARS = {
    **dict.fromkeys((0x08, 0x10, 0x16, 0x18, 0x20, 0x30), (1, False)),
    **dict.fromkeys((0x09, 0x19, 0x21), (2, False)),
    **dict.fromkeys((0x0A, 0x22), (3, False)),
    **dict.fromkeys((0x0B, 0x23), (4, False)),
    **{0x27 + size: (size, True) for size in range(1, 5)},
}
"""Length in bytes and sign of whole numbers, by the type in the frame; 0x16 is in one of the vendor's examples."""

SINGLE = 0x39
BYTES = 0x41
