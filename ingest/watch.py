"""Devices that look wrong although each of their messages is right: two under one id, or a clock that is off.

A device that speaks in another building's topic needs no watch: each such message is refused as `wrong_building`; nor
does a clock ahead: `wrong_time`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sensors.model import Message, Reading
from sensors.quantities import QUANTITIES

Kind = Literal["clock", "two_topics", "two_registers"]

MOST_DEVICES = 150_000
"""Watched at a time; then the watch begins anew. One with a register takes 570 bytes."""

MOST_NAME = 128
"""Letters of a device: a longer name is none of the estate's."""

LOOK_MS = 10_000
"""Each topic is looked at so often at most: this is the path of every message, and a burst tells no more."""

LOOKS_PER_MS = 1
"""Of many topics each is looked at less often, so that together they are never looked at more; a look takes 3 µs."""

SKEW_MS = 10 * 60_000
"""A device whose newest values are always this old, or older, has its clock wrong; or a gateway holds them back."""

STEADY_MS = 2 * 60_000
"""A wrong clock is wrong by the same time: values that wait somewhere differ by more."""

STEADY_MESSAGES = 8
FALLS = 3
"""So often a register falls and comes back to where it was before it can only be two of them."""

NOISE = 0.01
"""A register that falls by less of its value has a restless last digit."""

WINDOW_MS = 3_600_000
"""Two topics or two registers within this time are two at once; later, one may have replaced the other."""

_COUNTERS = frozenset(name for name, quantity in QUANTITIES.items() if quantity.kind == "counter")


class Finding(NamedTuple):
    """What looks wrong of a device, in words for people."""

    device: str
    kind: Kind
    detail: str
    at_ms: int  # when it was last seen


@dataclass(slots=True)
class _Device:
    """What is remembered of a device; changed in place, for this is the path of every message."""

    topic: str
    topic_ms: int  # when it last came on that topic
    least_ms: int = 0  # how late its values were at least, and at most, while that was steady
    most_ms: int = 0
    messages: int = 0  # for so many messages


@dataclass(slots=True)
class _Register:
    at_ms: int  # the time of the latest value
    value: float
    high: float  # the greatest value; above the latest one while it has fallen
    falls: int  # from the greatest value
    since_ms: int  # when the first of them was


class Watch:
    """Remembers little of each device, and what was found since it was last asked."""

    def __init__(self) -> None:
        self._looked: dict[str, int] = {}  # by topic
        self._look_ms = LOOK_MS
        self._devices: dict[str, _Device] = {}
        self._registers: dict[tuple[str, str, str], _Register] = {}
        self._found: dict[tuple[str, Kind], Finding] = {}

    def see(self, message: Message, readings: Sequence[Reading]) -> None:
        """Look at a message and its readings, the newest of which tell the clock."""
        topic, now_ms = message.topic, message.received_ms
        if 0 <= now_ms - self._looked.get(topic, 0) < self._look_ms:
            return
        self._looked[topic] = now_ms
        self._look_ms = max(LOOK_MS, len(self._looked) // LOOKS_PER_MS)
        name = readings[0].device
        device = self._devices.get(name)
        if device is None:
            if len(name) > MOST_NAME:
                return
            device = self._devices[name] = _Device(topic, now_ms)
        elif device.topic != topic:
            self._see_topic(device, name, topic, now_ms)
        device.topic_ms = now_ms
        newest_ms = 0
        for owner, channel, quantity, value, at_ms in readings:
            if at_ms > newest_ms:
                newest_ms = at_ms
            if quantity in _COUNTERS:
                self._see_register((owner, channel, quantity), value, at_ms, now_ms)
        if newest_ms != now_ms and not message.retained:
            self._see_clock(device, name, now_ms - newest_ms, now_ms)

    def behind(self, since_ms: int) -> Iterator[tuple[str, int]]:
        """How late the values of each device are at least (ms), of those heard since then with times of their own."""
        for name, device in self._devices.items():
            if device.messages and device.topic_ms >= since_ms:
                yield name, device.least_ms

    def found(self) -> list[Finding]:
        """What was found since the last call."""
        found, self._found = list(self._found.values()), {}
        if len(self._devices) > MOST_DEVICES:
            self._devices.clear()
        if len(self._registers) > MOST_DEVICES:
            self._registers.clear()
        if len(self._looked) > MOST_DEVICES:
            self._looked.clear()
        return found

    def _see_topic(self, device: _Device, name: str, topic: str, now_ms: int) -> None:
        """One id, two topics: compared up to the level that names the device, when there is one."""
        before, found_before, _ = device.topic.partition(name)
        after, found, _ = topic.partition(name)
        place = before.partition("/")[0] == after.partition("/")[0]  # else it is the kind of message that differs
        if before != after and found_before and found and place and now_ms - device.topic_ms < WINDOW_MS:
            detail = f"publishes under {before + name!r} and {after + name!r}: two devices with one id, or one twice"
            self._find(name, "two_topics", detail, now_ms)
        device.topic = topic

    def _see_clock(self, device: _Device, name: str, late_ms: int, now_ms: int) -> None:
        least_ms, most_ms = min(device.least_ms, late_ms), max(device.most_ms, late_ms)
        if device.messages == 0 or most_ms - least_ms > STEADY_MS:
            device.least_ms, device.most_ms, device.messages = late_ms, late_ms, 1
            return
        device.least_ms, device.most_ms = least_ms, most_ms
        device.messages += 1
        if device.messages >= STEADY_MESSAGES and least_ms >= SKEW_MS:
            detail = f"its times are {_span(least_ms)} behind, message after message: its clock or time zone is wrong"
            self._find(name, "clock", detail, now_ms)
            device.messages = 0

    def _see_register(self, key: tuple[str, str, str], value: float, at_ms: int, now_ms: int) -> None:
        last = self._registers.get(key)
        if last is None:
            self._registers[key] = _Register(at_ms, value, value, 0, at_ms)
        elif at_ms > last.at_ms:
            if last.value >= last.high and last.value - value > last.high * NOISE:
                self._see_fall(key, last, value, now_ms)
            last.at_ms, last.value = at_ms, value
            if value > last.high:
                last.high = value

    def _see_fall(self, key: tuple[str, str, str], last: _Register, value: float, now_ms: int) -> None:
        if now_ms - last.since_ms > WINDOW_MS:
            last.falls, last.since_ms = 0, now_ms
        last.falls += 1
        if last.falls >= FALLS:
            detail = f"{key[2]} goes back and forth ({last.value:g}, {value:g}): two devices with one id"
            self._find(key[0], "two_registers", detail, now_ms)

    def _find(self, device: str, kind: Kind, detail: str, at_ms: int) -> None:
        self._found[device, kind] = Finding(device, kind, detail, at_ms)


def _span(ms: int) -> str:
    minutes = round(ms / 60_000)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
