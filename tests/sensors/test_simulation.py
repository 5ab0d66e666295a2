"""A simulated estate is a function of its seed and the time; each fault does what it says, and ends where it says."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors import rhythm
from sensors.decode import decode
from sensors.encoders import ENCODERS
from sensors.memory import Memory
from sensors.model import Context, Decoded, Ignored, Message, Reading, Reason, Rejected
from sensors.quantities import QUANTITIES
from sensors.registry import CODECS
from sensors.routes import Entry, Routes
from sensors.simulation import FAULTS, SKEW_MS, Plan, Published, Simulation, Unknown
from sensors.tally import Tally

START_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
HOUR_MS = 3_600_000
PARIS = ZoneInfo("Europe/Paris")
SLOTS = 1_500
README = Path(rhythm.__file__).with_name("README.md")


def plan(*faults: str, formats: tuple[str, ...] = tuple(ENCODERS), devices: int = 30, rate: float = 10.0) -> Plan:
    return Plan(devices, formats, frozenset(faults), rate, 7, PARIS, START_MS)


def all_messages(simulation: Simulation, slots: int = SLOTS) -> list[Published]:
    told = [message for number in range(slots) for message in simulation.slot(number).messages]
    return [*simulation.births(), *told]


class Reader:
    """Decodes what a simulation publishes as the estate would have it."""

    def __init__(self, simulation: Simulation) -> None:
        named = [device for device in simulation.estate if device.encoder.codec]
        codecs = {device.id: device.encoder.codec for device in named}
        entries = [Entry(device.topic, device.encoder.codec, device.id) for device in named if device.topic]
        self._routes = Routes(Context(PARIS, codecs=codecs, memory=Memory()), CODECS, entries)
        self._received_ms = START_MS

    def read(self, message: Published) -> Decoded:
        self._received_ms += 1
        sent = message.sent
        return decode(Message(sent.topic, sent.payload, self._received_ms, 1, False), self._routes, self._received_ms)


def test_the_same_plan_says_the_same() -> None:
    """Two simulations of one plan publish the same bytes, another seed others."""
    one, two = (all_messages(Simulation(plan(*FAULTS))) for _ in range(2))
    other = all_messages(Simulation(Plan(30, tuple(ENCODERS), frozenset(FAULTS), 10.0, 8, PARIS, START_MS)))

    assert [message.sent for message in one] == [message.sent for message in two]
    assert [message.sent for message in one] != [message.sent for message in other]


def test_every_message_ends_as_it_says() -> None:
    """With every fault in every format, a message is read as it was meant, is control, or is malformed garbage."""
    simulation = Simulation(plan(*FAULTS))
    reader = Reader(simulation)
    wrong = []
    for message in all_messages(simulation):
        result = reader.read(message)
        meant = {(r.device, r.channel, r.quantity, r.value) for r in message.readings}
        found = {(r.device, r.channel, r.quantity, r.value) for r in result.readings}
        timed = message.device.encoder.clock != "none"
        good = {
            "stored": result.problem is None and meant == found and (not timed or _same_times(message, result)),
            "ignored": isinstance(result.problem, Ignored),
            "quarantined": not message.device.known or _malformed(result),
        }[message.end]
        if not good:
            wrong.append((message, result))

    assert [] == wrong


def _same_times(message: Published, result: Decoded) -> bool:
    return {r.at_ms for r in message.readings} == {r.at_ms for r in result.readings}


def _malformed(result: Decoded) -> bool:
    return isinstance(result.problem, Rejected) and result.problem.reason == Reason.MALFORMED and not result.readings


def test_without_faults_all_is_stored() -> None:
    """Without faults every slot publishes one message, in order of time, all of them stored."""
    simulation = Simulation(plan())
    slots = [simulation.slot(number) for number in range(SLOTS)]

    assert {(1, ())} == {(len(slot.messages), tuple(slot.faults)) for slot in slots}
    assert {"stored"} == {message.end for slot in slots for message in slot.messages}
    assert 30 == len(simulation.devices)


def registers(simulation: Simulation, slots: int = SLOTS) -> dict[tuple[str, str], list[Reading]]:
    found: dict[tuple[str, str], list[Reading]] = {}
    for message in all_messages(simulation, slots):
        for reading in message.readings:
            if QUANTITIES[reading.quantity].kind == "counter":
                found.setdefault((reading.device, reading.channel), []).append(reading)
    return found


def test_registers_rise_with_the_power() -> None:
    """A register's rise over an hour is the mean power shown in it."""
    simulation = Simulation(plan(formats=("native",), devices=1, rate=0.1))
    readings = [r for message in all_messages(simulation, 361) for r in message.readings]
    energy = [r.value for r in readings if r.quantity == "electricity.energy"]
    power = [r.value for r in readings if r.quantity == "electricity.power"]

    assert energy[-1] - energy[0] == pytest.approx(sum(power[:-1]) / 360, rel=0.01)


def test_without_resets_registers_only_rise() -> None:
    """No register falls, in any format."""
    falls = [rs for rs in registers(Simulation(plan())).values() if any(b.value < a.value for a, b in pairwise(rs))]

    assert [] == falls


def test_resets() -> None:
    """A register falls exactly where a reset is told, and begins again at 0."""
    simulation = Simulation(plan("resets", formats=("native", "tasmota"), devices=4))
    told = Counter(fault for number in range(SLOTS) for fault in simulation.slot(number).faults)
    after = [b.value for rs in registers(simulation).values() for a, b in pairwise(rs) if b.value < a.value]

    assert {"resets": len(after)} == told
    assert after
    assert {0.0} == set(after)


