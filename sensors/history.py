"""The sample estate's devices as a function of time: real measurements of 2022, repeated for ever. Pure.

The same question gets the same answer in every process. Time is shifted by whole weeks, so that weekdays agree:
source time = start + (time − start) mod period. Registers go on rising where a period ends (law 7).
"""

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sensors.model import Reading

HOUR_MS = 3_600_000
_DAY_MS = 24 * HOUR_MS
_WEEK_MS = 7 * _DAY_MS
_SAMPLES = files("sensors") / "samples"

_PROPERTIES = {  # of the rooms' file: quantity and factor
    "co2__ppm": ("climate.co2", 1),
    "temp_in__degC": ("climate.temperature", 1),
    "rel_humidity__0": ("climate.humidity", 100),
    "occupancy__p": ("occupancy.count", 1),
}


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


_YEAR_START_MS = _ms("2022-01-01")
_YEAR_MS = 52 * _WEEK_MS

_ROOMS = {  # id in the file: name here, start of its period, length: the weeks with both air and people in them
    "917810": ("room-a", _ms("2022-10-24"), _WEEK_MS),
    "999169": ("room-b", _ms("2022-10-24"), _WEEK_MS),
    "925038": ("room-c", _ms("2022-10-06"), 4 * _WEEK_MS),
}


_Values = Mapping[str, NDArray[np.float64]]


class _Source(Protocol):
    @property
    def building(self) -> str: ...

    def columns(self, start_ms: int, end_ms: int, every_ms: int) -> Iterator[tuple[NDArray[np.int64], _Values]]:
        """Times and the values of each quantity then (NaN: none), in order of time."""
        ...


class _Meter(NamedTuple):
    """A cumulative register over hourly consumption; within the hour it rises evenly."""

    building: str
    carrier: str
    register: NDArray[np.int64]  # Wh at the start of each hour of the period, and at its end

    def columns(self, start_ms: int, end_ms: int, every_ms: int) -> Iterator[tuple[NDArray[np.int64], _Values]]:
        times = np.arange(-(-start_ms // every_ms) * every_ms, end_ms, every_ms, dtype=np.int64)
        period, within = np.divmod(times - _YEAR_START_MS, _YEAR_MS)
        hour, part = np.divmod(within, HOUR_MS)
        used = self.register[hour + 1] - self.register[hour]
        rise = self.register[-1] - self.register[0]
        energy = self.register[hour] + period * rise + used * part // HOUR_MS
        values = {f"{self.carrier}.energy": energy.astype(np.float64)}
        if self.carrier == "electricity":
            values["electricity.power"] = used.astype(np.float64)  # Wh in an hour: the hour's mean in W
        yield times, values


class _Sampled(NamedTuple):
    """Values at the times they were measured."""

    building: str
    start_ms: int
    period_ms: int
    offsets: NDArray[np.int64]  # ms since the start of the period, rising
    values: _Values

    def columns(self, start_ms: int, end_ms: int, every_ms: int) -> Iterator[tuple[NDArray[np.int64], _Values]]:
        first, last = ((at - self.start_ms) // self.period_ms for at in (start_ms, end_ms))
        for period in range(first, last + 1):
            shift = self.start_ms + period * self.period_ms
            low, high = np.searchsorted(self.offsets, [start_ms - shift, end_ms - shift])
            yield self.offsets[low:high] + shift, {name: column[low:high] for name, column in self.values.items()}


def devices() -> dict[str, str]:
    """The building of each device: meters in ``b01`` to ``b40``, three rooms in ``b02``, the weather at ``site``."""
    return {device: source.building for device, source in _sources().items()}


def readings(device: str, start_ms: int, end_ms: int, every_ms: int = HOUR_MS) -> list[Reading]:
    """What the device says from `start_ms` until before `end_ms` (ms since the epoch), in order of time.

    Meters are read at whole multiples of `every_ms`; the others speak when the source did. KeyError: no such device.
    """
    found = []
    for times, values in _sources()[device].columns(start_ms, end_ms, every_ms):
        columns = [(name, column.tolist()) for name, column in values.items()]
        for row, at_ms in enumerate(times.tolist()):
            for name, column in columns:
                if column[row] == column[row]:  # not NaN
                    found.append(Reading(device, "", name, column[row], at_ms))
    return found


@cache
def _sources() -> dict[str, _Source]:
    return {**_meters(), "site-weather": _weather(), **_rooms()}


def _rows(path: str) -> list[list[str]]:
    text = gzip.decompress((_SAMPLES / path).read_bytes()).decode()
    return list(csv.reader(text.splitlines()))


def _meters() -> dict[str, _Source]:
    """A meter for each column with values; buildings are numbered as the electricity columns stand."""
    numbers: dict[str, str] = {}
    meters: dict[str, _Source] = {}
    for carrier in ("electricity", "gas"):
        _, *columns = zip(*_rows(f"cambridge_estates/{carrier}_hourly_kwh_2022.csv.gz"), strict=True)
        for name, *cells in columns:
            building = numbers.setdefault(name, f"b{len(numbers) + 1:02}")
            if "" not in cells:  # else it was not measured in 2022
                device = f"{building}-{carrier}"
                meters[device] = _Meter(building, carrier, _register(device, cells))
    return meters


def _register(device: str, kwh: list[str]) -> NDArray[np.int64]:
    start = crc32(device.encode()) % 1_000_000_000  # what it showed when 2022 began, in Wh: up to a GWh
    used = np.rint(np.array(kwh, np.float64) * 1000).astype(np.int64)
    return start + np.concatenate(([0], np.cumsum(used)))


def _weather() -> _Source:
    _, temperature, humidity, _ = zip(*_rows("cambridge_estates/weather_bedford_hourly_2022.csv.gz")[1:], strict=True)
    values = {
        "climate.temperature": np.array(temperature, np.float64),
        "climate.humidity": np.minimum(np.array(humidity, np.float64), 100),  # saturated air reads up to 100.5 there
    }
    return _Sampled("site", _YEAR_START_MS, _YEAR_MS, np.arange(len(temperature), dtype=np.int64) * HOUR_MS, values)


def _rooms() -> dict[str, _Source]:
    """Two devices for each room, one for the air and one for people; of two values at one time the later holds."""
    tables: dict[tuple[str, str], dict[int, dict[str, float]]] = {}
    for room, _, time, name, value, _ in _rows("b4b_office_occupancy_2022/rooms.csv.gz")[1:]:
        quantity, factor = _PROPERTIES[name]
        kind = "people" if quantity == "occupancy.count" else "air"
        at = tables.setdefault((room, kind), {}).setdefault(_ms(time), {})
        at[quantity] = round(float(value) * factor, 3)
    rooms: dict[str, _Source] = {}
    for (room, kind), table in sorted(tables.items()):
        name, start_ms, period_ms = _ROOMS[room]
        rooms[f"{name}-{kind}"] = _sampled(start_ms, period_ms, table)
    return rooms


def _sampled(start_ms: int, period_ms: int, table: Mapping[int, Mapping[str, float]]) -> _Source:
    times = sorted(table)
    names = sorted({name for values in table.values() for name in values})
    values = {name: np.array([table[at].get(name, np.nan) for at in times]) for name in names}
    return _Sampled("b02", start_ms, period_ms, np.array(times, np.int64) - start_ms, values)
