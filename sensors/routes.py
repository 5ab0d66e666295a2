"""Which codec reads which topic: a table, never a guess from the bytes.

The estate's own entries (its devices' topics, its profiles) hold before those the codecs bring; the first that matches
does. What a topic resolves to is remembered: this is the path of every message.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sensors.model import Codec, Context

MOST_TOPICS = 100_000
"""Remembered at most; then they are looked up anew."""


class Entry(NamedTuple):
    """Topics and who reads them."""

    pattern: str  # an MQTT topic filter; a level ``{device}`` matches as ``+`` does, and names the device
    codec: str = ""  # codec or codec/model; "" for that of the codecs' own topics
    device: str = ""  # whose topics these are; "" when the pattern or the codec tells


class Route(NamedTuple):
    """Who reads a topic, and what it knows besides the message."""

    codec: Codec
    context: Context


class Routes:
    """The table of one site."""

    def __init__(self, context: Context, codecs: Mapping[str, Codec], own: Sequence[Entry] = ()) -> None:
        self.context = context
        self._codecs = codecs
        self._own = own
        self._common = [Entry(pattern, name) for name, codec in codecs.items() for pattern in codec.topics]
        self._found: dict[str, Route | None] = {}

    def find(self, topic: str) -> Route | None:
        """Who reads this topic; None when nobody does."""
        try:
            return self._found[topic]
        except KeyError:
            if len(self._found) >= MOST_TOPICS:
                self._found.clear()
            route = self._found[topic] = self._resolve(topic)
            return route

    def filters(self) -> dict[str, bool]:
        """The topic filters to subscribe, none within another; True for those of formats with state."""
        entries = [
            entry._replace(pattern=entry.pattern.replace("{device}", "+")) for entry in (*self._own, *self._common)
        ]
        found: dict[str, bool] = {}
        for pattern, codec, _ in entries:
            if not any(matches(other, pattern) for other, _, _ in entries if other != pattern):
                name = codec.partition("/")[0]
                found[pattern] = found.get(pattern, False) or bool(name and self._codecs[name].stateful)
        return found

    def _resolve(self, topic: str) -> Route | None:
        own = next((entry for entry in self._own if matches(entry.pattern, topic)), None)
        common = next((entry for entry in self._common if matches(entry.pattern, topic)), None)
        codec = (own and own.codec) or (common and common.codec)
        if not codec:
            return None
        name, _, model = codec.partition("/")
        device = _device(own, topic) if own else ""
        return Route(self._codecs[name], self.context._replace(device=device, model=model))


def _device(entry: Entry, topic: str) -> str:
    levels = entry.pattern.split("/")
    return topic.split("/")[levels.index("{device}")] if "{device}" in levels else entry.device


def matches(pattern: str, topic: str) -> bool:
    """Whether an MQTT topic filter covers a topic (MQTT 5, section 4.7)."""
    wanted, levels = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(
        want in ("+", "{device}", level) for want, level in zip(wanted, levels, strict=True)
    )