def test_gaps() -> None:
    """About a tenth of the slots is silent."""
    simulation = Simulation(plan("gaps"))
    silent = [number for number in range(SLOTS) if not simulation.slot(number).messages]

    assert len(silent) == pytest.approx(SLOTS * FAULTS["gaps"].share, rel=0.5)


def test_disorder() -> None:
    """Some messages come after a later one of their device; none is lost, but that of a last turn may be to come."""
    simulation = Simulation(plan("disorder", formats=("native",), devices=3))
    orderly = Simulation(plan(formats=("native",), devices=3))
    times = [message.readings[0].at_ms for message in all_messages(simulation)]

    assert times != sorted(times)
    assert {message.sent for message in all_messages(orderly, SLOTS - 3)} <= {
        message.sent for message in all_messages(simulation)
    }
    assert len(times) == len(set(times))


def test_duplicates() -> None:
    """A message said twice is told as such, and said with the same bytes."""
    simulation = Simulation(plan("duplicates"))
    slots = [simulation.slot(number) for number in range(SLOTS)]
    twice = [slot.messages for slot in slots if len(slot.messages) == 2]

    assert len(twice) == sum(slot.faults.count("duplicates") for slot in slots)
    assert twice
    assert all(first.sent == second.sent for first, second in twice)


def test_clock_skew() -> None:
    """The chosen devices' times are an hour behind, and only theirs."""
    simulation = Simulation(plan("clock_skew"))
    behind: Counter[bool] = Counter()
    for number in range(30):
        (message,) = simulation.slot(number).messages
        late_ms = simulation.at_ms(number) - message.readings[0].at_ms
        behind[bool(message.device.skew_ms)] += 1
        assert (late_ms >= SKEW_MS) == bool(message.device.skew_ms)

    assert behind[True] > 0
    assert {"device"} == {device.encoder.clock for device in simulation.devices if device.skew_ms}


def test_strangers() -> None:
    """Strangers come on top of the devices asked for, and none of their messages is expected in the store."""
    simulation = Simulation(plan("stranger"))
    strange = [message for message in all_messages(simulation) if not message.device.known]

    assert (30, 32) == (len(simulation.estate), len(simulation.devices))
    assert strange
    assert {()} == {tuple(message.readings) for message in strange}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_explained(name: str) -> None:
    """How often it strikes and what it does stand in the README."""
    fault = FAULTS[name]

    assert f"| `{name}` | {fault.share:.0%} of {fault.of} | {fault.meaning} |" in README.read_text()


def test_devices_are_distinct() -> None:
    """A thousand devices of all formats have a thousand ids."""
    ids = [device.id for device in Simulation(plan(devices=1000)).devices]

    assert 1000 == len(set(ids))


@pytest.mark.parametrize(("formats", "faults", "names"), [(("natve",), (), ENCODERS), (("native",), ("gap",), FAULTS)])
def test_unknown_names(formats: tuple[str, ...], faults: tuple[str, ...], names: dict[str, object]) -> None:
    """A format or fault that there is none of is refused, and those there are named."""
    with pytest.raises(Unknown, match=", ".join(names)):
        plan(*faults, formats=formats)


def test_tally() -> None:
    """Readings with a time count once however often they are said; registers are those of the latest time."""
    simulation = Simulation(plan("duplicates", "disorder", "resets", devices=60, rate=200.0))
    tally = Tally()
    points: dict[tuple[str, str, str, int], float] = {}
    latest: dict[tuple[str, str, str], tuple[int, float]] = {}
    for number in range(SLOTS):
        slot = simulation.slot(number)
        tally.add(slot.messages, slot.faults)
        for message in slot.messages:
            for device, channel, quantity, value, at_ms in message.readings:
                key = device, channel, quantity
                if message.device.encoder.clock != "none":
                    points[*key, at_ms] = value
                if at_ms >= latest.get(key, (0, 0.0))[0] and QUANTITIES[quantity].kind == "counter":
                    latest[key] = at_ms, value
    summary = tally.summary()

    assert len(points) == summary["timed_readings"]
    expected = [{"device": d, "channel": c, "quantity": q, "value": v} for (d, c, q), (_, v) in sorted(latest.items())]
    assert expected == summary["registers"]


@given(st.integers(0, 366 * 24 * 4), st.sampled_from(["Europe/Paris", "America/New_York", "UTC", "Asia/Kolkata"]))
def test_a_register_is_the_integral_of_its_power(quarter: int, name: str) -> None:
    """Over any quarter of an hour of a year, clock changes included, energy rises by the integral of the power."""
    start_ms = 1_767_225_600_000 + quarter * rhythm.QUARTER_MS
    scenes = [rhythm.scene(1, 2, start_ms + step * 15_000, ZoneInfo(name)) for step in range(61)]
    powers = [rhythm.power(now) for now in scenes]
    integral = sum((a + b) / 2 for a, b in pairwise(powers)) / 240

    assert rhythm.energy(scenes[-1]) - rhythm.energy(scenes[0]) == pytest.approx(integral, rel=0.02)
    assert min(powers) > 0


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-11-23"])
def test_the_rhythm_is_that_of_local_time(day: str) -> None:
    """People are there at one in the afternoon and not at night, on days of 23, 24 and 25 hours."""
    noon = datetime.fromisoformat(f"{day}T13:00").replace(tzinfo=PARIS)
    night = datetime.fromisoformat(f"{day}T23:30").replace(tzinfo=PARIS)
    busy = [rhythm.scene(1, 2, round(moment.timestamp() * 1000), PARIS).activity for moment in (noon, night)]

    assert busy[0] > 0.19
    assert 0.0 == busy[1]
    assert noon - night < timedelta()
