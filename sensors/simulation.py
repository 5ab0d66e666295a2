"""A simulated estate: what its devices publish, slot by slot, as a function of a seed and the time. Pure.

Slot n falls due n / rate seconds after the start; the devices take turns. Every fault strikes by the seed alone, so
that the same plan publishes the same messages again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sensors.encoders import ENCODERS
from sensors.encoders.model import Encoder, Measure, Said, Sent
from sensors.model import Reading
from sensors.quantities import QUANTITIES
from sensors.rhythm import SHOWN, chance, scene

BLOCK = 10
"""Turns of a device that are silent together, and between two chances of a reset."""

SKEW_MS = 3_600_000
PER_BUILDING = 20  # devices

End = Literal["stored", "quarantined", "ignored"]


class Fault(NamedTuple):
    share: float  # how often it strikes
    of: str  # what it strikes
    meaning: str


FAULTS: dict[str, Fault] = {
    "gaps": Fault(0.1, f"blocks of {BLOCK} turns of a device", "the device is silent; nothing is sent later"),
    "resets": Fault(0.05, f"blocks of {BLOCK} turns of a device", "its registers begin again at 0"),
    "disorder": Fault(0.1, "every other message that carries a time", "it comes after the device's next one"),
    "duplicates": Fault(0.05, "messages", "it is published twice: stored once when it carries a time"),
    "clock_skew": Fault(0.1, "devices with a clock, one at least", "its times are an hour behind; they are stored so"),
    "garbage": Fault(0.03, "messages", "it is cut short, or random bytes: quarantined as malformed"),
    "stranger": Fault(0.05, "devices, one at least", "further devices that are not in the estate: quarantined as "
                      "unknown_device, or for want of what the estate would have to name: needs_codec, ambiguous"),
}  # fmt: skip
"""What can be made to go wrong."""


class Unknown(ValueError):
    """A format or fault that there is none of; the message names those there are."""


@dataclass(frozen=True)
class Plan:
    """What is simulated."""

    devices: int
    formats: Sequence[str]  # keys of ENCODERS
    faults: Collection[str]  # keys of FAULTS
    rate: float  # slots per second
    seed: int
    zone: ZoneInfo
    start_ms: int

    def __post_init__(self) -> None:
        for what, names, known in (("format", self.formats, ENCODERS), ("fault", self.faults, FAULTS)):
            for name in names:
                if name not in known:
                    raise Unknown(f"no {what} {name!r} can be simulated; known: {', '.join(known)}")


class Device(NamedTuple):
    """One simulated device."""

    number: int
    id: str
    building: str
    format: str
    encoder: Encoder
    known: bool  # in the estate
    skew_ms: int  # how far its clock is behind

    @property
    def topic(self) -> str:
        """The topic filter that the estate must name; "" for none."""
        return self.encoder.topic.format(device=self.id)

    @property
    def registers(self) -> list[Measure]:
        return [measure for measure in self.encoder.measures if _is_register(measure)]


class Published(NamedTuple):
    """One message, and what must come of it."""

    sent: Sent
    device: Device
    end: End
    readings: Sequence[Reading]  # that must be found in the store, timed by the plan when the message has no time


class Slot(NamedTuple):
    """What is published in one slot, and the faults that struck, by name."""

    messages: Sequence[Published]
    faults: Sequence[str]


class Simulation:
    """The devices of a plan and their messages."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        strangers = _part(plan.devices, "stranger") if "stranger" in plan.faults else 0
        devices = [self._device(number) for number in range(plan.devices + strangers)]
        skewed = self._skewed(devices) if "clock_skew" in plan.faults else set()
        self.devices = [device._replace(skew_ms=SKEW_MS) if device.number in skewed else device for device in devices]

    @property
    def estate(self) -> list[Device]:
        """The devices without the strangers."""
        return [device for device in self.devices if device.known]

    @property
    def turn_s(self) -> float:
        """Seconds between two messages of a device."""
        return len(self.devices) / self.plan.rate

    def at_ms(self, number: int) -> int:
        """When a slot falls due, in ms since the epoch."""
        return self.plan.start_ms + round(number * 1000 / self.plan.rate)

    def births(self) -> Iterator[Published]:
        """What devices say before their first message."""
        for device in self.devices:
            said = self._said(device, 0, device.encoder.measures)
            for sent in device.encoder.births(said):
                if sent.control:
                    yield Published(sent, device, "ignored", ())
                else:
                    yield _published(sent, device, said)

    def slot(self, number: int) -> Slot:
        """What is published in the slot."""
        turn, index = divmod(number, len(self.devices))
        device = self.devices[index]
        faults = ["resets"] if self._begins_again(device, turn) else []
        if self._strikes("gaps", device, turn // BLOCK):
            return Slot((), [*faults, "gaps"])
        turns = [] if self._is_late(device, turn) else [turn]
        if self._is_late(device, turn - 1):
            turns.append(turn - 1)
            faults.append("disorder")
        messages: list[Published] = []
        for told in turns:
            message, struck = self._message(device, told)
            twice = self._strikes("duplicates", device, told)
            messages += [message] * (1 + twice)
            faults += [*struck, *["duplicates"] * twice]
        return Slot(messages, faults)

    def _device(self, number: int) -> Device:
        name = self.plan.formats[number % len(self.plan.formats)]
        kinds = ENCODERS[name]
        encoder = kinds[number // len(self.plan.formats) % len(kinds)]
        known = number < self.plan.devices
        return Device(number, encoder.device(number), f"b{number // PER_BUILDING + 1:02}", name, encoder, known, 0)

    def _skewed(self, devices: Sequence[Device]) -> set[int]:
        clocks = [device.number for device in devices if device.encoder.clock == "device" and device.known]
        clocks.sort(key=lambda number: chance(self.plan.seed, "clock_skew", number))
        return set(clocks[: _part(len(clocks), "clock_skew")])

    def _strikes(self, fault: str, device: Device, at: int) -> bool:
        return fault in self.plan.faults and chance(self.plan.seed, fault, device.number, at) < FAULTS[fault].share

    def _is_late(self, device: Device, turn: int) -> bool:
        timed = device.encoder.clock != "none"
        return turn >= 0 and turn % 2 == 0 and timed and self._strikes("disorder", device, turn)

    def _begins_again(self, device: Device, turn: int) -> bool:
        block, within = divmod(turn, BLOCK)
        return block > 0 and within == 0 and bool(device.registers) and self._strikes("resets", device, block)

    def _message(self, device: Device, turn: int) -> tuple[Published, list[str]]:
        measures = device.encoder.measures
        said = self._said(device, turn, [measures[turn % len(measures)]] if device.encoder.singly else measures)
        sent = device.encoder.encode(said)
        faults = [name for name, so in (("clock_skew", device.skew_ms), ("stranger", not device.known)) if so]
        if self._strikes("garbage", device, turn):
            sent = sent._replace(payload=self._garbled(device, turn, sent.payload))
            return Published(sent, device, "quarantined", ()), [*faults, "garbage"]
        return _published(sent, device, said), faults

    def _said(self, device: Device, turn: int, measures: Sequence[Measure]) -> Said:
        at_ms = self._turn_ms(device, turn)
        now = scene(self.plan.seed, device.number, at_ms, self.plan.zone)
        begun = self._begun_ms(device, turn)
        values = {}
        for measure in measures:
            value = SHOWN[measure.quantity](now)
            if begun is not None and _is_register(measure):
                value -= SHOWN[measure.quantity](scene(self.plan.seed, device.number, begun, self.plan.zone))
            values[measure.name] = measure.shown(measure.share * value)
        return Said(device.id, device.building, device.number, at_ms - device.skew_ms, values, self.plan.zone)

    def _begun_ms(self, device: Device, turn: int) -> int | None:
        """When its registers last began again; None when they never did."""
        starts = range(turn // BLOCK * BLOCK if "resets" in self.plan.faults else 0, 0, -BLOCK)
        begun = next((start for start in starts if self._begins_again(device, start)), None)
        return None if begun is None else self._turn_ms(device, begun)

    def _turn_ms(self, device: Device, turn: int) -> int:
        """When the turn comes, by a clock of the device's resolution."""
        at_ms = self.at_ms(turn * len(self.devices) + device.number)
        return at_ms - at_ms % device.encoder.tick_ms

    def _garbled(self, device: Device, turn: int, payload: bytes) -> bytes:
        where = chance(self.plan.seed, "where", device.number, turn)
        if device.encoder.cut_shows and where < 0.5:
            return payload[: 1 + int(where * len(payload))]
        return b"\xff" + int(where * 2**56).to_bytes(7, "big")


def _is_register(measure: Measure) -> bool:
    return QUANTITIES[measure.quantity].kind == "counter"


def _part(number: int, fault: str) -> int:
    return max(1, round(number * FAULTS[fault].share))


def _published(sent: Sent, device: Device, said: Said) -> Published:
    """A message that is what it should be: its readings are stored, unless the estate does not know the device."""
    if not device.known:
        return Published(sent, device, "quarantined", ())
    names = [(name.partition("@"), value) for name, value in said.values.items()]
    readings = [Reading(device.id, channel, quantity, value, said.at_ms) for (quantity, _, channel), value in names]
    return Published(sent, device, "stored", readings)
