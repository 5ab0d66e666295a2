"""The sample estate's devices as a function of time: real measurements of 2022, repeated for ever. Pure.

Three devices are made up from real ones, as no open data have them: water, and the people of a whole building.

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


_HOUSE_START_MS = _ms("2021-12-27")  # a Monday, as 2007-01-01 was

_REGISTERS = {  # by carrier: the quantity of its register, of its power where the meter says it, and Wh (L) per unit
    "electricity": ("electricity.energy", "electricity.power", 1),
    "gas": ("gas.energy", "", 1),
    "pv": ("pv.energy", "pv.power", 1),
    "export": ("electricity.energy_export", "", 1),
    "water": ("water.volume", "", 1000),
}

_CROWD = range(-50, 51, 10)  # the people of rooms A and B, so many minutes later: together those of b12
_L_PER_PERSON_HOUR = 3  # 24 L for a day of eight hours
_L_PER_HOUR = 1  # with nobody there: a cistern that leaks
_TICK_MS = 300_000


_Values = Mapping[str, NDArray[np.float64]]


class _Source(Protocol):
    @property
    def building(self) -> str: ...

    def columns(self, start_ms: int, end_ms: int, every_ms: int) -> Iterator[tuple[NDArray[np.int64], _Values]]:
        """Times and the values of each quantity then (NaN: none), in order of time."""
        ...


class _Exchanged(NamedTuple):
    """A meter that was replaced by another: what the old one showed then, and what the new one began with, in Wh."""

    at_ms: int  # the start of an hour
    final: int
    first: int


_EXCHANGED = _Exchanged(_ms("2026-11-05T09:00:00"), 1044628530, 0)


class _Meter(NamedTuple):
    """A cumulative register over hourly consumption; within the hour it rises evenly."""

    building: str
    quantity: str  # of the register
    register: NDArray[np.int64]  # Wh (L) at the start of each hour of the period, and at its end
    power: str = ""  # the quantity of the mean power of each hour; "" where the meter does not say it
    start_ms: int = _YEAR_START_MS  # of the period
    measured: NDArray[np.bool_] | None = None  # by hour; none where all are. In the others the meter is silent
    exchanged: _Exchanged | None = None
    per: int = 1  # Wh, or L, per unit of the quantity

    def columns(self, start_ms: int, end_ms: int, every_ms: int) -> Iterator[tuple[NDArray[np.int64], _Values]]:
        times = np.arange(-(-start_ms // every_ms) * every_ms, end_ms, every_ms, dtype=np.int64)
        period, within = np.divmod(times - self.start_ms, _YEAR_MS)
        hour, part = np.divmod(within, HOUR_MS)
        used = self.register[hour + 1] - self.register[hour]
        rise = self.register[-1] - self.register[0]
        energy = self.register[hour] + period * rise + used * part // HOUR_MS
        if self.exchanged:
            at_ms, final, first = self.exchanged
            energy += np.where(times >= at_ms, first - final, 0)
        values = {self.quantity: energy / self.per}
        if self.power:
            values[self.power] = used.astype(np.float64)  # Wh in an hour: the hour's mean in W
        if self.measured is not None:
            said = self.measured[hour]
            times, values = times[said], {name: column[said] for name, column in values.items()}
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
    """The building of each device: meters in ``b01`` to ``b40``, three rooms in ``b02``, the weather at ``site``.

    One dwelling of ``b03`` has a meter of its own, behind the building's; ``b07`` has panels on its roof, and counts
    what they produce, what it draws beyond that, and what it feeds in; the meter of ``b39`` was exchanged. Water of the
    rooms and of ``b12``, and the people of ``b12``, follow the people counted in the rooms.
    """
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
    rooms = _rooms()
    return {**_meters(), "site-weather": _weather(), **rooms, **_made_up(rooms)}


def _rows(path: str) -> list[list[str]]:
    text = gzip.decompress((_SAMPLES / path).read_bytes()).decode()
    return list(csv.reader(text.splitlines()))


def _meters() -> dict[str, _Source]:
    """A meter for each column with values; buildings are numbered as the electricity columns stand."""
    used: dict[str, NDArray[np.int64]] = {}
    numbers: dict[str, str] = {}
    for carrier in ("electricity", "gas"):
        _, *columns = zip(*_rows(f"cambridge_estates/{carrier}_hourly_kwh_2022.csv.gz"), strict=True)
        for name, *cells in columns:
            building = numbers.setdefault(name, f"b{len(numbers) + 1:02}")
            if "" not in cells:  # else it was not measured in 2022
                used[f"{building}-{carrier}"] = np.rint(np.array(cells, np.float64) * 1000).astype(np.int64)
    sun, sunny = _hourly("pv_pvanalytics/system_50_hourly_wh_2013.csv.gz")
    house, measured = _hourly("uci_household_sceaux/house_hourly_wh_2007.csv.gz")
    rest = used["b07-electricity"] - sun
    used["b07-electricity"] = np.maximum(rest, 0)
    weeks = (_YEAR_START_MS - _HOUSE_START_MS) // HOUR_MS  # by which the house's year begins earlier
    used["b03-electricity"] += np.roll(house, -weeks)
    meters: dict[str, _Source] = {device: _meter(device, wh) for device, wh in used.items()}
    meters["b07-pv"] = _meter("b07-pv", sun)._replace(measured=sunny)
    meters["b07-export"] = _meter("b07-export", np.maximum(-rest, 0))
    dwelling = _meter("b03-a1-electricity", house)
    meters["b39-electricity"] = _meter("b39-electricity", used["b39-electricity"])._replace(exchanged=_EXCHANGED)
    meters["b03-a1-electricity"] = dwelling._replace(start_ms=_HOUSE_START_MS, measured=measured)
    return meters


def _meter(device: str, wh: NDArray[np.int64]) -> _Meter:
    """The meter of the device, by the carrier at the end of its name, from what it counts in each hour (Wh, L)."""
    building, carrier = device[:3], device.rpartition("-")[2]
    start = crc32(device.encode()) % 1_000_000_000  # what it showed when its period began: up to a GWh, or 1,000,000 m³
    register = start + np.concatenate(([0], np.cumsum(wh)))
    quantity, power, per = _REGISTERS[carrier]
    return _Meter(building, quantity, register, power, per=per)


def _hourly(path: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Wh by hour, and whether each was measured whole."""
    amounts, measured = zip(*_rows(path)[1:], strict=True)
    return np.array(amounts, np.int64), np.array([cell == "1" for cell in measured])


