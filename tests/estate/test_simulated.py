"""The estate of a simulation loads, and knows exactly its devices."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from estate.load import examine, load
from estate.simulated import NotOurs, write
from sensors.encoders import ENCODERS
from sensors.model import Context
from sensors.simulation import FAULTS, Plan, Simulation

PARIS = ZoneInfo("Europe/Paris")
START_MS = 1_795_421_700_000  # 2026-11-23T08:15Z


def simulation(devices: int, rate: float = 10.0) -> Simulation:
    return Simulation(Plan(devices, tuple(ENCODERS), frozenset(FAULTS), rate, 1, PARIS, START_MS))


def test_it_loads(tmp_path: Path) -> None:
    """Every device is there under the id, building, codec and topic of its messages; strangers are not."""
    simulated = simulation(60)
    write(tmp_path / "new", simulated)
    estate = load(tmp_path / "new")
    routes = estate.routes(Context(PARIS))

    assert {device.id for device in simulated.estate} == set(estate.devices)
    for device in simulated.estate:
        place = estate.place(device.id, START_MS)
        assert place is not None
        assert place.building == device.building
    for message in simulated.births():
        route = routes.find(message.sent.topic)
        assert route is not None
        assert message.device.format == route.codec.name


def test_registers_have_meters(tmp_path: Path) -> None:
    """Registers of electricity and water are meters of their carrier; counts of pulses are none."""
    write(tmp_path, simulation(28))
    meters = {meter.id: (meter.quantity, meter.carrier) for meter in load(tmp_path).meters.values()}

    assert ("electricity.energy", "electricity") == meters["sim-meter-0000"]
    assert ("electricity.energy", "electricity") == meters["shellyplus1pm-5eed00000003@switch:0"]
    assert ("water.volume", "water") == meters["70000010"]
    assert not any(name.startswith("0018b220") for name in meters)


def test_intervals_are_those_of_the_rate(tmp_path: Path) -> None:
    """A device with one value a message says the same thing once in as many turns as it has values."""
    write(tmp_path, simulation(14, rate=0.1))
    intervals = {name: device.interval_s for name, device in load(tmp_path).devices.items()}

    assert (150, 750) == (intervals["sim-meter-0000"], intervals["sim-homie-0009"])


def test_it_is_written_again_but_over_nothing_else(tmp_path: Path) -> None:
    """A former simulation's estate is replaced; a folder that holds anything else is left as it is."""
    write(tmp_path / "ours", simulation(10))
    write(tmp_path / "ours", simulation(20))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/notes.txt").write_text("mine")

    assert [] == examine(tmp_path / "ours")
    assert 20 == len(load(tmp_path / "ours").devices)
    with pytest.raises(NotOurs):
        write(tmp_path / "theirs", simulation(10))
    assert ["notes.txt"] == [path.name for path in (tmp_path / "theirs").iterdir()]
