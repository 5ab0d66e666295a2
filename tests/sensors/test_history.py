"""The replayed devices: real measurements, repeated by whole weeks, as registers that only rise."""

import csv
import gzip
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors import history
from sensors.history import HOUR_MS
from sensors.model import Reading
from sensors.quantities import QUANTITIES

DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
START_MS = 1_640_995_200_000  # 2022-01-01T00:00Z
PERIOD_MS = 364 * DAY_MS
NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
SAMPLES = Path(history.__file__).parent / "samples"


def energy(device: str, start_ms: int, end_ms: int, every_ms: int = HOUR_MS) -> list[float]:
    said = history.readings(device, start_ms, end_ms, every_ms)
    return [reading.value for reading in said if reading.quantity.endswith(".energy")]


def values(said: list[Reading]) -> list[float]:
    return [reading.value for reading in said if not reading.quantity.endswith(".energy")]


def source_kwh(carrier: str, building: str, day: str) -> float:
    text = gzip.decompress((SAMPLES / f"cambridge_estates/{carrier}_hourly_kwh_2022.csv.gz").read_bytes()).decode()
    rows = csv.DictReader(text.splitlines())
    return sum(float(row[building]) for row in rows if row["timestamp_utc_claimed"].startswith(day))


def test_devices() -> None:
    """Forty electricity meters, the gas meters measured in 2022, a dwelling, a roof, three rooms and the weather."""
    devices = history.devices()
    gas = [name for name in devices if name.endswith("-gas")]
    unmeasured = {"b05", "b06", "b08", "b09", "b12", "b25"}

    assert {f"b{n:02}-electricity" for n in range(1, 41)} | {"b03-a1-electricity"} == {
        name for name in devices if "electricity" in name
    }
    assert {"b07-pv": "b07", "b07-export": "b07"}.items() <= devices.items()
    assert unmeasured == {f"b{n:02}" for n in range(1, 41)} - {devices[name] for name in gas}
    assert {"room-a-air": "b02", "room-c-people": "b02", "site-weather": "site"}.items() <= devices.items()


@pytest.mark.parametrize(("carrier", "source", "device"), [("electricity", "b0", "b01"), ("gas", "b101", "b40")])
def test_a_day_is_the_sources_day(carrier: str, source: str, device: str) -> None:
    """The register's rise over a day is the sum of the source's hours 364 days × 4 before."""
    start_ms = int(datetime(2026, 11, 18, tzinfo=UTC).timestamp() * 1000)  # 1,456 days after 2022-11-23
    first, last = energy(f"{device}-{carrier}", start_ms, start_ms + DAY_MS + 1, DAY_MS)

    assert round(source_kwh(carrier, source, "2022-11-23") * 1000) == last - first


@pytest.mark.parametrize("device", ["b01-electricity", "b02-gas", "room-b-air", "room-c-people", "site-weather"])
def test_weekday_agrees(device: str) -> None:
    """What is said now was measured, or will be said again, at this hour of this weekday: the period is whole weeks."""
    shift_ms = (4 if device.startswith("room-") else 52) * WEEK_MS
    now = history.readings(device, NOW_MS, NOW_MS + DAY_MS)
    later = history.readings(device, NOW_MS + shift_ms, NOW_MS + shift_ms + DAY_MS)

    assert [(r.quantity, r.at_ms + shift_ms) for r in now] == [(r.quantity, r.at_ms) for r in later]
    assert values(now) == values(later)


@pytest.mark.parametrize(
    ("carrier", "source", "device"),
    [("electricity", "b0", "b01"), ("electricity", "b64", "b28"), ("gas", "b101", "b40")],
)
def test_register_goes_on_where_the_period_ends(carrier: str, source: str, device: str) -> None:
    """Over the end of the 364 days the register rises by what the last and the first hour used, no more, no less."""
    end_ms = START_MS + 5 * PERIOD_MS
    before, at, after = energy(f"{device}-{carrier}", end_ms - HOUR_MS, end_ms + HOUR_MS + 1)

    assert round(source_kwh(carrier, source, "2022-12-30 23:00") * 1000) == at - before
    assert round(source_kwh(carrier, source, "2022-01-01 00:00") * 1000) == after - at


@given(st.integers(START_MS, START_MS + 6 * PERIOD_MS), st.sampled_from([10_000, 60_000, 900_000, HOUR_MS]))
def test_register_never_falls(start_ms: int, every_ms: int) -> None:
    """At whatever time and step it is read, a register only rises, in whole Wh, within the quantity's range."""
    register = energy("b01-electricity", start_ms, start_ms + 100 * every_ms, every_ms)

    assert sorted(register) == register
    assert all(value == int(value) for value in register)
    assert register[-1] < QUANTITIES["electricity.energy"].high


