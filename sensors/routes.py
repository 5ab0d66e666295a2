"""Which codec reads which topic: a table, never a guess from the bytes.

The estate's own entries (its devices' topics, its profiles) hold before those the codecs bring; the first that matches
does. What a topic resolves to is remembered: this is the path of every message.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sensors.model import Codec, Context

MOST_TOPICS = 250_000
"""Remembered at most; then they are looked up anew: two for each of a hundred thousand devices, and some."""

MOST_LETTERS = 1_000
"""Of a topic; nobody reads a longer one, and none is remembered."""


class Entry(NamedTuple):
    """Topics and who reads them."""

    pattern: str  # an MQTT topic filter; a level ``{device}`` matches as ``+`` does, and names the device
    codec: str = ""  # codec or codec/model; "" for that of the next entry which covers the topic
    device: str = ""  # whose topics these are; "" when the pattern or the codec tells


class Route(NamedTuple):
    """Who reads a topic, and what it knows besides the message."""

    codec: Codec
    context: Context


class _Tree:
    """Topic filters level by level: those that cover a topic are found in a few steps, however many there are."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self._below: dict[str, _Tree] = {}
        self._end: tuple[int, Entry] | None = None  # the first entry whose filter ends here, with its place
        for place, entry in enumerate(entries):
            node = self
            for level in entry.pattern.replace("{device}", "+").split("/"):
                node = node._below.setdefault(level, _Tree())
            node._end = node._end or (place, entry)

    def first(self, topic: str) -> Entry | None:
        """The entry that covers the topic; of several the one that stands first."""
        found = min(self.covering(topic.split("/")), default=None)
        return found and found[1]

    def covering(self, levels: Sequence[str]) -> Iterator[tuple[int, Entry]]:
        """The entries that cover a topic, or all the topics of a filter; of equal filters one."""
        if (rest := self._below.get("#")) and rest._end:
            yield rest._end
        if not levels:
            yield from [self._end] if self._end else []
        elif levels[0] != "#":
            for level in {levels[0], "+"} & self._below.keys():
                yield from self._below[level].covering(levels[1:])


class Routes:
    """The table of one site."""

    def __init__(self, context: Context, codecs: Mapping[str, Codec], own: Sequence[Entry] = ()) -> None:
        self.context = context
        self._codecs = codecs
        self._own = own
        self._common = [Entry(pattern, name) for name, codec in codecs.items() for pattern in codec.topics]
        self._own_tree = _Tree(own)
        self._codec_tree = _Tree([entry for entry in (*own, *self._common) if entry.codec])
        self._found: dict[str, Route | None] = {}
        self._routes: dict[tuple[str, str], Route] = {}  # by codec/model and device: most topics share one

    def find(self, topic: str) -> Route | None:
        """Who reads this topic; None when nobody does."""
        try:
            return self._found[topic]
        except KeyError:
            if len(topic) > MOST_LETTERS:
                return None
            if len(self._found) >= MOST_TOPICS:
                self._found.clear()
                self._routes.clear()
            route = self._found[topic] = self._resolve(topic)
            return route

    def filters(self) -> dict[str, bool]:
        """The topic filters to subscribe, none within another; True for those of formats with state."""
        entries = [
            entry._replace(pattern=entry.pattern.replace("{device}", "+")) for entry in (*self._own, *self._common)
        ]
        found: dict[str, bool] = {}
        tree = _Tree(entries)
        for pattern, codec, _ in entries:
            if all(other.pattern == pattern for _, other in tree.covering(pattern.split("/"))):
                name = codec.partition("/")[0]
                found[pattern] = found.get(pattern, False) or bool(name and self._codecs[name].stateful)
        return found

    def _resolve(self, topic: str) -> Route | None:
        own, reader = self._own_tree.first(topic), self._codec_tree.first(topic)
        if not reader:
            return None
        key = reader.codec, _device(own, topic) if own else ""
        if key not in self._routes:
            name, _, model = reader.codec.partition("/")
            self._routes[key] = Route(self._codecs[name], self.context._replace(device=key[1], model=model))
        return self._routes[key]


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
