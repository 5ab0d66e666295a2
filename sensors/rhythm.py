"""What goes on around a simulated device, as a function of time: the day's rhythm in the site's zone, and noise.

A register is the exact integral of the power or flow shown with it, whatever the zone does to the length of a day: the
rhythm runs through each local day once, faster on the day of 23 hours and slower on that of 25.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from math import cos, pi, sin
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
QUARTER_MS = 900_000  # midnights fall on whole quarters of an hour, in every zone
FIRST_DAY = date(2024, 1, 1).toordinal()  # a Monday: registers began at about 0 then

WAKE, REST = 7 / 24, 19 / 24  # the day of people, in shares of the local day
WEEKEND = 0.2  # how busy it is then
RIPPLE_MS = 15 * 60_000  # a period of machines that switch on and off


class Scene(NamedTuple):
    """A simulated device's surroundings at one instant."""

    at_ms: int
    size: float  # 0.5 to 1.5: how large what it measures is
    noise: float  # -1 to 1, another one each instant
    pace: float  # how fast the rhythm runs: 1, but for the days when the clocks are changed
    activity: float  # 0 to 1: how busy people are
    hours: float  # of the rhythm since FIRST_DAY
    active_hours: float  # the integral of activity over them


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=7).digest(), "big") / 2**56


def scene(seed: int, number: int, at_ms: int, zone: ZoneInfo) -> Scene:
    """The surroundings of the n-th device."""
    ordinal, start_ms, end_ms = _day(at_ms // QUARTER_MS, zone)
    share = (at_ms - start_ms) / (end_ms - start_ms)
    weeks, weekday = divmod(ordinal - FIRST_DAY, 7)
    busy = WEEKEND if weekday > 4 else 1.0
    days_before = weeks * (5 + 2 * WEEKEND) + min(weekday, 5) + max(weekday - 5, 0) * WEEKEND
    return Scene(
        at_ms,
        0.5 + chance(seed, number),
        2 * chance(seed, number, at_ms) - 1,
        DAY_MS / (end_ms - start_ms),
        busy * _activity(share),
        24 * (ordinal - FIRST_DAY + share),
        24 * (days_before * _active(1.0) + busy * _active(share)),
    )


@lru_cache(maxsize=1024)
def _day(quarter: int, zone: ZoneInfo) -> tuple[int, int, int]:
    """The local day of that quarter of an hour: its ordinal, start and end."""
    midnight = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, zone).replace(hour=0, minute=0, second=0, fold=0)
    start, end = (round(moment.timestamp() * 1000) for moment in (midnight, midnight + timedelta(days=1)))
    return midnight.toordinal(), start, end


def _activity(share: float) -> float:
    """Busiest at the middle of people's day, nothing outside it."""
    inside = (share - WAKE) / (REST - WAKE)
    return sin(pi * inside) ** 2 if 0 < inside < 1 else 0.0


def _active(share: float) -> float:
    """The integral of activity from midnight, in days."""
    inside = min(max((share - WAKE) / (REST - WAKE), 0.0), 1.0)
    return (REST - WAKE) * (inside / 2 - sin(2 * pi * inside) / (4 * pi))


def power(now: Scene) -> float:
    """Of an electric load, in W."""
    ripple = 50 * sin(2 * pi * now.at_ms / RIPPLE_MS)
    return now.size * (now.pace * (120 + 900 * now.activity) + ripple)


def energy(now: Scene) -> float:
    """The integral of `power`, in Wh."""
    ripple = 50 * RIPPLE_MS / 3_600_000 / (2 * pi) * (1 - cos(2 * pi * now.at_ms / RIPPLE_MS))
    return now.size * (120 * now.hours + 900 * now.active_hours + ripple)


def voltage(now: Scene) -> float:
    return 231.5 - 2 * now.activity + now.noise


def volume(now: Scene) -> float:
    """Of water, in m³: people draw some 60 L/h each hour they are busy, and a tap drips."""
    return now.size * (0.06 * now.active_hours + 0.0005 * now.hours)


def people(now: Scene) -> float:
    return round(8 * now.size * now.activity)


SHOWN: Mapping[str, Callable[[Scene], float]] = {
    "electricity.power": power,
    "electricity.energy": energy,
    "electricity.voltage": voltage,
    "electricity.current": lambda now: power(now) / voltage(now),
    "water.volume": volume,
    "water.temperature": lambda now: 12 + 2 * now.noise,
    "pulse.count": lambda now: energy(now) / 10,
    "occupancy.count": people,
    "occupancy.presence": lambda now: float(people(now) > 0),
    "occupancy.motion": lambda now: float(people(now) > 0 and now.noise > -0.5),
    "climate.temperature": lambda now: 19 + 2.5 * now.activity + 0.2 * now.noise,
    "climate.humidity": lambda now: 42 + 6 * now.activity + now.noise,
    "climate.co2": lambda now: 425 + 70 * people(now) / now.size + 15 * now.noise,
    "climate.illuminance": lambda now: 20 + 480 * now.activity + 10 * now.noise,
    "climate.pm2_5": lambda now: 4 + 3 * now.activity + now.noise,
    "climate.pressure": lambda now: 1013 + 9 * sin(2 * pi * now.at_ms / (5 * DAY_MS)),
    "actuator.on": lambda now: 1.0,
    "device.battery": lambda now: 88 + 4 * now.size,
    "device.low_battery": lambda now: 0.0,
    "device.voltage": lambda now: 3.55 + 0.01 * now.noise,
    "device.rssi": lambda now: -82 + 12 * now.size + 4 * now.noise,
    "device.snr": lambda now: 7 + 3 * now.noise,
}
"""By quantity: its value, before the device rounds it."""
