"""The estate of a simulation: the files that hold its devices, and meters for their registers."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO
from math import ceil
from pathlib import Path

from estate.load import SITE
from estate.vocabulary import CARRIERS
from sensors.simulation import Device, Simulation

SITE_ID = "simulation"
PER_ZONE = 5  # devices
ZONE_M2 = 80.0

_SITE = """\
[site]
id = "{id}"
name = "Simulation"
time_zone = "{zone}"
notice_fr = "Simulation : aucune de ces mesures n'est réelle."
notice_en = "Simulation: none of these measurements is real."
"""

_CARRIER = {carrier.register: carrier.name for carrier in CARRIERS.values()}


class NotOurs(Exception):
    """The folder holds something else than the estate of a simulation."""


def write(folder: Path, simulation: Simulation) -> None:
    """Write the estate, over that of a former simulation if there is one. Raises NotOurs and leaves the rest alone."""
    folder.mkdir(parents=True, exist_ok=True)
    there = folder / SITE
    ours = there.is_file() and f'id = "{SITE_ID}"' in there.read_text(encoding="utf-8")
    if any(folder.iterdir()) and not ours:
        raise NotOurs(f"{folder} is not empty and holds no simulated estate: name another folder")
    for name, text in files(simulation).items():
        (folder / name).write_text(text, encoding="utf-8")


def files(simulation: Simulation) -> dict[str, str]:
    """The text of each file, by name."""
    devices = simulation.estate
    zones = {device.number: f"{device.building}-z{device.number // PER_ZONE + 1}" for device in devices}
    places = {(zones[device.number], device.building): None for device in devices}
    areas = {building: ZONE_M2 * count for building, count in Counter(building for _, building in places).items()}
    return {
        SITE: _SITE.format(id=SITE_ID, zone=simulation.plan.zone.key),
        "buildings.csv": _csv(
            ("building", "name", "use", "area_m2"),
            ((building, f"Building {building}", "office", area) for building, area in areas.items()),
        ),
        "zones.csv": _csv(
            ("zone", "building", "name", "area_m2"),
            ((zone, building, f"Zone {zone}", ZONE_M2) for zone, building in places),
        ),
        "devices.csv": _csv(
            ("device", "building", "zone", "interval", "topic", "codec", "source"),
            (_device(device, zones[device.number], _interval_s(simulation, device.number)) for device in devices),
        ),
        "meters.csv": _csv(
            ("meter", "carrier"),
            (
                (f"{device.id}@{measure.channel}" if measure.channel else device.id, _CARRIER[measure.quantity])
                for device in devices
                for measure in device.registers
                if measure.quantity in _CARRIER
            ),
        ),
    }


def _device(device: Device, zone: str, interval_s: int) -> Sequence[object]:
    return device.id, device.building, zone, interval_s, device.topic, device.encoder.codec, "simulated"


def _interval_s(simulation: Simulation, number: int) -> int:
    """Between two messages that say the same thing."""
    encoder = simulation.devices[number].encoder
    return ceil(simulation.turn_s * (len(encoder.measures) if encoder.singly else 1))


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
