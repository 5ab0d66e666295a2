"""Whose readings the columns of a file are, and in what unit."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from estate.fields import near
from estate.model import Estate
from sensors.model import Reading
from sensors.quantities import QUANTITIES
from sensors.units import UNITS, convert


class Kind(StrEnum):
    """What the values are."""

    REGISTER = "register"  # what a meter shows: it only rises
    INTERVAL = "interval"  # what flowed in each interval
    GAUGE = "gauge"  # a state or a measure at an instant


class Target(NamedTuple):
    """One series of the store."""

    device: str
    channel: str
    quantity: str

    def __str__(self) -> str:
        return f"{self.device}@{self.channel}" if self.channel else self.device

    @classmethod
    def of(cls, reading: Reading) -> "Target":
        return cls(reading.device, reading.channel, reading.quantity)


class Targets:
    """Names → series, as the estate, the options and the file say."""

    def __init__(self, estate: Estate, kind: Kind, quantity: str, unit: str, names: Mapping[str, str]) -> None:
        self._estate, self._kind, self._quantity, self._unit = estate, kind, quantity, unit
        self._names = names  # in the file → device, or device@channel
        self.used: set[str] = set()  # of these names

    def find(self, name: str, quantity: str) -> Target:
        """The series; `quantity` is "" when the file does not say. Raises ValueError, in words for people."""
        if name in self._names:
            self.used.add(name)
        return target_of(self._estate, self._names.get(name, name), quantity or self._quantity, self._kind, self._unit)


def target_of(estate: Estate, given: str, quantity: str, kind: Kind, unit: str) -> Target:
    """The series of a device or device@channel; of a meter, its register's unless a quantity is given."""
    device, _, channel = given.partition("@")
    if "/" in device:
        raise ValueError(f"{device!r} cannot stand in a topic, since it holds a '/'")
    meter = estate.meters.get(given)
    if not quantity and (meter is None or kind is Kind.GAUGE):
        hint = "say what is measured with --quantity" if meter or estate.knows(device) else _stranger(estate, given)
        raise ValueError(f"{given!r} {'has no single gauge' if meter else 'is no meter of the estate'}: {hint}")
    quantity = quantity or (meter.quantity if meter else "")
    row = QUANTITIES.get(quantity)
    if row is None:
        raise ValueError(f"{quantity!r} is no quantity{near(quantity, QUANTITIES) or ': sensors/README.md lists them'}")
    if (row.kind == "counter") != (kind is not Kind.GAUGE):
        said = (
            "is a register: give --kind register or interval" if row.kind == "counter" else "is a gauge: --kind gauge"
        )
        raise ValueError(f"{quantity} {said}")
    check_unit(quantity, unit)
    return Target(device, channel, quantity)


def check_unit(quantity: str, unit: str) -> None:
    """Raises ValueError when values of the quantity cannot be in the unit; "" is the quantity's own."""
    own = QUANTITIES[quantity].unit
    if unit in ("", own):
        return
    if unit not in UNITS or UNITS[unit].base != own:
        known = ", ".join(name for name, known in UNITS.items() if known.base == own) or "none but its own"
        raise ValueError(f"{unit!r} is no unit of {quantity}: there are {known}")


def in_own_unit(quantity: str, value: float, unit: str) -> float:
    """The value in the quantity's unit, from a unit that was checked."""
    return value if unit in ("", QUANTITIES[quantity].unit) else convert(value, unit)


def _stranger(estate: Estate, given: str) -> str:
    hint = near(given, [*estate.meters, *estate.devices]).removeprefix(": ")
    return f"{hint}{' ' if hint else ''}name the meter with --map, or say what is measured with --quantity"