def test_power_is_the_hours_mean() -> None:
    """The power said during an hour, held for that hour, is the energy of that hour."""
    said = history.readings("b07-electricity", NOW_MS - NOW_MS % HOUR_MS, NOW_MS + HOUR_MS)
    power = [reading.value for reading in said if reading.quantity == "electricity.power"]
    register = [reading.value for reading in said if reading.quantity == "electricity.energy"]

    assert power[0] == register[1] - register[0]


@settings(deadline=None)  # the first example loads all that was recorded
@given(st.lists(st.integers(NOW_MS - WEEK_MS, NOW_MS), max_size=5))
def test_pieces_are_the_whole(cuts: list[int]) -> None:
    """However a time is cut up, each reading is said once: a start goes on where the one before ended."""
    for device in ("b01-electricity", "room-c-air", "room-a-people", "site-weather"):
        edges = [NOW_MS - WEEK_MS, *sorted(cuts), NOW_MS]
        pieces: list[Reading] = []
        for index, start_ms in enumerate(edges[:-1]):
            pieces += history.readings(device, start_ms, edges[index + 1])

        assert history.readings(device, NOW_MS - WEEK_MS, NOW_MS) == pieces


def test_every_reading_is_plausible() -> None:
    """In a whole year no device says anything the table of quantities calls impossible, nor one thing twice."""
    for device in history.devices():
        said = history.readings(device, NOW_MS - PERIOD_MS, NOW_MS)

        assert all(QUANTITIES[r.quantity].low <= r.value <= QUANTITIES[r.quantity].high for r in said), device
        assert len(said) == len({(r.quantity, r.at_ms) for r in said})
        assert sorted(said, key=lambda r: r.at_ms) == said


def test_roof_house_and_building() -> None:
    """Of every hour: drawn + produced − fed in is the building's use; nothing is drawn and fed in at once."""
    drawn, made, fed = (history._sources()[f"b07-{carrier}"] for carrier in ("electricity", "pv", "export"))
    parts = [np.diff(meter.register) for meter in (drawn, made, fed) if isinstance(meter, history._Meter)]
    use = parts[0] + parts[1] - parts[2]

    assert round(source_kwh("electricity", "b15", "2022-") * 1000) == use.sum()
    assert 0 == (parts[0] * parts[2]).sum()
    assert parts[1].sum() > 10 * parts[2].sum() > 0


def test_silent_where_the_source_is() -> None:
    """The roof's meter is silent for the day its source is, and has risen when it speaks again."""
    said = [r for r in history.readings("b07-pv", NOW_MS - 14 * DAY_MS, NOW_MS) if r.quantity == "pv.energy"]
    longest, rise = max((b.at_ms - a.at_ms, b.value - a.value) for a, b in pairwise(said))

    assert 20 * HOUR_MS < longest < 24 * HOUR_MS
    assert rise > 0


def test_an_exchanged_meter() -> None:
    """It falls to what the new one began with, and rises from there as the old one would have."""
    at_ms = history._EXCHANGED.at_ms
    before, at, after = energy("b39-electricity", at_ms - HOUR_MS, at_ms + HOUR_MS + 1)

    assert 0 == at
    assert 0 < after - at < 40_000
    assert 0 < history._EXCHANGED.final - before < 40_000


def test_room_gap_is_kept() -> None:
    """The 22 hours of its four weeks in which room C was not measured stay empty."""
    said = history.readings("room-c-air", NOW_MS, NOW_MS + 4 * WEEK_MS + DAY_MS)
    times = sorted({reading.at_ms for reading in said})
    longest = max(later - earlier for earlier, later in pairwise(times))

    assert 22 * HOUR_MS < longest < 23 * HOUR_MS


def test_humidity_is_per_cent() -> None:
    """The rooms' humidity, a fraction in the file, is said in per cent."""
    said = history.readings("room-a-air", NOW_MS, NOW_MS + DAY_MS)
    humidity = [reading.value for reading in said if reading.quantity == "climate.humidity"]

    assert min(humidity) > 30


def test_another_process_says_the_same() -> None:
    """A second start continues the first: nothing depends on the process."""
    code = f"from sensors import history; print(history.readings('b01-gas', {NOW_MS}, {NOW_MS + DAY_MS}, 600000))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert other.stdout.strip() == repr(history.readings("b01-gas", NOW_MS, NOW_MS + DAY_MS, 600_000))


def test_unknown_device() -> None:
    """A device that is not in the samples is a mistake of the caller."""
    with pytest.raises(KeyError):
        history.readings("b99-electricity", NOW_MS, NOW_MS + DAY_MS)
