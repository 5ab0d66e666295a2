"""Devices that look wrong although each of their messages is right: two under one id, or a clock that is off.

A device that speaks in another building's topic needs no watch: each such message is refused as `wrong_building`; nor
does a clock ahead: `wrong_time`.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sensors.model import Message, Reading
from sensors.quantities import QUANTITIES

Kind = Literal["clock", "two_topics", "two_registers"]

MOST_DEVICES = 50_000
"""Watched at a time; then the watch begins anew."""

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


class _Skew(NamedTuple):
    least_ms: int
    most_ms: int
    messages: int


class _Register(NamedTuple):
    at_ms: int  # the time of the latest value
    value: float
    high: float  # the greatest value; above the latest one while it has fallen
    falls: int  # from the greatest value
    since_ms: int  # when the first of them was


class Watch:
    """Remembers little of each device, and what was found since it was last asked."""

    def __init__(self) -> None:
        self._topics: dict[str, tuple[str, int]] = {}
        self._skews: dict[str, _Skew] = {}
        self._registers: dict[tuple[str, str, str], _Register] = {}
        self._found: dict[tuple[str, Kind], Finding] = {}

    def see(self, message: Message, readings: Sequence[Reading]) -> None:
        """Look at a message and its readings, the newest of which tell the clock."""
        device = readings[0].device
        self._see_topic(message, device)
        newest_ms = 0
        for reading in readings:
            newest_ms = max(newest_ms, reading.at_ms)
            if reading.quantity in _COUNTERS:
                self._see_register(reading, message.received_ms)
        if newest_ms != message.received_ms and not message.retained:
            self._see_clock(device, message.received_ms - newest_ms, message.received_ms)

    def found(self) -> list[Finding]:
        """What was found since the last call."""
        found, self._found = list(self._found.values()), {}
        for watched in (self._topics, self._skews, self._registers):
            if len(watched) > MOST_DEVICES:
                watched.clear()
        return found

    def _see_topic(self, message: Message, device: str) -> None:
        """One id, two topics: compared up to the level that names the device."""
        topic, _, _ = message.topic.partition(device)
        before, seen_ms = self._topics.get(device, (topic, 0))
        if before != topic and message.received_ms - seen_ms < WINDOW_MS:
            detail = (
                f"publishes under {before + device!r} and {topic + device!r}: two devices with one id, or one twice"
            )
            self._find(device, "two_topics", detail, message.received_ms)
        self._topics[device] = topic, message.received_ms

    def _see_clock(self, device: str, skew_ms: int, now_ms: int) -> None:
        least, most, messages = self._skews.get(device, _Skew(skew_ms, skew_ms, 0))
        least, most = min(least, skew_ms), max(most, skew_ms)
        if most - least > STEADY_MS:
            least, most, messages = skew_ms, skew_ms, 0
        self._skews[device] = _Skew(least, most, messages + 1)
        if messages + 1 >= STEADY_MESSAGES and least >= SKEW_MS:
            detail = f"its times are {_span(least)} behind, message after message: its clock or time zone is wrong"
            self._find(device, "clock", detail, now_ms)
            self._skews[device] = _Skew(least, most, 0)

    def _see_register(self, reading: Reading, now_ms: int) -> None:
        key = (reading.device, reading.channel, reading.quantity)
        last = self._registers.get(key)
        if last is None or reading.at_ms > last.at_ms:
            self._registers[key] = self._next(last, reading, now_ms)

    def _next(self, last: _Register | None, reading: Reading, now_ms: int) -> _Register:
        at_ms, value = reading.at_ms, reading.value
        if last is None:
            return _Register(at_ms, value, value, 0, at_ms)
        if last.value < last.high or last.value - value <= last.high * NOISE:
            return last._replace(at_ms=at_ms, value=value, high=max(last.high, value))
        falls, since_ms = (last.falls + 1, last.since_ms) if at_ms - last.since_ms <= WINDOW_MS else (1, at_ms)
        if falls >= FALLS:
            detail = f"{reading.quantity} goes back and forth ({last.value:g}, {value:g}): two devices with one id"
            self._find(reading.device, "two_registers", detail, now_ms)
        return _Register(at_ms, value, last.high, falls, since_ms)

    def _find(self, device: str, kind: Kind, detail: str, at_ms: int) -> None:
        self._found[device, kind] = Finding(device, kind, detail, at_ms)


def _span(ms: int) -> str:
    minutes = round(ms / 60_000)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
