"""Real series as the registers that would have counted them: the truth that damage is measured against."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from estate.calendar import DAY_MS, STEP_MS
from estate.model import Meter
from sensors.history import readings
from tests.energy.sites import meter, ms

FOLDER = Path(__file__).parent / "real"
CAMBRIDGE = ("b01-electricity", "b07-electricity", "b01-gas", "b28-electricity")
WINTER_TIME = timedelta(hours=1)  # the household's clock stays on it
INVERTER_W = 10_000


class Real(NamedTuple):
    """A register that counts what a series says flowed."""

    meter: Meter
    times: NDArray[np.int64]  # ms since the epoch
    values: NDArray[np.float64]  # Wh
    doubted: NDArray[np.bool_]  # what its source marks as not measured


@cache
def real(name: str) -> Real:
    """A register by the name of its series; those of `CAMBRIDGE` each quarter of an hour for sixty days."""
    if name in CAMBRIDGE:
        return _sampled(name, "energy", ms("2026-01-05 00:00"), 60)
    return _LOADERS[name]()


def _house() -> Real:
    rows = read("uci_household_sceaux/outage_1min_2007.csv.gz")
    at = [datetime.fromisoformat(row["date_time"]).replace(tzinfo=UTC) - WINTER_TIME for row in rows]
    watts = [1000 * float(row["Global_active_power"]) for row in rows]
    return _counted(at, watts, 60, [row["imputed_suspect"] == "1" for row in rows])


def _pv() -> Real:
    rows = read("pv_pvanalytics/serf_east_15min.csv.gz")
    at = [datetime.fromisoformat(row["measured_on"]) for row in rows]
    return _counted(at, [max(0.0, float(row["ac_power"])) for row in rows], 900)


def _stale() -> Real:
    rows = [row for row in read("pv_pvanalytics/inv_2173_stale.csv.gz") if row["value_normalized"]]
    at = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    watts = [INVERTER_W * float(row["value_normalized"]) for row in rows]
    return _counted(at, watts, 900, [row["stale_data_mask"] == "True" for row in rows])


def _heat() -> Real:
    rows = read("sunpeek_solar_heat/heat_1min_2020.csv.gz")
    at = [datetime.fromisoformat(row["Time"]) for row in rows]
    return _counted(at, [1000 * max(0.0, float(row["HEX_SEK_POWER_PV (EM210)"])) for row in rows], 60)


def _people() -> Real:
    """Person-minutes of a room whose counter lost the hour that comes twice."""
    found = readings("room-a-people", ms("2022-10-24 02:00"), ms("2022-10-31 00:00"))
    at = [datetime.fromtimestamp(each.at_ms / 1000, UTC) for each in found]
    return _counted(at, [60 * each.value for each in found], 900)


_LOADERS = {"house": _house, "pv": _pv, "stale": _stale, "heat": _heat, "people": _people}
NAMES = (*CAMBRIDGE, *_LOADERS)


def _counted(at: list[datetime], watts: list[float], interval_s: int, doubted: list[bool] | None = None) -> Real:
    """What flows at a power until the next row counts, at the end of each row in whole Wh."""
    times = np.array([round(each.timestamp() * 1000) for each in at], np.int64)
    hours = np.diff(times) / 3.6e6
    values = np.rint(1_000_000 + np.concatenate(([0.0], np.cumsum(np.array(watts[:-1]) * hours))))
    return Real(meter(interval_s=interval_s), times, values, np.array(doubted or [False] * len(times)))


def _sampled(device: str, field: str, start_ms: int, days: int) -> Real:
    found = readings(device, start_ms, start_ms + days * DAY_MS, STEP_MS)
    rows = [(each.at_ms, each.value) for each in found if field in each.quantity]
    times, values = (np.array(column) for column in zip(*rows, strict=True))
    return Real(meter(), times.astype(np.int64), values, np.zeros(len(times), np.bool_))


def read(path: str) -> list[Mapping[str, str]]:
    """The rows of a file, as they stand there."""
    with gzip.open(FOLDER / path, "rt") as file:
        return list(csv.DictReader(file))


def edges(of: Real) -> Iterator[tuple[int, int]]:
    """The complete steps of the series, as start and end."""
    first, last = int(of.times[0]), int(of.times[-1])
    return pairwise(range(first - first % STEP_MS, last + 1, STEP_MS))
