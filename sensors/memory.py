"""What formats with state were told: Sparkplug aliases, Homie descriptions, the begun half of a frame.

Each entry holds from the time it was received, and a few former ones are kept beside it: a message that is decoded
later than it came (from the spool, or released from the quarantine) is read by what held when it came.
"""

import json
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple

MOST_KEYS = 10_000
MOST_VERSIONS = 4
MOST_LETTERS = 32 * 2**20  # of all values as JSON: some births are large


class Entry(NamedTuple):
    """What was said under a key, from a time on; `value` is JSON (objects, arrays, strings, numbers)."""

    codec: str
    key: str
    from_ms: int
    value: Any


class Memory:
    """Bounded: the keys longest unused are forgotten first. Whoever owns it saves `changes` and gives them back."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._kept: OrderedDict[tuple[str, str], list[Entry]] = OrderedDict()
        self._changed: set[tuple[str, str]] = set()
        for entry in sorted(entries, key=lambda entry: entry.from_ms):
            self._kept.setdefault((entry.codec, entry.key), []).append(entry)
        self._letters = {key: _letters(versions) for key, versions in self._kept.items()}
        self._all_letters = sum(self._letters.values())
        self.born = bool(self._kept)  # whether a birth may have come; whoever lets go what waited for it unsets this

    def recall(self, codec: str, key: str, at_ms: int) -> Any:
        """What held at that time, or else the first thing said afterwards; None if nothing ever was."""
        return next(iter(self.recall_on(codec, key, at_ms)), None)

    def recall_on(self, codec: str, key: str, at_ms: int) -> list[Any]:
        """What held at that time, and what was said afterwards, in order."""
        versions = self._kept.get((codec, key))
        if not versions:
            return []
        self._kept.move_to_end((codec, key))
        held = max(0, bisect_right(versions, at_ms, key=lambda entry: entry.from_ms) - 1)
        return [entry.value for entry in versions[held:]]

    def learn(self, codec: str, key: str, at_ms: int, value: Any, birth: bool = False) -> None:
        """From `at_ms` on this holds; saying the same thing again changes nothing. Messages may wait for a `birth`."""
        versions = self._kept.setdefault((codec, key), [])
        index = bisect_right(versions, at_ms, key=lambda entry: entry.from_ms)
        if index and versions[index - 1].value == value:
            return
        if index and versions[index - 1].from_ms == at_ms:
            versions[index - 1] = Entry(codec, key, at_ms, value)
        else:
            versions.insert(index, Entry(codec, key, at_ms, value))
        if len(versions) > MOST_VERSIONS:  # never what was just said: the spool is read in order, long after it came
            del versions[0 if index else 1]
        self.born = self.born or birth
        self._changed.add((codec, key))
        self._kept.move_to_end((codec, key))
        self._measure((codec, key), versions)
        while len(self._kept) > MOST_KEYS or self._all_letters > MOST_LETTERS:
            forgotten, _ = self._kept.popitem(last=False)
            self._all_letters -= self._letters.pop(forgotten)
            self._changed.add(forgotten)

    def changes(self) -> dict[tuple[str, str], list[Entry]]:
        """By (codec, key): what is to be saved in place of what was, since the last call; empty when forgotten."""
        changed = {key: list(self._kept.get(key, ())) for key in self._changed}
        self._changed.clear()
        return changed

    def not_saved(self, changed: Iterable[tuple[str, str]]) -> None:
        """Saving these failed: they are still to be saved."""
        self._changed.update(changed)

    def _measure(self, key: tuple[str, str], versions: Iterable[Entry]) -> None:
        self._all_letters -= self._letters.get(key, 0)
        self._letters[key] = _letters(versions)
        self._all_letters += self._letters[key]


def _letters(versions: Iterable[Entry]) -> int:
    return sum(len(json.dumps(entry.value)) for entry in versions)