def _weather() -> _Source:
    _, temperature, humidity, _ = zip(*_rows("cambridge_estates/weather_bedford_hourly_2022.csv.gz")[1:], strict=True)
    values = {
        "climate.temperature": np.array(temperature, np.float64),
        "climate.humidity": np.minimum(np.array(humidity, np.float64), 100),  # saturated air reads up to 100.5 there
    }
    return _Sampled("site", _YEAR_START_MS, _YEAR_MS, np.arange(len(temperature), dtype=np.int64) * HOUR_MS, values)


def _rooms() -> dict[str, "_Sampled"]:
    """Two devices for each room, one for the air and one for people; of two values at one time the later holds."""
    tables: dict[tuple[str, str], dict[int, dict[str, float]]] = {}
    for room, _, time, name, value, _ in _rows("b4b_office_occupancy_2022/rooms.csv.gz")[1:]:
        quantity, factor = _PROPERTIES[name]
        kind = "people" if quantity == "occupancy.count" else "air"
        at = tables.setdefault((room, kind), {}).setdefault(_ms(time), {})
        at[quantity] = round(float(value) * factor, 3)
    rooms: dict[str, _Sampled] = {}
    for (room, kind), table in sorted(tables.items()):
        name, start_ms, period_ms = _ROOMS[room]
        rooms[f"{name}-{kind}"] = _sampled(start_ms, period_ms, table)
    return rooms


def _made_up(rooms: Mapping[str, _Sampled]) -> dict[str, _Source]:
    """What follows the people of the rooms: their water, and a building's people and water. Repeats with room C."""
    at = _HOUSE_START_MS + np.arange(0, 4 * _WEEK_MS, _TICK_MS, dtype=np.int64)
    in_rooms = np.sum([_present(rooms[f"room-{room}-people"], at) for room in "abc"], axis=0)
    apart = [_present(rooms[f"room-{room}-people"], at + 60_000 * late) for room in "ab" for late in _CROWD]
    in_b12 = np.sum(apart, axis=0)
    every = 3  # ticks: a quarter of an hour
    people = _Sampled("b12", _HOUSE_START_MS, 4 * _WEEK_MS, (at - at[0])[::every], {"occupancy.count": in_b12[::every]})
    return {"b02-water": _water("b02-water", in_rooms), "b12-water": _water("b12-water", in_b12), "b12-people": people}


def _present(room: _Sampled, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """The people in a room at these times: what was counted last."""
    last = np.searchsorted(room.offsets, (times - room.start_ms) % room.period_ms, side="right") - 1
    return room.values["occupancy.count"][last]


def _water(device: str, people: NDArray[np.float64]) -> _Meter:
    """A meter of what these people use, four weeks again and again."""
    person_hours = people.reshape(-1, HOUR_MS // _TICK_MS).mean(axis=1)
    litres = np.rint(np.cumsum(_L_PER_HOUR + _L_PER_PERSON_HOUR * person_hours)).astype(np.int64)
    return _meter(device, np.tile(np.diff(litres, prepend=0), 13))._replace(start_ms=_HOUSE_START_MS)


def _sampled(start_ms: int, period_ms: int, table: Mapping[int, Mapping[str, float]]) -> _Sampled:
    times = sorted(table)
    names = sorted({name for values in table.values() for name in values})
    values = {name: np.array([table[at].get(name, np.nan) for at in times]) for name in names}
    return _Sampled("b02", start_ms, period_ms, np.array(times, np.int64) - start_ms, values)
