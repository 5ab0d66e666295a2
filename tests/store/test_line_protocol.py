"""Points become lines: exact numbers, escaped names, and a memory of what was written last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.model import Consumption, Point
from store.base import StoreRefused
from store.influx_usage import bodies
from store.line_protocol import LATEST_MS, Encoder, latest_lines, series, touched_lines
from store.runs import runs_of


def point(quantity: str, value: float, at_ms: int, place: str = "b01", channel: str = "", zone: str = "") -> Point:
    return Point("m1", channel, quantity, value, at_ms, place, zone)


def test_fields_of_one_family() -> None:
    """Neighbours of one family, device, channel and time share a line; all else starts another."""
    points = [
        point("electricity.power", 1250.0, 1000),
        point("electricity.energy", 48211300.0, 1000),
        point("electricity.power", 1.0, 2000),
        point("electricity.power", 2.0, 2000, channel="L1"),
        point("device.battery", 97.5, 2000, zone="z 1"),
    ]

    assert Encoder().encode(points).body == (
        "electricity,building=b01,device=m1 power=1250.0,energy=48211300.0 1000\n"
        "electricity,building=b01,device=m1 power=1.0 2000\n"
        "electricity,building=b01,channel=L1,device=m1 power=2.0 2000\n"
        "device,building=b01,device=m1,zone=z\\ 1 battery=97.5 2000\n"
    )


def test_field_twice() -> None:
    """One line never holds a field twice, so that the later value wins."""
    points = [
        point("electricity.power", 1.0, 1000),
        point("electricity.energy", 2.0, 1000),
        point("electricity.power", 3.0, 1000),
    ]

    assert Encoder().encode(points).body == (
        "electricity,building=b01,device=m1 power=1.0,energy=2.0 1000\n"
        "electricity,building=b01,device=m1 power=3.0 1000\n"
    )


def test_escapes() -> None:
    """Commas, equals signs and spaces are escaped; quotes and inner backslashes stand as they are."""
    assert 'm,tag=a\\,b\\=c\\ d\\e"f' == series("m", tag='a,b=c d\\e"f', none="")


@pytest.mark.parametrize("value", ["a\0b", "a\nb", "a\rb", "end\\", "a\\,b", "a\\ b", "a\\=b", "\ud800"])
def test_unwritable(value: str) -> None:
    """What line protocol cannot say is refused, never written as something else."""
    with pytest.raises(StoreRefused):
        Encoder().encode([point("electricity.power", 1.0, 1000, channel=value)])


def test_latest() -> None:
    """What a row of `latest` says is renewed once a minute, and never goes back."""
    encoder = Encoder()
    batches = [(500_000, 400_000), (300_000, 559_999), (560_000,)]
    found = [
        latest_lines(encoder.encode([point("device.battery", 1.0, at_ms) for at_ms in times]).noted)
        for times in batches
    ]

    row = "latest,building=b01,device=m1,quantity=device.battery"
    assert [f"{row} at=500000.0 {LATEST_MS}\n", "", f"{row} at=560000.0 {LATEST_MS}\n"] == found


def test_undone() -> None:
    """After a batch that failed its time is noted with the next, and its place is still suspected."""
    encoder = Encoder()
    encoder.encode([point("device.battery", 2.0, 500)]).undo()
    batch = encoder.encode([point("device.battery", 1.0, 400)])
    elsewhere = encoder.encode([point("device.battery", 1.0, 450, place="b02")])

    assert [400] == [owner.noted[quantity] for owner, quantity in batch.noted]
    assert elsewhere.moved


def test_refused_batch_forgotten() -> None:
    """A refused batch is not noted."""
    encoder = Encoder()
    with pytest.raises(StoreRefused):
        encoder.encode([point("device.battery", 2.0, 500), point("device.battery", float("nan"), 600)])

    batch = encoder.encode([point("device.battery", 1.0, 400)])

    assert [400] == [owner.noted[quantity] for owner, quantity in batch.noted]


def test_touched() -> None:
    """What is accounted is noted as touched, from its earliest time, and nothing else."""
    points = [point("electricity.energy", 1.0, 900, channel="L1"), point("electricity.energy", 1.0, 800, channel="L1")]
    batch = Encoder().encode([*points, point("electricity.voltage", 1.0, 100)])

    lines = "touched,channel=L1,device=m1 from_ms=800.0 5555\n"
    assert lines == touched_lines(batch.touched, 5555)


def test_consumption() -> None:
    """A meter's own row and a tenant's share go to measurements of their own."""
    row = Consumption("m1", "", "electricity", "b01", "site", "15m", 900_000, 250, 0.5, 7)

    assert [*bodies(runs_of([row]))] == [
        b"consumption,building=b01,carrier=electricity,every=15m,meter=m1,role=site "
        b"amount=250.0,estimated_amount=125.0,settled=7.0 900000\n"
    ]
    assert [*bodies(runs_of([row._replace(tenant="t 1")]))] == [
        b"allocation,building=b01,carrier=electricity,every=15m,meter=m1,role=site,tenant=t\\ 1 "
        b"amount=250.0,estimated_amount=125.0,settled=7.0 900000\n"
    ]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exact(value: float) -> None:
    """Every finite number is written so that it reads back the same."""
    body = Encoder().encode([point("electricity.power", value, 1000)]).body

    assert value == float(body.split()[1].removeprefix("power="))
